"""The page of one part of a case: all its steps and why not, its papers, what it is about, its own history."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.clock import now
from cases.access import is_applicant
from cases.models import Case, Part
from cases.presentation.comparing import Comparing, comparing_of
from cases.presentation.cosigned import pending_at
from cases.presentation.dossier import Shown, shown_rows
from cases.presentation.face import Look
from cases.presentation.part_rows import PartRow, Rows
from cases.presentation.parts import card_of
from cases.presentation.steps import Choice, choices_of
from cases.presentation.story import Story, events_of
from cases.services.entry_pictures import registries_of
from cases.views.finding import with_case
from cases.views.officer import tasks_of
from cases.views.step import visible_part


@require_safe
@with_case
def part_page(request: HttpRequest, case: Case, key: str) -> HttpResponse:
    """Show one part as it is handled; who filed the case has it on the page of the case."""
    look = Look(case, signed_in(request), now())
    part = visible_part(look, key)
    if part is None or look.only_holds:
        raise Http404
    if is_applicant(case, look.viewer, look.now):
        return redirect(f"{reverse('case', args=[case.code])}#{part.key}")
    return render(request, "cases/part.html", _facts(look, part))


def _facts(look: Look, part: Part) -> dict[str, Any]:
    choices, tasks = choices_of(look, whole={part.key}, only=part), tasks_of(look, part)
    same = [other for other in look.seen_parts if other.kind == part.kind]
    at = same.index(part)
    return {
        "look": look,
        "case": look.case,
        "part": part,
        "kind": look.part_kind(part),
        "card": card_of(look, part, choices.all, ()),  # who is awaited stands beside it
        "tasks": tasks,
        "pending": pending_at(look, part) if not look.outside else None,
        "about": list(_about(look, part)),
        "comparing": _comparing(look, part, choices.all),
        "beside": list(_beside(look, part)),
        "story": Story(look, events_of(look).filter(part_key=part.key)).told(),
        "former": same[at - 1] if at else None,
        "later": same[at + 1] if at + 1 < len(same) else None,
    }


def _about(look: Look, part: Part) -> Iterator[Shown]:
    """Yield what the dossier says of the row that the part is about."""
    row, field = look.row_of(part), look.definition.part(part.kind).row_field
    table = look.definition.field(field.inner) if field is not None else None
    if row is not None and table is not None:
        told = shown_rows(look, (column for column in table.columns if not column.sensitive), row)
        yield from (shown for shown in told if shown.value)


def _comparing(look: Look, part: Part, choices: Iterable[Choice]) -> Comparing | None:
    """Return paper and specimens where the viewer may take a step that compares them."""
    step = next((c.step for c in choices if c.allowed and registries_of(c.step)), None)
    return comparing_of(look, part, step) if step is not None else None


def _beside(look: Look, part: Part) -> Iterator[PartRow]:
    """Yield the other parts that are about the same row: the original of a paper."""
    row = look.row_of(part)
    for other in look.seen_parts:
        if row is not None and other.pk != part.pk and look.row_of(other) is row:
            yield Rows(look, look.definition.part(other.kind), (), ()).row(other)
