"""SQLite: SQLite's own online backup out, a file put in place back."""
from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from config.backups.disk import fsync
from config.backups.errors import FAILED, TAMPERED, BackupRefused

COPY = "database.sqlite3"
ASIDE = ".before-restore-"


def version() -> str:
    """Return the version of the SQLite library."""
    return sqlite3.sqlite_version


def database_file() -> Path:
    """Return where the database lies."""
    return Path(str(connection.settings_dict["NAME"])).absolute()


def snapshot(copy: Path) -> dict[str, int]:
    """Copy the database as it is at one moment, while others write; return how many rows its tables have."""
    with _opened(database_file()) as source, _opened(copy) as target:
        source.backup(target)  # all pages in one read transaction: with WAL no writer waits
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without -wal and -shm beside it
        judge(target)
        return {table: _count(target, table) for table in _tables(target)}


def judge(opened: sqlite3.Connection) -> None:
    """Raise BackupRefused when the pages of a database do not fit together."""
    with contextlib.suppress(sqlite3.DatabaseError):
        if opened.execute("PRAGMA quick_check(1)").fetchone() == ("ok",):
            return
    raise BackupRefused(
        "database_damaged", "Tệp cơ sở dữ liệu bị hỏng", "The database file is damaged", status=TAMPERED
    )


def is_empty() -> bool:
    """Return whether nothing would be lost by putting another database in place."""
    if not database_file().exists():
        return True
    with _opened(database_file()) as opened:
        return not _tables(opened)


def in_use() -> bool:
    """Return whether another process has the database open: leaving WAL needs to be alone with it."""
    if not database_file().exists():
        return False
    connection.close()  # ours does not count
    try:
        with _opened(database_file(), timeout=1) as opened:
            opened.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        return True
    return False


def replace(copy: Path, stamp: str) -> str:
    """Put the copy in place of the database; return where the former one is kept, "" when there was none."""
    with _opened(copy) as opened:
        judge(opened)
    place, aside = database_file(), ""
    connection.close()
    place.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    if place.exists():
        aside = f"{place}{ASIDE}{stamp}"
        place.rename(aside)
    for rest in ("-wal", "-shm"):  # of the former database; with another file they would be replayed into it
        place.with_name(place.name + rest).unlink(missing_ok=True)
    copy.chmod(0o640)
    shutil.move(copy, place)  # the database may lie on another disk than VAR_DIR
    fsync(place.parent)
    return aside


def put_back(aside: str) -> None:
    """Undo `replace`."""
    connection.close()
    database_file().unlink()
    if aside:
        Path(aside).rename(database_file())


@contextlib.contextmanager
def _opened(file: Path, timeout: float = 20) -> Iterator[sqlite3.Connection]:
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=timeout)) as opened:
            yield opened
    except sqlite3.OperationalError as fault:
        if "disk" not in str(fault):
            raise
        vi, en = f"Không ghi hoặc đọc được đĩa: {fault}", f"The disk cannot be written or read: {fault}"
        raise BackupRefused("disk", vi, en, status=FAILED) from fault


def _tables(opened: sqlite3.Connection) -> list[str]:
    found = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(name for (name,) in found)


def _count(opened: sqlite3.Connection, table: str) -> int:
    count: int = opened.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608  # names from the schema
    return count
