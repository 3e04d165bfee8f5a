"""What a procedure says, resolved: frozen records, the shape that is published, hashed and run.

Source of the meaning: docs/procedure-guide.md. Everything that decides is a value, a CEL expression
(kept as text here, compiled by workflows.compiled) or a name; prose stands only in vi, en, src, gist.
"""
from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any, Literal

from pydantic import Field as Key

from workflows.records import ROW_NO as ROW_NO
from workflows.records import Changeable as Changeable
from workflows.records import Field as Field  # one address for whoever reads a definition
from workflows.records import Guard as Guard
from workflows.records import Labelled as Labelled
from workflows.records import LedgerRow as LedgerRow
from workflows.records import Opening as Opening
from workflows.records import Record as Record
from workflows.records import Registry as Registry
from workflows.records import SerialRange as SerialRange
from workflows.records import Table as Table
from workflows.records import TableLine as TableLine
from workflows.records import View as View
from workflows.records import Word as Word

RETURN = "@return"
Clock = Literal["off", "run", "pause", "out", "stop"]
Unit = Literal["WD", "CD", "MONTH", "HOUR"]


class Duration(Record):
    """{n, u}: a length of time with its unit; half days with WD alone."""

    n: float
    u: Unit


class Share(Record):
    """{share}: a share (0..1) of the term of the case, measured in working hours."""

    share: float


class BuiltinSpec(Labelled):
    """A built-in guard as the common layer declares it; `revision` goes up when its meaning changes."""

    params: dict[str, str] = Key(default_factory=dict)  # name -> "cel: person", "text: role", "list: states"
    revision: int = 1


class State(Labelled):
    code: str
    public: int | None
    clock: Clock
    closed: bool = False
    terminal: bool = False
    initial: bool = False
    clock_from: str | None = None
    src: str = ""


class Timer(Record):
    after: Duration | None = None
    at_share: float | None = None
    of: str = "entry"  # entry, due, term, or the CEL path of a date
    from_: str | None = Key(default=None, alias="from")


class Notice(Record):
    to: tuple[str, ...]
    notice: str
    if_: str | None = Key(default=None, alias="if")  # CEL on the facts before the step; None: always


class PaperWork(Record):
    prepare: tuple[str, ...] = ()
    sign: tuple[str, ...] = ()
    issue: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.prepare or self.sign or self.issue)


class Confirm(Labelled):
    code: str


class Money(Record):
    """What a step that takes in or pays out money says of it: names of what it asks, else of fields of the dossier."""

    kind: Literal["paid", "refunded"]
    amount: str  # int (đồng) or money
    number: str | None = None  # of the receipt
    day: str | None = None  # of payment; without it the day of the step
    how: str | None = None  # enum: cash, transfer …
    count: str | None = None  # int, a field of the dossier: how many things it is for, as it stood before the step


class Step(Labelled):
    """A transition (with source and target) or an act (with `allowed_when`)."""

    name: str
    kind: Literal["transition", "act"]
    sources: tuple[str, ...] = Key(default=(), alias="from")
    target: str | None = Key(default=None, alias="to")
    by: tuple[str, ...]
    when: Literal["manual", "auto", "timer"] = "manual"
    timer: Timer | None = None
    recorded_by: str | None = None
    allowed_when: str | None = None
    require: tuple[Guard, ...] = ()
    ask: tuple[Field, ...] = ()
    confirm: tuple[Confirm, ...] = ()
    cosign: str | None = None
    within: Duration | Share | None = None
    papers: PaperWork = PaperWork()
    notify: tuple[Notice, ...] = ()
    open: tuple[Opening, ...] = ()
    close: tuple[str, ...] = ()
    set: dict[str, str] = Key(default_factory=dict)
    changes: tuple[Changeable, ...] = ()  # of the dossier, asked at this step; the part that it opens carries them
    guidance: dict[str, str] = Key(default_factory=dict)
    optional: bool = False  # may be taken, but is nobody's work: it opens no task
    money: Money | None = None  # the step records a payment or a refund: the cash list shows it
    of: Literal["row", "ledger"] = "row"  # in a ledger: taken on a row, or on the ledger as a whole
    src: str = ""

    __hash__ = object.__hash__  # by identity: a definition is loaded once per process, and its records hold dicts


