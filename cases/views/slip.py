"""The slip of a case filed at the counter: what was brought and is held, the fee, the day, the way to follow it."""
from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.clock import local_day, now
from cases.access import COUNTER
from cases.models import Case
from cases.presentation.at_counter import slip_of
from cases.presentation.face import Look
from cases.public_view import office_name, one_stop
from cases.tracking import tracking_path, tracking_picture
from cases.views.finding import with_case
from workflows.definition import Procedure

SIZES = ("a5", "a4")


def look_of(request: HttpRequest, case: Case) -> Look:
    """Return who prints a slip looking at the case. Raises Http404 for who does not serve at the counter."""
    look = Look(case, signed_in(request), now())
    if case.submitted_at is None or not look.roles & {COUNTER, "cashier"}:
        raise Http404
    return look


@require_safe
@with_case
def slip(request: HttpRequest, case: Case) -> HttpResponse:
    """Show the slip as it is printed, on A5 or, asked for, on A4."""
    look = look_of(request, case)
    size = request.GET.get("size", SIZES[0])
    definition: Procedure = look.definition
    facts = {
        "case": case, "procedure": definition, "slip": slip_of(look), "size": size if size in SIZES else SIZES[0],
        "office": office_name(local_day(look.now)), "desk": one_stop(local_day(look.now)), "at": look.now,
        "officer": look.viewer, "picture": tracking_picture(request.build_absolute_uri(tracking_path(case))),
    }  # fmt: skip
    return render(request, "cases/slip.html", facts)
