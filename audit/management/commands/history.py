"""history verify [CODE] | history export CODE|--all --to FILE: check the record, take the evidence out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.db.models import QuerySet

from accounts.clock import now
from accounts.models import User
from audit.access import AUDITOR, audits, cases_called
from audit.bundle import Wanted, export, note_taken_out
from audit.record import hash_of_file, verify
from audit.verify import UNVERIFIABLE, Bundle, Unreadable, told
from cases.models import Case

OK, UNUSABLE, NOT_FOUND = 0, 2, 5
Answer = dict[str, Any]


class Unusable(Exception):
    """What was asked for cannot be had; ends the command with this answer."""

    def __init__(self, status: int, error: str, text: str) -> None:
        super().__init__(text)
        self.status, self.answer, self.text = status, {"error": error}, text


class Command(BaseCommand):
    help = "Lịch sử: kiểm chứng, xuất gói chứng cứ (verify the history, export evidence)"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        checking = verbs.add_parser("verify", help="kiểm chứng trên cơ sở dữ liệu / check the live record")
        checking.add_argument("--earlier", type=Path, help="gói đã giữ trước đây / a bundle kept earlier")
        taking = verbs.add_parser("export", help="xuất gói chứng cứ / write an evidence bundle")
        taking.add_argument("--to", type=Path, required=True, help="tệp .zip ghi ra")
        taking.add_argument("--values", action="store_true", help="kèm giá trị mà người xuất được xem (cần --as)")
        taking.add_argument("--documents", action="store_true", help="kèm văn bản, tệp (cần --as)")
        taking.add_argument("--as", dest="person", default="", help="thư điện tử của người kiểm tra / the auditor")
        taking.add_argument("--purpose", default="", help="mục đích, ghi vào nhật ký xem / kept in the log of views")
        for verb in (checking, taking):
            verb.add_argument("code", nargs="?", default="", help="mã hồ sơ hoặc mã nộp / case or submission code")
            verb.add_argument("--all", action="store_true", help="mọi hồ sơ / every case")
            verb.add_argument("--json", action="store_true", help="một đối tượng JSON ra stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        """Run one verb and end the process with its exit code."""
        try:
            status, answer, text = VERBS[options["verb"]](options)
        except Unusable as fault:
            status, answer, text = fault.status, fault.answer, fault.text
        except DatabaseError as fault:
            status, answer = UNVERIFIABLE, {"error": "database"}
            text = f"Không đọc được cơ sở dữ liệu / the database cannot be read: {type(fault).__name__}"
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            (self.stdout if status == OK else self.stderr).write(text)
        if status != OK:
            sys.exit(status)


def verified(options: Answer) -> tuple[int, Answer, str]:
    """Check one case, or all; return the exit code, the report and what people read."""
    cases, whole = _cases(options, default_all=True)
    earlier = {}
    if options["earlier"]:
        try:
            earlier = Bundle(options["earlier"]).heads()
        except Unreadable as fault:
            text = f"Không đọc được gói / the bundle cannot be read: {fault}"
            raise Unusable(UNVERIFIABLE, "unreadable", text) from fault
    report = verify(cases, whole=whole, earlier=earlier)
    return report.exit_code, report.as_dict(), told(report)


def exported(options: Answer) -> tuple[int, Answer, str]:
    """Write the bundle; return what went in."""
    cases, whole = _cases(options, default_all=False)
    moment = now()
    person = _auditor(options)
    roles = frozenset({AUDITOR}) if person is not None else frozenset()
    wanted = Wanted(roles, values=options["values"], documents=options["documents"])
    path: Path = options["to"]
    if person is not None:
        note_taken_out(cases, person, wanted, options["purpose"], moment)
    try:
        done = export(cases, path, whole=whole, wanted=wanted, now=moment)
    except OSError as fault:
        raise Unusable(UNUSABLE, "cannot_write", f"Không ghi được tệp / cannot write: {fault.strerror}") from fault
    answer = {
        "file": str(path),
        "sha256": hash_of_file(path),
        "scope": "all" if whole else options["code"],
        "cases": done.cases,
        "events": done.events,
        "documents": done.documents,
        "values": done.values,
    }
    return OK, answer, f"{path}  {answer['sha256']}\n{done.cases} hồ sơ, {done.events} sự kiện / cases, events"


def _cases(options: Answer, *, default_all: bool) -> tuple[QuerySet[Case], bool]:
    if (options["code"] and options["all"]) or not (options["code"] or options["all"] or default_all):
        raise Unusable(UNUSABLE, "usage", "Chọn một mã hồ sơ hoặc --all / give one code or --all")
    if not options["code"]:
        return Case.objects.all(), True
    found = cases_called(options["code"])
    if not found.exists():
        raise Unusable(NOT_FOUND, "not_found", "Không tìm thấy hồ sơ / no such case")
    return found, False


def _auditor(options: Answer) -> User | None:
    """Values and files go out only in the name of an auditor, with a purpose."""
    if not (options["values"] or options["documents"]):
        return None
    person = User.objects.filter(email=options["person"].strip().lower(), is_active=True).first()
    if person is None or not audits(person, now()):
        raise Unusable(UNUSABLE, "no_auditor", "--values, --documents: cần / need --as một người kiểm tra / an auditor")
    if not options["purpose"].strip():
        raise Unusable(UNUSABLE, "no_purpose", "--values, --documents cần --purpose / need --purpose")
    return person


VERBS = {"verify": verified, "export": exported}
