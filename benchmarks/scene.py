"""A migrated installation with the trial province and many cases that stand at one place, for measurements."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import psycopg
from django.db import connection, connections


@contextlib.contextmanager
def installation() -> Iterator[str]:
    """Set Django up on a database of its own with the trial province; yields its name (file or database)."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  # models exist from here on

    from tests.databases import connected_to, server_url  # noqa: PLC0415
    from tests.procedures.province import open_province  # noqa: PLC0415
    from tests.services import postgres_database  # noqa: PLC0415

    with contextlib.ExitStack() as stack:
        name = str(connection.settings_dict["NAME"])
        if connection.vendor == "postgresql":
            name = f"hoso_bench_{uuid.uuid4().hex[:8]}"
            server = server_url(connection.settings_dict)
            connection.close()
            stack.enter_context(postgres_database(server, name))
            stack.enter_context(connected_to(name))
        call_command("migrate", verbosity=0)
        open_province()
        yield name


def copied(name: str, folder: Path) -> str:
    """Return a copy of the database, made while nobody writes: where the bare driver does the same work."""
    connections.close_all()
    if connection.vendor == "postgresql":
        copy = f"{name}_copy"
        with psycopg.connect(maintenance(), autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
        return copy
    with contextlib.closing(sqlite3.connect(name)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = str(folder / "copy.sqlite3")
    shutil.copy(name, copy)
    return copy


def maintenance() -> str:
    return os.environ["DATABASE_URL"]


def bare(name: str) -> Any:
    """Return a connection of the bare driver with the settings that the product has: durable, same isolation."""
    if connection.vendor == "postgresql":
        base = maintenance().rpartition("/")[0]
        return psycopg.connect(f"{base}/{name}", options="-c synchronous_commit=on")
    file = sqlite3.connect(name, isolation_level=None, timeout=20)
    file.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;")
    return file
