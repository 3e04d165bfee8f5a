"""The cash list on a page: a day or a period, what was paid and refunded, by whom, and whether receipts are missing."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.clock import local_day, now
from accounts.models import RoleHeld
from cases.access import holdings
from cases.cashbook import CashList, cash_list, reach, recording
from cases.forms_cash import CashForm
from cases.queries import visible_among


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks of the cash list, and the list; None while the form is wrong."""

    form: CashForm
    found: CashList | None


def asked_of(request: HttpRequest) -> Asked:
    """Return the list that a request asks for. Raises Http404 for who has nothing to do with money."""
    viewer, at = signed_in(request), now()
    wide = reach(h.role for h in holdings(viewer, at))
    if wide is None:
        raise Http404
    form = CashForm(request.GET, today=local_day(at), cashiers=who_records() if wide else ())
    if not form.is_valid():
        return Asked(form, None)
    said = form.cleaned_data
    return Asked(form, cash_list(said["first"], said["last"], viewer, at, said.get("cashier", "")))


def who_records() -> list[tuple[str, str]]:
    """Return (id, name) of everybody who has held a role that records money, by name."""
    roles = {role for _, step in recording() for role in step.by}
    held = RoleHeld.objects.filter(role__in=roles).order_by("user__full_name")
    return list(dict.fromkeys((str(pk), name) for pk, name in held.values_list("user", "user__full_name")))


@login_required
@require_safe
def cash(request: HttpRequest) -> HttpResponse:
    """Show the list of the day, or of the days that are asked for."""
    asked = asked_of(request)
    cases = {entry.case.pk for entry in asked.found.entries} if asked.found is not None else set()
    facts = {
        "form": asked.form, "found": asked.found, "query": request.GET.urlencode(),
        "seen": visible_among(signed_in(request), now(), cases),
    }  # fmt: skip
    return render(request, "cases/cash.html", facts, status=200 if asked.found is not None else 422)
