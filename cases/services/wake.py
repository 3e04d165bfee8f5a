"""A hint to the worker after a commit; a lost one costs one poll."""
from __future__ import annotations

import contextlib

from django.db import DatabaseError, connection

CHANNEL = "hoso_outbox"


def wake() -> None:
    """Tell a waiting worker that rows are due: NOTIFY in autocommit on PostgreSQL; SQLite workers watch the file."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return
    with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
