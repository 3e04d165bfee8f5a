"""manage.py backup DIR|FILE: database and store in one file, while the product runs."""
from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from accounts.clock import now
from config.answers import INCOMPLETE, OK, TAMPERED, answer, refuse
from config.backups import Backup, BackupRefused, make_backup


class Command(BaseCommand):
    help = "Sao lưu cơ sở dữ liệu và kho tệp vào một tệp / copy database and store into one file"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, help="thư mục (tên theo giờ) hoặc tệp .tar / folder or .tar file")
        parser.add_argument("--force", action="store_true", help="ghi đè tệp đã có / overwrite")
        parser.add_argument("--keep", type=int, default=0, help="giữ N bản mới nhất của thư mục / keep the newest N")
        parser.add_argument("--json", action="store_true", help="một đối tượng JSON ra stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            made = make_backup(options["target"], now=now(), force=options["force"], keep=options["keep"])
        except BackupRefused as refusal:
            refuse(self, options, [refusal.reason], refusal.status)
        else:
            answer(self, options, said(made), text(made), status(made))


def status(made: Backup) -> int:
    """Return the exit code: a backup was made in any case, but a store with losses must not pass unseen."""
    return TAMPERED if made.manifest.damaged else INCOMPLETE if made.manifest.missing else OK


def said(made: Backup) -> dict[str, Any]:
    """Return the answer for programs (docs/cli/backup.schema.json)."""
    m = made.manifest
    return {
        "file": str(made.file), "size": made.size, "sha256": made.sha256, "made_at": m.made_at, "version": m.version,
        "database": {"vendor": m.vendor, "version": m.database_version},
        "cases": m.rows.get("cases_case", 0), "events": m.rows.get("cases_event", 0),
        "store": {"files": m.store_files, "bytes": m.store_bytes, "missing": m.missing, "damaged": m.damaged},
    }  # fmt: skip


def text(made: Backup) -> str:
    """Return the answer for people."""
    m = made.manifest
    lines = [
        f"{made.file}",
        f"  {made.size} bytes, SHA-256 {made.sha256}",
        f"  {m.rows.get('cases_case', 0)} hồ sơ / cases, {m.rows.get('cases_event', 0)} sự kiện / events,"
        f" {m.store_files} tệp / files",
    ]
    lines += [f"  THIẾU / MISSING {sha256}" for sha256 in m.missing]
    lines += [f"  HỎNG / DAMAGED {sha256}" for sha256 in m.damaged]
    return "\n".join(lines)
