"""Rows of a draft's table out of a spreadsheet: paste or upload, look at every row first, then take all or none."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import signed_in
from accounts.clock import local_day, now
from cases.access import is_applicant
from cases.filing import Filing
from cases.forms_choices import Choices, choices_in_both, officers_unlisted
from cases.forms_sheet import CARRIED, REPLACE, SheetForm, carried_sheet, carry
from cases.sections import Section
from cases.services import dossier_faults, save_dossier
from cases.sheet_rows import Row, Taken, columns_of, heads_of, shown_cells, taken
from cases.sheet_template import XLSX, template_of
from cases.sheets import Head, Sheet
from cases.values import MOST_ROWS
from cases.views.answers import tried
from cases.views.drafting import SEEN, with_draft
from workflows.definition import Field


@dataclass
class Place:
    """The table of a draft into which rows are to go."""

    request: HttpRequest
    filing: Filing
    section: Section
    spec: Field

    @cached_property
    def choices(self) -> dict[str, Choices]:
        """Keys with their names in either language; the applicant is given no list of officers."""
        found = choices_in_both([self.spec], local_day(now()), self.filing.definition, signed_in(self.request))
        if is_applicant(self.filing.case, signed_in(self.request), now()):
            people = [column.name for column in self.spec.columns if column.base == "person"]
            found |= {f"{self.spec.name}.{name}": officers_unlisted() for name in people}
        return found

    @property
    def heads(self) -> list[Head]:
        return heads_of(self.spec)

    @property
    def most(self) -> int:
        return self.spec.max_rows or MOST_ROWS

    @property
    def there(self) -> list[dict[str, Any]]:
        """The rows of the table now, what people type of them."""
        names = {column.name for column in self.spec.columns if column.computed is None}
        rows = self.filing.case.dossier.get(self.spec.name) or []
        return [{name: cell for name, cell in row.items() if name in names} for row in rows]

    @property
    def seen(self) -> str:
        """A mark of the rows that are there: what was looked at is what is written to."""
        return hashlib.sha256(json.dumps(self.there, sort_keys=True).encode()).hexdigest()[:16]


@require_http_methods(["GET", "HEAD", "POST"])
@with_draft
def import_rows(request: HttpRequest, filing: Filing, code: str, table: str) -> HttpResponse:
    """Ask for the rows; show them as they would be taken; take them."""
    place = place_of(request, filing, code, table)
    if CARRIED in request.POST:
        return confirmed(place)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = SheetForm(*sent, there=bool(place.there))
    sheet = form.sheet(place.heads, place.most) if form.is_bound else None
    if sheet is None:
        return page(place, {"form": form}, form.status)
    return looked_at(place, sheet, form=form, replaces=form.replaces)


@require_safe
@with_draft
def template(request: HttpRequest, filing: Filing, code: str, table: str) -> HttpResponse:
    """Give the workbook to fill in."""
    place = place_of(request, filing, code, table)
    english = (get_language() or "vi").startswith("en")
    answer = HttpResponse(template_of(place.spec, place.choices, english=english), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{place.spec.name}.xlsx"'
    return answer


def place_of(request: HttpRequest, filing: Filing, code: str, table: str) -> Place:
    """Return the table of a page of the form. Raises Http404."""
    section = filing.section(code)
    spec = next((f for f in section.fields if f.name == table and f.base == "table"), None) if section else None
    if section is None or spec is None or not columns_of(spec):
        raise Http404
    return Place(request, filing, section, spec)


def judged(place: Place, sheet: Sheet, *, replaces: bool) -> Taken:
    """Return the rows as the draft would take them, with everything that saving would say."""
    found = taken(place.spec, sheet, place.choices)
    before = [] if replaces else place.there
    values = {place.spec.name: [*before, *found.values]}
    said = dossier_faults(place.filing.case, signed_in(place.request), now(), values)
    single = [reason for reason in said if "]." in reason.path]
    found.tell(single if found.reasons else said, len(before))  # without its wrong cells a table is not judged as one
    return found


def looked_at(
    place: Place, sheet: Sheet, *, replaces: bool, form: SheetForm | None = None, changed: bool = False
) -> HttpResponse:
    """Show every row as it would be taken (409 when the table has changed meanwhile, 422 when one cannot be)."""
    found = judged(place, sheet, replaces=replaces)
    facts = {
        "form": form or SheetForm(there=bool(place.there)), "sheet": sheet, "reasons": found.reasons,
        "rows": [(row, shown_cells(place.spec, row, place.choices)) for row in found.rows],
        "same": same_rows(found.rows, [] if replaces else place.there), "changed": changed, "replaces": replaces,
        "carried": "" if found.reasons else carry(sheet, place.heads), "seen": place.seen,
    }
    return page(place, facts, 409 if changed else 422 if found.reasons else 200)


def same_rows(rows: Sequence[Row], there: Sequence[dict[str, Any]]) -> list[int]:
    """Return the numbers of the rows that say what an earlier row, or one that is there, says."""
    seen, found = list(there), []
    for row in rows:
        if row.values in seen:
            found.append(row.number)
        seen.append(row.values)
    return found


def confirmed(place: Place) -> HttpResponse:
    """Take all rows, judged anew; when one cannot be taken, or the table is another now, take none and show why."""
    request, case = place.request, place.filing.case
    sheet = carried_sheet(request.POST[CARRIED], place.heads, place.most)
    replaces = request.POST.get("how") == REPLACE
    if sheet is None:
        return redirect(request.path)
    if request.POST.get(SEEN) != place.seen:
        return looked_at(place, sheet, replaces=replaces, changed=True)
    found = judged(place, sheet, replaces=replaces)
    if found.reasons:
        return looked_at(place, sheet, replaces=replaces)
    values = {place.spec.name: [*([] if replaces else place.there), *found.values]}
    _, reasons = tried(lambda: save_dossier(
        case_id=case.pk, actor=signed_in(request), now=now(), values=values, expected_version=case.version
    ))
    if reasons:
        return looked_at(place, sheet, replaces=replaces)
    messages.success(request, gettext("Đã nhận %(n)d dòng vào bảng.") % {"n": len(found.rows)})
    return redirect("case_section", case.code, place.section.code)


def page(place: Place, facts: dict[str, Any], status: int) -> HttpResponse:
    """Show the page."""
    filing = place.filing
    more = {
        "filing": filing, "case": filing.case, "procedure": filing.definition, "section": place.section,
        "spec": place.spec, "there": len(place.there), "heads": place.heads, "most": place.most,
    }
    return render(place.request, "cases/sheet/import.html", {**more, **facts}, status=status)
