"""people import officers|organisations|mandates FILE.xlsx: accounts, organisations, mandates by command line."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from accounts.clock import now
from accounts.errors import NotForYou
from accounts.models import User
from cases.errors import CaseNotFound, InputFaults
from cases.management.answering import OK, Ending, Unusable, end, ended
from cases.management.commands.case import person_of
from cases.sheets import Sheet, sheet_of_file
from config.people_sheets import KINDS, MOST, OFFICERS, Kind, heads, judged, read, take_all


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Đưa tài khoản, tổ chức, ủy quyền vào từ tệp .xlsx (accounts, organisations, mandates out of an .xlsx)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verb = parser.add_subparsers(dest="verb", required=True).add_parser(
            "import", help="nhận mọi dòng, hoặc không dòng nào / take every row, or none"
        )
        verb.add_argument("kind", choices=list(KINDS), help="tài khoản, tổ chức, ủy quyền / what the rows are")
        verb.add_argument("file", type=Path, help="tệp .xlsx có dòng tiêu đề / .xlsx with a row of headings")
        verb.add_argument("--dry-run", action="store_true", help="chỉ xem, không ghi / look only")
        verb.add_argument("--as", dest="person", required=True, help="thư điện tử của quản trị viên / whose act it is")
        verb.add_argument("--json", action="store_true", help="một đối tượng JSON ra stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        """Take the rows and end the process with its exit code."""
        end(self, ended(lambda: imported(options)), as_json=options["json"])


def imported(options: dict[str, Any]) -> Ending:
    """Take every row of a workbook, or none; first passwords are told this once.

    Raises Unusable, SheetRefused, InputFaults (by row and column), CaseNotFound for who is no administrator.
    """
    kind, actor = KINDS[options["kind"]], person_of(options["person"])
    sheet = _sheet(kind, options["file"])
    try:
        made = _taken(kind, sheet, actor, looks=options["dry_run"])
    except NotForYou as refused:
        raise CaseNotFound("people") from refused
    opened = [one for one in made if one is not None] if kind is OFFICERS else []
    accounts = [{"email": one.user.email, "first_password": one.first_password} for one in opened]
    rows = [line.number for line in sheet.lines]
    body = {"kind": kind.code, "dry_run": options["dry_run"], "rows": rows, "accounts": accounts}
    return Ending(OK, body, "\n".join([f"{len(rows)}", *(f"{a['email']}  {a['first_password']}" for a in accounts)]))


def _sheet(kind: Kind, path: Path) -> Sheet:
    if not path.is_file():
        raise Unusable(f"Không đọc được tệp {path.name} / cannot read the file")
    with path.open("rb") as file:
        return sheet_of_file(file, path.name, heads(kind), MOST)


def _taken(kind: Kind, sheet: Sheet, actor: User, *, looks: bool) -> list[Any]:
    """Return what each row made, nothing of a look. Raises InputFaults with every fault of every row."""
    found = judged(kind, sheet, actor, now()) if looks else read(kind, sheet, now())
    made = [] if looks or found.reasons else take_all(kind, found, actor, now())
    if made is None or found.reasons:
        raise InputFaults(found.reasons)
    return made
