"""What awaits a person's signature: drafts that the person's own roles sign, or those that a mandate lends.

Signing stays a step of its own for each paper (who signs says to have read it); here is only where to find them.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from accounts.clock import local_day
from accounts.mandates import mandates_of
from accounts.models import Mandate, User
from cases.access import holdings, visible_cases, visible_rows
from cases.models import Part, Task
from cases.procedures import current, definition_by, hash_of, is_usual
from cases.services import Possible, possibilities
from workflows.definition import Machine, Procedure, Step

MOST_LOOKED_AT = 500  # open tasks of the roles that sign; who has more narrows them in the queue


@dataclass(frozen=True, slots=True)
class Awaited:
    """A matter with a draft to be signed: the work that waits, the steps that sign it, for whom."""

    task: Task
    steps: tuple[Step, ...]
    grantor: User | None = None  # whom the person would sign for, under a mandate

    def is_about(self, possible: Possible) -> bool:
        """Whether a step that is possible in the case is one of these."""
        part = possible.part.pk if possible.part is not None else None
        return part == self.task.part_id and any(possible.step.name == step.name for step in self.steps)


def possible_steps(awaited: Sequence[Awaited], person: User, now: dt.datetime) -> list[list[Possible]]:
    """Return the steps of each matter as the person has them now, with every reason against the impossible ones.

    A step whose rules say that its time has not come (the draft is back with its officer) awaits nobody: it is
    left out, as it opens no task either (cases.services.tasks). What awaits in one case is asked about at once.
    """
    groups: dict[tuple[Any, Any], list[Awaited]] = {}
    for one in awaited:
        groups.setdefault(_whose(one), []).append(one)
    found = {place: _possible(same, person, now) for place, same in groups.items()}
    return [[p for p in found[_whose(one)] if one.is_about(p)] for one in awaited]


def _whose(awaited: Awaited) -> tuple[Any, Any]:
    return awaited.task.case_id, awaited.grantor.pk if awaited.grantor is not None else None


def _possible(same: Sequence[Awaited], person: User, now: dt.datetime) -> list[Possible]:
    """Return the steps of matters of one case that the person takes for the same grantor, those whose time has come."""
    wanted = {(one.task.part_id, step.name) for one in same for step in one.steps}

    def asked(part: Part | None, step: Step) -> bool:
        return (part.pk if part is not None else None, step.name) in wanted

    found = possibilities(same[0].task.case, person, now, same[0].grantor, of=asked)
    return [possible for possible in found if not _too_early(possible)]


def _too_early(possible: Possible) -> bool:
    rules = {guard.code for guard in possible.step.require if guard.cel is not None} | {"not_in_state"}
    return any(reason.code in rules for reason in possible.reasons)


def signing_roles() -> frozenset[str]:
    """Return the roles that sign something in a published procedure (one statement)."""
    return frozenset(role for definition in _published() for step in _signing(definition) for role in step.by)


def signs(person: User, roles: set[str], day: dt.date) -> bool:
    """Whether signing is part of what a person does: by one of the roles held, or by one that a mandate lends."""
    signing = signing_roles()
    return bool(roles & signing) or any(m.role in signing for m in mandates_of(person, day))


def awaiting(person: User, now: dt.datetime) -> list[Awaited]:
    """Return what awaits the person's signature: urgent first, then by due day, then the oldest."""
    own = {h.role for h in holdings(person, now)}
    mandates = [m for m in mandates_of(person, local_day(now)) if m.role not in own]
    found = (_awaited(task, own, mandates) for task in _tasks(person, now, own, mandates))
    return [awaited for awaited in found if awaited is not None]


def _tasks(person: User, now: dt.datetime, own: Iterable[str], mandates: Iterable[Mandate]) -> list[Task]:
    roles = {*own, *(m.role for m in mandates)}
    named = {_named(step) for definition in _published() for step in _signing(definition) if roles & set(step.by)}
    mine = Q(assignee=None) | Q(assignee=person) | Q(assignee__in=[m.grantor_id for m in mandates])
    seen = Q(case__in=visible_cases(person, now).values("pk")) | Q(case__in=visible_rows(person, now).values("pk"))
    tasks = Task.objects.filter(mine, seen, done_at=None, role__in=named).select_related(
        "case__definition", "case__unit", "case__assignee", "part", "assignee"
    )
    ordered = tasks.defer("case__definition__body").order_by("-urgent", F("due_at").asc(nulls_last=True), "pk")
    return list(ordered[:MOST_LOOKED_AT])


def _awaited(task: Task, own: Iterable[str], mandates: Iterable[Mandate]) -> Awaited | None:
    """Return what of a task awaits a signature; None when no draft lies there for one of the roles."""
    steps = [step for step in _from_here(task) if _drafted(task, step)]
    mine = tuple(step for step in steps if set(step.by) & set(own))
    if mine:
        return Awaited(task, mine)
    for mandate in mandates:
        lent = tuple(s for s in steps if mandate.role in s.by and _lends(mandate, task.case.procedure, s))
        if lent:
            return Awaited(task, lent, mandate.grantor)
    return None


def _lends(mandate: Mandate, procedure: str, step: Step) -> bool:
    return any(mandate.covers(procedure, act) for act in (step.name, *step.papers.sign))


def _from_here(task: Task) -> Iterator[Step]:
    """Yield the steps that sign something from where the work waits."""
    definition = definition_by(hash_of(task.case.definition_id))
    machine = definition.machine if task.part is None else definition.part(task.part.kind).machine
    for step in _signing_in(machine):
        if task.state in step.sources or task.state == step.name:
            yield step


def _drafted(task: Task, step: Step) -> bool:
    """Whether a draft for it lies there: of the part or the case; or the step is usual and drafts what it signs."""
    holders: list[Mapping[str, Any]] = [task.case.papers, *([task.part.papers] if isinstance(task.part, Part) else [])]
    kept = [holder.get(code, {}) for holder in holders for code in step.papers.sign]
    if any(paper.get("draft") and not paper.get("signed") for paper in kept):
        return True
    kind = task.part.kind if task.part is not None else None
    drafts_itself = set(step.papers.sign) <= set(step.papers.prepare)
    return drafts_itself and is_usual(definition_by(hash_of(task.case.definition_id)), step, kind)


def _published() -> list[Procedure]:
    return [definition_by(body_hash) for body_hash in current().values_list("hash", flat=True)]


def _signing(definition: Procedure) -> Iterator[Step]:
    for machine in (definition.machine, *(kind.machine for kind in definition.parts)):
        yield from _signing_in(machine)


def _signing_in(machine: Machine) -> Iterator[Step]:
    yield from (s for s in (*machine.transitions, *machine.acts) if s.when == "manual" and s.papers.sign)


def _named(step: Step) -> str:
    """Return the role for which the task of a step stands (cases.services.tasks)."""
    return next(role for role in step.by if role != "system")
