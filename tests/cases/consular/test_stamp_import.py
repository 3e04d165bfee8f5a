"""Blank stamps out of a spreadsheet: each kind of wrong sheet is told by row and column, a right one adds up."""

from __future__ import annotations

import html
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from accounts.clock import now
from cases.ledger_balance import Line, balance_of
from cases.ledger_queries import ledger_of
from cases.models import Case
from tests.cases.consular.test_stamp_parcel import _clock, giang, stamps, takes  # noqa: F401
from tests.cases.pages.conftest import field
from tests.cases.pages.test_sheets import reasons
from tests.procedures.runner import person

pytestmark = pytest.mark.usefixtures("at_consular_desk")
IMPORT = "/ledgers/stamp_stock/import/"
HEAD = ("Cơ quan giữ phôi tem", "Số tem", "Sê-ri", "Số đầu của lô", "Số cuối của lô", "Số lượng của lô", "Ngày nhận",
        "Số văn bản giao phôi tem", "Ngày văn bản giao")  # fmt: skip
FIRST, LAST = "TA000201", "TA000206"


def stamp(number: str, series: str = "TA", first: str = FIRST, last: str = LAST, quantity: int = 6) -> tuple[Any, ...]:
    delivered = ("02/11/2026", "90/LS-HPH", "30/10/2026")
    return ("foreign_affairs_agency", number, series, first, last, quantity, *delivered)


def sent(client: Client, *rows: tuple[Any, ...]) -> Any:
    book, out = Workbook(), io.BytesIO()
    for row in (HEAD, *rows):
        book.worksheets[0].append(list(row))
    book.save(out)
    return client.post(IMPORT, {"file": SimpleUploadedFile("tem.xlsx", out.getvalue())})


def imported(client: Client, *rows: tuple[Any, ...]) -> None:
    looked = sent(client, *rows)
    assert looked.status_code == 200, reasons(looked)
    shown = looked.content.decode()
    assert client.post(IMPORT, {n: html.unescape(field(shown, n)) for n in ("_rows", "_key")}).status_code == 302


def balance() -> list[Line]:
    keeper = person("giang")
    definition = ledger_of("stamp_stock", keeper, now())
    assert definition is not None
    return list(balance_of(definition, keeper, now()).lines)


def test_a_parcel_out_of_a_sheet_adds_up_and_is_counted_in_like_any_other(giang: Client) -> None:  # noqa: F811
    takes(giang)
    imported(giang, *(stamp(f"TA{n:06d}") for n in range(201, 207)))

    assert [(line.group, line.total, line.declared, line.missing) for line in balance()] == [
        ("TA, TA000101, TA000112", 12, 12, ()),
        ("TA, TA000201, TA000206", 6, 6, ()),
    ]
    assert (
        "/ledgers/stamp_stock/batch/enter_stock/" in giang.get("/ledgers/stamp_stock/?state=received").content.decode()
    )


def test_what_a_sheet_leaves_out_of_a_range_is_taken_named_as_missing_and_may_follow(giang: Client) -> None:  # noqa: F811
    imported(giang, stamp("TA000201"), stamp("TA000203"), stamp("TA000206"))

    assert 'data-gap="TA000202"' in giang.get("/ledgers/stamp_stock/").content.decode()
    assert [line.runs for line in balance()] == [[("TA000202", "TA000202", 1), ("TA000204", "TA000205", 2)]]
    imported(giang, stamp("TA000202"), stamp("TA000204"), stamp("TA000205"))
    assert [line.missing for line in balance()] == [()]


def test_every_kind_of_wrong_stamp_is_told_by_row_and_column_and_none_is_taken(giang: Client) -> None:  # noqa: F811
    takes(giang)
    known = ("TA", "TA000101", "TA000112", 12)
    overlaps = "chồng lên lô TA, TA000101–TA000112: mọi số của một lô ghi cùng sê-ri, số đầu và số cuối"

    told = reasons(sent(
        giang,
        stamp("TA000105", *known),
        stamp("TA000201"),
        stamp("TA000201"),
        stamp("TA00O203"),
        stamp("ta000204"),
        stamp("TA000207"),
        stamp("TA000113", "TA", "TA000110", "TA000115"),
        stamp("TA000111", "TB", *known[1:]),
        stamp("TA000202", "TA", "TA000201", "TB000206"),
        stamp("TA000205", quantity=0),
    ))  # fmt: skip

    form = "không đúng dạng (Chữ in và số, không dấu cách, ví dụ TA000123.)"
    assert told == [
        "Dòng 2, Số tem: số này đã vào sổ, không dùng lại",
        "Dòng 4, Số tem: một dòng trên đã có giá trị này",
        f"Dòng 5, Số tem: {form}",
        f"Dòng 6, Số tem: {form}",
        "Dòng 7, Số tem: Số tem không nằm trong lô",
        f"Dòng 8, Số đầu của lô: Lô này {overlaps}",
        "Dòng 9, Số tem: số này đã vào sổ, không dùng lại",
        f"Dòng 9, Số đầu của lô: Lô này {overlaps}",
        "Dòng 10, Số cuối của lô: Số đầu và số cuối phải cùng chữ đầu, cùng số chữ số, không quá 10000 số",
        "Dòng 11, Số lượng của lô: phải từ 1 trở lên",
    ]
    assert len(stamps()) == 12


def test_a_number_that_was_settled_long_ago_is_not_used_again(giang: Client) -> None:  # noqa: F811
    takes(giang)
    Case.objects.filter(pk=stamps()[0].pk).update(state="settled", closed=True)

    told = reasons(sent(giang, stamp("TA000101", "TA", "TA000101", "TA000112", 12)))

    assert told == ["Dòng 2, Số tem: số này đã vào sổ, không dùng lại"]


def test_one_row_by_itself_is_judged_by_its_range_as_well(giang: Client) -> None:  # noqa: F811
    takes(giang)
    names = ("keeping_agency", "stamp_no", "series", "range_first", "range_last", "range_quantity", "received_on",
             "delivery_no", "delivery_date")  # fmt: skip
    crossing = dict(zip(names, stamp("TA000113", "TA", "TA000110", "TA000115"), strict=True))

    answer = giang.post("/ledgers/stamp_stock/new/", crossing)

    assert answer.status_code == 422
    assert "Lô này chồng lên lô TA, TA000101–TA000112" in answer.content.decode()
    assert len(stamps()) == 12
