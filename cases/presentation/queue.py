"""Rows of the queue: which matter, what waits, until when, who holds it."""
from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from cases.access import OUTSIDE
from cases.calendar import load_calendar
from cases.models import Task
from cases.presentation.words import Due, due_words, label, language, said
from cases.procedures import definition_by, hash_of
from cases.queries import Desk
from cases.services.tasks import LINK_PENDING
from workflows.definition import Machine, Step


@dataclass(frozen=True, slots=True)
class Row:
    """One task as the queue shows it."""

    task: Task
    procedure: str
    what: str  # the state in which the work waits, before it the kind of part
    due: Due
    href: str
    role: str
    direct: str  # the words of the one step that the task is about, where its page takes the place of the case
    may_take: bool
    may_release: bool

    @property
    def holder(self) -> str:
        return str(self.task.assignee) if self.task.assignee is not None else ""


def rows_of(tasks: Iterable[Task], desk: Desk) -> list[Row]:
    """Return the tasks as rows, seen by who sits at the desk."""
    calendar, roles = load_calendar(), {h.role for h in desk.held}
    return [
        Row(
            task=task,
            procedure=label(definition_by(hash_of(task.case.definition_id))),
            what=what_waits(task),
            due=due_words(task.due_at, desk.now, calendar),
            href=address_of(task),
            role=role_words(task),
            direct=label(step) if (step := direct_step(task)) is not None else "",
            may_take=task.assignee_id is None and task.role in roles,
            may_release=task.assignee_id == desk.user.pk,
        )
        for task in tasks
    ]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The same work on several parts of a case: one of its rows, the first that is due, stands for all."""

    row: Row
    count: int

    @property
    def several(self) -> bool:
        return self.count > 1

    @property
    def kind(self) -> str:
        """The kind of part, empty for work on the case."""
        return self.row.task.part.kind if self.row.task.part is not None else ""


def gathered(rows: Iterable[Row], apart: Container[str]) -> list[Gathered]:
    """Return the work on a case: the same of the same person on several parts once, but for the parts `apart` (keys).
    """
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        part = row.task.part
        alone = row.task.pk if part is None or part.key in apart else None
        found.setdefault((row.what, row.role, row.task.assignee_id, alone), []).append(row)
    return [Gathered(same[0], len(same)) for same in found.values()]


def role_words(task: Task) -> str:
    """Return the name of the role that is awaited."""
    named = definition_by(hash_of(task.case.definition_id)).roles.get(task.role, {})
    return named.get(language()) or named.get("vi") or task.role


def what_waits(task: Task) -> str:
    """Return what a task is about: the state of the case, or the part and its state."""
    definition = definition_by(hash_of(task.case.definition_id))
    if task.state == LINK_PENDING:
        return said("Chờ mở hồ sơ liên kết: thủ tục kia chưa công bố", "A linked case waits for its procedure")
    if task.part is None:
        return _state(definition.machine, task.state)
    kind = definition.part(task.part.kind)
    return f"{label(kind)}: {_state(kind.machine, task.state)}"


def _state(machine: Machine, code: str) -> str:
    """Return the words of a state, or of an act that is due."""
    state = next((state for state in machine.states if state.code == code), None)
    named = state if state is not None else machine.step(code)
    return label(named) if named is not None else code


def address_of(task: Task) -> str:
    """Return where the work is done: the case, the part; for an agency that is asked, the one page of its answer."""
    step = direct_step(task)
    if task.part is None:
        return reverse("case", args=[task.case.code])
    if step is None:
        return reverse("part", args=[task.case.code, task.part.key])
    return reverse("part_step", args=[task.case.code, task.part.key, step.name])


def direct_step(task: Task) -> Step | None:
    """Return the step that an outside agency takes from the state of its part, when there is exactly one."""
    if task.part is None or task.role not in OUTSIDE:
        return None
    machine = definition_by(hash_of(task.case.definition_id)).part(task.part.kind).machine
    steps = [s for s in machine.transitions if s.when == "manual" and task.state in s.sources and task.role in s.by]
    return steps[0] if len(steps) == 1 else None
