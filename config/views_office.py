"""The administrator's pages of the office's tables: look, write a row from a day on, end one."""
from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import for_administrators, signed_in
from accounts.clock import local_day, now
from accounts.errors import PeopleRefused
from cases.models import TableRow
from config.forms_office import EndForm, RowForm
from config.office_decisions import LASTING, decide, end
from config.office_page import table_page, tables_page
from config.office_schema import OFFICE_ROWS
from config.office_tables import row_words, table_words, tables_there


@require_safe
@for_administrators
def tables(request: HttpRequest) -> HttpResponse:
    """Show the tables of the office."""
    return render(request, "office/tables.html", tables_page(local_day(now())))


@require_safe
@for_administrators
def table(request: HttpRequest, table: str) -> HttpResponse:
    """Show the rows of a table."""
    return render(request, "office/table.html", table_page(_known(table), local_day(now())))


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def row(request: HttpRequest, table: str) -> HttpResponse:
    """Write a row: a new one, or the successor of the one in force."""
    key, day = request.GET.get("key", ""), _day(request.GET.get("from", ""))
    if _known(table) == "office" and key not in OFFICE_ROWS:
        raise Http404
    there = present(table, key, day)
    sent = request.POST if request.method == "POST" else None
    first = {"valid_from": day, "confirmed": True}
    form = RowForm(table, key, there.columns if there else {}, sent, lasting=table in LASTING, first=first)
    if form.is_valid() and _written(request, form, table, key):
        return redirect("office_table", table)
    page = {"form": form, "table": table, "words": table_words(table), "key": key, "title": row_words(table, key)}
    return render(request, "office/row.html", page, status=form.status)


def _written(request: HttpRequest, form: RowForm, table: str, key: str) -> bool:
    key = key or form.cleaned_data["key"]
    try:
        outcome = decide(table=table, key=key, actor=signed_in(request), now=now(), **form.arguments)
    except PeopleRefused as refusal:
        form.refuse(refusal)
        return False
    if outcome == "unchanged":
        messages.info(request, gettext("Không có gì thay đổi."))
    else:
        messages.success(request, gettext("Đã ghi."))
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def row_end(request: HttpRequest, table: str) -> HttpResponse:
    """End the row in force."""
    key, day = request.GET.get("key", ""), _day(request.GET.get("from", ""))
    there = present(_known(table), key, day)
    if there is None or table in LASTING:
        raise Http404
    form = EndForm(request.POST if request.method == "POST" else None, initial={"last_day": day})
    if form.submit(end, row=there, actor=signed_in(request), now=now()):
        messages.success(request, gettext("Đã ghi."))
        return redirect("office_table", table)
    page = {"form": form, "table": table, "words": table_words(table), "key": key, "ends": True}
    return render(request, "office/row.html", {**page, "title": row_words(table, key)}, status=form.status)


def present(table: str, key: str, day: dt.date) -> TableRow | None:
    """Return the row of a key that holds on a day, else the next one to come."""
    rows = TableRow.objects.filter(table=table, key=key).exclude(valid_to__lt=day).order_by("valid_from")
    return rows.filter(valid_from__lte=day).last() or rows.first()


def _day(text: str) -> dt.date:
    """Return the day whose row is meant: that of the address, else today."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return local_day(now())


def _known(table: str) -> str:
    if table not in tables_there():
        raise Http404
    return table
