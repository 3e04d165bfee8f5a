"""manage.py office init|show: bring an office in from its file, and say how it stands on a day."""
from __future__ import annotations

import datetime as dt
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.clock import local_day, now
from accounts.models import OrgUnit, RoleHeld, User
from cases.office import office_rows
from config.office_file import Report, apply_office
from config.office_schema import OfficeFileFaulty, read_office

OK, UNUSABLE = 0, 2


class Command(BaseCommand):
    help = "Đưa cơ quan vào hệ thống từ tệp, xem cấu hình / bring an office in from its file, show it"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        init = verbs.add_parser("init", help="đọc tệp cơ quan; chạy lại được / read office files; safe to repeat")
        init.add_argument("--file", type=Path, action="append", required=True, help="office.yaml (có thể nhiều tệp)")
        init.add_argument("--as", dest="person", default="", help="thư điện tử của quản trị viên; để trống: hệ thống")
        init.add_argument("--dry-run", action="store_true", help="chỉ kiểm tra, không ghi / check only")
        show = verbs.add_parser("show", help="cấu hình có hiệu lực / what is in force")
        show.add_argument("--day", type=dt.date.fromisoformat, default=None, help="YYYY-MM-DD")
        for verb in (init, show):
            verb.add_argument("--json", action="store_true", help="một đối tượng JSON ra stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["verb"] == "show":
            self._say(shown(options["day"] or local_day(now())), options)
            return
        actor = User.objects.filter(email=options["person"].lower(), is_active=True).first()
        if options["person"] and actor is None:
            self._refuse([{"key": "--as", "message": "không có người dùng này / there is no such user"}], options)
        try:
            report = init(options["file"], actor, dry_run=options["dry_run"])
        except OfficeFileFaulty as faulty:
            self._refuse([{n: getattr(f, n) for n in f.__slots__} for f in faulty.faults], options, str(faulty))
        else:
            self._say(report.as_dict(), options)

    def _say(self, answer: dict[str, Any], options: dict[str, Any]) -> None:
        text = json.dumps(answer, ensure_ascii=False, indent=None if options["json"] else 2)
        self.stdout.write(text)

    def _refuse(self, faults: list[dict[str, Any]], options: dict[str, Any], text: str = "") -> None:
        if options["json"]:
            self.stdout.write(json.dumps({"error": "input", "faults": faults}, ensure_ascii=False))
        else:
            self.stderr.write(text or "\n".join(f"{f['key']}: {f['message']}" for f in faults))
        sys.exit(UNUSABLE)


def init(files: list[Path], actor: User | None, *, dry_run: bool) -> Report:
    """Read every file, then apply all of them or none. Raises OfficeFileFaulty."""
    written, report = [read_office(path) for path in files], Report()
    with transaction.atomic():
        for one in written:
            apply_office(one, now=now(), actor=actor, report=report)
        transaction.set_rollback(dry_run)
    return report


def shown(day: dt.date) -> dict[str, Any]:
    """Return the office configuration of a day, its units, and how many people hold each role."""
    units = OrgUnit.objects.in_force(day).values("code", "name", "kind", "symbol", "parent__code")
    roles: dict[str, int] = {}
    for row in RoleHeld.objects.in_force(day):
        roles[row.role] = roles.get(row.role, 0) + 1
    found = {"day": day.isoformat(), "office": office_rows(day), "units": list(units)}
    return {**found, "roles": dict(sorted(roles.items()))}
