"""A ledger as a file: exactly what the filter shows; every row that is taken is noted with the purpose."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.clock import local_day, now
from cases.errors import PaperImpossible
from cases.forms_ledger import PurposeForm
from cases.ledger_balance import balance_of
from cases.models import Case
from cases.presentation.ledger import Line, Reader
from cases.services import book_of
from cases.views.ledgers import Asked, asked_of, looked_at, page, with_ledger
from documents.file_names import disposition
from documents.ledger_balance import balance_sheet
from documents.ledger_export import as_docx, as_xlsx, heads_of, paper_of
from documents.workshop import DOCX
from workflows.definition import Procedure
from workflows.errors import Reason

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 2_000  # rows in one file: each is noted as looked at
Maker = Callable[[HttpRequest, Asked, Sequence[Line]], bytes]


@never_cache
@require_POST
@with_ledger
def ledger_docx(request: HttpRequest, definition: Procedure) -> HttpResponse:
    """Give the filtered ledger as .docx, in the layout of the ledger's paper."""
    return taken(request, definition, "docx", DOCX, docx_of)


@never_cache
@require_POST
@with_ledger
def ledger_xlsx(request: HttpRequest, definition: Procedure) -> HttpResponse:
    """Give the filtered ledger as .xlsx."""
    return taken(request, definition, "xlsx", XLSX, xlsx_of)


def taken(request: HttpRequest, definition: Procedure, kind: str, media: str, make: Maker) -> HttpResponse:
    """Note what for at every row, then give the file; without a purpose, or with too many rows, say so (422)."""
    asked, purpose = asked_of(request, definition), PurposeForm(request.POST)
    if not purpose.is_valid():
        return page(request, asked, purpose, status=422)
    if len(asked.rows) > MOST:
        return refused(request, definition)
    looked_at(request, asked.rows, definition, purpose.cleaned_data["purpose"])
    lines = Reader(asked.viewer, asked.now, closely=True).lines(asked.rows)
    try:
        body = make(request, asked, lines)
    except PaperImpossible as fault:
        return render(request, "cases/refused.html", {"reasons": fault.reasons, "back": ".."}, status=422)
    return file_answer(body, media, f"{definition.vi[:60]} {local_day(now()):%Y-%m-%d}.{kind}")


def file_answer(body: bytes, media: str, name: str) -> HttpResponse:
    """Return a file to be saved under a name; no cache keeps it."""
    answer = HttpResponse(body, content_type=media)
    answer["Content-Disposition"] = disposition(name)
    answer["Cache-Control"] = "no-store, private"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def refused(request: HttpRequest, definition: Procedure) -> HttpResponse:
    """Say that the filter leads to too many rows for one file."""
    reason = Reason("too_many_rows", f"Quá {MOST} dòng: hãy lọc bớt", f"More than {MOST} rows: narrow the filter")
    facts = {"reasons": [reason], "back": f"/ledgers/{definition.procedure}/"}
    return render(request, "cases/refused.html", facts, status=422)


def docx_of(request: HttpRequest, asked: Asked, lines: Sequence[Line]) -> bytes:
    """Return the ledger in the name of the agency that keeps the rows, or of the viewer's own."""
    del request
    paper = paper_of(asked.definition)
    return as_docx(paper, asked.definition, _book(asked), lines, asked.viewer, asked.now)


def _book(asked: Asked) -> Case:
    units = {row.unit.code for row in asked.rows if row.unit is not None}
    agency = asked.wanted.agency or (units.pop() if len(units) == 1 else "")
    if not agency:
        raise PaperImpossible(
            "", [Reason("agency_needed", "Hãy lọc theo một cơ quan quản lý", "Filter by one keeping agency", "agency")]
        )
    return book_of(asked.definition.procedure, agency, asked.now, asked.viewer)


def xlsx_of(request: HttpRequest, asked: Asked, lines: Sequence[Line]) -> bytes:
    """Return the ledger as a workbook."""
    del request
    words = (gettext("Số dòng"), gettext("Tên"), gettext("Tình trạng"), gettext("Quá hạn từ"))
    balance = balance_of(asked.definition, asked.viewer, asked.now, asked.wanted.agency)
    sheet = balance_sheet(asked.definition, balance)
    return as_xlsx(asked.definition.vi, heads_of(lines, words), lines, sheet)
