"""One transaction on one locked case: the rows in memory, and what is still to be written."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Field

from accounts.clock import local_day
from accounts.models import User
from cases.calendar import load_calendar
from cases.facts import Facts, person_facts
from cases.lookups import CaseLookups, named_people
from cases.models import Case, Event, EventValues, OutboxEntry, Part
from cases.reading import Reader
from workflows.calendar import Calendar
from workflows.coming import comes
from workflows.definition import Link, Machine, Procedure, Step
from workflows.engine import Attempt


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks of advance_case or do_act, before anything is looked up."""

    case_id: uuid.UUID
    name: str
    actor: User | None  # None: the system
    now: dt.datetime
    part_key: str | None = None
    acting_for: User | None = None
    expected_version: int | None = None
    idempotency_key: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    chain: tuple[uuid.UUID, ...] = ()  # the linked cases whose steps have fired this one, the first of them first

    @property
    def confirms(self) -> frozenset[str]:
        """The codes of what the actor ticked."""
        given = self.data.get("confirm") or ()
        return (
            frozenset(str(code) for code in given) if isinstance(given, list | tuple | set | frozenset) else frozenset()
        )

    @property
    def person(self) -> str:
        return str(self.actor.pk) if self.actor is not None else "system"


CASE_CONTENTS = (
    "state",
    "dossier",
    "attributes",
    "assignee_id",
    "unit_id",
    "papers",
    "urgent",
    "overdue",
    "due_on",
    "closed",
    "attempt",
    "proposal",
    "definition_id",
    "clock",
    "case_code",
)
PART_CONTENTS = ("state", "fields", "papers", "closed", "ended", "stale", "due_on", "proposal")
IN_PLACE = "attributes"  # of a case: the only JSON that is changed where it stands; any other is only ever replaced
NAMED = "named people"  # beside the kept facts: a dossier, and the people whom it names
FINAL = frozenset({"id", "procedure", "submission_code", "created_at", "opened_by"})  # written once, when opened


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a record held when it was read: which columns are to be written, and whether its version goes up."""

    version: int
    held: Mapping[str, Any]

    @classmethod
    def of(cls, record: Case | Part) -> Snapshot:
        held = dict(vars(record))
        if IN_PLACE in held:
            held[IN_PLACE] = deepcopy(held[IN_PLACE])
        return cls(record.version, held)

    def differs(self, record: Case | Part) -> bool:
        """Whether what people know the record by is something else now."""
        now, names = vars(record), CASE_CONTENTS if isinstance(record, Case) else PART_CONTENTS
        return any(now[name] != self.held[name] for name in names)

    def changed(self, record: Case | Part) -> list[Field[Any, Any]]:
        """Return the fields whose columns hold something else now."""
        now, fields = vars(record), (f for f in record._meta.concrete_fields if f.name not in FINAL)
        return [f for f in fields if now[f.attname] != self.held[f.attname]]


@dataclass(frozen=True, slots=True)
class Fired:
    """A link whose step fires one in the linked cases, and what it carries into the asks there (facts form)."""

    link: Link
    carries: Mapping[str, Any]
    named: Any = None  # id or code of the matter that the link names, or a list; None: every case that is linked


@dataclass(frozen=True, slots=True)
class Computed:
    """What a field was computed from, and the rows that were read for it."""

    made_of: tuple[Any, str]
    reads: Mapping[str, int]


@dataclass(slots=True)
class Turn:
    """What one transaction knows and has changed so far."""

    definition: Procedure
    case: Case
    parts: list[Part]
    now: dt.datetime
    request: Request
    roles: frozenset[str] = frozenset()
    mandate_no: str = ""
    events: list[Event] = field(default_factory=list)
    values: list[EventValues] = field(default_factory=list)
    outbox: list[OutboxEntry] = field(default_factory=list)
    documents: list[dict[str, str]] = field(default_factory=list)
    opened: list[Part] = field(default_factory=list)
    fired: list[Fired] = field(default_factory=list)
    timers_before: frozenset[tuple[str, ...]] = frozenset()
    before: dict[uuid.UUID, Snapshot] = field(default_factory=dict)  # versioned contents as they were read
    applies: bool = False  # the actor filed the case or belongs to the organisation that it belongs to
    read_calendar: Calendar | None = None
    kept_facts: dict[str, Any] = field(default_factory=dict)  # cases.facts.KEPT
    reader: Reader | None = None  # rows read in this turn, each once
    read: dict[str, int] = field(default_factory=dict)  # rows from which computed fields follow, for the event
    computed: dict[str, Computed] = field(default_factory=dict)  # by field, as computed last in this turn
    moved: bool = False  # a state has changed in this turn
    automatic: bool = False  # an automatic step is being taken: nobody acts

    @property
    def seq(self) -> int:
        """The number of the event that the present step appends."""
        return self.case.head_seq + len(self.events) + 1

    @property
    def calendar(self) -> Calendar:
        """The office calendar, read once in the turn."""
        if self.read_calendar is None:
            self.read_calendar = load_calendar()
        return self.read_calendar

    @property
    def part(self) -> Part | None:
        """The part that the request names."""
        key = self.request.part_key
        return next((p for p in self.parts if p.key == key or str(p.pk) == key), None) if key else None

    @property
    def actor(self) -> User | None:
        """Who takes the present step; None for an automatic one."""
        return None if self.automatic else self.request.actor

    @property
    def person(self) -> str:
        """The id of who takes the present step, or system."""
        return str(self.actor.pk) if self.actor is not None else "system"

    @property
    def open_parts(self) -> list[Part]:
        """The parts of the present attempt that are neither closed nor ended."""
        return [p for p in self.parts if not (p.ended or p.closed) and p.attempt == self.case.attempt]

    def machine(self, part: Part | None) -> Machine:
        return self.definition.machine_of(part.kind if part is not None else None)

    def facts(self, part: Part | None = None, ask: Mapping[str, Any] | None = None, *, system: bool = False) -> Facts:
        """Return the facts as the rows stand now; `system` when an automatic step looks."""
        actor = None if system else self.request.actor
        roles = frozenset({"system"}) if system else self.roles
        drafter = next((t["person"] for t in reversed(self.case.trail) if t["role"] == "specialist"), "")
        person = str(actor.pk) if actor is not None else "system"
        return Facts(
            definition=self.definition,
            case=self.case,
            parts=self.parts,
            now=self.now,
            part=part,
            ask=ask,
            actor=person_facts(actor, roles, "", applicant=self._concerned(actor), drafter=person == drafter),
            acting_for={"id": str(self.request.acting_for.pk), "mandate_no": self.mandate_no}
            if self.request.acting_for
            else {},
            kept=self.kept_facts,
        )

    def _concerned(self, actor: User | None) -> bool:
        """Whether the actor filed the case, belongs to whom it belongs to, or is named in it as one of its people."""
        if actor is None:
            return False
        return self.applies or actor.full_name in self._named()

    def _named(self) -> list[str]:
        """Return whom the dossier names, looked up once for as long as it is the same dossier."""
        if NAMED not in self.kept_facts or self.kept_facts[NAMED][0] is not self.case.dossier:
            self.kept_facts[NAMED] = (self.case.dossier, named_people(self.definition, self.case))
        found: list[str] = self.kept_facts[NAMED][1]
        return found

    def attempt(self, step: Step, part: Part | None, *, ask: Mapping[str, Any] | None = None, **more: Any) -> Attempt:
        """Return the attempt at a step by the request's actor, for the engine to judge."""
        system = more.get("roles") == frozenset({"system"})
        return self.attempt_on(self.facts(part, ask, system=system), step, part, **more)

    def attempt_on(self, facts: Facts, step: Step, part: Part | None, **more: Any) -> Attempt:
        """Return the attempt on facts that are there already: those of the part, nothing having changed since."""
        roles = more.pop("roles", self.roles)
        return Attempt(
            procedure=self.definition,
            step=step,
            facts=facts,
            lookups=self.lookups(step, facts, roles, part),
            roles=roles,
            part_kind=part.kind if part is not None else None,
            return_state=(part or self.case).return_state,
            ask=facts["ask"],
            **more,
        )

    def coming(self, steps: Iterable[Step], part: Part | None, seen: Facts, asked: CaseLookups) -> list[Step]:
        """Return the steps out of the present state that are there to be taken; `seen`: the facts as from the part."""
        of_part = part is not None
        return [step for step in steps if comes(self.definition, step, seen, asked, of_part=of_part)]

    def asked(self, facts: Facts) -> CaseLookups:
        """Return the look-ups of rules in CEL, which ask for rows and days alone: the same for all steps and parts."""
        return self.lookups(self.definition.machine.transitions[0], facts, frozenset())

    def lookups(
        self, step: Step, facts: Mapping[str, Any], roles: frozenset[str], part: Part | None = None
    ) -> CaseLookups:
        checklist = self.request.data.get("checklist")
        return CaseLookups(
            definition=self.definition,
            case=self.case,
            parts=self.parts,
            step=step,
            role=next((r for r in step.by if r in roles), ""),
            now=self.now,
            facts=facts,
            checklists={"intake": checklist} if isinstance(checklist, dict) else {},
            mandate_no=self.mandate_no,
            calendar=lambda: self.calendar,
            part=part,
            reader=self.rows,
        )

    @property
    def rows(self) -> Reader:
        """What this turn has read of tables and registries."""
        if self.reader is None:
            self.reader = Reader(self.case, (self.request.actor, self.request.acting_for))
        return self.reader

    @property
    def day(self) -> dt.date:
        return local_day(self.now)

    def promise(self, kind: str, payload: Mapping[str, Any], *, due: dt.datetime | None = None, tag: str = "") -> None:
        """Add an outbox row to this transaction; `tag` keeps keys of one step apart."""
        key = f"{self.case.pk}:{self.seq}:{kind}:{tag or len(self.outbox)}"
        row = OutboxEntry(
            key=key,
            kind=kind,
            case_id=self.case.pk,
            seq=self.seq,
            payload=dict(payload),
            due=due or self.now,
            created_at=self.now,
        )
        self.outbox.append(row)
