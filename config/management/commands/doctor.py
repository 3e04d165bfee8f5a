"""manage.py doctor [--golive]: how the installation is, and what to do about it."""
from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.clock import now
from config.answers import answer
from config.doctor import examine


class Command(BaseCommand):
    help = "Kiểm tra hệ thống / examine the installation: 0 khỏe / well, 3 có lỗi / faults, 10 bị sửa, 11 thiếu tệp"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--golive", action="store_true", help="điều phải xong trước khi mở cửa / before opening")
        parser.add_argument("--all-files", action="store_true", help="kiểm tra mọi tệp trong kho / check every file")
        parser.add_argument("--json", action="store_true", help="một đối tượng JSON ra stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        seen = examine(now=now(), golive=options["golive"], every_file=options["all_files"])
        answer(self, options, seen.as_dict(), seen.as_text(), seen.status)
