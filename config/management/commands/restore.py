"""manage.py restore FILE: bring database and store back from a backup; the product must be stopped."""
from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from accounts.clock import now
from config.answers import answer, refuse
from config.backups import BackupRefused, Restored, restore_backup


class Command(BaseCommand):
    help = "Khôi phục từ tệp sao lưu / bring back from a backup"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="tệp của manage.py backup")
        parser.add_argument("--force", action="store_true", help="thay dữ liệu đang có; bản cũ được giữ bên cạnh")
        parser.add_argument("--json", action="store_true", help="một đối tượng JSON ra stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            back = restore_backup(options["file"], now=now(), force=options["force"])
        except BackupRefused as refusal:
            refuse(self, options, [refusal.reason], refusal.status)
        else:
            answer(self, options, said(back), text(back))


def said(back: Restored) -> dict[str, Any]:
    """Return the answer for programs (docs/cli/restore.schema.json)."""
    m = back.manifest
    return {
        "made_at": m.made_at, "version": m.version, "cases": m.rows.get("cases_case", 0),
        "events": m.rows.get("cases_event", 0), "files": back.files, "aside": back.aside,
        "waiting": list(back.waiting), "warnings": [w.as_dict() for w in back.warnings],
    }  # fmt: skip


def text(back: Restored) -> str:
    """Return the answer for people: what came back, and what to do next."""
    m = back.manifest
    lines = [
        f"Đã khôi phục bản ngày {m.made_at} (phiên bản {m.version}): {m.rows.get('cases_case', 0)} hồ sơ,"
        f" {m.rows.get('cases_event', 0)} sự kiện, {back.files} tệp mới. / Restored.",
        *(f"  Bản cũ được giữ ở {back.aside} / the former one is kept there" for _ in [0] if back.aside),
        *(f"  ! {warning.vi} / {warning.en}" for warning in back.warnings),
    ]
    if back.waiting:
        lines.append("  Tiếp theo: manage.py upgrade, vì bản này cũ hơn / next, it is of an older version")
    return "\n".join([*lines, "  Tiếp theo: manage.py history verify --all, manage.py doctor / next"])
