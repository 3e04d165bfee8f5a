"""Delivery of outbox rows: claim with a lease, carry out, close with a fence. The row is the truth.

Worker threads and the Celery task both call `deliver`, and nothing else delivers. A claim raises `attempts` and
commits before the handler runs, so an attempt that takes its process down counts; whoever closes a row must
still hold the number it was claimed with.
"""
from __future__ import annotations

import datetime as dt
from enum import StrEnum

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.effects import Carriage, Effect, carriage_of, ordered_kinds
from cases.errors import DeliveryImpossible, DeliveryPostponed
from cases.models import OutboxEntry
from cases.services.given_up import note_given_up
from cases.services.mishaps import trace_of, what_failed

# After which failed attempt to wait how long: three days in all, so that a weekend without a mail server loses nothing.
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
PAUSES = (
    MINUTE / 6, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR,
)  # fmt: skip
LAST_ATTEMPT = len(PAUSES) + 1
POSTPONED = 5 * MINUTE
SHORTEST = dt.timedelta(seconds=1)

log = structlog.get_logger("hoso.outbox")


class Delivery(StrEnum):
    """What became of one call of `deliver`."""

    DONE = "done"
    AGAIN = "again"  # failed, to be tried after a pause
    POSTPONED = "postponed"  # cannot happen yet; not counted
    DEAD = "dead"
    TAKEN = "taken"  # nothing for us: done, held by another carrier, not due, or not its turn


def due_entries(now: dt.datetime) -> QuerySet[OutboxEntry]:
    """Return the rows that may be claimed: due, open, not leased, and first in their case where order counts."""
    unleased = Q(lease_until=None) | Q(lease_until__lt=now)
    rows = OutboxEntry.objects.filter(unleased, done_at=None, dead_at=None, due__lte=now).order_by("due", "pk")
    ordered = ordered_kinds()
    if not ordered:
        return rows
    earlier = OutboxEntry.objects.filter(
        case_id=OuterRef("case_id"), pk__lt=OuterRef("pk"), kind__in=ordered, done_at=None, dead_at=None
    )
    return rows.exclude(Q(Exists(earlier), kind__in=ordered))


def deliver(entry_id: int, *, now: dt.datetime) -> Delivery:
    """Carry out one outbox row if it may be claimed; return what became of it.

    What a handler raises stands in the row afterwards. Raises only when the database fails.
    """
    entry = _claimed(entry_id, now)
    if entry is None:
        return Delivery.TAKEN
    if entry.attempts > LAST_ATTEMPT:
        return _bury(entry, now, "LeaseExpired")
    try:
        carriage = carriage_of(entry.kind)
    except KeyError:
        return _bury(entry, now, "UnknownKind")
    return _attempted(entry, carriage, now)


def _claimed(entry_id: int, now: dt.datetime) -> OutboxEntry | None:
    """Lease the row to us. A lease that ran out has counted as an attempt: its claimant died or hung."""
    with transaction.atomic(durable=True):
        rows = due_entries(now).select_for_update(skip_locked=True, of=("self",))
        entry = rows.filter(pk=entry_id).first()
        if entry is None:
            return None
        if entry.lease_until is not None:
            entry.last_error = "LeaseExpired"
        entry.attempts += 1
        entry.lease_until = now + settings.OUTBOX_LEASE
        entry.save(update_fields=["attempts", "lease_until", "last_error"])
        return entry


def _attempted(entry: OutboxEntry, carriage: Carriage, now: dt.datetime) -> Delivery:
    try:
        return _carried_out(entry, carriage, now)
    except DeliveryPostponed as later:
        return _postpone(entry, later, now)
    except DeliveryImpossible as refusal:
        return _bury(entry, now, what_failed(refusal))
    except Exception as error:  # noqa: BLE001  # a handler may fail in any way; the row says how and is tried again
        return _failed(entry, error, now)


def _carried_out(entry: OutboxEntry, carriage: Carriage, now: dt.datetime) -> Delivery:
    effect = _effect(entry, now)
    if not carriage.together:
        carriage.handler(effect)
        return Delivery.DONE if _close(entry, done_at=now, last_error="") else _lost(entry)
    with transaction.atomic(durable=True):
        # Closing first locks the row under the fence: a claimant that was overtaken does nothing at all.
        if not _close(entry, done_at=now, last_error=""):
            return _lost(entry)
        carriage.handler(effect)
    return Delivery.DONE


def _effect(entry: OutboxEntry, now: dt.datetime) -> Effect:
    return Effect(
        entry_id=entry.pk, key=entry.key, kind=entry.kind, case_id=entry.case_id, seq=entry.seq,
        payload=entry.payload, attempt=entry.attempts, now=now,
    )  # fmt: skip


def _close(entry: OutboxEntry, **values: object) -> bool:
    """Write the outcome and give the lease back, if the row is still ours; return whether it was."""
    held = OutboxEntry.objects.filter(
        pk=entry.pk, attempts=entry.attempts, lease_until__isnull=False, done_at=None, dead_at=None
    )
    return held.update(lease_until=None, **values) == 1


def _lost(entry: OutboxEntry) -> Delivery:
    log.warning("overtaken", entry=entry.pk, kind=entry.kind, attempt=entry.attempts)
    return Delivery.TAKEN


def _postpone(entry: OutboxEntry, later: DeliveryPostponed, now: dt.datetime) -> Delivery:
    due = max(later.until or now + POSTPONED, now + SHORTEST)
    if not _close(entry, due=due, attempts=entry.attempts - 1, last_error=what_failed(later)):
        return _lost(entry)
    return Delivery.POSTPONED


def _failed(entry: OutboxEntry, error: Exception, now: dt.datetime) -> Delivery:
    what = what_failed(error)
    log.warning("failed", entry=entry.pk, kind=entry.kind, attempt=entry.attempts, error=what, trace=trace_of(error))
    if entry.attempts >= LAST_ATTEMPT:
        return _bury(entry, now, what)
    if not _close(entry, due=now + PAUSES[entry.attempts - 1], last_error=what):
        return _lost(entry)
    return Delivery.AGAIN


def _bury(entry: OutboxEntry, now: dt.datetime, why: str) -> Delivery:
    """Give the row up where people see it; what its room does about that commits with it."""
    with transaction.atomic(durable=True):
        if not _close(entry, dead_at=now, last_error=why):
            return _lost(entry)
        note_given_up(_effect(entry, now))
    log.error("given up", entry=entry.pk, kind=entry.kind, attempt=entry.attempts, error=why)
    return Delivery.DEAD


def revive(*, entry_id: int, now: dt.datetime) -> bool:
    """Let a dead row be tried anew from its first attempt; return whether it was dead."""
    dead = OutboxEntry.objects.filter(pk=entry_id, dead_at__isnull=False)
    return dead.update(dead_at=None, attempts=0, due=now, lease_until=None) == 1
