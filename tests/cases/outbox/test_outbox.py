"""Claim, carry out, close: leases, fences, pauses, order, and what happens when all of that fails."""
from __future__ import annotations

import datetime as dt
import smtplib
import threading
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction

from cases.effects import Effect, carriage_of
from cases.errors import DeliveryImpossible, DeliveryPostponed
from cases.models import Counter, OutboxEntry
from cases.services.heartbeat import backlog
from cases.services.outbox import LAST_ATTEMPT, PAUSES, Delivery, _carried_out, deliver, due_entries, revive
from tests.cases.outbox.conftest import NOW

Kinds = Callable[..., str]
Promised = Callable[..., OutboxEntry]
SECOND = dt.timedelta(seconds=1)
AFTER_LEASE = NOW + settings.OUTBOX_LEASE + SECOND


def row(entry: OutboxEntry) -> OutboxEntry:
    return OutboxEntry.objects.get(pk=entry.pk)


def due_ids(now: dt.datetime = NOW) -> list[int]:
    return list(due_entries(now).values_list("pk", flat=True))


class Seen(list[Effect]):
    """A handler that remembers what it was given, and raises what it is told to."""

    def __init__(self, *raises: Exception) -> None:
        super().__init__()
        self.raises = list(raises)

    def __call__(self, effect: Effect) -> None:
        self.append(effect)
        if self.raises:
            raise self.raises.pop(0)


def test_a_due_row_is_carried_out_once_and_closed(promised: Promised, kinds: Kinds) -> None:
    seen, case = Seen(), uuid.uuid4()
    entry = promised(kinds(seen), key="c:3:notice:0", case_id=case, seq=3, payload={"notice": "received"})
    assert deliver(entry.pk, now=NOW) is Delivery.DONE
    assert deliver(entry.pk, now=NOW) is Delivery.TAKEN
    assert seen == [Effect(entry.pk, "c:3:notice:0", entry.kind, case, 3, {"notice": "received"}, 1, NOW)]
    assert (row(entry).done_at, row(entry).lease_until, row(entry).attempts) == (NOW, None, 1)


def test_a_row_is_left_alone_until_it_is_due(promised: Promised, kinds: Kinds) -> None:
    seen = Seen()
    entry = promised(kinds(seen), due=NOW + SECOND)
    assert deliver(entry.pk, now=NOW) is Delivery.TAKEN
    assert (seen, due_ids()) == ([], [])
    assert deliver(entry.pk, now=NOW + SECOND) is Delivery.DONE


def test_while_a_row_is_carried_out_nobody_else_gets_it(promised: Promised, kinds: Kinds) -> None:
    others: list[Delivery] = []
    entry = promised(kinds(lambda effect: others.append(deliver(effect.entry_id, now=NOW))))
    assert deliver(entry.pk, now=NOW) is Delivery.DONE
    assert others == [Delivery.TAKEN]


def test_the_attempt_is_counted_before_the_handler_runs(promised: Promised, kinds: Kinds) -> None:
    counted: list[int] = []
    entry = promised(kinds(lambda effect: counted.append(OutboxEntry.objects.get(pk=effect.entry_id).attempts)))
    deliver(entry.pk, now=NOW)
    assert counted == [1]


def test_a_handler_in_one_transaction_undoes_its_work_when_it_fails(promised: Promised, kinds: Kinds) -> None:
    def write_and_fail(_effect: Effect) -> None:
        Counter.objects.create(name="half")
        raise RuntimeError

    entry = promised(kinds(write_and_fail, together=True))
    assert deliver(entry.pk, now=NOW) is Delivery.AGAIN
    assert not Counter.objects.filter(name="half").exists()
    assert row(entry).done_at is None


def test_a_handler_in_one_transaction_commits_with_done(promised: Promised, kinds: Kinds) -> None:
    inside: list[bool] = []

    def write(effect: Effect) -> None:
        inside.append(connection.in_atomic_block)
        Counter.objects.create(name="whole")

    entry = promised(kinds(write, together=True))
    assert deliver(entry.pk, now=NOW) is Delivery.DONE
    assert (inside, Counter.objects.filter(name="whole").count()) == ([True], 1)


def test_a_handler_outside_has_no_transaction_around_it(promised: Promised, kinds: Kinds) -> None:
    inside: list[bool] = []
    deliver(promised(kinds(lambda _effect: inside.append(connection.in_atomic_block))).pk, now=NOW)
    assert inside == [False]


# ----------------------------------------------------------------------------------------------- leases and fences
def test_who_died_loses_the_row_when_the_lease_ends_and_that_counts(promised: Promised, kinds: Kinds) -> None:
    seen = Seen()
    entry = promised(kinds(seen), attempts=1, lease_until=NOW + settings.OUTBOX_LEASE)
    assert deliver(entry.pk, now=NOW + SECOND) is Delivery.TAKEN
    assert deliver(entry.pk, now=AFTER_LEASE) is Delivery.DONE
    assert seen[0].attempt == 2


