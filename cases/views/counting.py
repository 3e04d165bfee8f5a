"""A ledger as a whole: its count, which a second person agrees to, the other acts on it, its papers and history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.clock import now
from cases.access import roles_on
from cases.ledger_queries import counted_agency
from cases.models import Case
from cases.presentation import counting
from cases.presentation.asking import Sheet, sheet_of
from cases.presentation.face import Look
from cases.presentation.steps import Choices
from cases.services import Possible, advance_case, book_of, possibilities
from cases.views.answers import carried, hidden, key_of, tried, version_of
from cases.views.ledgers import with_ledger
from cases.views.officer import page_of
from cases.views.onwards import see_other
from workflows.definition import Procedure
from workflows.errors import Reason
from workflows.ledger_guards import COUNTED

AS_LEDGER = "as_ledger"


@require_http_methods(["GET", "HEAD", "POST"])
@with_ledger
def count(request: HttpRequest, definition: Procedure) -> HttpResponse:
    """Show the ledger of an agency as a whole; POST proposes its count to a second person."""
    viewer = signed_in(request)
    agency = counted_agency(definition, viewer, now(), request.GET.get("agency", ""))
    if agency is None or not counting.acts_of_whole(definition):
        raise Http404
    look = Look(book_of(definition.procedure, agency, now(), viewer), viewer, now())
    if request.method != "POST":
        return book_page(request, look, asked_beside(look))
    possible = count_possible(look)
    if possible is None:
        raise Http404
    return counted(request, look, possible)


def count_possible(look: Look) -> Possible | None:
    """Return the count as the viewer has it, without the lines that its own form asks."""
    step = counting.count_of(look.definition)
    found = next(iter(possibilities(look.case, look.viewer, look.now, of=lambda _, one: one is step)), None)
    return replace(found, asked=tuple(f for f in found.asked if f.name != COUNTED)) if found is not None else None


def asked_beside(look: Look) -> Sheet | None:
    """Return what a count asks beside its lines; None for who does not count, or while one awaits its second yes."""
    possible = count_possible(look)
    if possible is None or look.case.proposal is not None:
        return None
    counts = roles_on(look.case, look.viewer, look.now) & set(possible.step.by)
    return sheet_of(look, possible) if counts else None


def counted(request: HttpRequest, look: Look, possible: Possible) -> HttpResponse:
    """Propose the count, or tick what the ledger expects; differences not explained are told at their rows (422)."""
    sheet = sheet_of(look, possible, request.POST, request.FILES)
    if AS_LEDGER in request.POST:
        return book_page(request, look, sheet)
    well = sheet.form.is_valid()
    data = {**sheet.data(), COUNTED: counting.lines_counted(look, request.POST)}
    outcome, reasons = tried(
        lambda: advance_case(
            case_id=look.case.pk, transition=possible.step.name, actor=look.viewer, now=look.now, data=data,
            expected_version=version_of(request), idempotency_key=key_of(request),
        )
    ) if well else (None, ())  # fmt: skip
    if outcome is None:
        return refilled(request, look, sheet, reasons)
    messages.success(request, gettext("Đã ghi kết quả kiểm đếm, chờ người thứ hai đồng ý."))
    return see_other(address_of_book(look.case))


def refilled(request: HttpRequest, look: Look, sheet: Sheet, reasons: Sequence[Reason]) -> HttpResponse:
    """Show the count with what was typed and every reason, at its row or control where it has one."""
    sheet.reasons = reasons
    sheet.form.refuse([reason for reason in reasons if reason not in sheet.unplaced])
    return book_page(request, look, sheet, reasons, status=422)


def book_page(
    request: HttpRequest, look: Look, sheet: Sheet | None, reasons: Sequence[Reason] = (), status: int = 200
) -> HttpResponse:
    """Show the ledger as a whole."""
    page, step = page_of(request, look), counting.count_of(look.definition)
    again = request.method == "POST"
    facts = {
        "definition": look.definition,
        "step": step,
        "sheet": sheet,
        "rows": counting.rows_to_count(look, request.POST, reasons, as_ledger=AS_LEDGER in request.POST),
        "strange": counting.strange_lines(request.POST),
        "form": sheet.form if sheet is not None else None,
        "reasons": sheet.unplaced if sheet is not None else reasons,
        "choices": other_acts(look, page["choices"]),
        "counts": counting.past_counts(look, step) if step is not None else [],
        "hidden": carried(request) if again else {**hidden(), "version": look.case.version},
    }
    return render(request, "cases/ledger/count.html", {**page, **facts}, status=status)


def other_acts(look: Look, choices: Choices) -> Choices:
    """Return what else may be done to the ledger as a whole: its count has a form of its own, rows have their pages."""
    counts, whole = counting.count_of(look.definition), counting.acts_of_whole(look.definition)
    return Choices(tuple(choice for choice in choices.all if choice.step in whole and choice.step is not counts))


def address_of_book(book: Case, done: str = "") -> str:
    """Return the address of the ledger of an agency as a whole; `done`: the event just made, told on the page."""
    agency = book.unit.code if book.unit is not None else ""
    asked = {name: value for name, value in (("agency", agency), ("done", done)) if value}
    return f"{reverse('ledger_count', args=[book.procedure])}?{urlencode(asked)}"


def to_book(request: HttpRequest, book: Case) -> HttpResponse:
    """The page of a ledger as a whole stands under its ledger."""
    return redirect(address_of_book(book, request.GET.get("done", "")))
