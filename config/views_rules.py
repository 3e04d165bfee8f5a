"""The administrator's pages of declared tables: look, propose a row or an end, see the effect, decide as the second."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import for_administrators, signed_in
from accounts.clock import local_day, now
from accounts.errors import PeopleRefused, sentence
from cases.models import TableChange, TableRow
from cases.services.table_changes import accept_change, decline_change, propose_change, take_back_change
from cases.table_editing import Declared, NoSuchTable, table_of
from cases.tables import STEP
from config.forms_rules import DeclineForm, EndLineForm, LineForm
from config.rules_page import change_page, rule_page, rules_page
from config.views_office import present


@require_safe
@for_administrators
def rules(request: HttpRequest) -> HttpResponse:
    """Show the tables that procedures declare."""
    return render(request, "office/rules.html", rules_page(local_day(now())))


@require_safe
@for_administrators
def rule(request: HttpRequest, table: str) -> HttpResponse:
    """Show the rows of a declared table."""
    return render(request, "office/rule.html", rule_page(_declared(table), local_day(now())))


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def propose(request: HttpRequest, table: str) -> HttpResponse:
    """Propose a row: a new one, or the successor of the one in force."""
    declared, key = _declared(table), request.GET.get("key", "")
    there = present(table, key, local_day(now()))
    first = {"valid_from": local_day(now()), "confirmed": True, "order": _next_order(table)}
    sent = request.POST if request.method == "POST" else None
    form = LineForm(declared.table, key, there.columns if there else {}, sent, _first(first, there))
    if form.is_valid():
        return _proposed(request, form, declared, form.arguments)
    return _form_page(request, form, declared, key)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def propose_end(request: HttpRequest, table: str) -> HttpResponse:
    """Propose that the row in force ends."""
    declared, key = _declared(table), request.GET.get("key", "")
    if present(table, key, local_day(now())) is None:
        raise Http404
    form = EndLineForm(request.POST if request.method == "POST" else None, initial={"last_day": local_day(now())})
    if form.is_valid():
        last, src = form.cleaned_data["last_day"], form.cleaned_data["src"]
        wanted = {"table": table, "key": key, "valid_from": local_day(now()), "valid_to": last, "src": src}
        return _proposed(request, form, declared, {**wanted, "ends": True})
    return _form_page(request, form, declared, key, ends=True)


@require_safe
@for_administrators
def change(request: HttpRequest, change_id: int) -> HttpResponse:
    """Show a proposed change and what it would do."""
    found = get_object_or_404(TableChange, pk=change_id)
    return _change_page(request, found, DeclineForm())


@require_POST
@for_administrators
def accept(request: HttpRequest, change_id: int) -> HttpResponse:
    """Put a change into force, as the second person."""
    try:
        found = accept_change(change_id=change_id, actor=signed_in(request), now=now())
    except PeopleRefused as refusal:
        found, form = get_object_or_404(TableChange, pk=change_id), DeclineForm()
        return _change_page(request, found, form, said=[sentence(reason) for reason in refusal.reasons])
    messages.success(request, gettext("Đã duyệt; dòng có hiệu lực từ ngày đã ghi."))
    return redirect("office_rule", found.table)


@require_POST
@for_administrators
def decline(request: HttpRequest, change_id: int) -> HttpResponse:
    """Decline a change, or take it back as who proposed it."""
    found, form = get_object_or_404(TableChange, pk=change_id), DeclineForm(request.POST)
    if found.proposed_by_id == signed_in(request).pk:
        take_back_change(change_id=change_id, actor=signed_in(request), now=now())
    elif form.submit(decline_change, change_id=change_id, actor=signed_in(request), now=now()) is None:
        return _change_page(request, found, form)
    messages.success(request, gettext("Đã ghi."))
    return redirect("office_rule", found.table)


def _proposed(request: HttpRequest, form: Any, declared: Declared, given: dict[str, Any]) -> HttpResponse:
    try:
        made = propose_change(actor=signed_in(request), now=now(), **given)
    except PeopleRefused as refusal:
        form.refuse(refusal)
        return _form_page(request, form, declared, given["key"], ends=bool(given.get("ends")))
    messages.success(request, gettext("Đã đề nghị; cần một quản trị viên khác duyệt."))
    return redirect("office_rule_change", made.pk)


def _form_page(request: HttpRequest, form: Any, declared: Declared, key: str, *, ends: bool = False) -> HttpResponse:
    page = {"form": form, "declared": declared, "key": key, "ends": ends}
    return render(request, "office/rule_form.html", page, status=form.status)


def _change_page(request: HttpRequest, found: TableChange, form: Any, said: Any = ()) -> HttpResponse:
    page = change_page(_declared(found.table), found, now())
    mine = found.proposed_by_id == signed_in(request).pk
    status = 422 if said else form.status
    return render(request, "office/rule_change.html", {**page, "form": form, "mine": mine, "said": said}, status=status)


def _declared(table: str) -> Declared:
    try:
        return table_of(table)
    except NoSuchTable as unknown:
        raise Http404 from unknown


def _first(first: dict[str, Any], there: TableRow | None) -> dict[str, Any]:
    return {name: value for name, value in first.items() if there is None or name not in there.columns}


def _next_order(table: str) -> int:
    rows = TableRow.objects.filter(table=table).values_list("columns", flat=True)
    return max((int(columns.get("order", 0)) for columns in rows), default=0) + STEP
