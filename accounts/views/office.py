"""Pages of the administrator: people, their roles, mandates and absences; units."""
from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext

from accounts.access import for_administrators, signed_in
from accounts.clock import local_day, now
from accounts.forms.office import OfficerForm, UnitForm
from accounts.models import OrgUnit, User
from accounts.queries import former_units, people_named, person_facts, unit_tree, with_roles
from accounts.services import create_officer, open_unit
from accounts.views.acts import ACTS, UNIT_ACTS, act_called, thing_of

PAGE = 50


@for_administrators
def people(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    page = Paginator(people_named(text), PAGE).get_page(request.GET.get("page"))
    rows = with_roles(list(page), local_day(now()))
    return render(request, "accounts/office_people.html", {"page": page, "rows": rows, "text": text})


@for_administrators
def officer_new(request: HttpRequest) -> HttpResponse:
    form = OfficerForm(request.POST or None)
    made = form.submit(create_officer, actor=signed_in(request), now=now())
    if made:
        return first_password_page(request, made.user, made.first_password)
    return render(request, "accounts/officer_new.html", {"form": form}, status=form.status)


def first_password_page(request: HttpRequest, person: User, password: str) -> HttpResponse:
    """Show a first password: this one time, on a page that no cache keeps."""
    return render(request, "accounts/first_password.html", {"person": person, "password": password})


@for_administrators
def person(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(User, pk=user_id)
    return render(request, "accounts/office_person.html", person_facts(found, local_day(now())))


@for_administrators
def person_act(request: HttpRequest, user_id: uuid.UUID, name: str, row_id: int | None = None) -> HttpResponse:
    found, act, today = get_object_or_404(User, pk=user_id), act_called(name, ACTS), local_day(now())
    thing, first = thing_of(act, found, row_id), {"valid_from": today, "last_day": today, "from_day": today}
    form = act.form(request.POST if request.method == "POST" else None, initial=first)
    made = form.submit(act.service, **{act.argument: thing}, actor=signed_in(request), now=now())
    if isinstance(made, str):
        return first_password_page(request, found, made)
    if made:
        messages.success(request, gettext("Đã ghi nhận."))
        return redirect("office_person", user_id)
    facts = {"form": form, "act": act, "person": found, "thing": thing}
    return render(request, "accounts/office_act.html", facts, status=form.status)


@for_administrators
def units(request: HttpRequest) -> HttpResponse:
    today = local_day(now())
    return render(request, "accounts/office_units.html", {"lines": unit_tree(today), "former": former_units(today)})


@for_administrators
def unit_new(request: HttpRequest) -> HttpResponse:
    form = UnitForm(request.POST or None, initial={"valid_from": local_day(now())})
    if form.submit(open_unit, actor=signed_in(request), now=now()):
        return redirect("office_units")
    return render(request, "accounts/unit_new.html", {"form": form}, status=form.status)


@for_administrators
def unit_act(request: HttpRequest, unit_id: int, name: str) -> HttpResponse:
    unit, act, today = get_object_or_404(OrgUnit, pk=unit_id), act_called(name, UNIT_ACTS), local_day(now())
    first = {"name": unit.name, "name_en": unit.name_en, "symbol": unit.symbol, "from_day": today, "last_day": today}
    form = act.form(request.POST if request.method == "POST" else None, initial=first)
    if form.submit(act.service, unit=unit, actor=signed_in(request), now=now()):
        return redirect("office_units")
    facts = {"form": form, "act": act, "thing": unit}
    return render(request, "accounts/office_act.html", facts, status=form.status)
