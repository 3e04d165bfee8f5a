"""A new row of a ledger, and what is put right before its first step: a row, or an internal matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.clock import local_day, now
from accounts.models import User
from cases.access import holdings, roles_on
from cases.forms import ValuesForm
from cases.forms_choices import choices_asked
from cases.internal import first_fields, opening_roles
from cases.ledger_access import is_holder, row_spec
from cases.ledger_queries import counted_agency
from cases.models import Case
from cases.presentation.words import said
from cases.procedures import definition_of
from cases.services import Outcome, open_row, save_dossier
from cases.services.views_log import log_views
from cases.views.answers import carried, hidden, key_of, tried, version_of
from cases.views.finding import with_case
from cases.views.ledgers import with_ledger
from cases.views.onwards import see_other
from workflows.definition import Procedure


@require_http_methods(["GET", "HEAD", "POST"])
@with_ledger
def new_row(request: HttpRequest, definition: Procedure) -> HttpResponse:
    """Open a row: everything that the ledger asks for, typed at once."""
    if not may_open(request, definition):
        raise Http404
    form = row_form(request, definition, own_agency(request, definition))
    if request.method != "POST" or not form.is_valid():
        return row_page(request, definition, form)
    make = partial(open_row, ledger=definition.procedure)
    return opened(request, definition, form, make, gettext("Đã thêm dòng %(number)s vào sổ."))


def own_agency(request: HttpRequest, definition: Procedure) -> dict[str, Any]:
    """Return what a new row begins with: the agency of who opens it."""
    return {row_spec(definition).agency: counted_agency(definition, signed_in(request), now())}


def may_open(request: HttpRequest, definition: Procedure) -> bool:
    """Whether the person opens rows of this ledger, in whichever agency."""
    roles = {h.role for h in holdings(signed_in(request), now())}
    return bool(roles & set(row_spec(definition).opened_by))


def row_form(
    request: HttpRequest, definition: Procedure, initial: Mapping[str, Any] | None = None
) -> ValuesForm:  # fmt: skip
    """Return the form of a row: what is there from the beginning, not what steps set."""
    fields = first_fields(definition)
    data = request.POST if request.method == "POST" else None
    choices = choices_asked(fields, local_day(now()), definition, signed_in(request))
    return ValuesForm(
        fields, data, initial=initial, choices=choices, needed=lambda spec: spec.required is True,
        siblings=definition.fields,
    )  # fmt: skip


def opened(
    request: HttpRequest, definition: Procedure, form: ValuesForm, make: Callable[..., Outcome], done: str
) -> HttpResponse:  # fmt: skip
    """Open what the form says and lead to it, told by `done` (%(number)s); what is refused is told at its field."""
    values = {name: value for name, value in form.raw.items() if value not in ("", None)}
    by = {"actor": signed_in(request), "now": now(), "idempotency_key": key_of(request)}
    outcome, reasons = tried(lambda: make(values=values, **by))
    if outcome is None:
        form.refuse(reasons)
        return row_page(request, definition, form, status=422)
    messages.success(request, done % {"number": outcome.case.code})
    return see_other("case", outcome.case.code)


def row_page(
    request: HttpRequest, definition: Procedure, form: ValuesForm, status: int = 0, row: Case | None = None
) -> HttpResponse:  # fmt: skip
    """Show the form of a new row, or of one that is put right."""
    kept = carried(request) if request.method == "POST" else hidden(row)
    guidance = said(definition.guidance.get("vi", ""), definition.guidance.get("en", ""))
    facts = {"definition": definition, "form": form, "hidden": kept, "row": row, "guidance": guidance}
    return render(request, "cases/ledger/new.html", facts, status=status or form.status)


# ------------------------------------------------------------------------------------------------------ put right
def may_put_right(row: Case, viewer: User) -> bool:
    """Whether the person may still change what was entered: before the first step, and not of the own passport."""
    definition = definition_of(row.definition_id)
    if row.kind == Case.Kind.BOOK or row.state != definition.machine.initial.code or is_holder(row, viewer):
        return False
    opening = row_spec(definition).opened_by if definition.row is not None else opening_roles(definition)
    return bool(roles_on(row, viewer, now()) & set(opening))


@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def put_right(request: HttpRequest, row: Case) -> HttpResponse:
    """Change what was entered of a row, or of an internal matter, that no step has used yet."""
    viewer, definition = signed_in(request), definition_of(row.definition_id)
    if not may_put_right(row, viewer):
        raise Http404
    if request.method != "POST":
        names = ",".join(f.name for f in first_fields(definition) if f.sensitive)
        log_views(cases=[row], person=viewer, what=names, purpose=gettext("Sửa nội dung mới nhập"), now=now())
    form = row_form(request, definition, row.dossier)
    if request.method != "POST" or not form.is_valid():
        return row_page(request, definition, form, row=row)
    return saved(request, row, form)


def saved(request: HttpRequest, row: Case, form: ValuesForm) -> HttpResponse:
    """Save the row and lead to it."""
    definition, version = definition_of(row.definition_id), version_of(request)
    outcome, reasons = tried(
        lambda: save_dossier(
            case_id=row.pk, actor=signed_in(request), now=now(), values=form.raw, expected_version=version
        )
    )
    if outcome is None:
        form.refuse(reasons)
        return row_page(request, definition, form, status=422, row=row)
    return see_other("case", row.code)
