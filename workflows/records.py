"""Records that a definition is made of: fields and their guards, tables with their rows, registries, vocabularies,
rows of ledgers.
"""
from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Key

ROW_NO = "row_no"  # column of a dossier table: the number by which parts and papers name a row


class Record(BaseModel):
    """Frozen, closed: an unknown key is a fault of the folder."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Labelled(Record):
    vi: str
    en: str


class Guard(Record):
    """A rule (cel) or a built-in (builtin, params); `code` is what a refusal carries."""

    code: str
    vi: str
    en: str
    cel: str | None = None
    builtin: str | None = None
    params: dict[str, Any] = Key(default_factory=dict)
    revision: int = 0


class Opening(Record):
    part: str
    for_each: str | None = None
    set: dict[str, str] = Key(default_factory=dict)


class Changeable(Record):
    """A field of the dossier whose change a step asks for: every one that is filed (`*`), or one by its name."""

    field: str
    rows: str | None = None  # CEL: numbers of the rows of a table that may be rewritten; none is added or removed


@lru_cache(maxsize=4096)
def base_of(kind: str) -> str:
    """Return what stands before the brackets of a type."""
    return kind.split("(", 1)[0]


class Field(Labelled):
    """One field of a dossier, a part, an ask or a table's column."""

    name: str
    type: str  # as the guide lists them: text, int, money, enum(a, b), ref(registry), table, list(org) …
    required: bool | str = False
    required_from: str | None = None
    computed: str | None = None
    by_steps: bool = False  # of a column: steps set it, nobody types it in (filled when the folder is read)
    validate_: tuple[Guard, ...] = Key(default=(), alias="validate")
    columns: tuple[Field, ...] = ()
    personal: bool = False
    conflict: bool = False  # whoever is named here never handles the case
    sensitive: bool = False
    visible_to: tuple[str, ...] = ()
    help: dict[str, str] = Key(default_factory=dict)
    labels: dict[str, dict[str, str]] = Key(default_factory=dict)  # enum value -> {vi, en}
    pattern: str | None = None
    min: float | None = None
    max: float | None = None
    min_len: int | None = None
    max_len: int | None = None
    min_rows: int | None = None
    max_rows: int | None = None
    follow: tuple[str, ...] = ()  # of a table: each row is followed by the applicant; these columns tell its way
    default: Any = None
    src: str = ""

    @property
    def base(self) -> str:
        """The kind of value: text, enum, list, ref, table …"""
        return base_of(self.type)

    @property
    def typed(self) -> bool:
        """Whether people fill it in: neither computed nor set by steps."""
        return self.computed is None and not self.by_steps

    @property
    def many(self) -> bool:
        """Whether the value is a list of single values: list(…), or the numbers of rows of a table."""
        return self.base in ("list", "rows")

    @property
    def item(self) -> Field:
        """The field of one value of a list: its own type, without the bounds on their number."""
        kind = f"row({self.inner})" if self.base == "rows" else self.inner
        return self.model_copy(update={"type": kind, "min_rows": None, "max_rows": None})

    @property
    def inner(self) -> str:
        """What stands in the brackets of the type: `a, b` of enum(a, b), `sectors` of ref(sectors)."""
        found = re.fullmatch(r"\w+\((.*)\)", self.type, re.S)
        return found.group(1).strip() if found else ""

    @property
    def values(self) -> tuple[str, ...]:
        """The values of an enum, or of a list of an enum."""
        inside = self.inner.removeprefix("enum(").removesuffix(")") if self.base == "list" else self.inner
        return tuple(v.strip() for v in inside.split(",")) if "enum" in self.type else ()


