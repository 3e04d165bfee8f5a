"""The applicant's page of a case: what stands, what comes next, what is asked of me."""
from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.models import Case
from cases.procedures import definition_by


def applicant_page(request: HttpRequest, case: Case) -> HttpResponse:
    """Show a case to who filed it."""
    return render(request, "cases/applicant.html", {"case": case, "procedure": definition_by(case.definition.hash)})
