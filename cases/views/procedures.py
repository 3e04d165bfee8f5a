"""What can be filed, for anybody: the list of procedures and the page of one."""
from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.clock import local_day, now
from cases.errors import ProcedureUnknown
from cases.leaflet import leaflet
from cases.procedures import definition_of, in_force, open_to_people


@require_safe
def procedure_list(request: HttpRequest) -> HttpResponse:
    """Show every procedure that takes cases today."""
    return render(request, "cases/procedures.html", {"procedures": open_to_people(local_day(now()))})


@require_safe
def procedure_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a procedure needs, how long it takes and what it costs, as the law of today has it."""
    try:
        published = in_force(code, local_day(now()))
    except ProcedureUnknown as unknown:
        raise Http404 from unknown
    procedure = definition_of(published.pk)
    if procedure.kind != "case":
        raise Http404
    return render(request, "cases/procedure.html", leaflet(procedure, published))
