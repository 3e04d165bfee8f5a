"""A range of numbers comes into a ledger: typed once, every row looked at first, then all are opened or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.clock import local_day, now
from cases.forms import ValuesForm
from cases.forms_choices import choices_asked
from cases.forms_words import label_of
from cases.serials import MOST, fields_of_range, range_of, rows_of_range, told_once
from cases.services import open_rows, rows_judged
from cases.showing import in_words
from cases.views.answers import hidden, key_of, tried
from cases.views.ledger_writing import may_open, own_agency
from cases.views.ledgers import with_ledger
from cases.views.onwards import see_other
from workflows.definition import Procedure
from workflows.errors import Reason

LOOKED = "_looked"  # the rows have been looked at: open them
CHANGE = "_change"  # back to the form, as it was typed
Rows = list[dict[str, Any]]


@require_http_methods(["GET", "HEAD", "POST"])
@with_ledger
def open_range(request: HttpRequest, definition: Procedure) -> HttpResponse:
    """Ask for the range; show the rows that it makes; open them."""
    if not may_open(request, definition) or range_of(definition) is None:
        raise Http404
    form = range_form(request, definition)
    if request.method != "POST" or CHANGE in request.POST or not form.is_valid():
        return page(request, definition, form)
    rows, reasons = tried(lambda: rows_of_range(definition, form.raw))
    if rows is None:
        return refused(request, definition, form, reasons)
    return opened(request, definition, form, rows) if LOOKED in request.POST else looked_at(
        request, definition, form, rows
    )


def range_form(request: HttpRequest, definition: Procedure) -> ValuesForm:
    """Return the form of what all rows of the range say."""
    fields = fields_of_range(definition)
    return ValuesForm(
        fields, request.POST if request.method == "POST" else None, initial=own_agency(request, definition),
        choices=choices_asked(fields, local_day(now()), definition, signed_in(request)),
        needed=lambda spec: spec.required is True, siblings=definition.fields,
    )  # fmt: skip


def looked_at(request: HttpRequest, definition: Procedure, form: ValuesForm, rows: Rows) -> HttpResponse:
    """Show the rows as they would be opened; nothing is written."""
    judged = rows_judged(ledger=definition.procedure, actor=signed_in(request), now=now(), rows=rows)
    if judged:
        return refused(request, definition, form, told_once(definition, rows, judged))
    return page(request, definition, form, rows=rows)


def opened(request: HttpRequest, definition: Procedure, form: ValuesForm, rows: Rows) -> HttpResponse:
    """Open all rows and lead to the ledger; when one cannot be opened none is, and the form says why."""
    made, reasons = tried(lambda: open_rows(
        ledger=definition.procedure, actor=signed_in(request), now=now(), rows=rows, idempotency_key=key_of(request)
    ))
    if made is None:
        about_rows = all(reason.path.startswith("rows[") for reason in reasons)
        return refused(request, definition, form, told_once(definition, rows, reasons) if about_rows else reasons)
    messages.success(request, gettext("Đã thêm %(n)d dòng vào sổ.") % {"n": len(rows)})
    return see_other("ledger", definition.procedure)


def refused(
    request: HttpRequest, definition: Procedure, form: ValuesForm, reasons: Sequence[Reason]
) -> HttpResponse:  # fmt: skip
    """Show the form with what was typed and why nothing is opened."""
    form.refuse(reasons)
    return page(request, definition, form, status=422)


def page(
    request: HttpRequest, definition: Procedure, form: ValuesForm, *, rows: Rows | None = None, status: int = 0
) -> HttpResponse:  # fmt: skip
    """Show the form, or the rows that it makes."""
    key = next((f for f in definition.fields if definition.row is not None and f.name == definition.row.key), None)
    said = [(label_of(f), in_words(f, form.values[f.name], form.choices)) for f in form.specs if f.name in form.values]
    facts = {
        "definition": definition, "form": form, "rows": rows, "said": said, "most": MOST,
        "numbers": [row[key.name] for row in rows] if rows and key is not None else [],
        "typed": [(n, v) for n, values in request.POST.lists() if not n.startswith(("_", "csrf")) for v in values],
        "key": key_of(request) or hidden()["key"],
    }  # fmt: skip
    changing = CHANGE in request.POST
    return render(request, "cases/ledger/range.html", facts, status=status or (200 if changing else form.status))
