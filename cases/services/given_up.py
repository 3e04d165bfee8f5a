"""What happens with an effect that is given up: its room is told, and the history of the case says so."""
from __future__ import annotations

import structlog
from django.db import transaction

from cases.effects import Effect, Handler, carriage_of
from cases.services.events import Happening, append_alone, locked_case
from cases.services.mishaps import trace_of, what_failed

GIVEN_UP = "delivery_given_up"

log = structlog.get_logger("hoso.outbox")


def note_given_up(effect: Effect) -> None:
    """Tell the room and append an event to the case, in the transaction that gives the effect up.

    A room that fails at this does not keep the row alive: a dead row is seen, one that circles for ever is not.
    """
    try:
        buried = carriage_of(effect.kind).buried
    except KeyError:
        buried = None
    for note in (buried, _append_event):
        if note is not None:
            _try(note, effect)


def _try(note: Handler, effect: Effect) -> None:
    try:
        with transaction.atomic():
            note(effect)
    except Exception as error:  # noqa: BLE001  # see note_given_up
        what, trace = what_failed(error), trace_of(error)
        log.error("burial failed", entry=effect.entry_id, kind=effect.kind, error=what, trace=trace)


def _append_event(effect: Effect) -> None:
    """A promise that was not kept is part of the history. The version stays: nobody's open form turns stale."""
    if effect.case_id is None:
        return
    what = Happening(kind="system", name=GIVEN_UP, facts={"effect": effect.kind, "seq": effect.seq})
    append_alone(locked_case(effect.case_id), what, effect.now)
