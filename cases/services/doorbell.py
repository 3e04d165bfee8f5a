"""The worker's ear for `wake`: waits for a hint that rows are due, never longer than told."""
from __future__ import annotations

import time
from typing import Any

from django.db import connection

from cases.services.wake import CHANNEL

LOOK = 0.02  # seconds between two looks at SQLite's counter of foreign commits


class Doorbell:
    """Belongs to one thread and uses that thread's connection, outside any transaction."""

    def __init__(self) -> None:
        self._listening: Any = None  # the driver's connection on which LISTEN stands
        self._version = 0

    def wait(self, seconds: float) -> bool:
        """Return as soon as somebody has committed or called `wake`; False when `seconds` passed in silence."""
        connection.ensure_connection()
        with connection.wrap_database_errors:  # we talk to the driver itself
            return self._postgres(seconds) if connection.vendor == "postgresql" else self._sqlite(seconds)

    def _postgres(self, seconds: float) -> bool:
        driver: Any = connection.connection
        if self._listening is not driver:  # a new connection listens to nothing, and what it missed is due now
            driver.execute(f"LISTEN {CHANNEL}")
            self._listening = driver
            return True
        return any(True for _ in driver.notifies(timeout=seconds, stop_after=1))

    def _sqlite(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while True:
            seen = self._version
            with connection.cursor() as cursor:
                (self._version,) = cursor.execute("PRAGMA data_version").fetchone()
            if self._version != seen:
                return True
            if time.monotonic() >= end:
                return False
            time.sleep(LOOK)
