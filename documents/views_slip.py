"""The slip of a case filed at the counter as .docx, on A5 or A4."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.errors import PaperImpossible
from cases.models import Case
from cases.presentation.at_counter import slip_of
from cases.tracking import tracking_path
from cases.views.finding import with_case
from cases.views.slip import look_of
from documents.slip_export import PAPER, as_docx
from documents.views_ledger import file_answer
from documents.workshop import DOCX


@never_cache
@require_safe
@with_case
def slip_docx(request: HttpRequest, case: Case) -> HttpResponse:
    """Give the slip; a paper of the office is in Vietnamese, whatever the language of the page."""
    half = request.GET.get("size", "a5") != "a4"
    with override("vi"):
        look = look_of(request, case)
        slip, address = slip_of(look), request.build_absolute_uri(tracking_path(case))
        try:
            body = as_docx(slip, case, look.definition, look.viewer, look.now, address=address, half=half)
        except PaperImpossible as fault:
            facts = {"reasons": fault.reasons, "back": reverse("case", args=[case.code])}
            return render(request, "cases/refused.html", facts, status=422)
    return file_answer(body, DOCX, f"{PAPER.vi} {case.code} {'A5' if half else 'A4'}.docx")
