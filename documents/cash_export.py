"""The cash list as a file: every entry of the page and its sums, to be signed or reckoned with."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from accounts.models import User
from cases.cashbook import PAID, CashList, Entry
from documents.office_list import list_as_docx
from documents.printed import grouped, short_day
from workflows.definition import Paper

PAPER = Paper(
    code="cash_list", vi="Bảng kê thu, hoàn phí", en="List of payments and refunds", family="form", issuer="agency",
    signer="cashier", origin="slip",
)  # fmt: skip
HEADS = ("Biên lai", "Ngày nộp", "Ngày ghi", "Hồ sơ", "Thủ tục", "Số giấy tờ", "Hình thức", "Đã thu (đồng)",
         "Đã hoàn (đồng)", "Người ghi")  # fmt: skip
WIDTHS = (16, 12, 12, 24, 44, 10, 18, 16, 16, 26)
MONEY = "#,##0"
TEXT = """\
page: landscape
title: Bảng kê thu, hoàn phí
subject: {{ period }}
sign: NGƯỜI DUYỆT | NGƯỜI LẬP
---
| TT | Biên lai | Ngày nộp | Hồ sơ | Giấy tờ | Hình thức | Đã thu (đồng) | Đã hoàn (đồng) | Người ghi |
|:--:|-----------|:--------:|--------------------|:----:|------------|-----------:|-----------:|----------------|
{% for row in entries %}
| {{ loop.index }} | {{ row.number }} | {{ row.day }} | {{ row.case }} | {{ row.count }} | {{ row.how }} | {{ row.paid }} | {{ row.refunded }} | {{ row.cashier }} |
{% endfor %}
| | Cộng | | | | | {{ collected }} | {{ refunded }} | |

Còn lại (đã thu trừ đã hoàn): **{{ left }} đồng**.

{% for line in ways %}
{{ line }}

{% endfor %}
{% for line in checks %}
{{ line }}

{% endfor %}
"""  # noqa: E501  # a table of the layout is one line


def as_docx(found: CashList, viewer: User, now: dt.datetime) -> bytes:
    """Return the list as a Word file. Raises PaperImpossible when the office lacks a name."""
    values = {
        "period": _period(found), "entries": [_printed(entry) for entry in found.entries],
        "collected": grouped(found.collected_minor), "refunded": grouped(found.refunded_minor),
        "left": grouped(found.left_minor), "ways": [_way(*way) for way in found.by_way], "checks": _checks(found),
    }  # fmt: skip
    return list_as_docx(PAPER, TEXT, values, viewer, now)


def _period(found: CashList) -> str:
    if found.first == found.last:
        return f"Ngày {short_day(found.first)}"
    return f"Từ ngày {short_day(found.first)} đến hết ngày {short_day(found.last)}"


def _printed(entry: Entry) -> dict[str, str]:
    amount = grouped(entry.minor)
    paid, refunded = (amount, "") if entry.kind == PAID else ("", amount)
    return {
        "number": entry.number, "day": short_day(entry.day), "case": entry.case.code, "how": entry.how,
        "count": "" if entry.count is None else str(entry.count), "paid": paid, "refunded": refunded,
        "cashier": entry.cashier_name,
    }  # fmt: skip


def _way(name: str, payments: int, dong: int) -> str:
    return f"{name or 'Hình thức không ghi'}: {payments} lần, {grouped(dong)} đồng."


def _checks(found: CashList) -> list[str]:
    gaps = [f"{gap.first}" if gap.count == 1 else f"{gap.first} đến {gap.last} ({gap.count} số)" for gap in found.gaps]
    said = [f"Số biên lai không thấy ghi nhận: {'; '.join(gaps)}."] if gaps else []
    return [*said, *([f"Biên lai ghi nhiều lần: {'; '.join(found.doubles)}."] if found.doubles else [])]


# ----------------------------------------------------------------------------------------------------------- .xlsx
def as_xlsx(found: CashList) -> bytes:
    """Return the list as a workbook: amounts are numbers and days are days, the sums stand below.

    Text is written as text: a value that begins with = + - @ is never a formula.
    """
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = "Thu, hoàn phí"
    book.properties.title = f"{PAPER.vi}. {_period(found)}"
    for column, head in enumerate(HEADS, 1):
        cell = sheet.cell(1, column, head)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(column)].width = WIDTHS[column - 1]
    for number, entry in enumerate(found.entries, 2):
        _write(sheet, number, _row(entry))
    _sums(sheet, len(found.entries) + 2, found)
    sheet.freeze_panes = "B2"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _row(entry: Entry) -> list[Any]:
    paid, refunded = (entry.minor, None) if entry.kind == PAID else (None, entry.minor)
    recorded = entry.recorded_on
    return [
        entry.number, entry.day, recorded, entry.case.code, entry.procedure, entry.count, entry.how, paid, refunded,
        entry.cashier_name,
    ]  # fmt: skip


def _write(sheet: Worksheet, number: int, values: list[Any]) -> None:
    for column, value in enumerate(values, 1):
        cell = sheet.cell(number, column, value)
        if isinstance(value, dt.date):
            cell.number_format = "DD/MM/YYYY"
        elif isinstance(value, int):
            cell.number_format = MONEY
        elif isinstance(value, str):
            cell.data_type = "s"


def _sums(sheet: Worksheet, number: int, found: CashList) -> None:
    total = ["Cộng", None, None, None, None, None, None, found.collected_minor, found.refunded_minor, None]
    lines = [total, *([name or "Hình thức không ghi", *[None] * 6, dong] for name, _, dong in found.by_way)]
    lines += [[text] for text in _checks(found)]
    for place, values in enumerate(lines, number):
        _write(sheet, place, list(values))
        sheet.cell(place, 1).font = Font(bold=True)
