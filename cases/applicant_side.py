"""What is asked of the applicant and what the applicant may do: told apart by where a step leads."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.models import User
from cases.access import APPLICANTS
from cases.models import Case, Part
from cases.procedures import definition_by
from cases.public_view import said
from cases.services import Possible, possibilities
from workflows.definition import RETURN, Procedure, Step

GIVING_UP = frozenset({7, 8})  # public statuses that a withdrawal leads to
WAITS_FOR_APPLICANT = frozenset({5, 6})
SUPPLEMENT, ANSWER, CHANGE = "supplement", "answer", "change"
FORM_COMPLETE = "form_complete"  # the built-in that asks for what is due at a step


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing that the applicant does on a page of its own."""

    name: str
    title: str
    href: str
    part: Part | None = None
    count: int = 0  # of a supplement: items
    due_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """The applicant's side of a case: what the office waits for, what may be asked of the office."""

    asked: tuple[Doing, ...]
    free: tuple[Doing, ...]


def side_of(case: Case, person: User, now: dt.datetime) -> Side:
    """Return what the person may do as applicant now, by what it is."""
    definition = definition_by(case.definition.hash)
    found = possibilities(case, person, now, briefly=lambda part: True)
    mine = [p for p in found if p.role in APPLICANTS and is_open(p)]
    asked = [p for p in mine if _is_asked(case, definition, p)]
    return Side(
        tuple(_doing(case, p) for p in asked), tuple(_doing(case, p) for p in mine if p not in asked)
    )


def step_of(case: Case, person: User, now: dt.datetime, name: str, part_key: str) -> Possible | None:
    """Return a step that is the applicant's to take, possible now or not; None when there is none by that name."""
    def asked(part: Part | None, step: Step) -> bool:
        return step.name == name and (part.key if part is not None else "") == part_key

    return next((p for p in possibilities(case, person, now, of=asked) if p.role in APPLICANTS), None)


def is_open(possible: Possible) -> bool:
    """Whether the step is possible now, or only waits for what is filled in at the step itself."""
    own = {guard.code for guard in possible.step.require if guard.cel and "part." in guard.cel}
    own |= {FORM_COMPLETE} if possible.due else set()
    return possible.allowed or (possible.part is not None and all(r.code in own for r in possible.reasons))


def _is_asked(case: Case, definition: Procedure, possible: Possible) -> bool:
    """Whether the office waits for it: an answer, a report that is due, the way on from a state that waits."""
    if possible.part is not None:
        return possible.part.kind == SUPPLEMENT or _waits_on_part(definition, possible.part, possible.step)
    return (
        possible.step.kind == "transition" and case.public_status in WAITS_FOR_APPLICANT
        and not gives_up(definition, possible)
    )


def _waits_on_part(definition: Procedure, part: Part, step: Step) -> bool:
    """Whether a part lies with the applicant, and the step brings it on instead of giving it up."""
    machine = definition.machine_of(part.kind)
    if step.kind != "transition" or step.target in (None, RETURN) or part.closed:
        return False
    return machine.state(part.state).clock == "out" and machine.state(str(step.target)).public not in GIVING_UP


def gives_up(definition: Procedure, possible: Possible) -> bool:
    """Whether the step ends the matter, or asks to end it."""
    if possible.part is not None or possible.step.target in (None, RETURN):
        return False
    return definition.machine.state(str(possible.step.target)).public in GIVING_UP


def _doing(case: Case, possible: Possible) -> Doing:
    part, step = possible.part, possible.step
    items = part.fields.get("items", []) if part is not None else []
    return Doing(
        name=step.name, title=said(step.vi, step.en), href=address_of(case, step.name, part.key if part else ""),
        part=part, count=len(items), due_on=part.due_on if part is not None else _due(case),
    )


def _due(case: Case) -> dt.date | None:
    """Return the last day of an explanation, which the case keeps as an attribute."""
    text = case.attributes.get("explanation_due")
    return dt.date.fromisoformat(text) if text and case.public_status in WAITS_FOR_APPLICANT else None


def address_of(case: Case, name: str, part_key: str = "") -> str:
    """Return the address of a step of the applicant."""
    if part_key:
        return reverse("part_step", args=[case.code, part_key, name])
    return reverse("step", args=[case.code, name])


def changes_of(case: Case) -> list[dict[str, Any]]:
    """Return the changes that were proposed, newest first: what was to change, and what became of it."""
    machine = definition_by(case.definition.hash).machine_of(CHANGE) if _has_changes(case) else None
    return [
        {"part": part, "state": machine.state(part.state), "rows": list(part.fields.get("diff", []))}
        for part in _parts(case, CHANGE) if machine is not None
    ]


def supplements_of(case: Case) -> list[Part]:
    """Return the rounds of supplement, newest first."""
    return list(_parts(case, SUPPLEMENT))


def _has_changes(case: Case) -> bool:
    return any(kind.code == CHANGE for kind in definition_by(case.definition.hash).parts)


def _parts(case: Case, kind: str) -> Iterable[Part]:
    return case.parts.filter(kind=kind).order_by("-opened_at")
