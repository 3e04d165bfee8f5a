"""What the engine keeps by itself after a step: assignee, unit, originals, trail, the clock, tasks and timers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from accounts.models import OrgUnit
from cases.models import Case, Part, Task
from cases.services.part_days import keep_part_days
from cases.services.receipt import recompute_due
from cases.services.tasks import keep_tasks
from cases.services.timers import keep_timers
from cases.services.turn import Turn
from cases.writes import Writes
from workflows.engine import Move

RECOMPUTE = "recompute_due_date"  # the act of the one-stop layer that tells of a day moved by the calendar


def keep_named(turn: Turn, ask: Mapping[str, Any]) -> None:
    """Keep what an ask of a fixed name means: who handles the case, which unit, where an original is."""
    case = turn.case
    if "assignee" in ask:
        case.assignee_id = uuid.UUID(ask["assignee"])
    if "successor_unit" in ask:
        case.attributes.setdefault("received_by_unit", case.unit.code if case.unit is not None else "")
        case.unit = OrgUnit.objects.filter(code=ask["successor_unit"]).order_by("-valid_from").first()
    if "original_event" in ask:
        _keep_original(case, str(ask["original_of"]), str(ask["original_event"]))


def keep_claim(turn: Turn, move: Move, part: Part | None) -> None:
    """The act `claim` takes the free tasks of the role that acts."""
    if move.step.kind == "act" and move.step.name == "claim" and turn.actor is not None:
        free = Task.objects.filter(case=turn.case, part=part, role=move.role, assignee=None, done_at=None)
        free.update(assignee=turn.actor)


def keep_recomputed(turn: Turn, move: Move) -> dict[str, int]:
    """The act after a change of the calendar reads the due day anew; return the revision that it was read from."""
    if move.step.name != RECOMPUTE:
        return {}
    recompute_due(turn)
    return {"calendar": turn.calendar.revision}


def _keep_original(case: Case, name: str, happened: str) -> None:
    originals = {**case.attributes.get("originals", {}), name: happened}
    case.attributes["originals"] = originals
    case.attributes["has_originals"] = any(last in ("nhan", "luu") for last in originals.values())


def keep_trail(turn: Turn, move: Move, part: Part | None, recorded_for: str) -> None:
    """Remember who took which step in which role, for four eyes: the actor, whom they acted for, who is recorded."""
    if move.role in ("", "system") or move.step.kind == "act":
        return
    name = f"{part.kind}.{move.step.name}" if part is not None else move.step.name
    people = [turn.person]
    if turn.request.acting_for is not None:
        people.append(str(turn.request.acting_for.pk))
    rows = [{"name": name, "person": person, "role": move.role} for person in people]
    if recorded_for:
        rows.append({"name": name, "person": recorded_for, "role": move.step.by[0]})
    turn.case.trail = [*turn.case.trail, *rows]


def keep_clock(turn: Turn) -> None:
    """A state with `clock_from` stands while every open part of that kind waits for somebody outside."""
    case = turn.case
    state = turn.machine(None).state(case.state)
    if state.clock_from is None:
        return
    same = [p for p in turn.parts if p.kind == state.clock_from and p.attempt == case.attempt]
    waiting = [p for p in same if not (p.closed or p.ended)]
    clock = "out" if waiting and all(p.clock == "out" for p in waiting) else state.clock
    if clock != case.clock:
        case.clock, case.clock_log = clock, [*case.clock_log, [turn.now.isoformat(), clock]]


def keep_all(turn: Turn, writes: Writes) -> list[Task]:
    """Bring due day, part days, timers and tasks in line with the rows as they stand; return the open tasks."""
    recompute_due(turn)
    keep_part_days(turn)
    keep_timers(turn)
    return keep_tasks(turn, writes)