def test_an_overtaken_claimant_cannot_close_the_row(promised: Promised, kinds: Kinds) -> None:
    """Hùng's process slept past its lease; another took the row and failed. Hùng's late success must not say done."""

    def sleep_past_the_lease(effect: Effect) -> None:
        if effect.attempt == 1:
            assert deliver(effect.entry_id, now=AFTER_LEASE) is Delivery.AGAIN
            return
        raise RuntimeError

    entry = promised(kinds(sleep_past_the_lease))
    assert deliver(entry.pk, now=NOW) is Delivery.TAKEN
    assert (row(entry).done_at, row(entry).attempts) == (None, 2)


def test_an_overtaken_claimant_in_one_transaction_does_nothing(promised: Promised, kinds: Kinds) -> None:
    seen = Seen()
    entry = promised(kinds(seen, together=True), attempts=3, lease_until=NOW + SECOND)
    overtaken = row(entry)
    OutboxEntry.objects.filter(pk=entry.pk).update(attempts=4)
    assert _carried_out(overtaken, carriage_of(entry.kind), NOW) is Delivery.TAKEN
    assert seen == []


def test_a_row_that_kills_its_process_is_given_up_in_the_end(promised: Promised, kinds: Kinds) -> None:
    """A lease that runs out counts: a poisoned row does not circle for ever."""
    seen = Seen()
    entry = promised(kinds(seen), attempts=LAST_ATTEMPT, lease_until=NOW - SECOND)
    assert deliver(entry.pk, now=NOW) is Delivery.DEAD
    assert (seen, row(entry).dead_at, row(entry).last_error) == ([], NOW, "LeaseExpired")


