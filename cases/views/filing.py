"""Filing: begin a draft, attach its papers, check the answers, file, and the receipt of the submission code."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import for_people, signed_in
from accounts.clock import local_day, now
from accounts.models import Organisation, User
from cases.access import APPLICANTS, is_applicant, roles_to_look, visible_cases
from cases.errors import CaseChanged, InputFaults, ProcedureUnknown
from cases.filing import Filing, filing_of, first_values, is_draft
from cases.forms import ValuesForm, step_form
from cases.forms_opening import WhoseForm
from cases.models import Case
from cases.presentation.at_counter import following_of
from cases.presentation.face import Look
from cases.procedures import definition_of, in_force
from cases.sections import Section
from cases.services import Outcome, advance_case, open_case
from cases.showing import rows_of
from cases.tracking import tracking_path, tracking_picture
from cases.views.answers import carried, hidden, key_of, refused_page, tried, version_of
from cases.views.finding import with_case
from workflows.definition import Procedure, Step
from workflows.errors import Reason


def open_procedure(code: str) -> Procedure:
    """Return the procedure that takes cases today. Raises Http404."""
    try:
        found = definition_of(in_force(code, local_day(now())).pk)
    except ProcedureUnknown as unknown:
        raise Http404 from unknown
    if found.kind != "case":
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whose case it is, and open the draft."""
    procedure, person = open_procedure(code), signed_in(request)
    mine = Organisation.objects.of_member(person, local_day(now()))
    form = WhoseForm(request.POST if request.method == "POST" else None, organisations=list(mine))
    reasons: tuple[Reason, ...] = ()
    if request.method == "POST" and form.is_valid():
        values = first_values(procedure, person, form.organisation) | about(request, procedure)
        outcome, reasons = tried(lambda: opened(procedure, person, form.organisation, values, key_of(request)))
        if outcome is not None:
            return redirect("case_edit", outcome.case.code)
    drafts = visible_cases(person, now()).filter(procedure=code, state=procedure.machine.initial.code)
    kept = carried(request) if request.method == "POST" else hidden()
    facts = {"procedure": procedure, "form": form, "reasons": reasons, "drafts": drafts.order_by("-saved_at")[:10]}
    facts |= {"about": next(iter(about(request, procedure).values()), ""), **kept}
    return render(request, "cases/filing/new.html", facts, status=422 if reasons or form.errors else 200)


def about(request: HttpRequest, procedure: Procedure) -> dict[str, str]:
    """Return the case that the new one is about, as the address named it, for the field that asks for one."""
    code = (request.POST.get("about") or request.GET.get("about", "")).strip().upper()[:60]
    field = next((f for f in procedure.fields if f.type == "ref(case)"), None)
    return {field.name: code} if field is not None and code else {}


def opened(
    procedure: Procedure, person: User, organisation: Organisation | None, values: dict[str, Any], key: str | None
) -> Outcome:
    """Open a draft with what is known already."""
    return forgiving(values, lambda known: open_case(
        procedure=procedure.procedure, actor=person, organisation=organisation, now=now(), values=known,
        idempotency_key=key,
    ))


def forgiving(values: dict[str, Any], open_with: Callable[[dict[str, Any]], Outcome]) -> Outcome:
    """Open a draft with values that accounts hold; those that do not fit the form are left out, to be typed."""
    try:
        return open_with(values)
    except InputFaults as faults:
        wrong = {reason.path for reason in faults.reasons}
        return open_with({name: value for name, value in values.items() if name not in wrong})


# ------------------------------------------------------------------------------------------------------ check, file
@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def check(request: HttpRequest, case: Case) -> HttpResponse:
    """Show every answer with the way to change it; file the case."""
    if request.method == "POST":
        return file_case(request, case)
    if not is_draft(case):
        return redirect("case", case.code)
    filing = filing_of(case, signed_in(request), now())
    if filing.step is None:
        raise Http404
    return check_page(request, filing, ask_form(filing), ())


def ask_form(filing: Filing, data: Any = None) -> ValuesForm:
    """Return the form of what the step of filing asks."""
    known = {"filed_how": filing.case.dossier.get("channel")}  # the counter has asked how the case came
    return step_form(filing.step.asked if filing.step else (), data, initial=known, definition=filing.definition)


