"""Rows of a ledger out of a spreadsheet: paste or upload, look at every row first, then open all or none."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import signed_in
from accounts.clock import now
from cases.forms_sheet import CARRIED, SheetForm, carried_sheet, carry
from cases.ledger_sheets import MOST, judged, ledger_choices, ledger_heads, read, rows_of
from cases.services import open_rows
from cases.sheet_rows import Taken, shown_cells
from cases.sheet_template import XLSX, template_of
from cases.sheets import Sheet
from cases.views.answers import hidden, key_of, tried
from cases.views.ledger_writing import may_open
from cases.views.ledgers import with_ledger
from workflows.definition import Procedure


@require_http_methods(["GET", "HEAD", "POST"])
@with_ledger
def import_rows(request: HttpRequest, definition: Procedure) -> HttpResponse:
    """Ask for the rows; show them as they would be opened; open them."""
    if not may_open(request, definition):
        raise Http404
    if CARRIED in request.POST:
        return confirmed(request, definition)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = SheetForm(*sent, there=False)
    sheet = form.sheet(ledger_heads(definition), MOST) if form.is_bound else None
    if sheet is None:
        return page(request, definition, {"form": form}, form.status)
    return looked_at(request, definition, sheet, judged(definition, sheet, signed_in(request), now()))


@require_safe
@with_ledger
def template(request: HttpRequest, definition: Procedure) -> HttpResponse:
    """Give the workbook to fill in."""
    if not may_open(request, definition):
        raise Http404
    english = (get_language() or "vi").startswith("en")
    body = template_of(rows_of(definition), ledger_choices(definition, signed_in(request), now()), english=english)
    answer = HttpResponse(body, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{definition.procedure}.xlsx"'
    return answer


def looked_at(request: HttpRequest, definition: Procedure, sheet: Sheet, found: Taken) -> HttpResponse:
    """Show every row as it would be opened (422 when one cannot be)."""
    choices, heads = ledger_choices(definition, signed_in(request), now()), ledger_heads(definition)
    facts = {
        "sheet": sheet, "reasons": found.reasons, "carried": "" if found.reasons else carry(sheet, heads),
        "rows": [(row, shown_cells(found.spec, row, choices)) for row in found.rows],
        "more_hidden": [("_key", hidden()["key"])],
    }  # fmt: skip
    return page(request, definition, facts, 422 if found.reasons else 200)


def confirmed(request: HttpRequest, definition: Procedure) -> HttpResponse:
    """Open all rows, judged anew; when one cannot be opened, open none and show why."""
    sheet = carried_sheet(request.POST[CARRIED], ledger_heads(definition), MOST)
    if sheet is None:
        return redirect(request.path)
    found = read(definition, sheet, signed_in(request), now())
    if found.reasons:
        return looked_at(request, definition, sheet, found)
    opened, reasons = tried(lambda: open_rows(
        ledger=definition.procedure, actor=signed_in(request), now=now(), rows=found.values,
        idempotency_key=key_of(request),
    ))
    if opened is None:
        found.tell(reasons)
        return looked_at(request, definition, sheet, found)
    messages.success(request, gettext("Đã thêm %(n)d dòng vào sổ.") % {"n": len(found.rows)})
    return redirect("ledger", definition.procedure)


def page(request: HttpRequest, definition: Procedure, facts: dict[str, Any], status: int) -> HttpResponse:
    """Show the page."""
    more = {
        "definition": definition, "spec": definition, "heads": ledger_heads(definition), "most": MOST,
        "back": reverse("ledger", args=[definition.procedure]),
        "template": reverse("ledger_import_template", args=[definition.procedure]),
    }  # fmt: skip
    return render(request, "cases/sheet/ledger.html", {**more, **facts}, status=status)
