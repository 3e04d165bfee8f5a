"""What a carrier does beside delivering: papers' bytes move to the store, what has served its time goes."""
from __future__ import annotations

import datetime as dt

import structlog
from django.conf import settings
from django.db.models import Model, QuerySet

from cases import store
from cases.effects import chores
from cases.models import Blob, Heartbeat, IdempotencyKey, OutboxEntry
from cases.services.mishaps import what_failed

KEPT = dt.timedelta(days=30)
FORGOTTEN = dt.timedelta(days=1)  # a carrier that has been silent for so long is gone, not late
AT_ONCE = 500  # rows per statement: the write lock stays short

log = structlog.get_logger("hoso.carrier")


def keep_house(now: dt.datetime) -> None:
    """Do all of it, in small steps; safe to repeat and to run on several machines at once."""
    move_blobs()
    # What became of a done row stands where it belongs: in the event, the document, the message, the linked case.
    discard(OutboxEntry.objects.filter(done_at__lt=now - KEPT))
    discard(IdempotencyKey.objects.filter(created_at__lt=now - KEPT))
    discard(Heartbeat.objects.filter(at__lt=now - FORGOTTEN))
    for chore in chores():
        chore(now)


def sweep_store(now: dt.datetime) -> None:
    """Once a day: remove files that no row names."""
    try:
        store.sweep(now)
    except OSError as fault:
        log.error("store not swept", error=what_failed(fault))


def move_blobs() -> int:
    """Move the bytes of papers from their rows to the store; return how many were moved.

    A full or broken disk leaves them where they are, readable, and says so.
    """
    moved = 0
    for sha256 in Blob.objects.filter(body__isnull=False).values_list("pk", flat=True)[:AT_ONCE]:
        try:
            store.move_to_store(Blob.objects.get(pk=sha256))
        except store.StoreFailed as fault:
            log.error("store failed", error=what_failed(fault), store=str(settings.MEDIA_ROOT))
            break
        except store.BlobChanged as fault:
            log.error("blob damaged", sha256=sha256, error=what_failed(fault))
            continue
        moved += 1
    return moved


def discard(rows: QuerySet[Model]) -> int:
    """Delete rows in small statements; return how many."""
    gone = 0
    while keys := list(rows.values_list("pk", flat=True)[:AT_ONCE]):
        gone += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return gone
