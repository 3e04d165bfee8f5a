"""The relay: names due outbox rows to Celery, over and over until somebody has taken them.

The broker is a doorbell. Nothing is written here: a row that was named and not taken is due still, so a lost or
emptied broker costs a pause, and a row named twice is taken once.
"""
from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from django.conf import settings

from accounts.clock import now
from cases.services.outbox import due_entries
from cases.shift import Shift, patience, run_shift

AT_ONCE = 200  # rows named and not taken yet: enough to keep many workers busy
PAUSE = 2.0  # seconds to wait for a broker that does not answer

Send = Callable[[int], None]  # raises ConnectionError when the broker does not answer
log = structlog.get_logger("hoso.carrier")


@dataclass(slots=True)
class Named:
    """When each due row was named last."""

    at: dict[int, float] = field(default_factory=dict)

    def due(self) -> list[int]:
        """Return the due rows to name now: new ones, and those that nobody took for a while."""
        found = list(due_entries(now()).values_list("pk", flat=True)[:AT_ONCE])
        self.at = {entry: self.at[entry] for entry in found if entry in self.at}
        before = time.monotonic() - settings.OUTBOX_RING_AGAIN
        return [entry for entry in found if self.at.get(entry, before) <= before]


def hand_over(named: Named, send: Send) -> int:
    """Name every row that is due to the broker; return how many. Raises ConnectionError."""
    entries = named.due()
    for entry in entries:
        send(entry)
        named.at[entry] = time.monotonic()
    return len(entries)


def run_relay(shift: Shift, send: Send) -> bool:
    """Hand over until the shift ends; return whether all ended in order."""

    def relay(shift: Shift) -> None:
        named = Named()
        while not shift.stop.is_set():
            heard = shift.rung()
            with patience(shift):
                _hand_over_if_possible(named, send, shift)
            shift.wait(heard)

    return run_shift(shift, {"relay": relay})


def _hand_over_if_possible(named: Named, send: Send, shift: Shift) -> None:
    try:
        hand_over(named, send)
    except ConnectionError:
        log.error("the broker does not answer; rows stay in the outbox, trying again")
        shift.stop.wait(PAUSE)
