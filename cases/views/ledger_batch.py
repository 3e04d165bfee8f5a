"""One step of many rows of a ledger in one form, or one yes to many proposals: each row by itself, and told of each."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from cases.models import Case
from cases.presentation.asking import Sheet, sheet_of
from cases.presentation.cosigned import AGREE
from cases.presentation.face import Look
from cases.presentation.ledger import Reader
from cases.presentation.ledger_together import Proposed, groups_of, possible_step, to_agree, waiting_for
from cases.services import Result, Target, advance_each
from cases.services.batch import MOST
from cases.views.answers import carried, hidden, key_of, tried
from cases.views.ledgers import Asked, asked_of, with_ledger
from workflows.definition import Procedure, Step
from workflows.errors import Reason

ROWS, ALL, SEEN = "rows", "all", "_seen"
NONE_CHOSEN = Reason("nothing_chosen", "Chọn ít nhất một dòng", "Choose at least one row", ROWS)
CHANGED = Reason("stale", "Danh sách vừa thay đổi; hãy xem lại", "The list has just changed; look again", ROWS)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: whether it was chosen, and what became of it."""

    row: Case
    title: str
    state: str
    chosen: bool = False
    result: Result | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@with_ledger
def batch(request: HttpRequest, definition: Procedure, name: str) -> HttpResponse:
    """Show the rows of the filter that may take a step, ask once what it asks, and take it of those that are chosen."""
    asked = asked_of(request, definition)
    if name == AGREE:
        return _agreeing(request, asked)
    step = definition.machine.step(name)
    rows = waiting_for(asked.rows, step)[:MOST] if step is not None and step.kind == "transition" else []
    first = possible_step(definition, rows, name, asked.viewer, asked.now)
    if first is None:
        raise Http404
    row, possible = first
    sheet = sheet_of(Look(row, asked.viewer, asked.now), possible, request.POST if request.method == "POST" else None)
    if request.method != "POST" or sheet.form.row_changed:
        return _shown(request, asked, rows, sheet)
    chosen, same = _chosen(request, rows), ALL not in request.POST or request.POST.get(SEEN) == mark_of(rows)
    if not sheet.form.is_valid() or not chosen or not same:
        wrong = (NONE_CHOSEN,) if not chosen else () if same else (CHANGED,)
        return _shown(request, asked, rows, sheet, reasons=wrong)
    return _taken(request, asked, chosen, sheet)


def _chosen(request: HttpRequest, rows: Sequence[Case]) -> list[Case]:
    if ALL in request.POST:
        return list(rows)
    named = set(request.POST.getlist(ROWS))
    return [row for row in rows if row.code in named]


def _taken(request: HttpRequest, asked: Asked, chosen: Sequence[Case], sheet: Sheet) -> HttpResponse:
    step = sheet.possible.step
    results, reasons = tried(lambda: _each(request, asked, chosen, step.name, sheet.data()))
    sheet.reasons = reasons or _against_all(results or ())
    if sheet.reasons:
        sheet.form.refuse([reason for reason in sheet.reasons if reason not in sheet.unplaced])
        return _shown(request, asked, chosen, sheet, reasons=sheet.unplaced)
    return _told(request, asked, chosen, results or (), step)


def _each(request: HttpRequest, asked: Asked, rows: Sequence[Case], name: str, data: dict[str, Any]) -> list[Result]:
    targets = [Target(row.pk) for row in rows]
    return advance_each(
        targets=targets, transition=name, actor=asked.viewer, now=asked.now, idempotency_key=key_of(request), data=data
    )


def _against_all(results: Sequence[Result]) -> tuple[Reason, ...]:
    """Return the reasons when every one was refused for the same: what was typed is wrong, not what is in the rows."""
    same = {result.reasons for result in results}
    return next(iter(same)) if len(same) == 1 else ()


# ------------------------------------------------------------------------------------------------- the second person
def _agreeing(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Show what is proposed of the rows of the filter, alike proposals once; agree to those that are chosen."""
    rows = to_agree(asked.definition, asked.rows, asked.viewer, asked.now)[:MOST]
    groups = groups_of(rows, asked.viewer, asked.now)
    if not groups:
        raise Http404
    if request.method != "POST":
        return _asked_to_agree(request, asked, groups)
    group = next((g for g in groups if mark_of(g.rows) == request.POST.get(SEEN)), None)
    chosen = _chosen(request, group.rows) if group is not None else []
    if group is None or not chosen:
        return _asked_to_agree(request, asked, groups, (CHANGED if group is None else NONE_CHOSEN,))
    results, reasons = tried(lambda: _each(request, asked, chosen, AGREE, {}))
    if results is None:
        return _asked_to_agree(request, asked, groups, reasons)
    return _told(request, asked, chosen, results, group.pending.step)


def mark_of(rows: Sequence[Case]) -> str:
    """Return a mark of rows as they stand: a form that takes all of them carries the one that it was shown with."""
    stand = ",".join(f"{row.code}:{row.version}" for row in rows)
    return hashlib.sha256(stand.encode()).hexdigest()[:16]


# -------------------------------------------------------------------------------------------------------------- pages
def _lines(asked: Asked, rows: Sequence[Case], ticked: Collection[str] = ()) -> list[Line]:
    told = Reader(asked.viewer, asked.now).lines(rows)
    return [Line(one.row, ", ".join(t for t in (one.title, one.under) if t), one.state, one.row.code in ticked)
            for one in told]  # fmt: skip


def _facts(request: HttpRequest, asked: Asked, reasons: Sequence[Reason]) -> dict[str, Any]:
    kept = carried(request) if request.method == "POST" else hidden()
    return {"definition": asked.definition, "reasons": reasons, "hidden": kept, "query": request.GET.urlencode()}


def _shown(
    request: HttpRequest, asked: Asked, rows: Sequence[Case], sheet: Sheet, *, reasons: Sequence[Reason] = ()
) -> HttpResponse:  # fmt: skip
    facts = {
        **_facts(request, asked, reasons), "step": sheet.possible.step, "sheet": sheet, "form": sheet.form,
        "lines": _lines(asked, rows, request.POST.getlist(ROWS)), "all": ALL in request.POST, "seen": mark_of(rows),
    }  # fmt: skip
    again = request.method == "POST" and not sheet.form.row_changed
    return render(request, "cases/ledger/batch.html", facts, status=422 if again else 200)


def _asked_to_agree(
    request: HttpRequest, asked: Asked, groups: Sequence[Proposed], reasons: Sequence[Reason] = ()
) -> HttpResponse:  # fmt: skip
    told = [(group.pending, mark_of(group.rows), _lines(asked, group.rows)) for group in groups]
    facts = {**_facts(request, asked, reasons), "groups": told}
    return render(request, "cases/ledger/agree.html", facts, status=422 if reasons else 200)


def _told(
    request: HttpRequest, asked: Asked, rows: Sequence[Case], results: Sequence[Result], step: Step
) -> HttpResponse:  # fmt: skip
    lines = [replace(line, result=result) for line, result in zip(_lines(asked, rows), results, strict=True)]
    done = [line for line in lines if line.result is not None and line.result.outcome is not None]
    facts = {**_facts(request, asked, ()), "step": step, "done": done, "not_done": [x for x in lines if x not in done]}
    return render(request, "cases/ledger/batch_done.html", facts)
