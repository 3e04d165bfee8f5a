"""Steps that the applicant takes on a filed case: explain, withdraw, take back, as the definition has them."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from accounts.access import signed_in
from accounts.clock import now
from cases.applicant_side import ANSWER, SUPPLEMENT, gives_up, is_open, step_of
from cases.errors import CaseChanged
from cases.forms import ValuesForm, needed_by, step_form
from cases.models import Case
from cases.procedures import definition_by
from cases.services import Outcome, Possible, advance_case, save_part
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
    if possible.step.changes:
        return change_page(request, case, possible)
    if possible.part is not None and possible.part.kind == SUPPLEMENT and name == ANSWER:
        return answer_page(request, case, possible)
    return step_page(request, case, possible)


def step_page(request: HttpRequest, case: Case, possible: Possible) -> HttpResponse:
    """Ask what the step asks and what is due at it, keep it, and take the step."""
    form = form_of(request, case, possible)
    if request.method != "POST" or form.row_changed:
        return shown(request, case, possible, form)
    status, well = store_uploads(request, case, form, part_key=part_key(possible)), form.is_valid()
    if not status and "save" in request.POST:
        return saved(request, case, possible, form)
    if status or not well:
        return shown(request, case, possible, form, status=status or 422)
    return taken(request, case, possible, form)


def form_of(request: HttpRequest, case: Case, possible: Possible) -> ValuesForm:
    """Return the form of a step, with what was kept of it before."""
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    present = case.dossier if possible.part is None else possible.part.fields
    initial = {spec.name: present.get(spec.name) for spec in possible.due}
    fields = [*possible.asked, *possible.due]
    definition = definition_by(case.definition.hash)
    more: dict[str, Any] = {"needed": needed_by(data), "viewer": signed_in(request)}
    return step_form(fields, data, initial, files=files, definition=definition, **more)


def part_key(possible: Possible) -> str | None:
    return possible.part.key if possible.part is not None else None


def saved(request: HttpRequest, case: Case, possible: Possible, form: ValuesForm) -> HttpResponse:
    """Keep what is due at the step of a part without taking it."""
    told = gettext("Đã lưu. Bạn có thể quay lại làm tiếp bất cứ lúc nào.")
    return done(request, case, possible, form, told, lambda: save_part(
        case_id=case.pk, part_id=part_key(possible) or "", actor=signed_in(request), now=now(),
        values=split(possible, form)[1], expected_version=version_of(request),
    ))


def taken(request: HttpRequest, case: Case, possible: Possible, form: ValuesForm) -> HttpResponse:
    """Take the step."""
    asked, due = split(possible, form)
    place = "dossier" if possible.part is None else "part_fields"
    data = {**asked, **({place: due} if possible.due else {}), "confirm": request.POST.getlist("confirm")}
    return done(request, case, possible, form, gettext("Đã gửi."), lambda: advance_case(
        case_id=case.pk, transition=possible.step.name, actor=signed_in(request), now=now(), data=data,
        part_id=part_key(possible), expected_version=version_of(request), idempotency_key=key_of(request),
    ))


def split(possible: Possible, form: ValuesForm) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was filled in of the asks of the step, and of what is due at it."""
    due = {spec.name for spec in possible.due}
    return {n: v for n, v in form.raw.items() if n not in due}, {n: v for n, v in form.raw.items() if n in due}


def done(
    request: HttpRequest, case: Case, possible: Possible, form: ValuesForm, said: str, work: Callable[[], Outcome]
) -> HttpResponse:
    """Do it and lead to the case; a refusal and a conflict show the page again with everything that was typed."""
    try:
        outcome, reasons = tried(work)
    except CaseChanged as changed:
        return shown(request, case, possible, form, status=409, changed=changed, version=changed.version)
    if outcome is None:
        placed = [r for r in reasons if r.path.startswith(("ask.", "part.", "dossier."))]
        form.refuse(placed)
        return shown(request, case, possible, form, status=422, reasons=[r for r in reasons if r not in placed])
    messages.success(request, said)
    return redirect("case", outcome.case.code)


def shown(
    request: HttpRequest, case: Case, possible: Possible, form: ValuesForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Show the page of a step."""
    kept = carried(request) if request.method == "POST" else hidden(possible.part or case)
    facts = {
        "case": case, "step": possible.step, "form": form, "saves": possible.part is not None and possible.due,
        "ticked": request.POST.getlist("confirm"),
        "danger": gives_up(definition_by(case.definition.hash), possible), **kept, **more,
    }
    return render(request, "cases/applicant_step.html", facts, status=status)
