"""manage.py relay: hand the ids of due outbox rows to Celery on Redis; `celery -A config.celery worker` takes them."""

from __future__ import annotations

import contextlib
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

import kombu.exceptions
import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from cases.relay import run_relay
from cases.services.mishaps import what_failed
from cases.shift import DATABASE_SILENT, Shift
from cases.tasks import deliver_entry
from cases.worker import outbox_answers
from config.celery import SILENCE, app

UNEXPECTED, USAGE = 1, 2
TRY_TWICE = {"max_retries": 1, "interval_start": 0}  # the first try may find a connection that Redis has dropped


class Command(BaseCommand):
    help = "Chuyển việc đến hạn cho Celery qua Redis / hand due work to Celery on Redis"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "REDIS_URL phải được đặt / REDIS_URL must be set"

    def handle(self, *_: Any, **__: Any) -> None:
        """Relay until stopped; ends with 2 without a broker to talk to, with 1 when the database does not answer."""
        if not settings.REDIS_URL:
            message = "Chưa đặt REDIS_URL; không có Redis thì chạy `manage.py worker` / REDIS_URL is not set"
            raise CommandError(message, returncode=USAGE)
        try:
            outbox_answers()
        except (DatabaseError, InterfaceError) as fault:
            raise CommandError(f"{DATABASE_SILENT} ({what_failed(fault)})", returncode=UNEXPECTED) from fault
        if not run_relay(Shift("relay"), CeleryOnRedis()):
            sys.exit(UNEXPECTED)


class CeleryOnRedis:
    """The queue of ids (cases.relay.Broker)."""

    def __init__(self) -> None:
        self._redis = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=SILENCE, socket_connect_timeout=SILENCE)

    def name(self, entry_id: int) -> None:
        """Put the id of an outbox row on the queue. Raises ConnectionError."""
        with silence_told():
            app.send_task(deliver_entry.name, (entry_id,), retry=True, retry_policy=TRY_TWICE)

    def waiting(self) -> int:
        """Return the length of the queue, without what workers hold. Raises ConnectionError."""
        with silence_told():
            return int(self._redis.llen(app.conf.task_default_queue))


@contextlib.contextmanager
def silence_told() -> Iterator[None]:
    """Tell a broker that does not answer, whichever library noticed, as ConnectionError."""
    try:
        yield
    except (kombu.exceptions.OperationalError, redis.exceptions.RedisError, OSError) as fault:
        raise ConnectionError from fault
