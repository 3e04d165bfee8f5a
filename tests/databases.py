"""Throw-away databases for tests that commit: races, locks, crashes, the protection of events.

Such tests cannot be undone by rollback, and flushing would have to delete events, which the database refuses.
So each gets a copy of the migrated database: a file on SQLite, CREATE DATABASE … TEMPLATE on PostgreSQL.
"""
from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import connections

from tests.services import postgres_database


def server_url(entry: dict[str, Any]) -> str:
    """Return the address of the maintenance database beside the one of a DATABASES entry."""
    person = entry["USER"] + (f":{entry['PASSWORD']}" if entry["PASSWORD"] else "")
    return f"postgres://{person}@{entry['HOST']}:{entry['PORT'] or 5432}/postgres"


def made_once(name: str, folder: Path, make: Callable[[Path], None]) -> Path:
    """Return what `make` writes at a path; the processes of one suite make it once, in the folder that they share."""
    shared = os.environ.get("HOSO_TEST_SHELF")
    if not shared:
        make(folder / name)
        return folder / name
    path, done = Path(shared) / name, Path(shared) / f"{name}.done"
    with Path(shared, f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make(path)
            done.touch()
    return path


@contextlib.contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Point `default` at another database, for this thread and every thread that connects meanwhile."""
    before, entry = connections["default"], connections.settings["default"]
    connections.settings["default"] = {**entry, "NAME": name, "TEST": {**entry["TEST"], "NAME": name}}
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = entry
        connections["default"] = before  # an in-memory database lives as long as its connection


class Template:
    """The migrated test database of this run, kept aside for copying."""

    def __init__(self, folder: Path) -> None:
        self.connection = connections["default"]
        self.folder = folder
        self.stack = contextlib.ExitStack()
        self.name = self._postgres() if self.connection.vendor == "postgresql" else self._sqlite()

    def _sqlite(self) -> str:
        file = self.folder / "template.sqlite3"
        self.connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(file)) as copy:
            self.connection.connection.backup(copy)
        return str(file)

    def _postgres(self) -> str:
        name = f"hoso_template_{uuid.uuid4().hex[:8]}"
        migrated = str(self.connection.settings_dict["NAME"])
        self.connection.close()  # a template may have no other user
        server = server_url(self.connection.settings_dict)
        self.stack.enter_context(postgres_database(server, name, migrated))
        return name

    @contextlib.contextmanager
    def filled(self, folder: Path, fill: Callable[[], None], called: str, source: str = "") -> Iterator[str]:
        """Yield the name of a copy that `fill` has filled, to which nothing is connected.

        `called`: by which name the processes of a suite share it; `source`: what is copied, else this template.
        """
        begun = source or self.name
        if self.connection.vendor == "postgresql":
            with duplicate(self.connection, begun, folder) as name:
                with connected_to(name):
                    fill()
                yield name
            return

        def make(path: Path) -> None:
            shutil.copy(begun, path)
            with connected_to(str(path)):
                fill()

        source = str(made_once(f"{called}.sqlite3", folder, make))
        with duplicate(self.connection, str(source), folder) as name:
            yield name

    @contextlib.contextmanager
    def standing(self, folder: Path) -> Iterator[str]:
        """Yield the name of a copy to which nothing is connected; on PostgreSQL it is gone afterwards."""
        with duplicate(self.connection, self.name, folder) as name:
            yield name

    @contextlib.contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        """Yield the name of a copy to which `default` is connected; it is gone afterwards."""
        with self.standing(folder) as name, connected_to(name):
            yield name


@contextlib.contextmanager
def duplicate(connection: Any, source: str, folder: Path) -> Iterator[str]:
    """Yield the name of a copy of a database of this run that nobody is connected to."""
    if connection.vendor == "postgresql":
        name = f"hoso_own_{uuid.uuid4().hex[:8]}"
        with postgres_database(server_url(connection.settings_dict), name, source):
            yield name
    else:
        file = folder / f"own-{uuid.uuid4().hex[:8]}.sqlite3"
        shutil.copy(source, file)
        yield str(file)
