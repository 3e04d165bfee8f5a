"""Who has to do something now: the tasks of a case, from its state and its open parts. Claim and release."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.db import transaction
from django.db.models import UUIDField

from accounts.models import User
from cases.access import counts, holdings
from cases.errors import CaseNotFound
from cases.facts import Facts
from cases.ledger_access import IN_LEDGER
from cases.lookups import CaseLookups
from cases.models import Case, Event, Part, Task
from cases.prepared import Asked, Prepared
from cases.services.events import Happening, append_alone, locked_case
from cases.services.part_days import goes_with_case
from cases.services.turn import Turn
from cases.writes import Writes
from workflows.clock import step_due
from workflows.definition import Machine, Step
from workflows.errors import Reason, TransitionRefused

LINK_PENDING = "link_pending"  # a task that no step closes: it waits for another procedure (cases.services.links)
OPEN = Prepared(
    lambda: Task.objects.filter(case_id=Asked("case", UUIDField()), done_at=None).exclude(state=LINK_PENDING)
)


Identity = tuple[str, str, str, str]  # key of the part, state or act, role, unit


@dataclass(frozen=True, slots=True)
class Wanted:
    """Work that waits: where, for whom, and for which step (None: for a co-signature)."""

    part: Part | None
    state: str  # of an act that is due: its name
    role: str
    unit_code: str
    step: Step | None
    since: dt.datetime  # from when the time of the step runs

    @property
    def identity(self) -> Identity:
        return (self.part.key if self.part is not None else "", self.state, self.role, self.unit_code)


def keep_tasks(turn: Turn, writes: Writes) -> list[Task]:
    """Close the tasks whose work is gone, open those that are new; return the open ones."""
    keys = {p.pk: p.key for p in turn.parts}
    standing = {_identity(t, keys): t for t in OPEN.rows(case=turn.case.pk)}
    _hand_over(turn, standing.values(), writes)
    wanted = wanted_tasks(turn)
    writes.set_together([t for i, t in standing.items() if i not in wanted], "done_at", turn.now)
    new = [_task(turn, steps) for i, steps in wanted.items() if i not in standing]
    writes.insert(new)
    return [t for i, t in standing.items() if i in wanted] + new


def _hand_over(turn: Turn, standing: Iterable[Task], writes: Writes) -> None:
    """Specialists' tasks are those of the specialist who handles the case."""
    assignee = turn.case.assignee_id
    if assignee is not None:
        moved = [t for t in standing if t.role == "specialist" and t.assignee_id != assignee]
        writes.set_together(moved, "assignee", assignee)


def _identity(task: Task, keys: Mapping[uuid.UUID, str]) -> Identity:
    return (keys.get(task.part_id, "") if task.part_id else "", task.state, task.role, task.unit_code)


def _task(turn: Turn, wanted: Sequence[Wanted]) -> Task:
    """Return the task in which this work of one place waits for one role; the earliest of its steps says by when."""
    first = wanted[0]
    due = [day for w in wanted if (day := _due(turn, w)) is not None]
    return Task(
        case=turn.case,
        part=first.part,
        state=first.state,
        role=first.role,
        unit_code=first.unit_code,
        assignee_id=turn.case.assignee_id if first.role == "specialist" else None,
        urgent=turn.case.urgent,
        opened_at=turn.now,
        due_at=min(due, default=None),
    )


def wanted_tasks(turn: Turn) -> dict[Identity, list[Wanted]]:
    """Return the tasks that the case and its open parts give rise to now, each with the steps that it is for."""
    facts = turn.facts()
    asked = turn.asked(facts)
    found: dict[Identity, list[Wanted]] = {}
    for part in (None, *turn.open_parts):
        for wanted in _of_record(turn, part, facts, asked):
            found.setdefault(wanted.identity, []).append(wanted)
    return found


def _of_record(turn: Turn, part: Part | None, facts: Facts, asked: CaseLookups) -> Iterator[Wanted]:
    record: Case | Part = part if part is not None else turn.case
    machine = turn.machine(part)
    if record.proposal is not None:
        step = machine.step(record.proposal["name"])
        if step is not None and step.cosign is not None:
            yield _wanted(turn, part, step.cosign, None)
        return
    steps, acts = _steps_due(machine, record.state, of_part=part is not None), _acts_due(turn, machine, part)
    if not steps and not acts:
        return
    # Whatever waits for a person only: a rule about a day or a lapse that has not come leaves no work yet.
    for step in turn.coming((*steps, *acts), part, facts.of(part), asked):
        yield from _of_act(turn, part, record, step) if step.kind == "act" else _of_step(turn, part, step)


@lru_cache(maxsize=4096)
def _steps_due(machine: Machine, state: str, *, of_part: bool) -> tuple[Step, ...]:
    """Return the steps out of a state that somebody is due to take; of a part without times, any."""
    here = [s for s in machine.transitions if s.when == "manual" and state in s.sources]
    manual = [s for s in here if not s.optional]
    return tuple([s for s in manual if s.within is not None] or (manual if of_part else []))


def _acts_due(turn: Turn, machine: Machine, part: Part | None) -> list[Step]:
    """Return the acts that somebody is due to do: those for which a paper waits, and those with a time of their own."""
    return [a for a in _likely_acts(machine) if not _works(a) or _paper_waits(turn, part, a)]


@lru_cache(maxsize=1024)
def _likely_acts(machine: Machine) -> tuple[Step, ...]:
    return tuple(a for a in machine.acts if a.when == "manual" and (_works(a) or a.within is not None))


