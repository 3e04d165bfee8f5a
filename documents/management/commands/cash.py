"""cash --from D --to D: what was paid and refunded, as the page shows it; --docx and --xlsx write the files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.clock import local_day, now
from accounts.models import User
from cases.cashbook import CashList, Entry, cash_list
from cases.errors import CaseNotFound
from cases.management.answering import OK, Ending, Unusable, end, ended
from cases.management.commands.case import person_of
from documents.cash_export import as_docx, as_xlsx


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Sổ thu phí: đã thu, đã hoàn, số biên lai còn thiếu (payments, refunds, receipts that are missing)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", default="", help="ngày đầu, 2026-11-24; mặc định hôm nay")
        parser.add_argument("--to", dest="last", default="", help="ngày cuối; mặc định bằng ngày đầu / last day")
        parser.add_argument("--cashier", default="", help="thư điện tử của cán bộ thu phí / of one cashier alone")
        parser.add_argument("--docx", type=Path, help="ghi tệp Word / write the Word file")
        parser.add_argument("--xlsx", type=Path, help="ghi tệp Excel / write the workbook")
        parser.add_argument("--as", dest="person", required=True, help="thư điện tử của người xem / whose look it is")
        parser.add_argument("--json", action="store_true", help="một đối tượng JSON ra stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        """Read the list and end the process with its exit code."""
        end(self, ended(lambda: listed(options)), as_json=options["json"])


def listed(options: dict[str, Any]) -> Ending:
    """Return the list of the days that are asked for. Raises Unusable, CaseNotFound (nothing for this person)."""
    viewer = person_of(options["person"])
    first = _day(options["first"]) if options["first"] else local_day(now())
    last = _day(options["last"]) if options["last"] else first
    whose = str(person_of(options["cashier"]).pk) if options["cashier"] else ""
    found = cash_list(first, last, viewer, now(), whose)
    if found is None:
        raise CaseNotFound("cash")
    _write(found, viewer, options)
    lines = [*map(_line, found.entries), f"{found.collected_minor} - {found.refunded_minor} = {found.left_minor}"]
    return Ending(OK, _said(found), "\n".join(lines))


def _line(entry: Entry) -> str:
    return f"{entry.number:<16} {entry.day}  {entry.case.code}  {entry.kind:<8} {entry.minor:>12}  {entry.cashier_name}"


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as wrong:
        raise Unusable(f"Ngày không đúng dạng 2026-11-24: {text} / not a day") from wrong


def _write(found: CashList, viewer: User, options: dict[str, Any]) -> None:
    if options["docx"]:
        options["docx"].write_bytes(as_docx(found, viewer, now()))
    if options["xlsx"]:
        options["xlsx"].write_bytes(as_xlsx(found))


def _said(found: CashList) -> dict[str, Any]:
    return {
        "from": found.first.isoformat(), "to": found.last.isoformat(), "collected": found.collected_minor,
        "refunded": found.refunded_minor, "left": found.left_minor,
        "ways": [{"way": way, "payments": n, "minor": minor} for way, n, minor in found.by_way],
        "gaps": [{"from": gap.first, "to": gap.last, "count": gap.count} for gap in found.gaps],
        "doubles": list(found.doubles), "entries": [_entry(entry) for entry in found.entries],
    }  # fmt: skip


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "day": entry.day.isoformat(), "recorded_on": entry.recorded_on.isoformat(), "case": entry.case.code,
        "kind": entry.kind, "minor": entry.minor, "receipt": entry.number, "way": entry.how, "papers": entry.count,
        "cashier": entry.cashier_name,
    }  # fmt: skip
