"""What can be filed, for anybody: the list of procedures and the page of one."""
from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.clock import local_day, now
from cases.errors import ProcedureUnknown
from cases.inquiries import answered, inquiry_form
from cases.leaflet import leaflet
from cases.models import Published
from cases.office import office_rows
from cases.procedures import definition_of, in_force, open_to_people
from workflows.definition import Procedure

ASKED = "asked"


@require_safe
def procedure_list(request: HttpRequest) -> HttpResponse:
    """Show every procedure that takes cases today."""
    return render(request, "cases/procedures.html", {"procedures": open_to_people(local_day(now()))})


@require_safe
def procedure_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a procedure needs, how long it takes and what it costs, as the law of today has it."""
    published, procedure = _taken_today(code)
    return render(request, "cases/procedure.html", leaflet(procedure, published))


@require_safe
def inquiry_page(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Answer a question that anybody may ask before filing; nobody's secret is asked, so it stands in the address."""
    published, procedure = _taken_today(code)
    inquiry = next((one for one in procedure.inquiries if one.code == name), None)
    if inquiry is None:
        raise Http404
    form = inquiry_form(inquiry, procedure, local_day(now()), request.GET if ASKED in request.GET else None)
    told = answered(inquiry, published, procedure, form.values, now()) if form.is_valid() else None
    office = office_rows(local_day(now())).get("office", {})
    shown = {"procedure": procedure, "inquiry": inquiry, "form": form, "told": told, "office": office}
    return render(request, "cases/inquiry.html", shown, status=form.status)


def _taken_today(code: str) -> tuple[Published, Procedure]:
    try:
        published = in_force(code, local_day(now()))
    except ProcedureUnknown as unknown:
        raise Http404 from unknown
    procedure = definition_of(published.pk)
    if procedure.kind != "case":
        raise Http404
    return published, procedure