def test_two_carriers_at_the_same_moment_carry_each_row_out_once(promised: Promised, kinds: Kinds) -> None:
    seen, barrier = Seen(), threading.Barrier(4)
    rows = [promised(kinds(seen)) for _ in range(25)]

    def carry() -> None:
        barrier.wait()
        for entry in rows:
            deliver(entry.pk, now=NOW)
        connection.close()

    threads = [threading.Thread(target=carry) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(effect.entry_id for effect in seen) == [entry.pk for entry in rows]
    assert not OutboxEntry.objects.filter(done_at=None).exists()


# ------------------------------------------------------------------------------------------- failing, waiting, dying
def test_pauses_grow_and_the_last_failure_buries_the_row(promised: Promised, kinds: Kinds) -> None:
    seen = Seen(*(RuntimeError() for _ in range(LAST_ATTEMPT)))
    entry, now = promised(kinds(seen)), NOW
    for pause in PAUSES:
        assert deliver(entry.pk, now=now) is Delivery.AGAIN
        assert row(entry).due == now + pause
        assert deliver(entry.pk, now=now) is Delivery.TAKEN
        now += pause
    assert deliver(entry.pk, now=now) is Delivery.DEAD
    assert list(PAUSES) == sorted(PAUSES)
    assert len(seen) == LAST_ATTEMPT
    assert sum(PAUSES, dt.timedelta()) > dt.timedelta(days=2, hours=12), "a weekend without a mail server"


def test_a_postponed_row_waits_and_nothing_is_counted(promised: Promised, kinds: Kinds) -> None:
    later = NOW + dt.timedelta(hours=8)
    seen = Seen(DeliveryPostponed("quiet_hours", until=later), DeliveryPostponed("notice_first"))
    entry = promised(kinds(seen))
    assert deliver(entry.pk, now=NOW) is Delivery.POSTPONED
    assert (row(entry).due, row(entry).attempts) == (later, 0)
    assert row(entry).last_error == "DeliveryPostponed: quiet_hours"
    assert deliver(entry.pk, now=later) is Delivery.POSTPONED
    assert row(entry).due > later
    assert deliver(entry.pk, now=row(entry).due) is Delivery.DONE
    assert (row(entry).attempts, row(entry).last_error) == (1, "")


def test_a_postponement_into_the_past_does_not_spin(promised: Promised, kinds: Kinds) -> None:
    entry = promised(kinds(Seen(DeliveryPostponed("changed", until=NOW - SECOND))))
    deliver(entry.pk, now=NOW)
    assert row(entry).due > NOW


def test_what_will_never_happen_is_dead_at_once(promised: Promised, kinds: Kinds) -> None:
    entry = promised(kinds(Seen(DeliveryImpossible("message_missing"))))
    assert deliver(entry.pk, now=NOW) is Delivery.DEAD
    assert (row(entry).dead_at, row(entry).last_error) == (NOW, "DeliveryImpossible: message_missing")
    assert due_ids() == []


def test_a_kind_that_nobody_carries_is_dead_at_once(promised: Promised) -> None:
    entry = promised("fax")
    assert deliver(entry.pk, now=NOW) is Delivery.DEAD
    assert row(entry).last_error == "UnknownKind"


def test_the_room_is_told_of_a_burial_in_the_same_transaction(promised: Promised, kinds: Kinds) -> None:
    def bury(effect: Effect) -> None:
        assert connection.in_atomic_block
        Counter.objects.create(name=f"buried {effect.entry_id}")

    entry = promised(kinds(Seen(DeliveryImpossible("gone")), buried=bury))
    deliver(entry.pk, now=NOW)
    assert Counter.objects.filter(name=f"buried {entry.pk}").exists()


def test_a_room_that_fails_at_the_burial_does_not_keep_the_row_alive(promised: Promised, kinds: Kinds) -> None:
    def bury(_effect: Effect) -> None:
        Counter.objects.create(name="half")
        raise RuntimeError

    entry = promised(kinds(Seen(DeliveryImpossible("gone")), buried=bury))
    assert deliver(entry.pk, now=NOW) is Delivery.DEAD
    assert row(entry).dead_at == NOW
    assert not Counter.objects.filter(name="half").exists()


def test_a_dead_row_can_be_tried_anew(promised: Promised, kinds: Kinds) -> None:
    entry = promised(kinds(Seen(DeliveryImpossible("gone"))))
    deliver(entry.pk, now=NOW)
    assert revive(entry_id=entry.pk, now=NOW)
    assert not revive(entry_id=entry.pk, now=NOW)
    assert deliver(entry.pk, now=NOW) is Delivery.DONE


def test_the_rest_goes_on_beside_a_row_that_always_fails(promised: Promised, kinds: Kinds) -> None:
    poison, good, seen = kinds(Seen(*(RuntimeError() for _ in range(99)))), kinds(seen := Seen()), seen
    promised(poison)
    rows = [promised(good) for _ in range(3)]
    for entry in due_ids():
        deliver(entry, now=NOW)
    assert len(seen) == len(rows)


# ------------------------------------------------------------------------------------------------------------- order
def test_ordered_effects_of_a_case_keep_their_order(promised: Promised, kinds: Kinds) -> None:
    case, kind = uuid.uuid4(), kinds(Seen(RuntimeError()), ordered=True)
    first, second = promised(kind, case_id=case), promised(kind, case_id=case)
    other = promised(kind, case_id=uuid.uuid4())
    assert due_ids() == [first.pk, other.pk]
    assert deliver(second.pk, now=NOW) is Delivery.TAKEN
    assert deliver(first.pk, now=NOW) is Delivery.AGAIN
    assert due_ids() == [other.pk], "what failed before it and waits holds it up"
    later = NOW + PAUSES[0]
    assert deliver(first.pk, now=later) is Delivery.DONE
    assert second.pk in due_ids(later)


def test_a_dead_row_holds_nobody_up(promised: Promised, kinds: Kinds) -> None:
    case, kind = uuid.uuid4(), kinds(Seen(DeliveryImpossible("gone")), ordered=True)
    first, second = promised(kind, case_id=case), promised(kind, case_id=case)
    deliver(first.pk, now=NOW)
    assert deliver(second.pk, now=NOW) is Delivery.DONE


def test_kinds_without_order_do_not_wait(promised: Promised, kinds: Kinds) -> None:
    case = uuid.uuid4()
    ordered, free = kinds(Seen(), ordered=True), kinds(Seen())
    promised(ordered, case_id=case)
    entry = promised(free, case_id=case)
    assert deliver(entry.pk, now=NOW) is Delivery.DONE


# ------------------------------------------------------------------------------------------------- what may be known
def test_neither_row_nor_log_quotes_the_error(
    promised: Promised, kinds: Kinds, monkeypatch: Any
) -> None:
    # A logger keeps the processors of its first use: a fresh one is heard.
    monkeypatch.setattr("cases.services.outbox.log", structlog.get_logger("hoso.outbox"))
    refused = smtplib.SMTPRecipientsRefused({"lan@lamgiang.example": (550, b"no such user Lan")})
    entry = promised(kinds(Seen(refused)))
    with structlog.testing.capture_logs() as logs:
        deliver(entry.pk, now=NOW)
    assert "Lan" not in str(logs)
    assert "lan@" not in row(entry).last_error
    assert row(entry).last_error.startswith("SMTPRecipientsRefused outbox/test_outbox.py:")
    assert logs[0]["entry"] == entry.pk
    assert any("__call__" in line for line in logs[0]["trace"])


def test_doctor_sees_how_much_waits_and_since_when(promised: Promised, kinds: Kinds) -> None:
    kind = kinds(Seen(RuntimeError(), DeliveryImpossible("gone")))
    rows = [promised(kind, due=NOW - SECOND * n) for n in range(4)]
    deliver(rows[0].pk, now=NOW)
    deliver(rows[1].pk, now=NOW)
    found = backlog(NOW)
    assert (found.due, found.oldest, found.failing, found.dead) == (2, NOW - 3 * SECOND, 1, 1)


def test_a_row_locked_by_somebody_is_passed_over_not_waited_for(promised: Promised, kinds: Kinds) -> None:
    if connection.vendor != "postgresql":
        return  # SQLite locks no rows
    entry, locked, release = promised(kinds(Seen())), threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            OutboxEntry.objects.select_for_update().get(pk=entry.pk)
            locked.set()
            release.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(10)
    assert deliver(entry.pk, now=NOW) is Delivery.TAKEN
    release.set()
    holder.join()
    assert deliver(entry.pk, now=NOW) is Delivery.DONE
