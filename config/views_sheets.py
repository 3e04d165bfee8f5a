"""Rows of the office's tables out of a spreadsheet: day and ground once, each row looked at, all written or none."""
from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import for_administrators, signed_in
from accounts.clock import local_day, now
from accounts.errors import PeopleRefused
from accounts.forms.fields import DayField
from cases.forms_sheet import CARRIED, SheetForm, carried_sheet, carry
from cases.services.office_rows import decide_rows
from cases.sheet_rows import Taken, shown_cells
from cases.sheet_template import XLSX, template_of
from cases.sheets import Sheet
from config.office_sheets import MOST, Usual, heads, read, rows_of, takes_sheets
from config.office_tables import tables_there
from workflows.definition import Field


class OfficeSheetForm(SheetForm):
    """Beside the rows: from when they hold, on what ground; a row may say otherwise."""

    valid_from = DayField(label=_("Từ ngày"), help_text=_("Cho các dòng không ghi ngày riêng."))
    src = forms.CharField(label=_("Văn bản làm căn cứ"), max_length=300)
    confirmed = forms.BooleanField(label=_("Đã đối chiếu với văn bản"), required=False)

    @property
    def usual(self) -> Usual:
        given = self.cleaned_data
        return Usual(given["valid_from"], given["src"], given["confirmed"])


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def import_rows(request: HttpRequest, table: str) -> HttpResponse:
    """Ask for the rows; show what would become of each; write them."""
    spec = _spec(table)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = OfficeSheetForm(*sent, there=False, initial={"valid_from": local_day(now()), "confirmed": True})
    if CARRIED in request.POST:
        return confirmed(request, table, spec, form)
    sheet = form.sheet(heads(spec), MOST) if form.is_bound else None
    if sheet is None:
        return page(request, table, spec, {"form": form}, form.status)
    found, _ = read(table, spec, sheet, form.usual, now())
    return looked_at(request, table, sheet, found, form.usual)


@require_safe
@for_administrators
def template(request: HttpRequest, table: str) -> HttpResponse:
    """Give the workbook to fill in."""
    english = (get_language() or "vi").startswith("en")
    answer = HttpResponse(template_of(_spec(table), {}, english=english), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{table}.xlsx"'
    return answer


def _spec(table: str) -> Field:
    if not takes_sheets(table) or table not in tables_there():
        raise Http404
    return rows_of(table)


def looked_at(request: HttpRequest, table: str, sheet: Sheet, found: Taken, usual: Usual) -> HttpResponse:
    """Show every row with what would become of it (422 when one cannot be written)."""
    asked = [(name, request.POST.get(name, "")) for name in ("valid_from", "src", "confirmed")]
    facts = {
        "sheet": sheet, "reasons": found.reasons, "carried": "" if found.reasons else carry(sheet, heads(found.spec)),
        "rows": [(row, shown_cells(found.spec, row, {})) for row in found.rows],
        "more_hidden": [(name, value) for name, value in asked if value],
        "usual": usual,
    }  # fmt: skip
    return page(request, table, found.spec, facts, 422 if found.reasons else 200)


def confirmed(request: HttpRequest, table: str, spec: Field, form: OfficeSheetForm) -> HttpResponse:
    """Write all rows, judged anew; when one cannot be written, write none and show why."""
    sheet = carried_sheet(request.POST[CARRIED], heads(spec), MOST)
    if sheet is None or not form.is_valid():
        return redirect(request.path)
    found, wanted = read(table, spec, sheet, form.usual, now())
    if found.reasons:
        return looked_at(request, table, sheet, found, form.usual)
    try:
        written = decide_rows(table=table, rows=wanted, actor=signed_in(request), now=now())
    except PeopleRefused as refused:
        found.tell(refused.reasons)
        return looked_at(request, table, sheet, found, form.usual)
    messages.success(request, gettext("Đã ghi %(n)d dòng.") % {"n": written})
    return redirect("office_table", table)


def page(request: HttpRequest, table: str, spec: Field, facts: dict[str, Any], status: int) -> HttpResponse:
    """Show the page."""
    more = {
        "table": table, "spec": spec, "heads": heads(spec), "most": MOST, "back": reverse("office_table", args=[table]),
        "template": reverse("office_import_template", args=[table]),
    }
    return render(request, "office/import.html", {**more, **facts}, status=status)
