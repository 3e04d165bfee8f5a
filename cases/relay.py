"""The relay: names due outbox rows to Celery, over and over until somebody has taken them.

The broker is a doorbell. Nothing is written here: a row that was named and not taken is due still, so a lost or
emptied broker costs a pause, and a row named twice is taken once. The queue never grows beyond AT_ONCE names: rows
named again and again to workers that are busy or away would bury the news under repetitions.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from django.conf import settings

from accounts.clock import now
from cases.services.outbox import due_entries
from cases.shift import Shift, patience, run_shift

AT_ONCE = 100  # names in the queue: enough to keep many workers busy
PAUSE = 2.0  # seconds to wait for a broker that does not answer

log = structlog.get_logger("hoso.carrier")


class Broker(Protocol):
    """Where ids are left for workers. Both raise ConnectionError when it does not answer."""

    def name(self, entry_id: int) -> None:
        """Leave the id of an outbox row."""

    def waiting(self) -> int:
        """Return how many ids lie there and have not been taken."""


@dataclass(slots=True)
class Named:
    """When each due row was named last."""

    at: dict[int, float] = field(default_factory=dict)

    def due(self) -> list[int]:
        """Return the due rows to name now: new ones, and those that nobody took for a while."""
        found = list(due_entries(now()).values_list("pk", flat=True)[: 2 * AT_ONCE])
        self.at = {entry: self.at[entry] for entry in found if entry in self.at}
        before = time.monotonic() - settings.OUTBOX_RING_AGAIN
        return [entry for entry in found if self.at.get(entry, before) <= before]


def hand_over(named: Named, broker: Broker) -> int:
    """Name the due rows, oldest first, as far as there is room; return how many. Raises ConnectionError."""
    entries = named.due()
    room = AT_ONCE - broker.waiting() if entries else 0
    for entry in entries[: max(0, room)]:
        broker.name(entry)
        named.at[entry] = time.monotonic()
    return min(len(entries), max(0, room))


def run_relay(shift: Shift, broker: Broker) -> bool:
    """Hand over until the shift ends; return whether all ended in order."""

    def relay(shift: Shift) -> None:
        named = Named()
        while not shift.stop.is_set():
            heard = shift.rung()
            with patience(shift):
                _hand_over_if_possible(named, broker, shift)
            shift.wait(heard)

    return run_shift(shift, {"relay": relay})


def _hand_over_if_possible(named: Named, broker: Broker, shift: Shift) -> None:
    try:
        hand_over(named, broker)
    except ConnectionError:
        log.error("the broker does not answer; rows stay in the outbox, trying again")
        shift.stop.wait(PAUSE)
