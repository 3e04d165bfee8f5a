"""The administrator's page of procedures: what is published, and folders that wait."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import for_administrators
from accounts.clock import local_day, now
from cases.procedures import current, definition_by
from cases.publication import waiting_drafts


@require_safe
@for_administrators
def procedures(request: HttpRequest) -> HttpResponse:
    """Show the publications that are or will be the law, and the folders that say something else."""
    today = local_day(now())
    rows = current().select_related("published_by").order_by("procedure", "-effective_from")
    published = [(row, definition_by(row.hash), row.effective_from > today) for row in rows]
    page = {"published": published, "drafts": waiting_drafts(), "today": today}
    return render(request, "cases/office/procedures.html", page)
