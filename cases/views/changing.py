"""A change of what was filed: the form with the present values, the difference before it is sent, and the reason."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from accounts.access import signed_in
from accounts.clock import local_day, now
from cases.access import APPLICANTS
from cases.errors import CaseChanged
from cases.forms import ValuesForm, step_form
from cases.forms_choices import choices_asked, officers_unlisted
from cases.models import Case
from cases.procedures import definition_by
from cases.sections import Section, sections_of
from cases.services import Possible, advance_case
from cases.showing import rows_of
from cases.views.answers import carried, hidden, key_of, tried, version_of
from workflows.errors import Reason

NOTHING = Reason("ask_missing", "Chưa có nội dung nào được thay đổi", "Nothing is changed yet")


@dataclass(slots=True)
class Proposal:
    """The dossier as a form, and what the act asks beside it."""

    case: Case
    possible: Possible
    sections: tuple[Section, ...]
    form: ValuesForm
    asked: ValuesForm

    @property
    def changed(self) -> dict[str, Any]:
        """Values (stored form) that differ from the dossier; an emptied field proposes nothing."""
        return {name: v for name, v in self.form.values.items() if v != self.case.dossier.get(name)}

    @property
    def raw(self) -> dict[str, Any]:
        return {name: self.form.raw[name] for name in self.changed}


def change_page(request: HttpRequest, case: Case, possible: Possible) -> HttpResponse:
    """Show the form; then the difference; then send the proposal."""
    proposal = proposal_of(request, case, possible)
    if request.method != "POST" or proposal.form.row_changed:
        return proposal_page(request, proposal)
    well = proposal.form.is_valid()
    if "_look" in request.POST:
        reasons = () if proposal.changed or not well else (NOTHING,)
        return proposal_page(request, proposal, status=422 if reasons or not well else 200, reasons=reasons, look=well)
    if not (well and proposal.asked.is_valid()):
        return proposal_page(request, proposal, status=422, look=well)
    return proposed(request, proposal)


def proposal_of(request: HttpRequest, case: Case, possible: Possible) -> Proposal:
    """Return both forms, as typed or as stored."""
    definition = definition_by(case.definition.hash)
    sections = sections_of(definition, case.dossier)
    fields = [field for section in sections for field in section.fields]
    choices = choices_asked(fields, local_day(now()), definition, signed_in(request))
    choices |= {field.name: officers_unlisted() for field in fields if field.base == "person"}
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ValuesForm(fields, data, files, initial=case.dossier, choices=choices, siblings=definition.fields)
    beside = data if data is not None and any(f.name in data for f in possible.asked) else None  # not asked at first
    return Proposal(case, possible, sections, form, step_form(possible.asked, beside, definition=definition))


def proposed(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Send the proposal; a refusal and a conflict show the form again with everything that was typed."""
    case, step = proposal.case, proposal.possible.step
    data = {**proposal.asked.raw, "changes": proposal.raw}
    try:
        outcome, reasons = tried(lambda: advance_case(
            case_id=case.pk, transition=step.name, actor=signed_in(request), now=now(), data=data,
            expected_version=version_of(request), idempotency_key=key_of(request),
        ))
    except CaseChanged as changed:
        return proposal_page(request, proposal, status=409, look=True, changed=changed, version=changed.version)
    if outcome is None:
        return proposal_page(request, proposal, status=422, reasons=reasons, look=True)
    messages.success(request, gettext("Đã gửi đề nghị thay đổi. Cơ quan sẽ chấp nhận hoặc không chấp nhận."))
    return redirect("case", outcome.case.code)


def proposal_page(
    request: HttpRequest, proposal: Proposal, *, status: int = 200, reasons: tuple[Reason, ...] = (),
    look: bool = False, **more: Any,
) -> HttpResponse:
    """Show the form by sections, with the difference once it was asked for."""
    kept = carried(request) if request.method == "POST" else hidden(proposal.case)
    groups = [group_of(proposal, section) for section in proposal.sections]
    facts = {
        "case": proposal.case, "step": proposal.possible.step, "form": proposal.form, "asked": proposal.asked,
        "groups": groups, "reasons": reasons, "rows": differences(proposal) if look else [], **kept, **more,
    }
    return render(request, "cases/change.html", facts, status=status)


def group_of(proposal: Proposal, section: Section) -> dict[str, Any]:
    """Return one section with its controls; open when something in it is wrong or changed."""
    names = [field.name for field in section.fields]
    bound = [proposal.form[name] for name in names]
    wrong = any(name in proposal.form.errors for name in names) if proposal.form.is_bound else False
    return {"section": section, "fields": bound, "open": wrong or any(name in proposal.changed for name in names)}


def differences(proposal: Proposal) -> list[dict[str, str]]:
    """Return what changes, before and after, as people read it."""
    definition, day = definition_by(proposal.case.definition.hash), local_day(now())
    fields = [spec for spec in proposal.form.specs if spec.name in proposal.changed]
    before = rows_of(fields, proposal.case.dossier, day, definition, APPLICANTS)
    after = rows_of(fields, proposal.changed, day, definition, APPLICANTS)
    return [
        {"field": b.label, "before": b.value, "after": a.value} for b, a in zip(before, after, strict=True)
    ]
