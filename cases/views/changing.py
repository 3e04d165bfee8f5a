"""A change of what was filed: the form with the present values, the difference before it is sent, and the reason."""
from __future__ import annotations

from dataclasses import dataclass, replace
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
from cases.presentation.words import label
from cases.procedures import definition_by
from cases.sections import Section, sections_of
from cases.services import Possible, advance_case
from cases.showing import rows_of
from cases.views.answers import carried, hidden, key_of, tried, version_of
from workflows.definition import Field
from workflows.errors import Reason
from workflows.records import ROW_NO

ASKED = "_asked"
NAMED = 3  # fields that the heading of a portion names
NOTHING = Reason("ask_missing", "Chưa có nội dung nào được thay đổi", "Nothing is changed yet")


@dataclass(slots=True)
class Proposal:
    """The dossier as a form, and what the act asks beside it."""

    case: Case
    possible: Possible
    sections: tuple[Section, ...]
    form: ValuesForm
    asked: ValuesForm

    present: dict[str, Any]  # of the dossier what the step lets change

    @property
    def changed(self) -> dict[str, Any]:
        """Values (stored form) that differ from the dossier; an emptied field proposes nothing."""
        typed = {spec.name: spec for spec in self.form.specs}
        return {n: v for n, v in self.form.values.items() if v != filed_of(typed[n], self.present.get(n))}

    @property
    def needed(self) -> bool:
        """Whether nothing but the change is asked for."""
        return any(changeable.field == "*" for changeable in self.possible.step.changes)

    @property
    def raw(self) -> dict[str, Any]:
        return {name: self.form.raw[name] for name in self.changed}


def change_page(request: HttpRequest, case: Case, possible: Possible) -> HttpResponse:
    """Show the form; then the difference; then send the proposal."""
    proposal = proposal_of(request, case, possible)
    if request.method != "POST" or proposal.form.row_changed:
        return proposal_page(request, proposal)
    if proposal.asked.row_changed:
        return proposal_page(request, proposal, look=True)
    well = proposal.form.is_valid()
    if "_look" in request.POST:
        reasons = () if proposal.changed or not well or not proposal.needed else (NOTHING,)
        return proposal_page(request, proposal, status=422 if reasons or not well else 200, reasons=reasons, look=well)
    if not (well and proposal.asked.is_valid()):
        return proposal_page(request, proposal, status=422, look=well)
    return proposed(request, proposal)


def proposal_of(request: HttpRequest, case: Case, possible: Possible) -> Proposal:
    """Return both forms, as typed or as stored."""
    definition = definition_by(case.definition.hash)
    sections = tuple(s for s in (within(s, possible) for s in sections_of(definition, case.dossier)) if s.fields)
    fields, present = [field for section in sections for field in section.fields], present_of(case, possible)
    choices = choices_asked(fields, local_day(now()), definition, signed_in(request))
    choices |= {field.name: officers_unlisted() for field in fields if field.base == "person"}
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ValuesForm(fields, data, files, initial=present, choices=choices, siblings=definition.fields)
    sent = data is not None and (ASKED in data or any(field.name in data for field in possible.asked))
    beside = data if sent else None  # not asked at first
    asked = step_form(possible.asked, beside, definition=definition)
    return Proposal(case, possible, sections, form, asked, present)


def within(section: Section, possible: Possible) -> Section:
    """Return a section with the fields alone that the step lets change."""
    return replace(section, fields=tuple(field for field in section.fields if field.name in possible.changes))


def present_of(case: Case, possible: Possible) -> dict[str, Any]:
    """Return what may change of the dossier: of a table whose rows are named, those rows."""
    limits = {name: rows for name, rows in possible.changes.items() if name in case.dossier}
    return {name: _rows_of(case.dossier[name], rows) for name, rows in limits.items()}


def _rows_of(value: Any, rows: tuple[int, ...] | None) -> Any:
    return value if rows is None else [row for row in value if row.get(ROW_NO) in rows]


def filed_of(field: Field, value: Any) -> Any:
    """Return a value as it was filed: rows of a table without what is computed or set by steps."""
    if field.base != "table" or value is None:
        return value
    typed = {column.name for column in field.columns if column.typed}
    return [{name: cell for name, cell in row.items() if name in typed} for row in value]


def proposed(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Send the proposal; a refusal and a conflict show the form again with everything that was typed."""
    case, step = proposal.case, proposal.possible.step
    data, part = {**proposal.asked.raw, "changes": proposal.raw}, proposal.possible.part
    try:
        outcome, reasons = tried(lambda: advance_case(
            case_id=case.pk, transition=step.name, actor=signed_in(request), now=now(), data=data,
            part_id=part.key if part is not None else None,
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
    kept = carried(request) if request.method == "POST" else hidden(proposal.possible.part or proposal.case)
    groups = [group_of(proposal, section) for section in proposal.sections]
    facts = {
        "case": proposal.case, "step": proposal.possible.step, "form": proposal.form, "asked": proposal.asked,
        "groups": groups, "reasons": reasons, "rows": differences(proposal) if look else [], "look": look,
        "needed": proposal.needed, **kept, **more,
    }
    return render(request, "cases/change.html", facts, status=status)


def group_of(proposal: Proposal, section: Section) -> dict[str, Any]:
    """Return one section with its controls; open when something in it is wrong or changed."""
    names = [field.name for field in section.fields]
    bound = [proposal.form[name] for name in names]
    wrong = any(name in proposal.form.errors for name in names) if proposal.form.is_bound else False
    labels = ", ".join(label(field) for field in section.fields[:NAMED]) + (" …" if len(names) > NAMED else "")
    return {
        "section": section, "labels": labels if section.number else "", "fields": bound,
        "open": wrong or any(name in proposal.changed for name in names),
    }


def differences(proposal: Proposal) -> list[dict[str, str]]:
    """Return what changes, before and after, as people read it; of rows that are rewritten column by column."""
    fields = [spec for spec in proposal.form.specs if spec.name in proposal.changed]
    found: list[dict[str, str]] = []
    for field in fields:
        before, after = proposal.present.get(field.name), proposal.changed[field.name]
        if proposal.possible.changes.get(field.name) is None:
            found += compared(proposal, [field], {field.name: before}, {field.name: after})
        else:
            found += rows_compared(proposal, field, before or [], after)
    return found


def rows_compared(proposal: Proposal, table: Field, before: Any, after: Any) -> list[dict[str, str]]:
    """Return the columns in which rows differ, each row by its number; a row that is there once alone is nothing."""
    old, found = {row.get(ROW_NO): row for row in before}, []
    for row in after:
        number, there = row.get(ROW_NO), old.get(row.get(ROW_NO), {})
        columns = [c for c in table.columns if c.typed and there.get(c.name) != row.get(c.name)]
        found += [{**line, "field": f"{number} · {line['field']}"} for line in compared(proposal, columns, there, row)]
    return found


def compared(proposal: Proposal, fields: list[Field], before: Any, after: Any) -> list[dict[str, str]]:
    """Return label, former and new value of fields."""
    definition, day = definition_by(proposal.case.definition.hash), local_day(now())
    old, new = (rows_of(fields, values, day, definition, APPLICANTS) for values in (before, after))
    return [{"field": b.label, "before": b.value, "after": a.value} for b, a in zip(old, new, strict=True)]
