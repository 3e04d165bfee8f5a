"""The page of a case for who handles it, is asked about it, or audits it; and looks at its sensitive values."""
from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from accounts.clock import now
from cases.models import Case
from cases.presentation.cosigned import pending_of
from cases.presentation.done import done_of
from cases.presentation.dossier import attachments_of, blocks_of, sensitive_value
from cases.presentation.face import Look, face_of
from cases.presentation.parts import shelves_of
from cases.presentation.queue import rows_of
from cases.presentation.steps import choices_of
from cases.presentation.story import Story, refusals_of
from cases.queries import desk_of
from cases.services.views_log import log_view
from cases.views.drawing import drawn_panels
from cases.views.finding import with_case
from cases.views.ledger_writing import may_put_right
from workflows.errors import Reason

LEAST_PURPOSE, MOST_PURPOSE = 3, 500
PURPOSE = Reason("ask_missing", "Ghi mục đích xem: từ 3 đến 500 ký tự", "Say what for: 3 to 500 characters", "purpose")


def officer_page(request: HttpRequest, case: Case) -> HttpResponse:
    """Show a case as it is handled: what may be done, why other things not, the dossier, its parts, its history."""
    look = Look(case, signed_in(request), now())
    more = {"may_put_right": look.definition.kind == "standalone" and may_put_right(case, look.viewer)}
    return render(request, "cases/officer.html", {**page_of(request, look), **more})


def page_of(request: HttpRequest, look: Look) -> dict[str, Any]:
    """Return what the page shows; an agency that is asked gets no view of the office's own work."""
    choices = choices_of(look)
    desk = desk_of(look.viewer, look.now)
    story = Story(look)
    waiting = look.case.tasks.filter(done_at=None).select_related("case", "case__unit", "part", "assignee")
    tasks = [] if look.outside else rows_of(waiting.order_by("due_at"), desk)
    return {
        "look": look,
        "case": look.case,
        "face": face_of(look),
        "choices": choices,
        "tasks": tasks,
        "pending": pending_of(look),
        "blocks": blocks_of(look),
        "attachments": attachments_of(look),
        "shelves": shelves_of(look, choices.all, tasks),
        "panels": drawn_panels(request, look),
        "story": story.told(),
        "refusals": refusals_of(look),
        "done": done_of(story, request.GET.get("done", "")),
    }


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
