"""The workbook to fill in: one column for each that a sheet may have, the forms of answers, lists to choose from.

Every text is written as text: a label that begins with = + - @ is never a formula.
"""
from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from cases.forms_choices import Choices
from cases.forms_fields import MOST_OFFERED
from cases.forms_words import help_of, label_of
from cases.money import CURRENCIES
from cases.sheet_rows import CURRENCY, columns_of, heads_of
from cases.sheets import Head, title_of
from workflows.definition import Field

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AS_TEXT, AS_DAY = "@", "DD/MM/YYYY"
NARROWEST, WIDEST = 14, 40


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the workbook: its heading, the form of its cells, what is said of it, what may be chosen."""

    title: str
    form: str = AS_TEXT
    about: str = ""
    options: Sequence[str] = ()


def template_of(spec: Field, choices: Mapping[str, Choices], *, english: bool) -> bytes:
    """Return the workbook of a table."""
    heads, siblings = heads_of(spec), {column.name: column for column in spec.columns}
    columns = [_column(spec, head, heads, siblings, choices, english=english) for head in heads]
    return workbook(label_of(spec), columns)


def _column(
    spec: Field, head: Head, heads: Sequence[Head], siblings: Mapping[str, Field], choices: Mapping[str, Choices],
    *, english: bool,
) -> Column:  # fmt: skip
    title = title_of(head, heads, english=english)
    if head.name.endswith(CURRENCY):
        return Column(title, options=sorted(CURRENCIES), about=gettext("Ví dụ: VND, USD, EUR."))
    column = next(c for c in columns_of(spec) if c.name == head.name)
    star = " *" * (column.required is True)
    form = {"date": AS_DAY, "day": AS_DAY, "money": "General"}.get(column.base, AS_TEXT)
    return Column(title + star, form, help_of(column, siblings), _options(spec, column, choices))


def _options(spec: Field, column: Field, choices: Mapping[str, Choices]) -> Sequence[str]:
    if column.base == "bool":
        return [gettext("Có"), gettext("Không")]
    found = choices.get(f"{spec.name}.{column.name}")
    return list(found.names.values())[:MOST_OFFERED] if found is not None and found.offered else []


def workbook(title: str, columns: Sequence[Column], rows: int = 500) -> bytes:
    """Return a workbook with headings, forms of cells and lists; a second sheet tells what each column takes."""
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = gettext("Bảng")
    book.properties.title = title
    lists = book.create_sheet(gettext("Danh mục"))
    for number, column in enumerate(columns, 1):
        _head(sheet.cell(1, number), column)
        _form(sheet, number, column, rows)
        if column.options and column.form != AS_DAY:
            _offer(sheet, lists, number, column, rows)
    sheet.freeze_panes = "A2"
    _explain(book.create_sheet(gettext("Hướng dẫn")), columns)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _head(cell: Cell, column: Column) -> None:
    put_text(cell, column.title)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _form(sheet: Worksheet, number: int, column: Column, rows: int) -> None:
    """Numbers of identity stay text, days are days: the form stands before anything is typed."""
    width = min(max(len(column.title) + 2, NARROWEST), WIDEST)
    sheet.column_dimensions[get_column_letter(number)].width = width
    for place in range(2, rows + 2):
        sheet.cell(place, number).number_format = column.form


def _offer(sheet: Worksheet, lists: Worksheet, number: int, column: Column, rows: int) -> None:
    """Offer the names in a list that drops down; another text may be typed and is judged later."""
    place, letter = lists.max_column + (lists.cell(1, 1).value is not None), get_column_letter(number)
    put_text(lists.cell(1, place), column.title)
    for at, name in enumerate(column.options, 2):
        put_text(lists.cell(at, place), name)
    held = get_column_letter(place)
    where = f"{quote_sheetname(lists.title)}!${held}$2:${held}${len(column.options) + 1}"
    offer = DataValidation(type="list", formula1=where, allow_blank=True, showErrorMessage=False)
    offer.add(f"{letter}2:{letter}{rows + 1}")
    sheet.add_data_validation(offer)


def _explain(sheet: Worksheet, columns: Sequence[Column]) -> None:
    first = gettext("Điền ở trang tính đầu; không gộp ô, không dùng công thức. Cột có dấu * là bắt buộc.")
    put_text(sheet.cell(1, 1), first)
    for number, column in enumerate(columns, 3):
        put_text(sheet.cell(number, 1), column.title)
        put_text(sheet.cell(number, 2), column.about)
        sheet.cell(number, 2).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = WIDEST, WIDEST * 2


def put_text(cell: Any, text: str) -> None:
    """Write a text as text."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