class Machine(Record):
    """States and steps of a case or of a part kind."""

    states: tuple[State, ...]
    transitions: tuple[Step, ...]
    acts: tuple[Step, ...] = ()

    __hash__ = object.__hash__  # as of a step

    @property
    def initial(self) -> State:
        return next(s for s in self.states if s.initial)

    def state(self, code: str) -> State:
        return next(s for s in self.states if s.code == code)

    def step(self, name: str) -> Step | None:
        return next((s for s in (*self.transitions, *self.acts) if s.name == name), None)


class PartKind(Labelled):
    code: str
    per: str | None = None
    public: bool = False
    clock: Clock = "run"
    papers: tuple[str, ...] = ()
    title: tuple[str, ...] = ()  # fields whose values name a part and tell it from its like
    fields: tuple[Field, ...] = ()
    machine: Machine
    terms: tuple[Term, ...] = ()
    with_case: str = "false"  # CEL: such a part is due with the case, others by their own term from their opening
    stale_with_changes: bool = False  # an accepted change of the dossier overtakes it
    carries_changes: str | None = None  # the state in which a change that it holds enters the dossier
    redoes: str | None = None  # the kind of part, about the same row, whose papers are superseded by its own
    src: str = ""

    __hash__ = object.__hash__  # as of a step

    @property
    def row_field(self) -> Field | None:
        """The field that says which row of a dossier table the part is about: of type row(table)."""
        return _row_field_of(self)


class Term(Record):
    code: str
    n: float
    u: Unit
    if_: str = Key(default="true", alias="if")
    confirmed: bool = True
    vi: str = ""
    en: str = ""
    src: str = ""


class Basis(Record):
    text: str
    src: str
    confirmed: bool = False


class Paper(Labelled):
    code: str
    family: Literal["nd30", "form"]
    type_code: str | None = None
    number: str | None = None  # number of a one-stop form: 01 … 07
    issuer: str
    signer: str
    addressee: tuple[str, ...] = ()
    origin: Literal["ours", "prefilled", "recorded", "slip"]
    series: Literal["automatic", "typed_in", "stock", "none"] = "none"
    series_key: str | None = None
    legal_basis: tuple[Basis, ...] = ()
    gist: str = ""
    merge: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]] = Key(default_factory=dict)
    rows: dict[str, str] = Key(default_factory=dict)  # table of the dossier -> CEL on `this`: the rows that it shows
    numbered_as: str | None = None  # paper issued in the same step whose number and day this one carries
    copies_to: tuple[str, ...] = ()
    public: bool = False
    qr: Literal["verify", "track", "pay", "none"] = "none"
    applies: str | None = None
    template: str | None = None  # SHA-256 of the template's bytes, filled at publication
    src: str = ""

    @property
    def rendered(self) -> bool:
        """Whether we make its bytes; a recorded paper is the other body's own document."""
        return self.origin != "recorded"

    @property
    def annex(self) -> bool:
        """Whether it goes with another paper of ours: it has no head of its own and carries the other's number."""
        return self.family == "nd30" and self.origin == "ours" and self.series == "none"


class AttachmentKind(Labelled):
    code: str
    required: bool | str = False
    types: tuple[str, ...] = ("pdf", "docx", "jpg", "png")
    max_mb: int = 20
    copies: str = ""
    originals: Literal["shown", "kept", "none"] = "none"
    sensitive: bool = False
    src: str = ""


class Consultee(Labelled):
    code: str
    mandatory: bool | str = False
    src: str = ""


class Link(Record):
    kind: str
    procedure: str
    on: str  # manual, a transition, or part.transition
    carries: dict[str, str] = Key(default_factory=dict)
    fires: str | None = None
    to: str | None = None  # CEL: id or code of the matter that is there already; nothing is opened then
    if_: str | None = Key(default=None, alias="if")  # CEL: otherwise the step links nothing
    src: str = ""


class Statistic(Labelled):
    code: str
    measure: str
    where: str | None = None
    of: str | None = None
    over: str | None = None
    column: str | None = None  # of the rows of `of`: what is added up
    by: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    lasting: bool = False  # cases handled before count, too, as long as parts of theirs are open
    unreceived: bool = False  # cases filed and never received here count, too, until they are closed


class Ground(Labelled):
    code: str
    src: str = ""


class CheckItem(Labelled):
    code: str


