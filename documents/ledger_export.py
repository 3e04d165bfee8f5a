"""A ledger as a file: the rows of a filter and no others, in the layout of the ledger's own paper, or as .xlsx."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from accounts.clock import local_day
from accounts.models import User
from cases.effects import PaperJob
from cases.ledger_balance import balance_of
from cases.models import Case
from cases.presentation.ledger import Line
from documents.cash_export import MONEY
from documents.ledger_balance import BalanceSheet, balance_values
from documents.ledger_list import list_layout, list_paper
from documents.ledger_values import rows_as_printed
from documents.merge import source_of
from documents.models import Document
from documents.render import Rendered, produce
from documents.stages import NOBODY, context_for, late
from documents.workshop import Workshop
from workflows.definition import Paper, Procedure, Step

ROWS = "ledger_rows"
OTHERS = ("count_rows", "movement_rows")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
WIDEST = 48


def paper_of(definition: Procedure) -> Paper | None:
    """Return the paper in whose layout the ledger is printed: the one that merges the rows."""
    return next((paper for paper in definition.papers if ROWS in paper.merge), None)


def as_docx(
    paper: Paper | None, definition: Procedure, book: Case, lines: Sequence[Line], viewer: User, now: dt.datetime
) -> bytes:
    """Return the ledger as a Word file; what the viewer may not see of a row is blank. Raises PaperImpossible.

    `paper` None: the ledger has none for its rows, they are printed in the columns of its page, below the balance of
    the agency's ledger.
    """
    printed = paper or list_paper(definition)
    job = _job(printed, definition, book, viewer, now)
    workshop = Workshop([job])
    context = context_for(source_of(job, workshop.rows), NOBODY)
    context |= {name: [] for name in OTHERS if name in context}
    context[ROWS] = [_blanked(line, row) for line, row in _printed(lines, workshop.day)]
    document = Document(case=book, symbol="", context=context)
    values = {**context, **late(document, printed, workshop.day, mark="")}
    return (workshop.rendered(paper, values) if paper else _listed(definition, values, book, viewer, now)).body


def _listed(
    definition: Procedure, values: Mapping[str, Any], book: Case, viewer: User, now: dt.datetime
) -> Rendered:  # fmt: skip
    agency = book.unit.code if book.unit is not None else ""
    balance = balance_of(definition, viewer, now, agency)
    return produce(list_layout(definition, balance), {**values, **balance_values(balance)})


def _printed(lines: Sequence[Line], day: dt.date) -> list[tuple[Line, dict[str, Any]]]:
    return list(zip(lines, rows_as_printed([line.row for line in lines], day), strict=True))


def _blanked(line: Line, row: dict[str, Any]) -> dict[str, Any]:
    hidden = {cell.name for cell in line.cells if cell.hidden or cell.masked}
    return {name: "" if name in hidden else value for name, value in row.items()}


def _job(paper: Paper, definition: Procedure, book: Case, viewer: User, now: dt.datetime) -> PaperJob:
    today = local_day(now).isoformat()
    step: Step = definition.machine.transitions[0]
    return PaperJob(
        stage="issue", paper=paper, definition=definition, step=step, case=book, part=None, parts=[],
        ask={"period_from": today, "period_to": today}, actor=viewer, acting_for=None, role="", recorded=False,
        seq=0, now=now,
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------------------- .xlsx
class Dong(int):
    """An amount in đồng."""


FORMATS = {dt.date: "DD/MM/YYYY", Dong: MONEY}


def as_xlsx(title: str, heads: Sequence[str], lines: Sequence[Line], balance: BalanceSheet) -> bytes:
    """Return the ledger as a workbook: a heading that stays; days, numbers and đồng as such, the rest as text.

    A ledger that groups its rows has its balance on a second sheet.

    Text is written as text: a value that begins with = + - @ is never a formula.
    """
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = "Sổ"
    book.properties.title = title
    sheet.append([*heads])
    for number, line in enumerate(lines, 2):
        _write(sheet, number, line)
    _dress(sheet, len(heads))
    if balance.rows:
        _add_balance(book.create_sheet(balance.title), balance)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _add_balance(sheet: Worksheet, balance: BalanceSheet) -> None:
    sheet.append(balance.heads)
    for number, row in enumerate(balance.rows, 2):
        for column, value in enumerate(row, 1):
            _put(sheet.cell(number, column), value)
    _dress(sheet, len(balance.heads))


def heads_of(lines: Sequence[Line], words: tuple[str, str, str, str]) -> list[str]:
    """Return the headings: number, what names the row, the columns, state and lateness."""
    number, name, state, late_since = words
    return [number, name, *(cell.label for cell in (lines[0].cells if lines else ())), state, late_since]


def _write(sheet: Worksheet, number: int, line: Line) -> None:
    name = ", ".join(text for text in (line.title, line.under) if text)
    values = [_value(cell) for cell in line.cells]
    for column, value in enumerate([line.row.code, name, *values, line.state, _day(line.late)], 1):
        _put(sheet.cell(number, column), value)


def _value(cell: Any) -> Any:
    if cell.hidden or cell.masked:
        return ""
    stored = cell.stored
    if isinstance(stored, dict) and stored.get("currency") == "VND":
        return Dong(stored["minor"])
    if type(stored) is int:
        return stored
    return _day(stored) if isinstance(stored, str) and DAY.fullmatch(stored) else cell.value


def _day(text: str) -> Any:
    return dt.date.fromisoformat(text) if DAY.fullmatch(text) else text


def _put(cell: Cell, value: Any) -> None:
    if value is None or isinstance(value, dt.date | int):
        cell.value = value
        cell.number_format = FORMATS.get(type(value), "General")
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    cell.data_type = "s"


def _dress(sheet: Worksheet, columns: int) -> None:
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "C2"
    for column in range(1, columns + 1):
        letter = get_column_letter(column)
        longest = max((len(str(cell.value or "")) for cell in sheet[letter]), default=0)
        sheet.column_dimensions[letter].width = min(max(longest + 2, 12), WIDEST)
    sheet.auto_filter.ref = sheet.dimensions
