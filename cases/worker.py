"""The worker: threads that claim outbox rows directly, woken by whoever commits. No broker."""
from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator

from accounts.clock import now
from cases.services.housekeeping import keep_house
from cases.services.outbox import Delivery, deliver, due_entries
from cases.shift import Job, Shift, patience, run_shift

YIELD = 0.05  # seconds to leave a row to the carrier that was faster


class Hands:
    """Which rows the threads of this worker hold, so that no two of them go for the same one."""

    def __init__(self) -> None:
        self._choosing = threading.Lock()
        self._held: set[int] = set()

    @contextlib.contextmanager
    def chosen(self) -> Iterator[int | None]:
        """Yield the id of a due row that no other thread of this worker holds, or None."""
        with self._choosing:
            first = due_entries(now()).values_list("pk", flat=True)[: len(self._held) + 1]
            entry = next((pk for pk in first if pk not in self._held), None)
            if entry is not None:
                self._held.add(entry)
        try:
            yield entry
        finally:
            if entry is not None:
                self._held.discard(entry)


def outbox_answers() -> None:
    """Look whether there is an outbox to work on. Raises DatabaseError when there is no database, or no table yet."""
    due_entries(now()).exists()


def run_worker(shift: Shift, threads: int) -> bool:
    """Deliver with so many threads until the shift ends; return whether all ended in order."""
    carry = _carrying(Hands())
    return run_shift(shift, {f"carrier-{number}": carry for number in range(1, threads + 1)})


def _carrying(hands: Hands) -> Job:
    def carry(shift: Shift) -> None:
        while not shift.stop.is_set():
            heard = shift.rung()
            with patience(shift):
                if not _carry_one(hands, shift):
                    shift.wait(heard)

    return carry


def _carry_one(hands: Hands, shift: Shift) -> bool:
    """Claim and deliver one row; return whether there was one."""
    with hands.chosen() as entry:
        if entry is not None and deliver(entry, now=now()) is Delivery.TAKEN:
            shift.stop.wait(YIELD)
    return entry is not None


def deliver_everything() -> dict[str, int]:
    """Deliver until nothing is due, keep the house once; return how many rows ended how."""
    ended: Counter[str] = Counter()
    while entry := due_entries(now()).values_list("pk", flat=True).first():
        how = deliver(entry, now=now())
        ended[how.value] += 1
        if how is Delivery.TAKEN:
            time.sleep(YIELD)
    keep_house(now())
    return dict(ended)
