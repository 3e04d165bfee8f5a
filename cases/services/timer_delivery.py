"""A timer that falls due: take its step as the system, exactly once, if it still stands."""

from __future__ import annotations

import datetime as dt
import hashlib

from cases.effects import Effect
from cases.errors import CaseChanged, DeliveryImpossible, DeliveryPostponed
from cases.models import Case, Event, Part
from cases.procedures import definition_by
from cases.services.advance import advance_case
from cases.services.computing import compute
from cases.services.loading import parts_of
from cases.services.recompute import renew_timers
from cases.services.timers import DueTimer, stands
from cases.services.turn import Request, Turn
from workflows.errors import TransitionRefused

SYSTEM = frozenset({"system"})
RENEW = "renew"
LOOK_AGAIN = dt.timedelta(minutes=10)  # how often a timer that waits for its step to be allowed is judged anew


def fire_timer(effect: Effect) -> None:
    """Take the step of a due timer. Stale or already fired: nothing. Not allowed yet: it waits (DeliveryPostponed)."""
    timer = _timer(effect)
    turn = _present(effect, timer)
    if not stands(turn, timer):
        _renew_row(turn, timer, effect)
        return
    if _fired(turn, timer):
        return
    try:
        advance_case(
            case_id=turn.case.pk, transition=timer.name, actor=None, now=effect.now,
            part_id=timer.part_key or None, expected_version=_record(turn).version, idempotency_key=_once(timer),
        )  # fmt: skip
    except CaseChanged as changed:  # since we looked: look again
        raise DeliveryPostponed("case_changed", until=effect.now) from changed
    except TransitionRefused as refused:
        why = ", ".join(reason.code for reason in refused.reasons)
        raise DeliveryPostponed(why, until=effect.now + LOOK_AGAIN) from refused


def _renew_row(turn: Turn, timer: DueTimer, effect: Effect) -> None:
    """What a row computes may have moved with a row elsewhere (a trip that was prolonged): its timers move with it."""
    unmoved = turn.case.entered_at == dt.datetime.fromisoformat(timer.entered)
    if turn.case.kind == Case.Kind.ROW and unmoved and not turn.case.closed:
        renew_timers(turn.case.pk, RENEW, effect.now, change=f"{RENEW}:{effect.entry_id}")


def _timer(effect: Effect) -> DueTimer:
    said = effect.payload
    return DueTimer(said["name"], said["part"], said["entered"], dt.datetime.fromisoformat(said["fires"]))


def _present(effect: Effect, timer: DueTimer) -> Turn:
    """Return the case as it stands now, not locked: `expected_version` tells if it moves before the step."""
    rows = Case.objects.select_related("unit", "organisation", "definition").defer("definition__body")
    case = rows.filter(pk=effect.case_id).first() if effect.case_id is not None else None
    if case is None:
        raise DeliveryImpossible("case_missing")
    request = Request(case.pk, timer.name, None, effect.now, part_key=timer.part_key or None)
    turn = Turn(definition_by(case.definition.hash), case, parts_of(case), effect.now, request, roles=SYSTEM)
    if case.kind == Case.Kind.ROW:
        compute(turn)
    return turn


def _record(turn: Turn) -> Case | Part:
    return turn.part if turn.part is not None else turn.case


def _fired(turn: Turn, timer: DueTimer) -> bool:
    """Whether an act has been done for this moment already: it leaves the state in which its timer stands.

    Every later event promises such a timer anew; the history remembers longer than idempotency keys do.
    """
    step = turn.machine(turn.part).step(timer.name)
    if step is None or step.kind == "transition":
        return False
    done = Event.objects.filter(case=turn.case, name=timer.name, part_key=timer.part_key, at__gte=timer.fires)
    return done.exists()


def _once(timer: DueTimer) -> str:
    """Return the idempotency key: two rows of the same timer, delivered at the same moment, are one step."""
    said = (timer.name, timer.part_key, timer.entered, timer.fires.astimezone(dt.UTC).isoformat())
    return "timer:" + hashlib.sha256("|".join(said).encode()).hexdigest()
