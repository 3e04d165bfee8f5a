"""The cash list as a file: exactly what the page shows. It holds no personal data but the cashiers' names."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.clock import now
from cases.cashbook import CashList
from cases.errors import PaperImpossible
from cases.views.cash import asked_of
from documents.cash_export import PAPER, as_docx, as_xlsx
from documents.views_ledger import XLSX, file_answer
from documents.workshop import DOCX


@never_cache
@login_required
@require_safe
def cash_docx(request: HttpRequest) -> HttpResponse:
    """Give the list as .docx."""
    return _given(request, "docx", DOCX, lambda found: as_docx(found, signed_in(request), now()))


@never_cache
@login_required
@require_safe
def cash_xlsx(request: HttpRequest) -> HttpResponse:
    """Give the list as .xlsx."""
    return _given(request, "xlsx", XLSX, as_xlsx)


def _given(request: HttpRequest, kind: str, media: str, make: Callable[[CashList], bytes]) -> HttpResponse:
    """Give the list as a file; a filter that is wrong leads back to the page, which says so."""
    found = asked_of(request).found
    if found is None:
        return redirect(f"{reverse('cash')}?{request.GET.urlencode()}")
    try:
        body = make(found)
    except PaperImpossible as fault:
        facts = {"reasons": fault.reasons, "back": reverse("cash")}
        return render(request, "cases/refused.html", facts, status=422)
    return file_answer(body, media, f"{PAPER.vi} {found.first} {found.last}.{kind}")
