"""What keeps events final in the database itself: no UPDATE, DELETE or TRUNCATE, whoever asks.

Installed after every migration (cases.apps), because Django remakes tables on SQLite and their triggers
vanish silently. Whoever owns the database can still drop a trigger: that is what the hash chain is for.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

EVENTS = "cases_event"
VALUES = "cases_eventvalues"
REFUSAL = "events are final"
FUNCTION = "hoso_events_are_final"

_NO_EVENT = f"NOT EXISTS (SELECT 1 FROM {EVENTS} WHERE case_id = NEW.case_id AND seq = NEW.seq)"  # noqa: S608  # constants
_SAME_EVENT = f"EXISTS (SELECT 1 FROM {EVENTS} WHERE case_id = NEW.case_id AND seq = NEW.seq)"  # noqa: S608  # constants

SQLITE_TRIGGERS = {
    "event_no_update": f"BEFORE UPDATE ON {EVENTS} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "event_no_delete": f"BEFORE DELETE ON {EVENTS} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    # The second lock on INSERT OR REPLACE, for connections that forgot PRAGMA recursive_triggers.
    "event_no_replace": f"BEFORE INSERT ON {EVENTS} WHEN {_SAME_EVENT} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "values_of_an_event": f"BEFORE INSERT ON {VALUES} WHEN {_NO_EVENT} BEGIN SELECT RAISE(ABORT, 'no such event'); END",
    "values_stay": f"BEFORE UPDATE OF case_id, seq ON {VALUES} WHEN {_NO_EVENT}"
    " BEGIN SELECT RAISE(ABORT, 'no such event'); END",
}

POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END$$
"""
POSTGRES_TRIGGERS = {
    "event_no_change": f"BEFORE UPDATE OR DELETE ON {EVENTS} FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()",
    "event_no_truncate": f"BEFORE TRUNCATE ON {EVENTS} FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()",
}
POSTGRES_KEY = "values_of_an_event"


def protect_after_migration(sender: AppConfig, using: str, **_: Any) -> None:
    """Install the protection on the database that was just migrated (post_migrate)."""
    install(connections[using])


def install(connection: BaseDatabaseWrapper) -> None:
    """Install what is missing; nothing happens before the tables exist."""
    if not {EVENTS, VALUES} <= set(connection.introspection.table_names()):
        return
    lift(connection)
    with connection.cursor() as cursor:
        for statement in _statements(connection):
            cursor.execute(statement)


def lift(connection: BaseDatabaseWrapper) -> None:
    """Remove the protection: before installing it anew, and in tests that empty the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name in POSTGRES_TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {EVENTS}")
            cursor.execute(f"ALTER TABLE {VALUES} DROP CONSTRAINT IF EXISTS {POSTGRES_KEY}")
        else:
            for name in SQLITE_TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def protection_present(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of what is missing, switched off or altered; empty when events are protected."""
    return _missing_postgres(connection) if connection.vendor == "postgresql" else _missing_sqlite(connection)


@contextmanager
def protection_lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Lift the protection for a test that plays the intruder, and reinstall it whatever happens."""
    lift(connection)
    try:
        yield
    finally:
        install(connection)


def _statements(connection: BaseDatabaseWrapper) -> list[str]:
    if connection.vendor != "postgresql":
        return [f"CREATE TRIGGER {name} {rest}" for name, rest in SQLITE_TRIGGERS.items()]
    key = f"ALTER TABLE {VALUES} ADD CONSTRAINT {POSTGRES_KEY} FOREIGN KEY (case_id, seq)"
    return [
        POSTGRES_FUNCTION,
        *(f"CREATE TRIGGER {name} {rest}" for name, rest in POSTGRES_TRIGGERS.items()),
        f"{key} REFERENCES {EVENTS} (case_id, seq)",
    ]


def _missing_sqlite(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = dict(cursor.fetchall())
        cursor.execute("PRAGMA recursive_triggers")
        recursive = bool(cursor.fetchone()[0])
    missing = [n for n, rest in SQLITE_TRIGGERS.items() if found.get(n) != f"CREATE TRIGGER {n} {rest}"]
    return missing if recursive else [*missing, "recursive_triggers"]


def _missing_postgres(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE c.relname = %s AND t.tgenabled IN ('O', 'A') AND p.proname = %s AND p.prosrc LIKE %s",
            [EVENTS, FUNCTION, f"%RAISE EXCEPTION '{REFUSAL}'%"],
        )
        found = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT conname FROM pg_constraint WHERE conname = %s AND convalidated", [POSTGRES_KEY])
        found |= {row[0] for row in cursor.fetchall()}
    return [name for name in (*POSTGRES_TRIGGERS, POSTGRES_KEY) if name not in found]
