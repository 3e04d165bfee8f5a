"""The page of a case: one address, another page for who filed it and for who handles it."""
from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import signed_in
from accounts.clock import now
from cases.access import is_applicant
from cases.filing import filing_step, is_filed
from cases.models import Case
from cases.views.applicant import applicant_page
from cases.views.counting import to_book
from cases.views.finding import with_case
from cases.views.ledger_rows import row_page
from cases.views.officer import officer_page
from cases.views.requests import applicant_step
from cases.views.step import step


@require_safe
@with_case
def case_page(request: HttpRequest, case: Case) -> HttpResponse:
    """Show the case to its applicant as the public knows it, to the office as it is handled."""
    if case.kind == Case.Kind.ROW:
        return row_page(request, case)
    if case.kind == Case.Kind.BOOK:
        return to_book(request, case)
    if is_applicant(case, signed_in(request), now()):
        return applicant_page(request, case)
    if is_filed(case) and filing_step(case, signed_in(request), now()) is not None:  # a draft written at the counter
        return redirect("case_edit", case.code)
    return officer_page(request, case)


@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def case_step(request: HttpRequest, case: Case, name: str, key: str = "") -> HttpResponse:
    """Ask for what a step needs and take it: the applicant's steps in the applicant's words."""
    if is_applicant(case, signed_in(request), now()):
        return applicant_step(request, case, name, key)
    return step(request, case.code, name, key)
