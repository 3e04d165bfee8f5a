"""Whoever waits to write to SQLite gets a turn, also beside others who write in a loop."""
from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter as Tally
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.backends.sqlite3 import base

from cases.models import Counter

HOLD, SECONDS = 0.01, 4.0


def test_nobody_is_kept_waiting_by_others_who_write_in_a_loop(own_database: str) -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL locks rows, first come first served
    turns: Tally[str] = Tally()
    faults: list[Exception] = []
    end = time.monotonic() + SECONDS

    def write(name: str) -> None:
        try:
            while time.monotonic() < end:
                with transaction.atomic():
                    Counter.objects.update_or_create(name=name)
                    time.sleep(HOLD)
                turns[name] += 1
        except OperationalError as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(name,)) for name in ("lan", "minh", "ha", "son")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(turns) == 4
    # Who looks at the lock no more often than SQLite does gets one turn of fifty; a busy machine makes turns uneven.
    assert min(turns.values()) * 20 > max(turns.values()), turns


def test_patience_ends_with_a_locked_database(own_database: str) -> None:
    if connection.vendor != "sqlite":
        return
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            held.set()
            release.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    connection.ensure_connection()
    connection.connection.patience = 0.3
    begun = time.monotonic()
    with pytest.raises(OperationalError, match="locked"):
        Counter.objects.create(name="lan")
    assert time.monotonic() - begun >= 0.3
    release.set()
    holder.join()
    Counter.objects.create(name="lan")


def test_a_log_that_another_is_recovering_is_waited_for(own_database: str) -> None:
    if connection.vendor != "sqlite":
        return
    recovering = sqlite3.OperationalError("database is locked")
    recovering.sqlite_errorcode = sqlite3.SQLITE_BUSY_RECOVERY
    answers = iter([recovering, recovering])

    def work() -> str:
        fault = next(answers, None)
        if fault is not None:
            raise fault
        return "written"

    with connection.cursor() as cursor:
        assert cursor.cursor._patiently(work) == "written"


def test_who_opens_the_file_waits_for_who_recovers_its_log(own_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        return
    recovering = sqlite3.OperationalError("database is locked")
    recovering.sqlite_errorcode = sqlite3.SQLITE_BUSY_RECOVERY
    answers, opened = iter([recovering, recovering]), base.DatabaseWrapper.get_new_connection

    def work(self: base.DatabaseWrapper, params: dict[str, Any]) -> Any:
        fault = next(answers, None)
        if fault is not None:
            raise fault
        return opened(self, params)

    monkeypatch.setattr(base.DatabaseWrapper, "get_new_connection", work)
    connection.close()
    Counter.objects.create(name="lan")
