"""Accounts, organisations and mandates out of a spreadsheet: each row looked at first, then all are taken or none."""
from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import for_administrators, signed_in
from accounts.clock import now
from cases.forms_sheet import CARRIED, SheetForm, carried_sheet, carry
from cases.sheet_rows import Taken, shown_cells
from cases.sheet_template import XLSX, template_of
from cases.sheets import Sheet
from config.people_sheets import KINDS, MOST, OFFICERS, Kind, choices_of, heads, judged, read, take_all

PEOPLE = ("rows.grantor", "rows.grantee")  # a workbook that goes round carries no list of people


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def import_people(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask for the rows; show what each would do; take them."""
    found = _kind(kind)
    if CARRIED in request.POST:
        return confirmed(request, found)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = SheetForm(*sent, there=False)
    sheet = form.sheet(heads(found), MOST) if form.is_bound else None
    if sheet is None:
        return page(request, found, {"form": form}, form.status)
    return looked_at(request, found, sheet, judged(found, sheet, signed_in(request), now()))


@require_safe
@for_administrators
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """Give the workbook to fill in."""
    found, english = _kind(kind), (get_language() or "vi").startswith("en")
    lists = {name: one for name, one in choices_of(found, now()).items() if name not in PEOPLE}
    answer = HttpResponse(template_of(found.spec, lists, english=english), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{found.code}.xlsx"'
    return answer


def _kind(code: str) -> Kind:
    if code not in KINDS:
        raise Http404
    return KINDS[code]


def looked_at(request: HttpRequest, kind: Kind, sheet: Sheet, found: Taken) -> HttpResponse:
    """Show every row as it would be taken (422 when one cannot be)."""
    choices = choices_of(kind, now())
    facts = {
        "sheet": sheet, "reasons": found.reasons, "carried": "" if found.reasons else carry(sheet, heads(kind)),
        "rows": [(row, shown_cells(found.spec, row, choices)) for row in found.rows],
    }  # fmt: skip
    return page(request, kind, facts, 422 if found.reasons else 200)


def confirmed(request: HttpRequest, kind: Kind) -> HttpResponse:
    """Take all rows, judged anew; when one cannot be taken, take none and show why."""
    sheet = carried_sheet(request.POST[CARRIED], heads(kind), MOST)
    if sheet is None:
        return redirect(request.path)
    found = read(kind, sheet, now())
    made = take_all(kind, found, signed_in(request), now()) if not found.reasons else None
    if made is None:
        return looked_at(request, kind, sheet, found)
    new = [one for one in made if one is not None] if kind is OFFICERS else []
    if new:
        return render(request, "office/first_passwords.html", {"people": new, "rows": len(made)})
    messages.success(request, gettext("Đã ghi %(n)d dòng.") % {"n": len(made)})
    return redirect("office_people")


def page(request: HttpRequest, kind: Kind, facts: dict[str, Any], status: int) -> HttpResponse:
    """Show the page."""
    more = {
        "spec": kind, "heads": heads(kind), "most": MOST, "back": reverse("office_people"),
        "template": reverse("people_import_template", args=[kind.code]),
    }
    return render(request, "office/import.html", {**more, **facts}, status=status)
