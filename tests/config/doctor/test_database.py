"""What doctor says about the database; on the database of the run."""
from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from accounts.clock import now
from cases.protection import install, lift
from config.doctor import database
from config.preparation import OtherTables, prepare
from tests.config.backups.conftest import lan_files

HOUR = dt.timedelta(hours=1)


def test_a_migrated_database_is_well(own_database):
    found = [database.reachable(), database.migrated(), database.protected(), database.clock(now())]
    assert [finding for finding in found if finding.level != "ok"] == []


def test_lifted_protection_counts_as_tampering(own_database):
    lift(connection)
    found = database.protected()
    assert (found.level, found.status) == ("fault", 10)
    assert any(name.startswith("event_no") for name in found.details)
    install(connection)
    assert database.protected().level == "ok"


def test_a_database_behind_this_version_sends_to_the_upgrade(own_database):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'documents'")
    found = database.migrated()
    assert (found.level, found.details) == ("fault", ("documents.0001_initial",))
    assert "manage.py upgrade" in found.vi


def test_a_database_from_before_the_first_release_is_told_from_one_that_waits_for_migrations(own_database):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_case RENAME COLUMN kind TO sort")
        cursor.execute("DROP TABLE cases_tablechange")
    found = database.migrated()
    assert (found.level, set(found.details)) == ("fault", {"cases_case.kind", "cases_tablechange"})
    with pytest.raises(OtherTables):
        prepare(str, "http://127.0.0.1:8000")


def test_a_commit_that_the_disk_may_not_have_seen_is_a_fault(own_database):
    """The PostgreSQL of the tests runs with fsync=off, which is exactly what doctor must not let pass."""
    if connection.vendor == "sqlite":
        assert database.durable().level == "ok"
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")
    found = database.durable()
    assert found.level == "fault"
    assert set(found.details) & {"PRAGMA synchronous", "fsync = off"}


def test_an_event_of_the_future_tells_that_the_clock_went_back(own_database):
    lan_files(at=now() + HOUR)
    found = database.clock(now())
    assert (found.level, found.code) == ("warning", "clock")


def test_a_clock_apart_from_the_database_servers_is_told(own_database):
    found = database.clock(now() - HOUR)
    assert found.level == ("warning" if connection.vendor == "postgresql" else "ok")
