"""Pages on which a dossier is written: the list of tasks, one page of the form, what another window did meanwhile."""
from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import signed_in
from accounts.clock import local_day, now
from cases.access import is_applicant
from cases.copying import earlier_cases
from cases.errors import CaseChanged
from cases.filing import Filing, filing_of, is_draft
from cases.forms import ValuesForm
from cases.forms_choices import Choices, choices_asked, officers_unlisted
from cases.forms_widgets import RowsInput
from cases.forms_words import label_of
from cases.models import Case
from cases.sections import Section
from cases.services import save_dossier
from cases.showing import rows_of
from cases.views.answers import carried, hidden, refused_page, remember_kept, store_uploads, tried, version_of
from cases.views.finding import with_case
from workflows.definition import Field
from workflows.errors import Reason

P = ParamSpec("P")
SEEN, IMPORT = "_seen", "_import"
FILED = Reason(
    "not_in_state", "Hồ sơ đã nộp: không sửa trực tiếp được nữa; hãy đề nghị thay đổi trên trang hồ sơ",
    "The case is filed: it can no longer be edited; propose a change on its page",
)


def with_draft(view: Callable[Concatenate[HttpRequest, Filing, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Find the draft of the address; a filed case leads to its page and takes nothing from a late form (422)."""

    @functools.wraps(view)
    def drafted(request: HttpRequest, case: Case, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not is_draft(case):
            page = reverse("case", args=[case.code])
            return refused_page(request, [FILED], back=page) if request.method == "POST" else redirect(page)
        filing = filing_of(case, signed_in(request), now())
        if filing.step is None:
            raise Http404
        return view(request, filing, *args, **kwargs)

    return with_case(cast("Callable[..., HttpResponse]", drafted))  # wraps() hides that it takes a case


@require_safe
@with_draft
def edit(request: HttpRequest, filing: Filing) -> HttpResponse:
    """Show what is to be done before filing."""
    facts = {"filing": filing, "case": filing.case, "procedure": filing.definition, "groups": task_groups(filing)}
    facts["earlier"] = earlier_cases(filing.case, signed_in(request), now()).exists()
    return render(request, "cases/filing/tasks.html", facts)


def task_groups(filing: Filing) -> list[dict[str, Any]]:
    """Return the tasks in three groups: the form, the files, the check."""
    ref = filing.case.code
    form = [_section_task(filing, section) for section in filing.sections]
    left, files = len(filing.missing_files), reverse("case_files", args=[ref])
    hint = gettext("Còn thiếu %(n)d giấy tờ bắt buộc") % {"n": left} if left else ""
    papers = {
        "label": gettext("Tải giấy tờ lên"), "href": files, "status": "todo" if left else "done", "hint": hint
    }
    papers_tasks = [papers] if filing.definition.attachments else []
    check = {
        "label": gettext("Kiểm tra lại và nộp"), "href": reverse("case_check", args=[ref]),
        "status": "cannot" if filing.missing else "todo",
    }
    return [
        {"code": "form", "vi": "Kê khai", "en": "The form", "tasks": form},
        {"code": "papers", "vi": "Giấy tờ", "en": "Documents", "tasks": papers_tasks},
        {"code": "check", "vi": "Nộp", "en": "Filing", "tasks": [check]},
    ]


def _section_task(filing: Filing, section: Section) -> dict[str, Any]:
    labels = [label_of(field) for field in section.fields[:3]]
    left = len(filing.missing_in(section))
    about = "; ".join(labels) + ("…" if len(section.fields) > len(labels) else ".")
    hint = gettext("Còn %(n)d mục bắt buộc") % {"n": left} if left else ""
    return {
        "label": section, "href": reverse("case_section", args=[filing.case.code, section.code]),
        "status": "todo" if left else "done", "hint": f"{about} {hint}".strip(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@with_draft
def section(request: HttpRequest, filing: Filing, code: str) -> HttpResponse:
    """Show one page of the form; save it and go on."""
    found = filing.section(code)
    if found is None:
        raise Http404
    form = section_form(request, filing, found)
    if request.method != "POST" or form.row_changed:
        return section_page(request, filing, found, form)
    status = store_uploads(request, filing.case, form)
    if status or not form.is_valid():
        return section_page(request, filing, found, form, status)
    return saved(request, filing, found, form)


def section_form(request: HttpRequest, filing: Filing, found: Section) -> ValuesForm:
    """Return the form of a page: what was typed, else what is stored."""
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ValuesForm(
        found.fields, data, files, initial=filing.case.dossier, siblings=filing.definition.fields,
        choices=choices_for(request, filing, found.fields),
    )
    remember_kept(request, filing.case, form)
    for control in form.fields.values():
        if isinstance(control.widget, RowsInput):
            control.widget.takes_sheets = True
    return form


def choices_for(request: HttpRequest, filing: Filing, fields: tuple[Field, ...]) -> dict[str, Choices]:
    """Return the lists of a page; the applicant names an officer in full and is given no list of them."""
    choices = choices_asked(fields, local_day(now()), filing.definition, signed_in(request))
    people = [field.name for field in fields if field.base == "person"]
    if people and is_applicant(filing.case, signed_in(request), now()):
        choices |= {name: officers_unlisted() for name in people}
    return choices


def saved(request: HttpRequest, filing: Filing, found: Section, form: ValuesForm) -> HttpResponse:
    """Save a page of the form; what another window changed on it meanwhile is shown beside what was typed (409)."""
    if same_values(filing, found, form):
        return onwards(request, filing, found)
    version = version_of(request)
    if request.POST.get(SEEN) == seen(filing, found):
        version = filing.case.version  # whatever changed meanwhile, this page did not
    case_id, actor = filing.case.pk, signed_in(request)

    def save() -> Any:
        return save_dossier(case_id=case_id, actor=actor, now=now(), values=form.raw, expected_version=version)

    try:
        outcome, reasons = tried(save)
    except CaseChanged as changed:
        return conflict_page(request, filing, found, form, changed)
    if outcome is None:
        form.refuse(reasons)
        return section_page(request, filing, found, form)
    return onwards(request, filing, found)


def seen(filing: Filing, found: Section) -> str:
    """Return a mark of the stored values of a page: the form carries the one that it was opened with."""
    values = [filing.case.dossier.get(field.name) for field in found.fields]
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def same_values(filing: Filing, found: Section, form: ValuesForm) -> bool:
    """Whether everything typed is stored already: the same form sent twice."""
    asked = [field.name for field in found.fields]
    return {n: form.values.get(n) for n in asked} == {n: filing.case.dossier.get(n) for n in asked}


def onwards(request: HttpRequest, filing: Filing, found: Section) -> HttpResponse:
    """Go where the button says: the next page, the check from which one came, or the list of tasks."""
    ref, following = filing.case.code, filing.after(found)
    if request.POST.get(IMPORT) in {field.name for field in found.fields if field.base == "table"}:
        return redirect("case_import", ref, found.code, request.POST[IMPORT])
    if "_leave" in request.POST:
        messages.success(request, gettext("Đã lưu. Bạn có thể quay lại làm tiếp bất cứ lúc nào."))
        return redirect("case_edit", ref)
    if request.POST.get("_back") == "check":
        return redirect("case_check", ref)
    if following is not None:
        return redirect("case_section", ref, following.code)
    return redirect("case_files" if filing.definition.attachments else "case_check", ref)


def section_page(
    request: HttpRequest, filing: Filing, found: Section, form: ValuesForm, status: int = 0, **more: Any
) -> HttpResponse:
    """Show a page of the form as it stands."""
    kept = {**hidden(filing.case), "seen": seen(filing, found)}
    if request.method == "POST":
        kept = {**carried(request), "seen": request.POST.get(SEEN, "")}
    facts = {
        "filing": filing, "case": filing.case, "procedure": filing.definition, "section": found, "form": form,
        "place": filing.sections.index(found) + 1, "back": request.POST.get("_back") or request.GET.get("back", ""),
        **kept, **more,
    }
    return render(request, "cases/filing/section.html", facts, status=status or form.status)


def conflict_page(
    request: HttpRequest, filing: Filing, found: Section, form: ValuesForm, changed: CaseChanged
) -> HttpResponse:
    """Show who changed the case, what is stored now beside what was typed; saving again puts the typed values."""
    stored, day, definition = filing.case.dossier, local_day(now()), filing.definition
    differing = [f for f in found.fields if stored.get(f.name) != form.values.get(f.name)]
    everybody = {role for field in differing for role in field.visible_to} | {"applicant"}
    before = rows_of(differing, stored, day, definition, everybody)
    typed = rows_of(differing, form.values, day, definition, everybody)
    rows = [(here.label, there.value, here.value) for there, here in zip(before, typed, strict=True)]
    more = {"changed": changed, "differing": rows, "version": changed.version, "seen": seen(filing, found)}
    return section_page(request, filing, found, form, 409, **more)
