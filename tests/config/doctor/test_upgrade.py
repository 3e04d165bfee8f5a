"""An installation comes to this version: copied first, under a lock timeout, safe to repeat."""
from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from cases.models import Case, Published
from cases.protection import protection_present
from config.schema import migrations_waiting
from tests.config.backups.conftest import lan_files
from tests.databases import connected_to, server_url

LATE = "documents.0001_initial"


@pytest.fixture
def behind(office: Path, settings: Any) -> Path:
    """An office with a case whose database lacks the last migration."""
    settings.BACKUP_DIR = office / "backups"
    lan_files()
    call_command("migrate", "documents", "zero", verbosity=0)
    return office


@contextlib.contextmanager
def somebody_holds_the_cases() -> Iterator[None]:
    """Another connection in a transaction that the migration cannot pass."""
    name = str(connection.settings_dict["NAME"])
    other: Any
    if connection.vendor == "sqlite":
        other, holding = sqlite3.connect(name, isolation_level=None), "BEGIN IMMEDIATE"
    else:
        other = psycopg.connect(f"{server_url(connection.settings_dict).rpartition('/')[0]}/{name}")
        holding = "LOCK TABLE cases_case IN ACCESS EXCLUSIVE MODE"
    with contextlib.closing(other):
        other.execute(holding)
        yield
        other.rollback()


def be_impatient() -> None:
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        connection.connection.patience = 0.2
        return
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")


def test_an_office_is_copied_migrated_and_examined_and_a_second_time_nothing_changes(behind, answered, capsys):
    said = answered("upgrade", code=3)  # 3: this office has no administrator, which doctor says
    assert said["migrations"] == [LATE]
    assert Path(said["backup"]).parent == behind / "backups"
    levels = {check["code"]: check["level"] for check in said["doctor"]["checks"]}
    assert levels["migrations"] == levels["protection"] == "ok"
    with pytest.raises(SystemExit):
        call_command("upgrade", "--without-backup")
    words = capsys.readouterr().err
    assert "migrations: không đổi" in words
    assert "changed draft: ngo_aid/v1" in words
    assert (Case.objects.count(), protection_present(connection)) == (1, [])


def test_changed_procedures_are_published_only_when_asked(behind, answered):
    done = answered("upgrade", "--without-backup", "--publish", code=3)
    assert "complaint/v1" in done["published"]
    assert done["drafts"] == []
    assert Published.objects.filter(procedure="complaint").exists()


def test_an_office_at_work_is_not_queued_behind_a_migration(behind, answered):
    # A connection of its own, as a command has: Django leaves one behind unusable after a failed migration.
    with connected_to(str(connection.settings_dict["NAME"])), somebody_holds_the_cases():
        be_impatient()
        refusal = answered("upgrade", "--without-backup", code=3)
    assert refusal["reasons"][0]["code"] == "database_busy"
    assert (Case.objects.count(), migrations_waiting()) == (1, [LATE])
    call_command("migrate", verbosity=0)
    assert migrations_waiting() == []


def test_a_copy_that_cannot_be_made_stops_the_upgrade(behind, answered, tmp_path):
    (tmp_path / "file").write_text("")
    refusal = answered("upgrade", "--backup", str(tmp_path / "file" / "folder"), code=2)
    assert refusal["reasons"][0]["code"] == "unwritable"
    assert migrations_waiting() == [LATE]
