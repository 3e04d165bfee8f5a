"""The signing list as its reader sees it: which paper of which matter, until when, its draft, the step that signs."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from accounts.models import User
from cases.calendar import load_calendar
from cases.models import Task
from cases.presentation.dossier import members_of
from cases.presentation.face import Look
from cases.presentation.parts import PartPaper, part_papers
from cases.presentation.steps import address_of
from cases.presentation.words import Due, due_words, label
from cases.services import Possible
from cases.signing import Awaited, possible_steps
from workflows.definition import Step
from workflows.errors import Reason


@dataclass(frozen=True, slots=True)
class Signature:
    """One step that signs, as a button."""

    name: str
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class ToSign:
    """One matter of the signing list."""

    task: Task
    procedure: str
    part: str
    members: tuple[str, ...]
    papers: tuple[PartPaper, ...]
    due: Due
    grantor: User | None
    signatures: tuple[Signature, ...]
    reasons: tuple[Reason, ...]  # why none of its steps is possible yet

    @property
    def ready(self) -> bool:
        return bool(self.signatures)


def all_to_sign(person: User, now: dt.datetime, awaited: Sequence[Awaited]) -> list[ToSign]:
    """Return what the list says of each matter, but for those whose time has not come."""
    cases = {one.task.case_id: one.task.case for one in awaited}
    looks = {pk: Look(case, person, now) for pk, case in cases.items()}
    rows = zip(awaited, possible_steps(awaited, person, now), strict=True)
    return [_to_sign(looks[one.task.case_id], one, found) for one, found in rows if found]


def _to_sign(look: Look, awaited: Awaited, found: Sequence[Possible]) -> ToSign:
    task = awaited.task
    allowed = [possible for possible in found if possible.allowed]
    nearest = min(found, key=lambda possible: len(possible.reasons))
    steps = [possible.step for possible in allowed or [nearest]]
    return ToSign(
        task=task,
        procedure=label(look.definition),
        part=look.part_title(task.part) if task.part is not None else "",
        members=tuple(members_of(look, task.part)) if task.part is not None else (),
        papers=tuple(_papers(look, task, steps)),
        due=due_words(task.due_at, look.now, load_calendar()),
        grantor=awaited.grantor,
        signatures=tuple(_signature(awaited, possible) for possible in allowed),
        reasons=() if allowed else nearest.reasons,
    )


def _papers(look: Look, task: Task, steps: list[Step]) -> Iterator[PartPaper]:
    """Yield the drafts that the steps sign: of the part, else of the case."""
    codes = {code for step in steps for code in step.papers.sign}
    for record in (task.part, task.case):
        if record is not None:
            yield from (p for p in part_papers(look, record) if p.code in codes)


def _signature(awaited: Awaited, possible: Possible) -> Signature:
    address = address_of(awaited.task.case, possible.part, possible.step.name)
    query = f"?for={awaited.grantor.pk}" if awaited.grantor is not None else ""
    return Signature(possible.name, label(possible.step), address + query)
