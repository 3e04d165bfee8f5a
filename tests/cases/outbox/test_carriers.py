"""The loops of worker and relay, with real threads and a database on which commits are real."""
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from accounts.clock import now
from cases import relay, shift
from cases.effects import Effect
from cases.models import Heartbeat, OutboxEntry
from cases.relay import Named, hand_over, run_relay
from cases.services.wake import wake
from cases.shift import Shift
from cases.worker import deliver_everything, run_worker
from tests.services import wait_until

Kinds = Callable[..., str]
Promised = Callable[..., OutboxEntry]


@pytest.fixture(autouse=True)
def _store_of_this_test(tmp_path: Any) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path / "store"):
        yield


@contextmanager
def meanwhile(work: Callable[[], None], ending: Shift) -> Iterator[None]:
    """Run `work` beside the shift that the test's own thread runs, then end the shift."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()
            ending.end()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join()


def test_the_worker_delivers_what_another_commits_at_once(promised: Promised, kinds: Kinds) -> None:
    took: list[float] = []
    done, kind, working = threading.Event(), kinds(lambda _effect: done.set()), Shift("worker")

    def promise() -> None:
        time.sleep(0.5)
        for _ in range(5):
            done.clear()
            begun = time.monotonic()
            promised(kind, due=now())
            wake()
            assert done.wait(10)
            took.append(time.monotonic() - begun)

    with meanwhile(promise, working):
        assert run_worker(working, threads=2)
    assert sorted(took)[2] < shift.IDLE / 2, "the hint was heard: polling alone would take a second"
    assert not OutboxEntry.objects.filter(done_at=None).exists()


def test_threads_share_the_rows_and_carry_each_out_once(promised: Promised, kinds: Kinds) -> None:
    seen: list[int] = []
    kind, working = kinds(lambda effect: seen.append(effect.entry_id)), Shift("worker")
    rows = [promised(kind) for _ in range(40)]
    with meanwhile(lambda: wait_until(lambda: len(seen) >= 40, "forty deliveries"), working):
        assert run_worker(working, threads=4)
    assert sorted(seen) == [entry.pk for entry in rows]


def test_the_worker_finishes_what_it_holds_and_takes_no_more(promised: Promised, kinds: Kinds) -> None:
    held, release, working = threading.Event(), threading.Event(), Shift("worker")

    def slow(_effect: Effect) -> None:
        held.set()
        release.wait(10)

    kind = kinds(slow)
    first, second = promised(kind), promised(kind)

    def end_in_the_middle() -> None:
        held.wait(10)
        working.end()
        release.set()

    with meanwhile(end_in_the_middle, working):
        assert run_worker(working, threads=1)
    assert OutboxEntry.objects.get(pk=first.pk).done_at is not None
    assert OutboxEntry.objects.get(pk=second.pk).attempts == 0


def test_what_hangs_is_left_to_its_lease(
    promised: Promised, kinds: Kinds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shift, "GRACE", 0.3)
    held, release, working = threading.Event(), threading.Event(), Shift("worker")

    def hang(_effect: Effect) -> None:
        held.set()
        release.wait(10)

    entry = promised(kinds(hang))
    with meanwhile(lambda: wait_until(held.is_set, "the hanging handler"), working):
        assert run_worker(working, threads=1)
    left = OutboxEntry.objects.get(pk=entry.pk)
    release.set()
    assert (left.done_at, left.attempts) == (None, 1)
    assert left.lease_until is not None
    wait_until(lambda: not [t for t in threading.enumerate() if t.name.startswith("carrier")], "the end of the thread")


def test_a_thread_that_breaks_down_ends_the_worker(
    own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_working: Shift) -> None:
        raise LookupError("a fault of ours")

    monkeypatch.setattr(shift, "keep_chores", broken)
    assert not run_worker(Shift("worker"), threads=1)


def test_a_worker_at_rest_leaves_no_sign_of_life(own_database: str) -> None:
    seen: list[str] = []
    working = Shift("worker")

    def look() -> None:
        wait_until(lambda: Heartbeat.objects.exists(), "a sign of life")
        seen.extend(Heartbeat.objects.values_list("carrier", flat=True))

    with meanwhile(look, working):
        run_worker(working, threads=1)
    assert seen[0].startswith("worker@")
    assert not Heartbeat.objects.exists()


def test_once_delivers_until_nothing_is_due(promised: Promised, kinds: Kinds) -> None:
    """What a delivery promises in its turn is delivered too."""
    follow_up = kinds(lambda _effect: None)

    def promise_more(_effect: Effect) -> None:
        promised(follow_up)

    promised(kinds(promise_more))
    promised("nobody carries this")
    assert deliver_everything() == {"done": 2, "dead": 1}
    assert deliver_everything() == {}


# ------------------------------------------------------------------------------------------------------------- relay
class Queue:
    """A broker as the relay sees it: ids that lie there until `take`."""

    def __init__(self, *, silent: int = 0) -> None:
        self.lying: list[int] = []
        self.named: list[int] = []
        self.silent = silent

    def name(self, entry_id: int) -> None:
        self.lying.append(entry_id)
        self.named.append(entry_id)

    def waiting(self) -> int:
        self.silent -= 1
        if self.silent >= 0:
            raise ConnectionError
        return len(self.lying)


def test_the_relay_names_each_due_row_once_until_it_is_taken(promised: Promised) -> None:
    rows, named, queue = [promised("x") for _ in range(3)], Named(), Queue()
    assert hand_over(named, queue) == 3
    assert hand_over(named, queue) == 0
    OutboxEntry.objects.filter(pk=rows[0].pk).update(done_at=now())
    later = promised("x")
    hand_over(named, queue)
    assert queue.named == [*(entry.pk for entry in rows), later.pk]
    assert set(named.at) == {rows[1].pk, rows[2].pk, later.pk}


def test_the_relay_names_again_what_nobody_took(promised: Promised) -> None:
    """Redis was flushed: the row is due still, and is named anew after a while."""
    entry, named, queue = promised("x"), Named(), Queue()
    hand_over(named, queue)
    queue.lying.clear()
    with override_settings(OUTBOX_RING_AGAIN=0):
        hand_over(named, queue)
    assert queue.named == [entry.pk, entry.pk]


def test_the_relay_does_not_bury_busy_workers_under_repetitions(
    promised: Promised, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found under kill -9: named again every few seconds, 50 rows had become 4,773 names in the queue."""
    monkeypatch.setattr(relay, "AT_ONCE", 3)
    rows, named, queue = [promised("x") for _ in range(5)], Named(), Queue()
    with override_settings(OUTBOX_RING_AGAIN=0):
        for _ in range(10):
            hand_over(named, queue)
        assert queue.lying == [entry.pk for entry in rows[:3]]
        taken = queue.lying.pop(0)
        OutboxEntry.objects.filter(pk=taken).update(done_at=now())
        hand_over(named, queue)
    assert len(queue.lying) == 3


def test_the_relay_outlives_a_broker_that_is_down(promised: Promised, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "PAUSE", 0.05)
    entry, queue, relaying = promised("x"), Queue(silent=2), Shift("relay")
    with meanwhile(lambda: wait_until(lambda: bool(queue.named), "the broker's return"), relaying):
        assert run_relay(relaying, queue)
    assert queue.named == [entry.pk]
    assert not OutboxEntry.objects.exclude(attempts=0).exists(), "nothing is written by naming"
