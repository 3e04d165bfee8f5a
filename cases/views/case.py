"""The page of a case: one address, another page for who filed it and for who handles it."""
from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.clock import now
from cases.access import is_applicant
from cases.models import Case
from cases.views.applicant import applicant_page
from cases.views.finding import with_case


@require_safe
@with_case
def case_page(request: HttpRequest, case: Case) -> HttpResponse:
    """Show the case to its applicant as the public knows it, to the office as it is handled."""
    if is_applicant(case, signed_in(request), now()):
        return applicant_page(request, case)
    raise Http404