def _works(act: Step) -> bool:
    return bool(act.papers.sign or act.papers.issue)


def _of_step(turn: Turn, part: Part | None, step: Step) -> Iterator[Wanted]:
    return (_wanted(turn, part, role, step) for role in _roles(step))


def _of_act(turn: Turn, part: Part | None, record: Case | Part, act: Step) -> Iterator[Wanted]:
    """An act that signs or issues waits as long as its paper does; any other is due once after each change of state."""
    if _works(act) or not _done(turn, part, record, act):
        for role in _roles(act):
            # Its time runs from when it becomes due, not from when the state was entered.
            yield replace(_wanted(turn, part, role, act), state=act.name, since=turn.now)


def _paper_waits(turn: Turn, part: Part | None, act: Step) -> bool:
    """Whether a draft lies there that the act signs, or a signed paper that it issues: of the part, or of the case."""
    holders = (turn.case,) if part is None else (part, turn.case)
    worked = {*act.papers.sign, *act.papers.issue}
    papers = [(code, holder.papers.get(code, {})) for holder in holders for code in worked]
    unsigned = any(kept.get("draft") and not kept.get("signed") for code, kept in papers if code in act.papers.sign)
    signed = any(kept.get("signed") and not kept.get("issued") for code, kept in papers if code in act.papers.issue)
    return unsigned or signed


def _done(turn: Turn, part: Part | None, record: Case | Part, act: Step) -> bool:
    """Whether the act has been done since the record came into its state."""
    key = part.key if part is not None else ""
    if any((event.name, event.part_key) == (act.name, key) for event in turn.events):
        return True
    kept = Event.objects.filter(case=turn.case, name=act.name, part_key=key, at__gte=record.entered_at)
    return kept.exists()


def _roles(step: Step) -> tuple[str, ...]:
    if "applicant" in step.by:
        return ("applicant",)
    return tuple(r for r in step.by if r != "system")[:1]


def _wanted(turn: Turn, part: Part | None, role: str, step: Step | None) -> Wanted:
    record: Case | Part = part if part is not None else turn.case
    agency = part is not None and role == "consultee"
    unit = str(part.fields.get("agency", "")) if part is not None and agency else _unit_code(turn.case, role)
    return Wanted(part, record.state, role, unit, step, record.entered_at)


def _unit_code(case: Case, role: str) -> str:
    if case.in_ledger:
        return f"{IN_LEDGER}{case.unit.code if case.unit is not None else ''}"
    return case.unit.code if case.unit is not None and role in ("specialist", "division_head") else ""


def _due(turn: Turn, wanted: Wanted) -> dt.datetime | None:
    part, step = wanted.part, wanted.step
    if step is None or step.within is None:
        return None
    config = turn.definition.config
    own = part if part is not None and part.clock_log and not goes_with_case(turn, part) else None
    term = next((t for t in turn.definition.terms if t.code == turn.case.attributes.get("term")), None)
    return step_due(
        wanted.since,
        step.within,
        received=own.opened_at if own is not None else turn.case.received_at,
        due_on=own.due_on if own is not None else turn.case.original_due_on,
        calendar=turn.calendar,
        unit=term.u if term is not None else "WD",
        urgent_factor=config.get("urgent_step_factor", 0.5) if turn.case.urgent else 1.0,
    )


def claim_task(*, task_id: int, actor: User, now: dt.datetime) -> Task:
    """Take a task of one's role; idempotent. Raises CaseNotFound, TransitionRefused (held, not one's role)."""
    return _hold(task_id, actor, now, take=True)


def release_task(*, task_id: int, actor: User, now: dt.datetime) -> Task:
    """Give a claimed task back to its role. Raises CaseNotFound, TransitionRefused (held by somebody else)."""
    return _hold(task_id, actor, now, take=False)


def _hold(task_id: int, actor: User, now: dt.datetime, *, take: bool) -> Task:
    with transaction.atomic(durable=True):
        case, task = _locked(task_id)
        if not may_hold(task, actor, now):
            raise TransitionRefused(
                [Reason("role_missing", "Việc này không thuộc vai trò của bạn", "This task is not for your role")]
            )
        if task.assignee_id not in (None, actor.pk):
            who = str(task.assignee)
            raise TransitionRefused([Reason("not_in_state", f"{who} đã nhận việc này", f"{who} has taken this task")])
        if (task.assignee_id == actor.pk) == take:
            return task
        task.assignee = actor if take else None
        task.save(update_fields=["assignee"])
        what = Happening(
            kind="act",
            name="claim" if take else "release",
            role=task.role,
            actor=str(actor.pk),
            part_key=task.part.key if task.part is not None else "",
        )
        append_alone(case, what, now)
    return task


def _locked(task_id: int) -> tuple[Case, Task]:
    """Lock the case of an open task, then read the task again: cases are always locked first."""
    case_id = Task.objects.filter(pk=task_id).values_list("case_id", flat=True).first()
    case = locked_case(case_id) if case_id is not None else None
    task = Task.objects.select_related("part", "assignee").filter(pk=task_id, done_at=None).first()
    if case is None or task is None:
        raise CaseNotFound(task_id)
    task.case = case
    return case, task


def may_hold(task: Task, actor: User, now: dt.datetime) -> bool:
    """Whether the task is for a role that the person holds where the case is."""
    held = [h for h in holdings(actor, now) if h.role == task.role]
    return any(counts(h, task.case, task.part, actor) for h in held)
