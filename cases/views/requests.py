"""Steps that the applicant takes on a filed case: explain, withdraw, take back, as the definition has them."""
from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from accounts.access import signed_in
from accounts.clock import now
from cases.applicant_side import ANSWER, CHANGE, SUPPLEMENT, gives_up, is_open, step_of
from cases.errors import CaseChanged
from cases.forms import ValuesForm, step_form
from cases.models import Case
from cases.procedures import definition_by
from cases.services import Possible, advance_case
from cases.views.answers import carried, hidden, key_of, refused_page, store_uploads, tried, version_of
from cases.views.changing import change_page
from cases.views.supplementing import answer_page
from workflows.errors import Reason

UNKNOWN = Reason("not_in_state", "Thủ tục không có việc này cho người nộp", "The procedure has no such step for you")


def applicant_step(request: HttpRequest, case: Case, name: str, key: str = "") -> HttpResponse:
    """Show the page of one step of the applicant, and take it."""
    possible = step_of(case, signed_in(request), now(), name, key)
    back = reverse("case", args=[case.code])
    if possible is None and key and not case.parts.filter(key=key).exists():
        raise Http404
    if possible is None:
        return refused_page(request, [UNKNOWN], back=back)
    if not is_open(possible) and request.method != "POST":
        return refused_page(request, possible.reasons, back=back)
    if any(opening.part == CHANGE for opening in possible.step.open):
        return change_page(request, case, possible)
    if possible.part is not None and possible.part.kind == SUPPLEMENT and name == ANSWER:
        return answer_page(request, case, possible)
    return step_page(request, case, possible)


def step_page(request: HttpRequest, case: Case, possible: Possible) -> HttpResponse:
    """Ask what the step asks, and take it."""
    definition = definition_by(case.definition.hash)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = step_form(possible.asked, data, files=files, definition=definition)
    if request.method != "POST" or form.row_changed:
        return shown(request, case, possible, form)
    key = possible.part.key if possible.part is not None else None
    status = store_uploads(request, case, form, part_key=key)
    if status or not form.is_valid():
        return shown(request, case, possible, form, status=status or 422)
    return taken(request, case, possible, form)


def taken(request: HttpRequest, case: Case, possible: Possible, form: ValuesForm) -> HttpResponse:
    """Take the step; a refusal and a conflict show the page again with everything that was typed."""
    data = {**form.raw, "confirm": request.POST.getlist("confirm")}
    try:
        outcome, reasons = tried(lambda: advance_case(
            case_id=case.pk, transition=possible.step.name, actor=signed_in(request), now=now(), data=data,
            part_id=possible.part.key if possible.part is not None else None, expected_version=version_of(request),
            idempotency_key=key_of(request),
        ))
    except CaseChanged as changed:
        return shown(request, case, possible, form, status=409, changed=changed, version=changed.version)
    if outcome is None:
        form.refuse(r for r in reasons if r.path.startswith("ask."))
        rest = [r for r in reasons if not r.path.startswith("ask.")]
        return shown(request, case, possible, form, status=422, reasons=rest)
    messages.success(request, gettext("Đã gửi."))
    return redirect("case", outcome.case.code)


def shown(
    request: HttpRequest, case: Case, possible: Possible, form: ValuesForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Show the page of a step."""
    kept = carried(request) if request.method == "POST" else hidden(possible.part or case)
    facts = {
        "case": case, "step": possible.step, "form": form, "ticked": request.POST.getlist("confirm"),
        "danger": gives_up(definition_by(case.definition.hash), possible), **kept, **more,
    }
    return render(request, "cases/applicant_step.html", facts, status=status)
