"""The office: calendar, procedures, values that nobody has confirmed, people."""
from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Q
from pydantic import ValidationError

from accounts.models import RoleHeld, User
from cases.calendar import decided_years
from cases.models import CalendarDay, TableRow
from cases.office import office_rows
from cases.procedures import definition_of, published_on
from cases.publication import waiting_drafts
from cases.staffing import staffing_faults
from config.doctor.findings import Finding, fault, fine, warning
from workflows.definition import Procedure

AHEAD = dt.timedelta(days=90)  # due days of new cases lie within it
INVENTED = "@lamgiang.example"


def calendar(day: dt.date) -> Finding:
    """Look whether the days off of the coming months have been decided."""
    decided = decided_years(CalendarDay.objects.values_list("date", "decided_on"))
    open_years = [str(year) for year in sorted({day.year, (day + AHEAD).year}) if year not in decided]
    if open_years:
        years = ", ".join(open_years)
        vi = f"Chưa có quyết định nghỉ lễ năm {years}: hạn tính ra chỉ là dự kiến"
        en = f"Days off of {years} are not decided: due dates there are estimates"
        return warning("calendar", vi, en, open_years)
    return fine("calendar", "Lịch nghỉ đã có quyết định", "The days off are decided")


def in_force(day: dt.date) -> tuple[list[Procedure], list[str]]:
    """Return the procedures that are the law on a day, and the names of those that this version cannot read."""
    latest = {row.procedure: row.pk for row in published_on(day).order_by("effective_from", "pk")}
    found, unread = [], []
    for name, pk in latest.items():
        try:
            found.append(definition_of(pk))
        except ValidationError:
            unread.append(name)
    return found, unread


def published(procedures: list[Procedure], unread: list[str]) -> Finding:
    """Look whether there are procedures, and whether their folders say the same."""
    if unread:
        vi, en = "Phiên bản này không đọc được thủ tục đã công bố", "This version cannot read published procedures"
        return fault("procedures", vi, en, unread)
    waiting = [f"{p.folder.code}/{p.folder.name}" + (f" ({len(p.errors)} lỗi / faults)" if p.errors else "")
               for p in waiting_drafts()]  # fmt: skip
    if not procedures:
        vi, en = "Chưa công bố thủ tục nào: manage.py procedures publish --all", "No procedure is published"
        return fault("procedures", vi, en, waiting)
    if waiting:
        vi, en = "Thư mục khác với bản đã công bố: manage.py procedures check", "Folders differ from what is published"
        return warning("procedures", vi, en, waiting)
    return fine("procedures", f"{len(procedures)} thủ tục có hiệu lực", f"{len(procedures)} procedures are in force")


def confirmed(procedures: list[Procedure], day: dt.date) -> Finding:
    """List every value that cases of today would use and that the office has not confirmed."""
    found = [f"{p.procedure}: {what}" for p in procedures for what in _unconfirmed(p)]
    rows = TableRow.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), confirmed=False, valid_from__lte=day)
    declared = {table.code for procedure in procedures for table in procedure.tables}
    counted = Counter(rows.exclude(table__in=declared).values_list("table", flat=True))
    found += [f"{table}: {count} dòng / rows" for table, count in sorted(counted.items())]
    found += [f"{row.table}: {row.key}" for row in rows.filter(table__in=declared).order_by("table", "key")]
    if found:
        vi, en = f"{len(found)} giá trị chưa được xác nhận", f"{len(found)} values are not confirmed"
        return warning("unconfirmed", vi, en, found)
    return fine("unconfirmed", "Mọi giá trị đã được xác nhận", "Every value is confirmed")


def _unconfirmed(procedure: Procedure) -> Iterator[str]:
    yield from (f"config.{name}" for name in procedure.unconfirmed)
    terms = (*procedure.terms, *(t for part in procedure.parts for t in part.terms))
    yield from (f"terms.{term.code}" for term in terms if not term.confirmed)
    bases = (basis for paper in procedure.papers for basis in paper.legal_basis)
    yield from dict.fromkeys(f"legal_basis: {basis.text}" for basis in bases if not basis.confirmed)


def staffed(procedures: list[Procedure], day: dt.date) -> Finding:
    """Look whether somebody holds every role, and whether four eyes are there where four eyes are asked."""
    found = [f"{p.procedure}: {f.key}: {f.message}" for p in procedures for f in staffing_faults(p, day)]
    if found:
        vi, en = "Thiếu người: có bước không ai thực hiện được", "People are lacking: some steps cannot be taken"
        return warning("staffing", vi, en, found)
    return fine("staffing", "Mọi bước có người thực hiện", "There are people for every step")


def payable(procedures: list[Procedure], day: dt.date) -> Finding:
    """Look whether papers that ask for a transfer can name an account."""
    asking = [f"{p.procedure}: {paper.vi}" for p in procedures for paper in p.papers if paper.qr == "pay"]
    if asking and "bank" not in office_rows(day):
        vi = "Chưa khai tài khoản thu phí (office: bank): thông báo nộp phí in không có mã QR"
        return warning("bank", vi, "There is no account for fees (office: bank): notices print no QR code", asking)
    return fine("bank", "Thông báo nộp phí in được tài khoản và mã QR", "Fee notices can print account and QR code")


def administered(day: dt.date) -> Finding:
    """Look whether somebody keeps the system, and whether that may be done in their absence."""
    keepers = RoleHeld.objects.with_role("administrator", day).values("user").distinct().count()
    if not keepers:
        vi, en = "Không có quản trị viên: manage.py office init", "There is no administrator: manage.py office init"
        return fault("administrators", vi, en)
    if keepers == 1:
        return warning("administrators", "Chỉ có một quản trị viên", "There is only one administrator")
    return fine("administrators", f"{keepers} quản trị viên", f"{keepers} administrators")


def real(day: dt.date) -> Finding:
    """Look whether this is a real office and no trial: settings, address, people."""
    rows, found = office_rows(day), []
    if not settings.PRODUCTION:
        found.append("HOSO_ENV ≠ production")
    missing = {"office", "agency", "one_stop", "signers", "site"} - set(rows)
    found += [f"office: {name}" for name in sorted(missing)]
    if not str(rows.get("site", {}).get("url", "")).startswith("https://"):
        found.append("office: site.url ≠ https://")
    if User.objects.filter(email__endswith=INVENTED, is_active=True).exists():
        found.append(f"{INVENTED}: người giả định / invented people")
    if found:
        vi, en = "Chưa phải cấu hình của một cơ quan thật", "This is not the set-up of a real office yet"
        return fault("real_office", vi, en, found)
    return fine("real_office", "Cấu hình của một cơ quan thật", "The set-up of a real office")
