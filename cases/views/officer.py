"""The page of a case for who handles it, is asked about it, or audits it; and looks at its sensitive values."""
from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from accounts.clock import now
from cases.access import is_applicant
from cases.models import Case, Part
from cases.presentation.cosigned import pending_of
from cases.presentation.done import done_of
from cases.presentation.dossier import attachments_of, blocks_of, sensitive_value
from cases.presentation.face import Look, face_of
from cases.presentation.queue import Row, gathered, rows_of
from cases.presentation.shelves import shelves_of, whole_parts
from cases.presentation.steps import choices_of
from cases.presentation.story import RECENT, Story, events_of, refusals_of
from cases.queries import desk_of
from cases.services.views_log import log_view
from cases.views.drawing import drawn_panels
from cases.views.finding import with_case
from cases.views.ledger_writing import may_put_right
from workflows.errors import Reason

LEAST_PURPOSE, MOST_PURPOSE = 3, 500
HISTORY_PAGE = 100
PURPOSE = Reason("ask_missing", "Ghi mục đích xem: từ 3 đến 500 ký tự", "Say what for: 3 to 500 characters", "purpose")


def officer_page(request: HttpRequest, case: Case) -> HttpResponse:
    """Show a case as it is handled: what may be done, why other things not, the dossier, its parts, its history."""
    look = Look(case, signed_in(request), now())
    more = {"may_put_right": look.definition.kind == "standalone" and may_put_right(case, look.viewer)}
    return render(request, "cases/officer.html", {**page_of(request, look), **more})


def page_of(request: HttpRequest, look: Look) -> dict[str, Any]:
    """Return what the page shows; an agency that is asked gets no view of the office's own work."""
    whole = whole_parts(look)
    choices = choices_of(look, whole=whole)
    tasks = tasks_of(look)
    story = Story(look, events_of(look)[: RECENT + 1]).told()
    return {
        "look": look,
        "case": look.case,
        "face": face_of(look),
        "choices": choices,
        "work": gathered(tasks, whole),
        "pending": pending_of(look, whole),
        "blocks": blocks_of(look),
        "attachments": attachments_of(look),
        "shelves": shelves_of(look, choices.all, tasks, request.GET),
        "panels": drawn_panels(request, look),
        "story": story[:RECENT],
        "more_story": len(story) > RECENT,
        "refusals": refusals_of(look),
        "done": done_of(look, request.GET.get("done", ""), choices.all),
    }


def tasks_of(look: Look, part: Part | None = None) -> list[Row]:
    """Return what waits on the case, or on one of its parts; an agency is not told."""
    if look.outside:
        return []
    waiting = look.case.tasks.filter(done_at=None, **({"part": part} if part is not None else {}))
    tasks, parts = list(waiting.select_related("assignee").order_by("due_at")), {one.pk: one for one in look.parts}
    for task in tasks:  # a case of many papers is not read again for the work on each of them
        task.case, task.part = look.case, parts[task.part_id] if task.part_id is not None else None
    return rows_of(tasks, desk_of(look.viewer, look.now))


@require_safe
@with_case
def history(request: HttpRequest, case: Case) -> HttpResponse:
    """Show the whole history of a case, page by page."""
    look = Look(case, signed_in(request), now())
    if is_applicant(case, look.viewer, look.now) or look.only_holds:
        raise Http404
    page = Paginator(events_of(look), HISTORY_PAGE).get_page(request.GET.get("page"))
    facts = {
        "look": look, "case": case, "story": Story(look, page).told(), "total": page.paginator.count,
        "shown": len(page), "newer": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "older": f"?page={page.next_page_number()}" if page.has_next() else "",
    }  # fmt: skip
    return render(request, "cases/history.html", facts)


@require_POST
@with_case
def look_at(request: HttpRequest, case: Case, what: str) -> HttpResponse:
    """Show one sensitive value to who says what for; the look is recorded before the value is shown."""
    look = Look(case, signed_in(request), now())
    value = sensitive_value(look, what)
    if value is None:
        raise Http404
    purpose = request.POST.get("purpose", "").strip()[:MOST_PURPOSE]
    facts = {"case": case, "what": what, "purpose": purpose}
    if len(purpose) < LEAST_PURPOSE:
        return render(request, "cases/sensitive.html", {**facts, "reasons": [PURPOSE]}, status=422)
    log_view(case=case, person=look.viewer, what=f"field:{what}", purpose=purpose, now=look.now)
    return render(request, "cases/sensitive.html", {**facts, "value": value})
