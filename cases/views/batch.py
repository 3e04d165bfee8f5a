"""One step of several parts in one form: asked once, taken of each by itself, and told of each."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.clock import now
from cases.models import Case, Part
from cases.presentation.asking import Sheet, sheet_of
from cases.presentation.face import Look
from cases.presentation.steps import for_several, meets_itself
from cases.services import Possible, Result, Target, advance_each, possibilities
from cases.services.entry_pictures import registries_of
from cases.views.answers import carried, hidden, key_of, tried
from cases.views.finding import with_case
from workflows.definition import Step
from workflows.errors import Reason

PARTS, ALL = "parts", "all"
NONE_CHOSEN = Reason("nothing_chosen", "Chọn ít nhất một mục", "Choose at least one", PARTS)


@dataclass(frozen=True, slots=True)
class Line:
    """One part that may take the step: whether it was chosen, and what became of it."""

    part: Part
    title: str
    state: str
    chosen: bool = False
    result: Result | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def batch(request: HttpRequest, case: Case, kind: str, name: str) -> HttpResponse:
    """Show the parts of a kind that may take a step, ask once what it asks, and take it of those that are chosen."""
    look = Look(case, signed_in(request), now())
    found = _open(look, kind, name)
    if not found:
        raise Http404
    sheet = sheet_of(look, found[0], request.POST if request.method == "POST" else None)
    if request.method != "POST" or sheet.form.row_changed:
        return _shown(request, look, found, sheet)
    keys = request.POST.getlist(PARTS)
    chosen = [p for p in found if p.part is not None and (ALL in request.POST or p.part.key in keys)]
    if not sheet.form.is_valid() or not chosen:
        return _shown(request, look, found, sheet, reasons=() if chosen else (NONE_CHOSEN,), status=422)
    return _taken(request, look, chosen, sheet)


def _open(look: Look, kind: str, name: str) -> list[Possible]:
    """Return the step as each part of the kind has it, of those where the person may take it now."""
    def wanted(part: Part | None, step: Step) -> bool:
        return part is not None and (part.kind, step.name) == (kind, name)

    found = possibilities(look.case, look.viewer, look.now, of=wanted)
    seen = {part.pk for part in look.seen_parts}
    mine = [p for p in found if p.part is not None and p.part.pk in seen and meets_itself(p, look.definition)]
    return [p for p in mine if for_several(p.step)]


def _taken(request: HttpRequest, look: Look, chosen: Sequence[Possible], sheet: Sheet) -> HttpResponse:
    targets = [Target(look.case.pk, p.part.key) for p in chosen if p.part is not None]
    results, reasons = tried(
        lambda: advance_each(
            targets=targets, transition=chosen[0].step.name, actor=look.viewer, now=look.now,
            idempotency_key=key_of(request), data=sheet.data(),
        )
    )
    sheet.reasons = reasons or _against_all(results or ())
    if sheet.reasons:
        sheet.form.refuse([reason for reason in sheet.reasons if reason not in sheet.unplaced])
        return _shown(request, look, chosen, sheet, reasons=sheet.unplaced, status=422)
    lines = [_line(look, p, result=result) for p, result in zip(chosen, results or (), strict=True)]
    done = sum(result.outcome is not None for result in results or ())
    facts = {"case": look.case, "look": look, "step": chosen[0].step, "lines": lines, "done": done}
    return render(request, "cases/batch_done.html", facts)


def _against_all(results: Sequence[Result]) -> tuple[Reason, ...]:
    """Return the reasons when every one was refused for the same: what was typed is wrong, not what is in the parts."""
    same = {result.reasons for result in results}
    return next(iter(same)) if len(same) == 1 else ()


def _line(look: Look, possible: Possible, *, chosen: bool = False, result: Result | None = None) -> Line:
    part = possible.part
    if part is None:
        raise Http404
    return Line(part, look.part_name(part), look.state_label(part.state, part), chosen, result)


def _shown(
    request: HttpRequest,
    look: Look,
    found: Sequence[Possible],
    sheet: Sheet,
    *,
    reasons: Sequence[Reason] = (),
    status: int = 0,
) -> HttpResponse:
    ticked = request.POST.getlist(PARTS)
    lines = [_line(look, p, chosen=p.part is not None and p.part.key in ticked) for p in found]
    facts = {
        "case": look.case, "look": look, "step": found[0].step, "sheet": sheet, "form": sheet.form, "lines": lines,
        "all": ALL in request.POST, "compares": bool(registries_of(found[0].step)),
        "reasons": reasons, "hidden": carried(request) if request.method == "POST" else hidden(),
    }  # fmt: skip
    return render(request, "cases/batch.html", facts, status=status or (422 if reasons else 200))
