"""Who has to do something now: the tasks of a case, from its state and its open parts. Claim and release."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import UUIDField

from accounts.models import User
from cases.access import counts, holdings
from cases.errors import CaseNotFound
from cases.facts import Facts
from cases.ledger_access import IN_LEDGER
from cases.models import Case, Event, Part, Task
from cases.prepared import Asked, Prepared
from cases.services.events import Happening, append_alone, locked_case
from cases.services.part_days import goes_with_case
from cases.services.turn import Turn
from cases.writes import Writes
from workflows.clock import step_due
from workflows.coming import comes
from workflows.definition import Step
from workflows.errors import Reason, TransitionRefused

LINK_PENDING = "link_pending"  # a task that no step closes: it waits for another procedure (cases.services.links)
OPEN = Prepared(
    lambda: Task.objects.filter(case_id=Asked("case", UUIDField()), done_at=None).exclude(state=LINK_PENDING)
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that should be open: where the work waits and for whom."""

    part_key: str
    state: str  # of an act that is due: its name
    role: str
    unit_code: str
    due_at: dt.datetime | None
    assignee_id: uuid.UUID | None = None

    @property
    def identity(self) -> tuple[str, str, str, str]:
        return (self.part_key, self.state, self.role, self.unit_code)


def keep_tasks(turn: Turn, writes: Writes) -> list[Task]:
    """Close the tasks whose work is gone, open those that are new; return the open ones."""
    keys = {p.pk: p.key for p in turn.parts}
    standing = {_identity(t, keys): t for t in OPEN.rows(case=turn.case.pk)}
    _hand_over(turn, standing.values(), writes)
    wanted = {w.identity: w for w in wanted_tasks(turn)}
    writes.set_together([t for i, t in standing.items() if i not in wanted], "done_at", turn.now)
    new = [_task(turn, w) for i, w in wanted.items() if i not in standing]
    writes.insert(new)
    return [t for i, t in standing.items() if i in wanted] + new


def _hand_over(turn: Turn, standing: Iterable[Task], writes: Writes) -> None:
    """Specialists' tasks are those of the specialist who handles the case."""
    assignee = turn.case.assignee_id
    if assignee is not None:
        moved = [t for t in standing if t.role == "specialist" and t.assignee_id != assignee]
        writes.set_together(moved, "assignee", assignee)


def _identity(task: Task, keys: Mapping[uuid.UUID, str]) -> tuple[str, str, str, str]:
    return (keys.get(task.part_id, "") if task.part_id else "", task.state, task.role, task.unit_code)


def _task(turn: Turn, wanted: Wanted) -> Task:
    part = next((p for p in turn.parts if p.key == wanted.part_key), None)
    return Task(
        case=turn.case,
        part=part,
        state=wanted.state,
        role=wanted.role,
        unit_code=wanted.unit_code,
        assignee_id=wanted.assignee_id,
        urgent=turn.case.urgent,
        opened_at=turn.now,
        due_at=wanted.due_at,
    )


def wanted_tasks(turn: Turn) -> list[Wanted]:
    """Return the tasks that the case and its open parts give rise to now."""
    facts = turn.facts()
    found = list(_of_record(turn, None, facts))
    for part in turn.parts:
        if not (part.ended or part.closed) and part.attempt == turn.case.attempt:
            found += _of_record(turn, part, facts)
    unique: dict[tuple[str, str, str, str], Wanted] = {}
    for wanted in found:
        kept = unique.get(wanted.identity)
        if kept is None or (wanted.due_at is not None and (kept.due_at is None or wanted.due_at < kept.due_at)):
            unique[wanted.identity] = wanted
    return list(unique.values())


def _of_record(turn: Turn, part: Part | None, facts: Facts) -> Iterator[Wanted]:
    record: Case | Part = part if part is not None else turn.case
    if record.proposal is not None:
        step = turn.machine(part).step(record.proposal["name"])
        if step is not None and step.cosign is not None:
            yield _wanted(turn, part, record, step.cosign, None)
        return
    steps, acts = _steps_due(turn, part, record), _acts_due(turn, part)
    if not steps and not acts:
        return
    seen = facts.of(part)
    for step in (s for s in steps if _workable(turn, s, part, seen)):
        for role in _roles(step):
            yield _wanted(turn, part, record, role, _due(turn, step, record))
    for act in (a for a in acts if _workable(turn, a, part, seen)):
        yield from _of_act(turn, part, record, act)


def _steps_due(turn: Turn, part: Part | None, record: Case | Part) -> list[Step]:
    """Return the steps out of the present state that somebody is due to take; of a part without times, any."""
    here = [s for s in turn.machine(part).transitions if s.when == "manual" and record.state in s.sources]
    manual = [s for s in here if not s.optional]
    return [s for s in manual if s.within is not None] or (manual if part is not None else [])


def _acts_due(turn: Turn, part: Part | None) -> list[Step]:
    """Return the acts that somebody is due to do: those for which a paper waits, and those with a time of their own."""
    manual = (a for a in turn.machine(part).acts if a.when == "manual")
    return [a for a in manual if (_paper_waits(turn, part, a) if _works(a) else a.within is not None)]


def _works(act: Step) -> bool:
    return bool(act.papers.sign or act.papers.issue)


def _of_act(turn: Turn, part: Part | None, record: Case | Part, act: Step) -> Iterator[Wanted]:
    """An act that signs or issues waits as long as its paper does; any other is due once after each change of state."""
    if _works(act) or not _done(turn, part, record, act):
        for role in _roles(act):
            # Its time runs from when it becomes due, not from when the state was entered.
            wanted = _wanted(turn, part, record, role, _due(turn, act, record, since=turn.now))
            yield replace(wanted, state=act.name)


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


def _workable(turn: Turn, step: Step, part: Part | None, facts: Facts) -> bool:
    """Whether the step waits for a person only: a rule about a day or a lapse that has not come leaves no work yet."""
    return comes(turn.attempt_on(facts, step, part, roles=frozenset(step.by)))


def _roles(step: Step) -> tuple[str, ...]:
    if "applicant" in step.by:
        return ("applicant",)
    return tuple(r for r in step.by if r != "system")[:1]


def _wanted(turn: Turn, part: Part | None, record: Case | Part, role: str, due_at: dt.datetime | None) -> Wanted:
    unit = (
        str(part.fields.get("agency", "")) if part is not None and role == "consultee" else _unit_code(turn.case, role)
    )
    assignee = turn.case.assignee_id if role == "specialist" else None
    return Wanted(part.key if part is not None else "", record.state, role, unit, due_at, assignee)


def _unit_code(case: Case, role: str) -> str:
    if case.in_ledger:
        return f"{IN_LEDGER}{case.unit.code if case.unit is not None else ''}"
    return case.unit.code if case.unit is not None and role in ("specialist", "division_head") else ""


def _due(turn: Turn, step: Step, record: Case | Part, since: dt.datetime | None = None) -> dt.datetime | None:
    if step.within is None:
        return None
    config = turn.definition.config
    own = isinstance(record, Part) and bool(record.clock_log) and not goes_with_case(turn, record)
    term = next((t for t in turn.definition.terms if t.code == turn.case.attributes.get("term")), None)
    return step_due(
        since or record.entered_at,
        step.within,
        received=record.opened_at if own and isinstance(record, Part) else turn.case.received_at,
        due_on=record.due_on if own and isinstance(record, Part) else turn.case.original_due_on,
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