class View(Record):
    """A registry read from cases: what each case contributes, and how the contributions of a key become its row.

    CEL. Of a case: `for_each` (each element is `item`; None: the case itself), `key`, `if`, `entry` (name -> value),
    and the days `from` and `to` between which it counts, over case, dossier, parts. Of a key: `columns` over `entries`
    and `on_day`; without them the latest entry is the row. `others`: the case that asks does not see its own entries.
    """

    for_each: str | None = None
    key: str
    if_: str | None = Key(default=None, alias="if")
    entry: dict[str, str] = Key(default_factory=dict)
    from_: str | None = Key(default=None, alias="from")
    to: str | None = None
    columns: dict[str, str] = Key(default_factory=dict)
    others: bool = False


class Registry(Labelled):
    code: str
    key: str
    columns: tuple[Field, ...] = ()
    view: View | None = None


class Word(Labelled):
    """One value of a vocabulary; codes stand in their order, `says` is what else is said of it."""

    code: str
    says: dict[str, Any] = Key(default_factory=dict)


class TableLine(Record):
    """One row of a declared table: in force from `from` to `to`, both included, None = open."""

    code: str
    if_: str | None = Key(default=None, alias="if")
    columns: dict[str, Any] = Key(default_factory=dict)
    from_: str | None = Key(default=None, alias="from")
    to: str | None = None
    src: str = ""
    confirmed: bool = True


class TableTest(Record):
    """Inputs and the rows that they must hit, in order."""

    given: dict[str, Any]
    rows: tuple[str, ...]


class Preset(Labelled):
    """What another province does: rows that take the place of those of the same code."""

    code: str
    rows: tuple[TableLine, ...] = ()
    src: str = ""


class Table(Labelled):
    """A dated table or a decision table as a folder declares it (ADR 0018).

    Structure and tests are the procedure's; `rows` are the first version, which becomes live rows at publication.
    """

    code: str
    kind: Literal["table", "decision"]
    hit: Literal["first", "all"] | None = None
    key: str = "code"  # the column that names a row
    inputs: dict[str, str] = Key(default_factory=dict)  # name -> type: bool, dossier, row of dossier.members
    columns: tuple[Field, ...] = ()
    rows: tuple[TableLine, ...] = ()
    presets: tuple[Preset, ...] = ()
    tests: tuple[TableTest, ...] = ()
    src: str = ""

    def column(self, name: str) -> Field | None:
        return next((c for c in self.columns if c.name == name), None)


class SerialRange(Record):
    """Fields of a row that say with which others it came: numbered things are received by range."""

    first: str  # field of type text: the first number of the range
    last: str
    count: str | None = None  # field of type int: how many numbers the range has


class LedgerRow(Record):
    """What a row of a ledger is: by what it is known, whose it is, who keeps it, how it is counted."""

    number: str  # what the running number of a row begins with: SHC
    agency: str  # field of type org: the people of this agency work on the row
    opened_by: tuple[str, ...]
    key: str | None = None  # field: no two open rows of the ledger have the same value; else rows have a number alone
    read_by: tuple[str, ...] = ()  # roles that see the rows of every agency
    holder: str | None = None  # field of type person: whose row it is
    holder_role: str | None = None
    subject: str | None = None  # field by which other procedures name the holder
    title: tuple[str, ...] = ()  # fields that name the row in a list
    columns: tuple[str, ...] = ()  # further fields of the register
    order: tuple[str, ...] = ()  # fields by which the register lists its rows; without them by their number
    range: SerialRange | None = None  # rows may be opened by a range of numbers; the key is the number
    group: tuple[str, ...] = ()  # fields by which a count adds up rows: series, first and last number of a range
    expires: str | None = None  # field: the day after which the thing is not valid
    late: str | None = None  # attribute: the day since when the row is late
    bound: str | None = None  # field: what the thing is given to
    settled: tuple[str, ...] = ()  # states in which the thing is where it should be, or answered for
    present: tuple[str, ...] = ()  # states in which a count must find the thing in its place
    absent: tuple[str, ...] = ()  # states in which it must not; in any other both may be

    @property
    def shown(self) -> tuple[str, ...]:
        """The fields that the register shows beside what names the row: the key, and its columns."""
        return self.columns if self.key is None or self.key in self.title else (self.key, *self.columns)
