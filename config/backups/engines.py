"""Which database this installation runs on, and its tables in words that both know."""
from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Protocol, cast

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from config.backups import postgres, sqlite


class Engine(Protocol):
    """What a database must be able to do for copies."""

    COPY: str

    def version(self) -> str: ...
    def snapshot(self, copy: Path) -> dict[str, int]: ...
    def is_empty(self) -> bool: ...
    def in_use(self) -> bool: ...
    def replace(self, copy: Path, stamp: str) -> str: ...
    def put_back(self, aside: str) -> None: ...


def engine() -> Engine:
    """Return the means of the database that DATABASE_URL names."""
    found: ModuleType = postgres if connection.vendor == "postgresql" else sqlite
    return cast("Engine", found)


def migrations_applied() -> list[str]:
    """Return the migrations that the database has seen, as app.name."""
    loader = MigrationLoader(connection)
    return sorted(f"{app}.{name}" for app, name in loader.applied_migrations)


def migrations_known() -> set[str]:
    """Return the migrations that this version of the product brings."""
    loader = MigrationLoader(None)
    return {f"{app}.{name}" for app, name in loader.disk_migrations}
