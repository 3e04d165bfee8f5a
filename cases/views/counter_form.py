"""The counter form: everything that a case needs before filing on one page, with what it costs, for who types fast."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.clock import now
from cases.copying import earlier_cases
from cases.errors import CaseChanged
from cases.filing import Filing, filing_of
from cases.forms import ValuesForm
from cases.forms_widgets import RowsInput
from cases.forms_words import label_of
from cases.models import Case
from cases.presentation.at_counter import costs_in
from cases.sections import Section
from cases.services import advance_case, dossier_preview, save_dossier
from cases.typed_names import place_of
from cases.views.answers import carried, hidden, key_of, remember_kept, stored, tried, version_of
from cases.views.drafting import choices_for, with_draft
from cases.views.files import Slot, slots_of
from cases.views.filing import ask_form, missing_link
from cases.views.onwards import see_other
from workflows.errors import Reason

FILE_IT = "_file"
CONFIRM = "confirm"
UPLOAD = "file-"


@require_http_methods(["GET", "HEAD", "POST"])
@with_draft
def one_page(request: HttpRequest, filing: Filing) -> HttpResponse:
    """Show the whole form of a draft at the counter; save it, and file it when the button says so."""
    if not filing.at_counter:
        raise Http404
    form = form_of(request, filing)
    if request.method != "POST":
        return page(request, filing, form)
    reasons = saved(request, filing, form) if not form.row_changed and form.is_valid() else ()
    form.refuse(reasons)
    faults, status = files_taken(request, filing)
    filing = read_again(request, filing)
    if form.row_changed or form.errors or faults:
        wrong = status if faults else 422 if form.errors else 200
        return page(request, filing, form, faults=faults, status=wrong)
    return filed(request, filing) if FILE_IT in request.POST else see_other("case_counter", filing.case.code)


def read_again(request: HttpRequest, filing: Filing) -> Filing:
    """Return the draft as it stands after what was saved."""
    rows = Case.objects.select_related("definition", "organisation", "applicant", "unit")
    return filing_of(rows.get(pk=filing.case.pk), signed_in(request), now())


def form_of(request: HttpRequest, filing: Filing) -> ValuesForm:
    """Return every field that is asked before filing, in the order of the pages."""
    fields = tuple(field for section in filing.sections for field in section.fields)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ValuesForm(
        fields, data, files, initial=filing.case.dossier, siblings=filing.definition.fields,
        choices=choices_for(request, filing, fields),
    )
    remember_kept(request, filing.case, form)
    return form


def saved(request: HttpRequest, filing: Filing, form: ValuesForm) -> tuple[Reason, ...]:
    """Save what was typed; return every reason why not. Nothing typed is lost."""
    case, actor = filing.case, signed_in(request)
    if all(form.values.get(spec.name) == case.dossier.get(spec.name) for spec in form.specs):
        return ()
    try:
        _, reasons = tried(lambda: save_dossier(
            case_id=case.pk, actor=actor, now=now(), values=form.raw, expected_version=version_of(request)
        ))
    except CaseChanged as changed:
        vi = f"{changed.who} vừa lưu hồ sơ này; xem lại rồi lưu, nội dung bạn nhập còn nguyên"
        en = f"{changed.who} has just saved this case; look again and save, what you typed is still here"
        return (Reason("stale", vi, en),)
    return reasons


def files_taken(request: HttpRequest, filing: Filing) -> tuple[dict[str, str], int]:
    """Store the scans that came; return what is wrong by kind of paper, and the status of the answer."""
    faults, status = dict[str, str](), 422
    for kind in filing.definition.attachments:
        for upload in request.FILES.getlist(UPLOAD + kind.code):
            made, fault, code = stored(request, filing.case, kind.code, upload)
            if made is None:
                faults[kind.code], status = fault, code
    return faults, status


def filed(request: HttpRequest, filing: Filing) -> HttpResponse:
    """File the draft and lead to what comes next; what is missing or unconfirmed is told on this page."""
    asked = ask_form(filing, request.POST)
    form = form_of(request, filing)
    if filing.step is None or filing.missing or filing.wrong or not asked.is_valid():
        return page(request, filing, form, asked=asked, reasons=filing.wrong, status=422)
    name, data = filing.step.step.name, {**asked.raw, CONFIRM: request.POST.getlist(CONFIRM)}
    outcome, reasons = tried(lambda: advance_case(
        case_id=filing.case.pk, transition=name, actor=signed_in(request), now=now(), data=data,
        expected_version=filing.case.version, idempotency_key=key_of(request),
    ))
    if outcome is None:
        return page(request, filing, form, asked=asked, reasons=reasons, status=422)
    return see_other("case_done", filing.case.code)


def page(
    request: HttpRequest, filing: Filing, form: ValuesForm, *, asked: ValuesForm | None = None,
    reasons: Sequence[Reason] = (), faults: dict[str, str] | None = None, status: int = 200,
) -> HttpResponse:
    """Show the form: sections, scans, what it costs, what is still missing, what is confirmed with the filing."""
    case = filing.case
    kept = {**(carried(request) if request.method == "POST" else hidden()), "version": case.version}
    earlier = earlier_cases(case, signed_in(request), now()).first()
    facts = {
        "begun": cursor(filing, form, offers=earlier is not None),
        "filing": filing, "case": case, "procedure": filing.definition, "form": form, "reasons": reasons,
        "groups": [(section, bound_of(form, section)) for section in filing.sections],
        "slots": slots_with(filing, faults or {}), "costs": costs_of(request, filing, form),
        "missing": [missing_here(filing, reason) for reason in filing.missing],
        "asked": asked or ask_form(filing), "ticked": request.POST.getlist(CONFIRM),
        "earlier": earlier, **kept,
    }
    return render(request, "cases/counter_form.html", facts, status=status)


def cursor(filing: Filing, form: ValuesForm, *, offers: bool) -> str:
    """Put the cursor where the officer goes on: what an earlier case offers (empty), the first field that is missing,
    the code of a scan, or what is confirmed."""
    if form.errors or form.row_changed:
        return "-"
    matter = [field for section in filing.sections if section.number for field in section.fields]
    if offers and not any(field.name in filing.case.dossier for field in matter):
        return ""
    places = [place_of(reason.path.removeprefix("dossier.")) for reason in filing.missing]
    if any(put(form, name, cell) for name, cell in places if name in form.fields):
        return "-"
    return next(iter(slot.kind.code for slot in slots_of(filing) if slot.needed == "missing"), CONFIRM)


def put(form: ValuesForm, name: str, cell: tuple[int, str] | None) -> bool:
    """Put the cursor on a control that takes it: one that is typed into, or a cell of a table."""
    widget = form.fields[name].widget
    if isinstance(widget, RowsInput):
        widget.cursor = cell or (0, next(iter(widget.columns)))
    elif widget.use_fieldset:
        return False
    else:
        widget.attrs["autofocus"] = True
    return True


def bound_of(form: ValuesForm, section: Section) -> list[Any]:
    return [form[field.name] for field in section.fields if field.name in form.fields]


def slots_with(filing: Filing, faults: dict[str, str]) -> list[Slot]:
    """Return the kinds of paper, those first that are needed, with what was wrong with the last scan."""
    slots = slots_of(filing)
    for slot in slots:
        slot.fault = faults.get(slot.kind.code, "")
    return sorted(slots, key=lambda slot: slot.needed not in ("always", "missing"))


def missing_here(filing: Filing, reason: Reason) -> dict[str, Any]:
    """Return what is missing with its place on this page."""
    found, (name, cell) = missing_link(filing, reason), place_of(reason.path.removeprefix("dossier."))
    if cell is not None:
        return {**found, "href": f"#id_{name}-{cell[0]}-{cell[1]}"}
    anchor = found["href"].partition("#")[2].replace("file-", "upload-", 1)
    return {**found, "href": f"#{anchor}"}


def costs_of(request: HttpRequest, filing: Filing, form: ValuesForm) -> list[tuple[str, dict[str, Any]]]:
    """Return (label, money) of what is computed in money, of the values as they stand on the page."""
    dossier = filing.case.dossier
    if request.method == "POST":
        typed = {name: value for name, value in form.raw.items() if not hasattr(value, "read")}
        dossier = dict(dossier_preview(filing.case, signed_in(request), now(), typed))
    return [(label_of(field), amount) for field, amount in costs_in(filing.definition.fields, dossier)]
