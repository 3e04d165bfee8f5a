"""Begin again when the database broke a knot of locks; the only place that retries a transaction."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError

DEADLOCK, SERIALIZATION = "40P01", "40001"  # PostgreSQL, appendix A
TRIES = 3
Answer = TypeVar("Answer")


def retried(work: Callable[[], Answer]) -> Answer:
    """Return what `work` returns; a deadlock or serialization failure is tried again, three times in all."""
    for number in range(1, TRIES + 1):
        try:
            return work()
        except OperationalError as fault:
            if number == TRIES or _state(fault) not in (DEADLOCK, SERIALIZATION):
                raise
            time.sleep(random.uniform(0.01, 0.05) * number)  # noqa: S311  # jitter, no secret
    raise AssertionError


def _state(fault: OperationalError) -> str:
    return str(getattr(fault.__cause__, "sqlstate", "") or "")