class Answer(Labelled):
    """What an inquiry is answered with, where it is the first whose condition holds."""

    code: str
    if_: str = Key(alias="if")  # CEL over the dossier as it would be, and `ask`
    show: tuple[str, ...] = ()  # fields, or table.column, whose values are told with it
    term: bool = False  # how long the case would take


class Inquiry(Labelled):
    """A question that anybody may ask before filing; it is judged like a case of which only so much is known."""

    code: str
    ask: tuple[str, ...]  # fields of the dossier, or columns of one of its tables: table.column
    fields: tuple[Field, ...] = ()  # further questions, `ask.name` to the expressions
    given: dict[str, str] = Key(default_factory=dict)  # field, table.column or case.attribute -> CEL: what is supposed
    answers: tuple[Answer, ...]
    src: str = ""

    @property
    def table(self) -> str:
        """The table of which one row is asked about, none: empty."""
        return next((name.partition(".")[0] for name in self.ask if "." in name), "")


class Effective(Record):
    from_: str = Key(alias="from")  # ISO day
    to: str | None = None


class Procedure(Labelled):
    """One legal version of a procedure, resolved. `Procedure.model_validate_json(published.body)` reads it back."""

    procedure: str
    version: str
    folder: str
    effective: Effective
    kind: Literal["case", "standalone", "ledger"] = "case"
    row: LedgerRow | None = None  # of a ledger
    portal_tracked: bool = True
    guidance: dict[str, str] = Key(default_factory=dict)
    machine: Machine
    parts: tuple[PartKind, ...] = ()
    fields: tuple[Field, ...] = ()
    attachments: tuple[AttachmentKind, ...] = ()
    papers: tuple[Paper, ...] = ()
    notices: dict[str, dict[str, Any]] = Key(default_factory=dict)  # code -> {vi, en, body_vi?, body_en?}
    roles: dict[str, dict[str, str]] = Key(default_factory=dict)  # code -> {vi, en}
    terms: tuple[Term, ...] = ()
    config: dict[str, Any] = Key(default_factory=dict)
    checklists: dict[str, tuple[CheckItem, ...]] = Key(default_factory=dict)
    consultees: tuple[Consultee, ...] = ()
    links: tuple[Link, ...] = ()
    refusal_grounds: tuple[Ground, ...] = ()
    registries: tuple[Registry, ...] = ()
    tables: tuple[Table, ...] = ()
    vocabularies: dict[str, tuple[Word, ...]] = Key(default_factory=dict)
    statistics: tuple[Statistic, ...] = ()
    inquiries: tuple[Inquiry, ...] = ()
    labels: dict[str, dict[str, dict[str, str]]] = Key(default_factory=dict)  # attribute -> value -> {vi, en}
    facts: dict[str, Any] = Key(default_factory=dict)  # types of the roots beside those that fields give
    golden_paths: tuple[dict[str, Any], ...] = ()
    offices: dict[str, dict[str, str]] = Key(default_factory=dict)
    unconfirmed: tuple[str, ...] = ()
    merge_values: tuple[str, ...] = ()  # values that the generator of papers makes by itself

    __hash__ = object.__hash__  # as of a step

    def part(self, code: str) -> PartKind:
        return _parts_of(self)[code]

    def paper(self, code: str) -> Paper:
        return next(p for p in self.papers if p.code == code)

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)

    def fields_by_path(self) -> dict[str, Field]:
        """Return every field of the dossier by its name, and every column of its tables by table.column."""
        found = {spec.name: spec for spec in self.fields}
        return found | {f"{spec.name}.{c.name}": c for spec in self.fields for c in spec.columns}

    def table(self, code: str) -> Table | None:
        return next((t for t in self.tables if t.code == code), None)

    def machine_of(self, part_kind: str | None) -> Machine:
        return self.part(part_kind).machine if part_kind else self.machine

    def canonical(self) -> bytes:
        """Return the canonical JSON (keys sorted, UTF-8, no blanks, defaults left out): what is hashed and stored."""
        body = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def hash(self) -> str:
        """Return the SHA-256 (hex) of `canonical()`."""
        return hashlib.sha256(self.canonical()).hexdigest()


@lru_cache(maxsize=1024)
def _parts_of(procedure: Procedure) -> dict[str, PartKind]:
    return {part.code: part for part in procedure.parts}


@lru_cache(maxsize=1024)
def _row_field_of(kind: PartKind) -> Field | None:
    return next((f for f in kind.fields if f.base == "row"), None)


PartKind.model_rebuild()
