"""Events in the reader's words, from machine keys and the law that each is pinned to; for many cases at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from audit.notable import GIVEN_UP, marks_of, steps_of
from audit.verify import kind_of, parse
from audit.visible import definition_at
from cases.models import Case, Event
from cases.presentation.story import COSIGN, OWN, STAGES
from cases.presentation.words import label, said
from cases.procedures import current, definition_by
from workflows.definition import Machine, Procedure

SYSTEM = "system"
ENGINE: Mapping[str, tuple[str, str]] = {**OWN, GIVEN_UP: ("Bỏ dở việc gửi đi", "A delivery was given up")}
UNREADABLE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Named:
    """A person or office as an event names it; only who works for the office is named outside the page."""

    name: str = ""
    officer: bool = True

    def __bool__(self) -> bool:
        return bool(self.name)

    def __str__(self) -> str:
        return self.name

    @property
    def abroad(self) -> str:
        """The name as it may leave the page."""
        return self.name if self.officer else said("Người ngoài cơ quan", "Somebody outside the office")


NOBODY = Named()


@dataclass(frozen=True, slots=True)
class Line:
    """One event as a row of a list."""

    case: uuid.UUID
    code: str
    procedure: str
    seq: int
    at: dt.datetime
    kind: str
    name: str
    title: str
    who: Named
    acting_for: Named
    recorded_for: Named
    agreed_by: Named
    role: str
    unit: str
    part: str
    source: str
    target: str
    papers: tuple[str, ...]
    marks: tuple[str, ...]
    hash: str

    @property
    def sentence(self) -> str:
        """Who did it: X; X for Y; X recorded Y's document – never "Y approved"."""
        who, whose = self.who, self.recorded_for
        if whose:
            return said(f"{who} ghi nhận văn bản của {whose}", f"{who} recorded a document of {whose}")
        if self.acting_for:
            return said(f"{who} thay mặt {self.acting_for}", f"{who} on behalf of {self.acting_for}")
        return str(who)


def lines_of(events: Sequence[Event]) -> list[Line]:
    """Return events in words: two statements, however many they are."""
    bodies = [parse(bytes(event.body)) or UNREADABLE for event in events]
    people = people_in(bodies)
    cases = Case.objects.filter(pk__in={event.case_id for event in events}).only("case_code", "submission_code")
    codes = {case.pk: case.code for case in cases}
    return [
        _line(event, body, people, codes.get(event.case_id, "")) for event, body in zip(events, bodies, strict=True)
    ]


def people_in(bodies: Iterable[Mapping[str, Any]]) -> dict[str, User]:
    """Return the persons whom events name, by id."""
    named = {str(body.get(k) or "") for body in bodies for k in ("actor", "acting_for", "recorded_for")}
    named |= {str(body.get("facts", {}).get("agreed_by", "")) for body in bodies}
    ids = {found for found in map(_uuid, named) if found is not None}
    return {str(user.pk): user for user in User.objects.filter(pk__in=ids)}


def _line(event: Event, body: Mapping[str, Any], people: Mapping[str, User], code: str) -> Line:
    definition = definition_at(body) if body else None
    machine = machine_of(definition, body.get("part") or "") if definition is not None else None
    facts = body.get("facts", {})
    actor = str(body.get("actor", event.actor))
    return Line(
        case=event.case_id, code=code, seq=event.seq, at=event.at, kind=event.kind, name=event.name, hash=event.hash,
        procedure=label(definition) if definition is not None else event.procedure,
        title=title_of(machine, event.name) if body else said("Không đọc được sự kiện", "The event cannot be read"),
        who=name_of(actor, people),
        acting_for=name_of(body.get("acting_for") or "", people),
        recorded_for=_recorded(body, people, definition) if facts.get("recorded") else NOBODY,
        agreed_by=name_of(str(facts.get("agreed_by", "")), people),
        role=role_label(definition, body.get("role") or ""), unit=event.unit_code,
        part=part_label(definition, body.get("part") or ""),
        source=state_label(machine, body.get("from")), target=state_label(machine, body.get("to")),
        papers=tuple(paper_label(definition, made) for made in body.get("papers", ())), marks=tuple(marks_of(body)),
    )  # fmt: skip


def name_of(person: str, people: Mapping[str, User]) -> Named:
    """Return the name of a person that an event names by id."""
    if person == SYSTEM:
        return Named(said("Hệ thống", "The system"))
    found = people.get(person)
    return Named(str(found), found.is_officer) if found is not None else Named(person)


def _recorded(body: Mapping[str, Any], people: Mapping[str, User], definition: Procedure | None) -> Named:
    """Return whose act was typed in: a person with an account, else the office in whose name the step stands."""
    person = body.get("recorded_for")
    if person:
        return name_of(person, people)
    machine = machine_of(definition, body.get("part") or "") if definition is not None else None
    step = machine.step(str(body.get("name"))) if machine is not None else None
    return Named(role_label(definition, step.by[0]) if step is not None else said("người khác", "somebody else"))


def machine_of(definition: Procedure, part_key: str) -> Machine | None:
    """Return the machine of the case (no key) or of the part's kind."""
    if not part_key:
        return definition.machine
    return next((p.machine for p in definition.parts if p.code == kind_of(part_key)), None)


def title_of(machine: Machine | None, name: str) -> str:
    """Return what happened: the name of the step, of an act of the engine, or of a co-signature's answer."""
    base, _, suffix = name.partition(".")
    step = machine.step(base) if machine is not None else None
    found = label(step) if step is not None else said(*ENGINE.get(base, (base, base)))
    return f"{found}: {said(*COSIGN[suffix])}" if suffix in COSIGN else found


def role_label(definition: Procedure | None, role: str) -> str:
    """Return the name of a role in this procedure; nothing for the system, which says who it is."""
    if not role or role == SYSTEM:
        return ""
    words = definition.roles.get(role) if definition is not None else None
    return said(words["vi"], words["en"]) if words else role


def part_label(definition: Procedure | None, key: str) -> str:
    """Return the kind and number of a part: Lần yêu cầu bổ sung 2."""
    kinds = definition.parts if definition is not None and key else ()
    kind = next((p for p in kinds if p.code == kind_of(key)), None)
    return f"{label(kind)} {key.rpartition('-')[2]}" if kind is not None else key


def state_label(machine: Machine | None, code: str | None) -> str:
    """Return the name of a state, its code when the law does not know it."""
    if code is None or machine is None:
        return code or ""
    return next((label(state) for state in machine.states if state.code == code), code)


def paper_label(definition: Procedure | None, made: Mapping[str, Any]) -> str:
    """Return a paper as an event tells it: name, stage, number."""
    papers = definition.papers if definition is not None else ()
    name = next((label(p) for p in papers if p.code == made["paper"]), str(made["paper"]))
    number = f", {said('số', 'no.')} {made['number']}" if made.get("number") else ""
    return f"{name} ({said(*STAGES.get(made['stage'], ('', '')))}{number})"


def names_of_steps() -> list[tuple[str, str]]:
    """Return (name, words) of everything that can happen, by the laws now published, for a list to choose from."""
    found = {name: said(*words) for name, words in ENGINE.items()}
    for row in current().only("hash").order_by("effective_from", "pk"):
        found |= {step.name: label(step) for step in steps_of(definition_by(row.hash))}
    return sorted(found.items(), key=lambda item: item[1].casefold())


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
