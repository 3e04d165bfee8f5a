"""An import page: paste or upload a sheet, look at every row as it would be taken, then take all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from cases.forms_choices import Choices
from cases.forms_sheet import CARRIED, SheetForm, carried_sheet, carry
from cases.sheet_rows import Taken, shown_cells
from cases.sheet_template import XLSX, template_of
from cases.sheets import Head, Sheet
from workflows.definition import Field


@dataclass(frozen=True, slots=True)
class Import:
    """What a page imports: its headings and lists, how rows are read and judged, and what takes them.

    `take` returns where it leads, or None when rows cannot be taken: why is told at them then.
    """

    page: str  # its template
    facts: Mapping[str, Any]
    heads: list[Head]
    most: int
    choices: Mapping[str, Choices]
    read: Callable[[Sheet], Taken]
    judged: Callable[[Sheet], Taken]
    take: Callable[[Taken], HttpResponse | None]


def import_page(request: HttpRequest, wanted: Import) -> HttpResponse:
    """Ask for the rows; show what would become of each; take them."""
    if CARRIED in request.POST:
        return _confirmed(request, wanted)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = SheetForm(*sent, there=False)
    sheet = form.sheet(wanted.heads, wanted.most) if form.is_bound else None
    if sheet is None:
        return _page(request, wanted, {"form": form}, form.status)
    return _looked_at(request, wanted, sheet, wanted.judged(sheet))


def _looked_at(request: HttpRequest, wanted: Import, sheet: Sheet, found: Taken) -> HttpResponse:
    """Show every row as it would be taken (422 when one cannot be)."""
    facts = {
        "sheet": sheet, "reasons": found.reasons, "carried": "" if found.reasons else carry(sheet, wanted.heads),
        "rows": [(row, shown_cells(found.spec, row, wanted.choices)) for row in found.rows],
    }  # fmt: skip
    return _page(request, wanted, facts, 422 if found.reasons else 200)


def _confirmed(request: HttpRequest, wanted: Import) -> HttpResponse:
    """Take all rows, judged anew; when one cannot be taken, take none and show why."""
    sheet = carried_sheet(request.POST[CARRIED], wanted.heads, wanted.most)
    if sheet is None:
        return redirect(request.path)
    found = wanted.read(sheet)
    done = wanted.take(found) if not found.reasons else None
    return done if done is not None else _looked_at(request, wanted, sheet, found)


def _page(request: HttpRequest, wanted: Import, facts: Mapping[str, Any], status: int) -> HttpResponse:
    more = {"heads": wanted.heads, "most": wanted.most, **wanted.facts}
    return render(request, wanted.page, {**more, **facts}, status=status)


def workbook(rows: Field, choices: Mapping[str, Choices], name: str) -> HttpResponse:
    """Give the workbook to fill in."""
    english = (get_language() or "vi").startswith("en")
    answer = HttpResponse(template_of(rows, choices, english=english), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer
