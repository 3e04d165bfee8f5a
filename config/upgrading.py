"""Bring an installation to this version: copy, migrate, show or publish changed procedures, examine. Safe to repeat."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import OperationalError

from cases.publication import Prepared, publish_all, waiting_drafts
from config.backups import Backup, make_backup
from config.backups.engines import engine
from config.doctor import Examination, examine
from config.schema import migrations_waiting
from workflows.errors import Reason


class UpgradeRefused(Exception):
    """The tables were not changed any further; running it again goes on from there (exit 3)."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.vi)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What was done, and what waits for people."""

    backup: Backup | None  # None: there was nothing to lose, or somebody else keeps copies
    migrations: tuple[str, ...]
    published: tuple[str, ...]
    drafts: tuple[Prepared, ...]
    seen: Examination

    def as_dict(self) -> dict[str, Any]:
        """Return the answer for programs (docs/cli/upgrade.schema.json)."""
        return {
            "backup": str(self.backup.file) if self.backup else "",
            "migrations": list(self.migrations),
            "published": list(self.published),
            "drafts": [{"folder": name_of(p), "faults": [str(f) for f in p.errors]} for p in self.drafts],
            "doctor": self.seen.as_dict(),
        }


def upgrade(*, now: dt.datetime, backups: Path | None, publish: bool = False) -> Upgrade:
    """Do it; `backups` is where the copy goes, None makes none. Raises BackupRefused, UpgradeRefused."""
    made = None if backups is None or engine().is_empty() else make_backup(backups, now=now)
    migrations = tuple(migrations_waiting())
    _migrate()
    published = tuple(name_of(p.prepared) for p in publish_all(now=now) if p.new) if publish else ()
    drafts = tuple(waiting_drafts())
    return Upgrade(made, migrations, published, drafts, examine(now=now))


def name_of(prepared: Prepared) -> str:
    """Return the folder as people name it: ngo_aid/v2."""
    return f"{prepared.folder.code}/{prepared.folder.name}"


def _migrate() -> None:
    """Migrate under the database's lock timeout: a step of an office at work is not queued behind us."""
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as fault:
        vi = "Cơ sở dữ liệu đang bận, bảng chưa đổi hết; chạy lại upgrade lúc vắng hoặc dừng hệ thống trước"
        en = "The database is busy and not all tables are changed; run upgrade again in a quiet hour"
        raise UpgradeRefused(Reason("database_busy", vi, en, str(fault).splitlines()[0])) from fault