def file_case(request: HttpRequest, case: Case) -> HttpResponse:
    """File the draft. The same form sent twice is answered once; a case filed meanwhile is no conflict to repair."""
    filing = filing_of(case, signed_in(request), now())
    step = first_step(filing, request.POST.get("_step", ""))
    form = ask_form(filing, request.POST)
    if filing.step is not None and not form.is_valid():
        return check_page(request, filing, form, ())
    data = {**form.raw, "confirm": request.POST.getlist("confirm")}
    try:
        outcome, reasons = tried(lambda: advance_case(
            case_id=case.pk, transition=step.name, actor=signed_in(request), now=now(), data=data,
            expected_version=version_of(request) if filing.step is not None else None,  # filed: the key alone counts
            idempotency_key=key_of(request),
        ))
    except CaseChanged as changed:
        return check_page(request, filing, form, (), status=409, changed=changed, **hidden(case))
    if outcome is not None:
        return redirect("case_done", case.submission_code)
    if filing.step is None:
        return refused_page(request, reasons, back=reverse("case", args=[case.code]))
    return check_page(request, filing, form, reasons)


def first_step(filing: Filing, name: str) -> Step:
    """Return the step of filing: the person's own, or, when the case is filed already, the one that the form names."""
    if filing.step is not None:
        return filing.step.step
    machine = filing.definition.machine
    found = machine.step(name)
    if found is None or machine.initial.code not in found.sources:
        raise Http404
    return found


def check_page(
    request: HttpRequest, filing: Filing, form: ValuesForm, reasons: tuple[Reason, ...], *, status: int = 0, **more: Any
) -> HttpResponse:
    """Show the answers, what is missing, what stands against filing, and what is confirmed."""
    case, person = filing.case, signed_in(request)
    kept = carried(request) if request.method == "POST" else hidden(case)
    facts = {
        "filing": filing, "case": case, "procedure": filing.definition, "form": form, "reasons": reasons,
        "cards": [card(filing, section, person) for section in filing.sections], "files": file_rows(filing),
        "missing": [missing_link(filing, reason) for reason in filing.missing],
        "ticked": request.POST.getlist("confirm"), **kept, **more,
    }
    usual = 422 if reasons or form.errors else 200
    return render(request, "cases/filing/check.html", facts, status=status or usual)


def card(filing: Filing, section: Section, person: User) -> dict[str, Any]:
    """Return the summary of one page of the form, each row with the way back to it."""
    address = reverse("case_section", args=[filing.case.code, section.code])
    roles = APPLICANTS | roles_to_look(filing.case, person, now())  # whoever fills it in sees what was typed
    rows = rows_of(section.fields, filing.case.dossier, local_day(now()), filing.definition, roles)
    linked = [{"label": r.label, "value": r.value, "href": f"{address}?back=check#id_{r.name}"} for r in rows]
    return {"section": section, "rows": linked}


def file_rows(filing: Filing) -> list[dict[str, Any]]:
    """Return the attachments of the draft, a row for each kind."""
    names: dict[str, list[str]] = {}
    for kind, name in filing.case.attachments.filter(replaced_at=None).values_list("kind", "name"):
        names.setdefault(kind, []).append(name)
    address = reverse("case_files", args=[filing.case.code])
    return [
        {"label": kind, "value": "\n".join(names.get(kind.code, [])), "href": f"{address}?back=check#file-{kind.code}"}
        for kind in filing.definition.attachments
    ]


def missing_link(filing: Filing, reason: Reason) -> dict[str, Any]:
    """Return what is missing, by name, with the address of the page on which it is given."""
    ref, (root, _, rest) = filing.case.code, reason.path.partition(".")
    name = rest.partition("[")[0]
    if root == "attachments":
        kind = next((a for a in filing.definition.attachments if a.code == name), reason)
        return {"label": kind, "href": f"{reverse('case_files', args=[ref])}?back=check#file-{name}"}
    section = filing.section_of(reason.path)
    page = reverse("case_section", args=[ref, section.code]) if section else reverse("case_edit", args=[ref])
    label = filing.definition.field(name) if name == rest else reason
    return {"label": label, "href": f"{page}?back=check#id_{name}"}


@require_safe
@with_case
def done(request: HttpRequest, case: Case) -> HttpResponse:
    """Show the submission code and what comes next; the page stays valid for a bookmark."""
    if case.submitted_at is None:
        return redirect("case_edit", case.code)
    address = request.build_absolute_uri(tracking_path(case))
    procedure = definition_of(case.definition_id)
    mine = is_applicant(case, signed_in(request), now())
    facts = {
        "case": case, "procedure": procedure, "picture": tracking_picture(address), "address": address,
        "at_counter": not mine, "following": [] if mine else following_of(Look(case, signed_in(request), now())),
    }
    return render(request, "cases/filing/done.html", facts)
