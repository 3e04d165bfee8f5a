"""PostgreSQL: pg_dump out, pg_restore back, each at least as new as the server it speaks to."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from config.backups.errors import FAILED, UNUSABLE, BackupRefused

COPY = "database.dump"
ASIDE = "before_restore_"
VARIABLES = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
OPTIONS = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}


def version() -> str:
    """Return the version of the server: 15.18."""
    number = int(_one("SHOW server_version_num"))
    return f"{number // 10000}.{number % 10000}"


def snapshot(copy: Path) -> dict[str, int]:
    """Dump the database as it is at one moment, while others write; return how many rows its tables have."""
    tool = _tool("pg_dump")
    with transaction.atomic():
        _execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        _execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # pg_dump may take longer than a step
        shared = str(_one("SELECT pg_export_snapshot()"))
        counts = {table: int(_one(f'SELECT count(*) FROM "{table}"')) for table in _tables()}  # noqa: S608
        options = ["--format=custom", f"--snapshot={shared}", f"--exclude-schema={ASIDE}*", f"--file={copy}"]
        _run(tool, *options, "--lock-wait-timeout=30s")  # a table that a migration holds
    return counts


def is_empty() -> bool:
    """Return whether nothing would be lost by putting another database in place."""
    return not _tables()


def in_use() -> bool:
    """Return whether somebody else is connected."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return bool(_one(others))


def replace(copy: Path, stamp: str) -> str:
    """Put the copy in place of the database's tables; return the schema that keeps the former ones, "" without any.

    A failing pg_restore changes nothing: its transaction ends and the former schema is put back.
    """
    tool, aside = _tool("pg_restore"), "" if is_empty() else f"{ASIDE}{stamp.lower()}"
    if aside:
        _execute(f'ALTER SCHEMA public RENAME TO "{aside}"')
        _execute("CREATE SCHEMA public")
    try:
        restoring = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", "--schema=public"]
        _run(tool, *restoring, f"--dbname={connection.settings_dict['NAME']}", str(copy))
    except BackupRefused:
        put_back(aside)
        raise
    connection.close()
    return aside


def put_back(aside: str) -> None:
    """Undo `replace`."""
    _execute("DROP SCHEMA public CASCADE")
    _execute(f'ALTER SCHEMA "{aside}" RENAME TO public' if aside else "CREATE SCHEMA public")
    connection.close()


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def _tool(name: str) -> Path:
    """Return the newest pg_dump or pg_restore of this machine. Raises BackupRefused when the server is newer."""
    wanted = int(version().split(".")[0])
    installed = sorted(((_major(tool), tool) for tool in _installed(name)), reverse=True)
    if not installed:
        vi, en = f"Thiếu {name}: cài gói postgresql-client", f"{name} is missing: install postgresql-client"
        raise BackupRefused("tool_missing", vi, en, path=name, status=UNUSABLE)
    major, tool = installed[0]
    if major < wanted:
        vi = f"{name} {major} cũ hơn máy chủ {wanted}: cài postgresql-client-{wanted}"
        en = f"{name} {major} is older than server {wanted}: install postgresql-client-{wanted}"
        raise BackupRefused("tool_too_old", vi, en, path=name, status=UNUSABLE)
    return tool


def _installed(name: str) -> list[Path]:
    found = [*Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    on_path = shutil.which(name)
    return [*([Path(on_path)] if on_path else []), *found]


def _major(tool: Path) -> int:
    said = subprocess.run([str(tool), "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    number = re.search(r"\b(\d+)(\.\d+)?", said)
    return int(number.group(1)) if number else 0


def _run(tool: Path, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603  # a program found by us, arguments made by us
        [str(tool), "--no-password", *arguments], env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        why = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        raise BackupRefused("tool_failed", f"{tool.name} dừng: {why}", f"{tool.name} failed: {why}", status=FAILED)


def _environment() -> dict[str, str]:
    """Return how to reach the database; in the environment, because arguments are seen by everybody on the machine."""
    said: dict[str, Any] = connection.settings_dict
    ours = {name: str(said[key]) for key, name in VARIABLES.items() if said.get(key)}
    ours |= {name: str(said["OPTIONS"][key]) for key, name in OPTIONS.items() if key in said["OPTIONS"]}
    return {**os.environ, **ours}


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _one(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]
