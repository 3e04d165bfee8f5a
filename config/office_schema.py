"""The shape of an office file: units, people, mandates, organisations, dated rows; faults name file, line and key."""
from __future__ import annotations

import datetime as dt
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from workflows.errors import Fault
from workflows.shapes import near
from workflows.yaml_source import Block, read_yaml

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,59}$")]
# Of a row: a number series is named by its type of document, QĐ among them.
RowKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-zĐđ0-9_.:-]{0,59}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", to_lower=True)]
Kind = Literal[
    "province", "department", "office", "division", "one_stop", "commune", "ward", "ministry", "party", "outside"
]
ROW_WORDS = ("from", "to", "src", "confirmed")  # of a dated row; its other keys are columns
SERIES_KEY = re.compile(r"[a-z_]+:[A-Za-zĐđ]{1,6}:\d{4}")


class OfficeFileFaulty(Exception):
    """The file is no office file; tell its author every fault at once (exit 2)."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(f) for f in faults))
        self.faults = tuple(faults)


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Dated(Entry):
    """A period, both days included; no first day: that of the file."""

    from_: dt.date | None = Field(None, alias="from")
    to: dt.date | None = None

    @model_validator(mode="after")
    def period(self) -> Self:
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"to {self.to} ở trước / is before from {self.from_}")
        return self


class Unit(Entry):
    from_: dt.date | None = Field(None, alias="from")
    code: Code
    name: Name
    name_en: str = ""
    kind: Kind
    symbol: str = ""
    parent: str = ""


class Role(Dated):
    role: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    unit: Code


class Person(Entry):
    email: Email
    full_name: Name
    title: str = ""
    phone: str = ""
    roles: tuple[Role, ...] = ()


class MandateEntry(Dated):
    grantor: Email
    grantee: Email
    role: str
    form: Literal["kt", "tl", "tuq", "q"] = "tuq"
    procedures: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    document_no: Name
    document_date: dt.date
    to: dt.date


class Member(Entry):
    email: Email
    manager: bool = False


class OrganisationEntry(Dated):
    code: Code
    name: Name
    name_en: str = ""
    tax_code: str = ""
    address: str = ""
    kind: str = "to_chuc"
    members: tuple[Member, ...] = ()


class IssuerRow(Entry):
    """An office that issues papers, as it prints itself."""

    name: Name
    parent_name: str = ""
    symbol: str = ""
    unit_symbol: str = ""
    place: Name
    head_title: str = ""
    collective: bool = False
    body: str = ""
    archive: str = "VT"


class OfficeRow(Entry):
    """How the office calls itself, is reached, numbers its cases and works."""

    name: Name
    name_en: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    hours: str = ""
    hours_en: str = ""
    directions: str = ""
    directions_en: str = ""
    agency_code: Annotated[str, StringConstraints(pattern=r"^(\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(\.\d{1,3}){0,3}$")]
    case_code_pattern: str = "{agency_code}-{day:%y%m%d}-{seq:04d}"
    lead_agency: Code
    is_department: bool
    ppc_in_system: bool
    modes: dict[str, str] = {}
    units: dict[str, Code]  # procedure, or default -> the unit that receives

    @field_validator("case_code_pattern")
    @classmethod
    def pattern_holds_all(cls, pattern: str) -> str:
        try:
            names = {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}
            made = pattern.format(agency_code="H99", day=dt.date(2026, 11, 24), seq=1)
        except (ValueError, KeyError, IndexError) as wrong:
            raise ValueError(f"mẫu mã hồ sơ sai / wrong pattern: {wrong}") from wrong
        if names != {"agency_code", "day", "seq"} or not re.fullmatch(r"[A-Z0-9.]+-\d{6}-\d{4,5}", made):
            raise ValueError(f"cần {{agency_code}}, {{day:%y%m%d}}, {{seq:04d}} / gives {made}")
        return pattern


class Signer(Entry):
    name: Name
    title: Name


class Form(Entry):
    page: Literal["A4", "A5"]


class Site(Entry):
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+$")]


class Guidance(Entry):
    vi: Name
    en: str = ""


class Bank(Entry):
    """The account to which fees are transferred; `bin`: of the bank, at NAPAS."""

    bin: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    account: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{4,19}$")]
    holder: Name
    bank: Name


class LastNumber(Entry):
    last: Annotated[int, Field(ge=0)]


class RowHead(Dated):
    src: Name | None = None
    confirmed: bool | None = None


# The rows of the table `office`; other tables are free, but for `series`.
OFFICE_ROWS: Mapping[str, Any] = {
    "office": OfficeRow, "agency": IssuerRow, "ppc": IssuerRow, "ppc_office": IssuerRow, "one_stop": IssuerRow,
    "signers": dict[str, Signer], "forms": dict[str, Form], "site": Site, "complaint_guidance": Guidance,
    "bank": Bank,
}
SECTIONS: Mapping[str, type[BaseModel]] = {
    "units": Unit, "people": Person, "roles": Role, "mandates": MandateEntry, "organisations": OrganisationEntry,
    "members": Member,
}
Row = dict[str, Any]


class OfficeFile(Entry):
    """One office file. `from`, `src` and `confirmed` stand for every entry that does not say otherwise."""

    from_: dt.date = Field(alias="from")
    src: Name
    confirmed: bool = False
    units: tuple[Unit, ...] = ()
    people: tuple[Person, ...] = ()
    mandates: tuple[MandateEntry, ...] = ()
    organisations: tuple[OrganisationEntry, ...] = ()
    tables: dict[Code, dict[RowKey, Row]] = {}


@dataclass(frozen=True, slots=True)
class Written:
    """An office file as read: what it says, and where each thing stands."""

    name: str
    says: OfficeFile
    block: Block

    def fault(self, where: Sequence[str | int], message: str, nearest: str = "") -> Fault:
        return Fault(self.name, line_of(self.block, where), ".".join(map(str, where)), message, nearest)


def read_office(path: Path) -> Written:
    """Return what an office file says. Raises OfficeFileFaulty with every fault."""
    block, faults = read_yaml(path, path.name)
    if faults:
        raise OfficeFileFaulty(faults)
    try:
        written = Written(path.name, OfficeFile.model_validate(block), block)
    except ValidationError as wrong:
        unread = Written(path.name, OfficeFile.model_construct(from_=dt.date.min, src=""), block)
        raise OfficeFileFaulty([_fault(unread, (), error) for error in wrong.errors()]) from wrong
    found = list(_row_faults(written))
    if found:
        raise OfficeFileFaulty(found)
    return written


def _row_faults(written: Written) -> Iterator[Fault]:
    """Yield what dated rows get wrong: their period, and the columns of the tables that are known here."""
    for table, rows in written.says.tables.items():
        for key, row in rows.items():
            where = ("tables", table, key)
            yield from _model_faults(written, where, RowHead, {n: v for n, v in row.items() if n in ROW_WORDS})
            if table == "office" and key not in OFFICE_ROWS:
                yield written.fault(where, "khóa không biết / unknown key", near(key, OFFICE_ROWS))
            elif table == "series" and not SERIES_KEY.fullmatch(key):
                yield written.fault(where, "khóa là / key is <sổ>:<loại>:<năm>, agency:CV:2026")
            kind = kind_of(table, key)
            if kind is not None:
                yield from _model_faults(written, where, kind, columns_of(row))


def kind_of(table: str, key: str) -> Any:
    """Return what the columns of a row must be (for a TypeAdapter); None where a table is free."""
    return LastNumber if table == "series" else OFFICE_ROWS.get(key) if table == "office" else None


def _model_faults(written: Written, where: tuple[str, ...], kind: Any, columns: Row) -> Iterator[Fault]:
    try:
        TypeAdapter(kind).validate_python(columns)
    except ValidationError as wrong:
        yield from (_fault(written, where, error) for error in wrong.errors())


def _fault(written: Written, above: tuple[str, ...], error: Any) -> Fault:
    """Return one pydantic error with its line and, for an unknown key, the nearest one that there is."""
    where = (*above, *error["loc"])
    words = {"extra_forbidden": "khóa không biết / unknown key", "missing": "thiếu / missing"}
    message = words.get(error["type"], str(error["msg"]).removeprefix("Value error, "))
    nearest = near(where[-1], _names_at(where[:-1])) if error["type"] == "extra_forbidden" else ""
    return written.fault(where, message, nearest)


def line_of(value: Any, where: Sequence[str | int]) -> int:
    """Return the line of the deepest part of a path that was written."""
    line = 0
    for key in where:
        if isinstance(value, Block):
            line = value.place(str(key))[1] or line
            value = value.get(str(key))
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
            line = value.line if isinstance(value, Block) else line
    return line


def _names_at(where: Sequence[str | int]) -> list[str]:
    """Return the keys that may stand at a path."""
    if where[:2] == ("tables", "office") and len(where) > 2:
        kind = OFFICE_ROWS.get(str(where[2]))
    else:
        kind = next((SECTIONS[p] for p in reversed(where) if isinstance(p, str) and p in SECTIONS), OfficeFile)
    fields = getattr(kind, "model_fields", {})
    return [field.alias or name for name, field in fields.items()]


def columns_of(row: Row) -> Row:
    """Return a row without its period and source."""
    return {name: value for name, value in row.items() if name not in ROW_WORDS}
