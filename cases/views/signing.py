"""The signing list: everything that awaits the signature of the person, each signed by a step of its own."""
from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.clock import now
from cases.presentation.signing import all_to_sign
from cases.signing import awaiting

PAGE = 20


@login_required
@require_safe
def signing(request: HttpRequest) -> HttpResponse:
    """Show what may be signed now, and below it what still lacks something."""
    person, moment = signed_in(request), now()
    page = Paginator(awaiting(person, moment), PAGE).get_page(request.GET.get("page"))
    rows = all_to_sign(person, moment, list(page))
    facts = {
        "ready": [row for row in rows if row.ready], "later": [row for row in rows if not row.ready],
        "shown": len(rows),
        "newer": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "older": f"?page={page.next_page_number()}" if page.has_next() else "",
    }
    return render(request, "cases/signing.html", facts)
