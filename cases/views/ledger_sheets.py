"""Rows of a ledger out of a spreadsheet: paste or upload, look at every row first, then open all or none."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import signed_in
from accounts.clock import now
from cases.ledger_sheets import MOST, judged, ledger_choices, ledger_heads, read, rows_of
from cases.services import open_rows
from cases.sheet_rows import Taken
from cases.views.answers import hidden, key_of, tried
from cases.views.ledger_writing import may_open
from cases.views.ledgers import with_ledger
from cases.views.sheet_import import Import, import_page, workbook
from workflows.definition import Procedure


@require_http_methods(["GET", "HEAD", "POST"])
@with_ledger
def import_rows(request: HttpRequest, definition: Procedure) -> HttpResponse:
    """Ask for the rows; show them as they would be opened; open them."""
    if not may_open(request, definition):
        raise Http404
    return import_page(request, wanted_of(request, definition))


@require_safe
@with_ledger
def template(request: HttpRequest, definition: Procedure) -> HttpResponse:
    """Give the workbook to fill in."""
    if not may_open(request, definition):
        raise Http404
    choices = ledger_choices(definition, signed_in(request), now())
    return workbook(rows_of(definition), choices, definition.procedure)


def wanted_of(request: HttpRequest, definition: Procedure) -> Import:
    """Return what the page imports."""
    actor, at = signed_in(request), now()
    facts = {
        "definition": definition, "spec": definition, "more_hidden": [("_key", hidden()["key"])],
        "back": reverse("ledger", args=[definition.procedure]),
        "template": reverse("ledger_import_template", args=[definition.procedure]),
    }  # fmt: skip
    return Import(
        page="cases/sheet/ledger.html", facts=facts, heads=ledger_heads(definition), most=MOST,
        choices=ledger_choices(definition, actor, at), read=lambda sheet: read(definition, sheet, actor, at),
        judged=lambda sheet: judged(definition, sheet, actor, at),
        take=lambda found: opened(request, definition, found),
    )  # fmt: skip


def opened(request: HttpRequest, definition: Procedure, found: Taken) -> HttpResponse | None:
    """Open all rows, or none: why not is told at them."""
    outcome, reasons = tried(lambda: open_rows(
        ledger=definition.procedure, actor=signed_in(request), now=now(), rows=found.values,
        idempotency_key=key_of(request),
    ))
    if outcome is None:
        found.tell(reasons)
        return None
    messages.success(request, gettext("Đã thêm %(n)d dòng vào sổ.") % {"n": len(found.rows)})
    return redirect("ledger", definition.procedure)
