"""The cash list as a file: exactly what the page shows. It holds no personal data but the cashiers' names."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.clock import now
from cases.errors import PaperImpossible
from cases.views.cash import asked_of
from documents.cash_export import PAPER, as_docx, as_xlsx
from documents.file_names import disposition
from documents.views_ledger import XLSX
from documents.workshop import DOCX


@never_cache
@login_required
@require_safe
def cash_docx(request: HttpRequest) -> HttpResponse:
    """Give the list as .docx; a filter that is wrong leads back to the page, which says so."""
    found = asked_of(request).found
    if found is None:
        return _back(request)
    try:
        body = as_docx(found, signed_in(request), now())
    except PaperImpossible as fault:
        facts = {"reasons": fault.reasons, "back": reverse("cash")}
        return render(request, "cases/refused.html", facts, status=422)
    return file_answer(body, DOCX, f"{PAPER.vi} {found.first} {found.last}.docx")


@never_cache
@login_required
@require_safe
def cash_xlsx(request: HttpRequest) -> HttpResponse:
    """Give the list as .xlsx."""
    found = asked_of(request).found
    if found is None:
        return _back(request)
    return file_answer(as_xlsx(found), XLSX, f"{PAPER.vi} {found.first} {found.last}.xlsx")


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('cash')}?{request.GET.urlencode()}")


def file_answer(body: bytes, media: str, name: str) -> HttpResponse:
    """Return a file to be saved under a name; no cache keeps it."""
    answer = HttpResponse(body, content_type=media)
    answer["Content-Disposition"] = disposition(name)
    answer["Cache-Control"] = "no-store, private"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
