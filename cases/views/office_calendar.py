"""The administrator's pages of the working calendar: a year, a change, its effect before it is confirmed."""

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
from cases.calendar import YEARS
from cases.forms_calendar import DayForm, RemovalForm, first_values
from cases.presentation.office_calendar import day_of_year, year_page
from cases.services.calendar_change import preview_change, preview_faults

SHOWN = 100
FORMS: dict[str, type[DayForm | RemovalForm]] = {"change": DayForm, "remove": RemovalForm}


@require_safe
@for_administrators
def calendar(request: HttpRequest) -> HttpResponse:
    """Lead to the present year."""
    return redirect("office_calendar_year", local_day(now()).year)


@require_safe
@for_administrators
def calendar_year(request: HttpRequest, year: int) -> HttpResponse:
    """Show the days off and make-up days of a year."""
    if year not in YEARS:
        raise Http404
    return render(request, "cases/office/calendar.html", year_page(year))


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def calendar_change(request: HttpRequest, year: int, act: str) -> HttpResponse:
    """Ask what a day is to be; show which cases it moves; write it when that is confirmed."""
    if act not in FORMS or year not in YEARS:
        raise Http404
    line = day_of_year(_day(request.GET.get("day", "")))
    form = FORMS[act](request.POST if request.method == "POST" else None, initial=first_values(line, year))
    page: dict[str, object] = {"form": form, "year": year, "removes": act == "remove"}
    if not form.is_valid():
        return render(request, "cases/office/calendar_change.html", page, status=form.status)
    if "confirmed" in request.POST:
        return _write(request, form, page)
    return _preview(request, form, page)


def _write(request: HttpRequest, form: DayForm | RemovalForm, page: dict[str, object]) -> HttpResponse:
    try:
        row = form.service(**form.arguments, actor=signed_in(request), now=now())
    except PeopleRefused as refusal:
        form.refuse(refusal)
        return render(request, "cases/office/calendar_change.html", page, status=422)
    messages.success(request, gettext("Đã ghi lịch làm việc; hồ sơ liên quan đang được tính lại ngày hẹn."))
    return redirect("office_calendar_year", row.date.year)


def _preview(request: HttpRequest, form: DayForm | RemovalForm, page: dict[str, object]) -> HttpResponse:
    wanted, moment = form.wanted(), now()
    faults = preview_faults(wanted, moment)
    if faults:
        form.refuse(PeopleRefused(faults))
        return render(request, "cases/office/calendar_change.html", page, status=422)
    moved = preview_change(wanted, moment)
    more = {"wanted": wanted, "moved": moved[:SHOWN], "count": len(moved), "hidden": len(moved) - SHOWN}
    return render(request, "cases/office/calendar_preview.html", {**page, **more})


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return dt.date.min
