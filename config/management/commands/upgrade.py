"""manage.py upgrade: backup, migrate, changed procedures, doctor; after every new version, and safe to repeat."""
from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.clock import now
from config.answers import REFUSED, answer, refuse
from config.backups import BackupRefused
from config.upgrading import Upgrade, UpgradeRefused, name_of, upgrade

MANY = 10  # a new installation needs no list


class Command(BaseCommand):
    help = "Nâng lên phiên bản này: sao lưu, đổi bảng, thủ tục, kiểm tra / bring the installation to this version"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--backup", type=Path, default=None, help="thư mục sao lưu; mặc định / default: BACKUP_DIR")
        parser.add_argument("--without-backup", action="store_true", help="đã sao lưu cách khác / copied otherwise")
        parser.add_argument("--publish", action="store_true", help="công bố thủ tục đã đổi / publish what changed")
        parser.add_argument("--json", action="store_true", help="một đối tượng JSON ra stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        backups = None if options["without_backup"] else options["backup"] or settings.BACKUP_DIR
        try:
            done = upgrade(now=now(), backups=backups, publish=options["publish"])
        except BackupRefused as refusal:
            refuse(self, options, [refusal.reason], refusal.status)
        except UpgradeRefused as refusal:
            refuse(self, options, [refusal.reason], REFUSED)
        else:
            answer(self, options, done.as_dict(), text(done), done.seen.status)


def text(done: Upgrade) -> str:
    """Return the answer for people."""
    lines = [f"Sao lưu / backup: {done.backup.file}"] if done.backup else []
    shown = ", ".join(done.migrations) if len(done.migrations) < MANY else str(len(done.migrations))
    lines.append(f"Bảng dữ liệu / migrations: {shown or 'không đổi / unchanged'}")
    lines += [f"Đã công bố / published: {name}" for name in done.published]
    for draft in done.drafts:
        faults = f", {len(draft.errors)} lỗi / faults" if draft.errors else ""
        lines.append(f"Bản nháp khác bản đã công bố / changed draft: {name_of(draft)}{faults}")
    if done.drafts:
        lines.append("  → manage.py procedures check --all; manage.py procedures publish --all --as QUẢN-TRỊ-VIÊN")
    return "\n".join([*lines, done.seen.as_text()])
