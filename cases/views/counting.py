"""The count of a ledger: who counts ticks what is there and explains what is not; a second person agrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.clock import now
from accounts.models import User
from cases.access import roles_on
from cases.ledger_queries import counted_agency
from cases.ledger_rows import kept_in, to_be_found
from cases.models import Case
from cases.presentation.cosigned import pending_of
from cases.presentation.face import Look
from cases.presentation.ledger import Line, Reader
from cases.presentation.story import Story
from cases.services import advance_case, book_of
from cases.views.answers import carried, hidden, key_of, tried, version_of
from cases.views.drawing import drawn_panels
from cases.views.ledgers import ledger_steps, with_ledger
from cases.views.onwards import see_other
from workflows.definition import Procedure, Step
from workflows.errors import Reason

COUNTED = "counted"
STRANGE = 3  # lines for things that are there and stand in no row
PATH = f"ask.{COUNTED}."


@dataclass(frozen=True, slots=True)
class Counted:
    """One row to be counted: what the ledger expects, what was ticked and typed, and what is said against it."""

    line: Line
    expected: bool | None
    found: bool
    explanation: str
    fault: str


@require_http_methods(["GET", "HEAD", "POST"])
@with_ledger
def count(request: HttpRequest, definition: Procedure) -> HttpResponse:
    """Show what is to be counted, and what earlier counts have found; POST proposes the count to a second person."""
    step = next(iter(ledger_steps(definition)), None)
    viewer = signed_in(request)
    agency = counted_agency(definition, viewer, now(), request.GET.get("agency", ""))
    if step is None or agency is None:
        raise Http404
    book = book_of(definition.procedure, agency, now(), viewer)
    if request.method == "POST":
        return counted(request, book, step)
    return count_page(request, book, step)


def counted(request: HttpRequest, book: Case, step: Step) -> HttpResponse:
    """Propose the count; differences that are not explained are told at their rows (422)."""
    viewer, lines = signed_in(request), lines_of(request, book)
    data = {COUNTED: lines, "confirm": request.POST.getlist("confirm")}
    outcome, reasons = tried(
        lambda: advance_case(
            case_id=book.pk, transition=step.name, actor=viewer, now=now(), data=data,
            expected_version=version_of(request), idempotency_key=key_of(request),
        )
    )  # fmt: skip
    if outcome is None:
        return count_page(request, book, step, reasons)
    messages.success(request, gettext("Đã ghi kết quả kiểm đếm, chờ người thứ hai đồng ý."))
    return see_other("ledger_count", book.procedure)


def lines_of(request: HttpRequest, book: Case) -> list[dict[str, Any]]:
    """Return the lines of a count as typed: one for each row of the agency, and what stands in no row."""
    numbers = [row.code for row in kept_in(book, book.procedure)]
    lines = [_line(request.POST, number, number) for number in numbers]
    strange = [request.POST.get(f"strange-{n}", "").strip()[:40] for n in range(STRANGE)]
    return lines + [
        {"row": text, "found": True, "explanation": request.POST.get(f"why-strange-{n}", "").strip()[:300]}
        for n, text in enumerate(strange)
        if text
    ]


def _line(post: Mapping[str, Any], number: str, name: str) -> dict[str, Any]:
    typed = str(post.get(f"why-{name}", "")).strip()[:300]
    return {"row": number, "found": bool(post.get(f"found-{name}")), "explanation": typed}


def count_page(request: HttpRequest, book: Case, step: Step, reasons: Sequence[Reason] = ()) -> HttpResponse:
    """Show the count as it stands."""
    look = Look(book, signed_in(request), now())
    again = request.method == "POST"
    own = [r for r in reasons if not r.path.startswith(PATH)]
    facts = {
        "definition": look.definition,
        "book": book,
        "step": step,
        "look": look,
        "rows": rows_of(request, book, look.viewer, reasons),
        "strange": [strange_of(request, n) for n in range(STRANGE)],
        "reasons": [*own, *_differing(reasons)],
        "may_count": bool(roles_on(book, look.viewer, look.now) & set(step.by)) and book.proposal is None,
        "pending": pending_of(look),
        "panels": drawn_panels(request, look),
        "counts": past_counts(look, step),
        "hidden": carried(request) if again else {**hidden(), "version": book.version},
        "ticked": set(request.POST.getlist("confirm")),
    }
    return render(request, "cases/ledger/count.html", facts, status=422 if reasons else 200)


def _differing(reasons: Sequence[Reason]) -> list[Reason]:
    return [r for r in reasons if r.path.startswith(PATH)]


def strange_of(request: HttpRequest, number: int) -> dict[str, str]:
    return {
        "name": f"strange-{number}",
        "typed": request.POST.get(f"strange-{number}", ""),
        "why": request.POST.get(f"why-strange-{number}", ""),
    }


def rows_of(request: HttpRequest, book: Case, viewer: User, reasons: Sequence[Reason]) -> list[Counted]:
    """Return the rows of the agency, each with what was ticked and what is said against it."""
    faults = {r.path.removeprefix(PATH): r for r in reasons if r.path.startswith(PATH)}
    rows = kept_in(book, book.procedure)
    expected = {row.pk: to_be_found(row) for row in rows}
    return [
        Counted(
            line=line,
            expected=expected[line.row.pk],
            found=bool(request.POST.get(f"found-{line.row.code}")),
            explanation=request.POST.get(f"why-{line.row.code}", ""),
            fault=faults[line.row.code].vi if line.row.code in faults else "",
        )
        for line in Reader(viewer, now()).lines(rows)
    ]


@dataclass(frozen=True, slots=True)
class PastCount:
    """A count that two persons made: when, who, how many rows, and what was explained."""

    at: Any
    who: str
    agreed: str
    rows: int
    explained: tuple[tuple[str, str], ...]


def past_counts(look: Look, step: Step) -> list[PastCount]:
    """Return the counts of the ledger, the newest first."""
    story = Story(look)
    told = {one.seq: one for one in story.told()}
    found = []
    for event in story.events:
        if event.name != step.name:
            continue
        values = story.values.get(event.seq, {}).get(COUNTED, {}).get("value") or []
        said = tuple((line["row"], line["explanation"]) for line in values if line.get("explanation"))
        one = told[event.seq]
        found.append(PastCount(one.at, one.who, one.agreed, len(values), said))
    return found
