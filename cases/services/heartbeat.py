"""Signs of life of workers and relays, and how much waits: what doctor and the administrator look at."""
from __future__ import annotations

import datetime as dt
import os
import socket
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Min, Q

from cases.models import Heartbeat, OutboxEntry
from cases.services.outbox import due_entries

EVERY = 15.0  # seconds between two signs of life
SILENT = dt.timedelta(seconds=60)


def name_of(kind: str) -> str:
    """Return the name of this process as a carrier: worker@machine:process."""
    return f"{kind}@{socket.gethostname()[:80]}:{os.getpid()}"


def beat(carrier: str, now: dt.datetime) -> None:
    """Leave a sign of life."""
    row = {"at": now, "build": settings.PRODUCT_VERSION}
    Heartbeat.objects.update_or_create(carrier=carrier, defaults=row, create_defaults={**row, "started_at": now})


def leave(carrier: str) -> None:
    """Say good-bye: a carrier that ended in order is not missed."""
    Heartbeat.objects.filter(carrier=carrier).delete()


def carriers_alive(now: dt.datetime) -> list[str]:
    """Return the carriers that gave a sign of life within a minute."""
    return list(Heartbeat.objects.filter(at__gte=now - SILENT).order_by("carrier").values_list("carrier", flat=True))


@dataclass(frozen=True, slots=True)
class Backlog:
    """How delivery stands. A carrier may live and still be stuck: the age of the oldest due row tells."""

    due: int
    oldest: dt.datetime | None
    failing: int  # open rows that have failed before
    dead: int


def backlog(now: dt.datetime) -> Backlog:
    """Return how many rows wait, since when, and how many were given up."""
    waiting = due_entries(now).order_by().aggregate(count=Count("pk"), oldest=Min("due"))
    failed = Q(done_at=None, dead_at=None, attempts__gt=0) & ~Q(last_error="")
    rest = OutboxEntry.objects.filter(done_at=None).aggregate(
        failing=Count("pk", filter=failed), dead=Count("pk", filter=Q(dead_at__isnull=False))
    )
    return Backlog(waiting["count"], waiting["oldest"], **rest)
