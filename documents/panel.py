"""The documents on the page of their case: the latest, and all of them on a page of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.clock import now
from accounts.models import User
from cases.models import Case
from cases.presentation.face import Look
from cases.views.finding import with_case
from documents.models import Document
from documents.queries import documents_of

LATEST, PAGE = 20, 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A document, and the part of the case that it belongs to by name."""

    document: Document
    about: str


def panel_context(case: Case, viewer: User) -> dict[str, Any]:
    """Return what the panel of the case page shows: the latest documents, in time order."""
    look = Look(case, viewer, now())
    latest = list(documents_of(case, viewer, look.now).defer("context").reverse()[: LATEST + 1])
    return {"documents": _listed(look, latest[LATEST - 1 :: -1]), "more": len(latest) > LATEST, "case": case}


def _listed(look: Look, documents: Iterable[Document]) -> list[Listed]:
    shown = list(documents)
    parts = {part.pk: part for part in look.parts} if any(document.part_id for document in shown) else {}
    return [
        Listed(document, look.part_name(parts[document.part_id]) if document.part_id in parts else "")
        for document in shown
    ]


@never_cache
@require_safe
@with_case
def documents_page(request: HttpRequest, case: Case) -> HttpResponse:
    """Show every document of a case that the person may see, in time order."""
    look = Look(case, signed_in(request), now())
    page = Paginator(documents_of(case, look.viewer, look.now).defer("context"), PAGE).get_page(request.GET.get("page"))
    facts = {
        "case": case, "documents": _listed(look, page), "total": page.paginator.count, "shown": len(page),
        "newer": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "older": f"?page={page.next_page_number()}" if page.has_next() else "",
    }  # fmt: skip
    return render(request, "documents/all.html", facts)
