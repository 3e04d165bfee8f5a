"""Rows of the office's tables out of a spreadsheet: day and ground once, all written or none, told in the history."""

from __future__ import annotations

import datetime as dt
import html
import io
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from accounts.models import AccountEvent
from cases.models import TableRow
from tests.cases.pages.conftest import field
from tests.cases.pages.test_sheets import reasons
from tests.config.test_office_tables import EVE, LATER, TODAY, _clock, signed_in, text  # noqa: F401

PLAN = "/office/tables/plan_items/import/"
GROUND = {"valid_from": TODAY.isoformat(), "src": "Kế hoạch 15-KH/TU", "confirmed": "on"}
HEAD = ("Khóa", "Nội dung", "Năm")


@pytest.fixture
def admin() -> Client:
    return signed_in("admin")


def sent(*rows: Sequence[Any], head: Sequence[str] = HEAD, **more: str) -> dict[str, Any]:
    book, out = Workbook(), io.BytesIO()
    for row in (head, *rows):
        book.worksheets[0].append(list(row))
    book.save(out)
    return {"file": SimpleUploadedFile("ke-hoach.xlsx", out.getvalue()), **GROUND, **more}


def confirmed(client: Client, address: str, given: dict[str, Any]) -> Any:
    looked = client.post(address, given)
    assert looked.status_code == 200, reasons(looked)
    shown = looked.content.decode()
    names = ("_rows", "valid_from", "src", "confirmed")
    return client.post(address, {name: html.unescape(field(shown, name)) for name in names})


def held(key: str, table: str = "plan_items") -> TableRow:
    return TableRow.objects.filter(table=table, key=key).latest("valid_from")


def test_the_plan_of_a_year_comes_in_and_the_history_tells_it_once(admin: Client) -> None:
    assert PLAN in text(admin.get("/office/tables/plan_items/"))
    rows = [(f"dr-2027-{n:02d}", f"Đoàn số {n}", 2027) for n in range(1, 41)]
    looked = text(admin.post(PLAN, sent(*rows)))
    assert "Dòng mới" in looked
    assert not TableRow.objects.filter(key__startswith="dr-2027").exists()
    assert confirmed(admin, PLAN, sent(*rows)).headers["Location"] == "/office/tables/plan_items/"
    row = held("dr-2027-07")
    assert (row.columns, row.valid_from, row.src, row.confirmed) == (
        {"vi": "Đoàn số 7", "year": 2027}, TODAY, "Kế hoạch 15-KH/TU", True
    )  # fmt: skip
    event = AccountEvent.objects.get(what="office_import")
    assert event.details == {"table": "plan_items", "rows": 40, "src": "Kế hoạch 15-KH/TU"}
    assert AccountEvent.objects.filter(what="office_row_imported").count() == 40
    page = text(admin.get("/office/tables/plan_items/"))
    assert "40 dòng, Kế hoạch 15-KH/TU – Nhập nhiều dòng từ bảng tính" in page
    assert "dr-2027-07, lần ghi" not in page


def test_a_row_that_is_there_is_succeeded_and_keeps_the_columns_that_the_sheet_does_not_have(admin: Client) -> None:
    before = held("dr-2026-07")
    same = held("dr-2026-12")
    given = sent(("dr-2026-07", "Học nghề", 2026), ("dr-2026-12", same.columns["vi"], 2026), ("x-1", "Mới", 2027))
    looked = text(admin.post(PLAN, given))
    assert [word in looked for word in ("Thay dòng đang có", "Không đổi", "Dòng mới")] == [True] * 3
    confirmed(admin, PLAN, sent(("dr-2026-07", "Học nghề", 2026), ("dr-2026-12", same.columns["vi"], 2026)))
    after = held("dr-2026-07")
    assert after.columns == {**before.columns, "vi": "Học nghề"}
    assert after.valid_from == TODAY
    before.refresh_from_db()
    assert before.valid_to == EVE
    assert held("dr-2026-12").pk == same.pk
    assert held("dr-2026-12").revision == same.revision


def test_a_row_may_have_days_and_ground_of_its_own(admin: Client) -> None:
    head = (*HEAD, "Từ ngày", "Đến hết ngày", "row_src")
    confirmed(admin, PLAN, sent(("a-1", "Đoàn", 2027, "01/12/2026", dt.date(2027, 12, 31), "QĐ 7"), head=head))
    row = held("a-1")
    assert (row.valid_from, row.valid_to, row.src) == (LATER, dt.date(2027, 12, 31), "QĐ 7")


def test_what_is_wrong_is_told_by_row_and_column_and_nothing_is_written(admin: Client) -> None:
    before = TableRow.objects.count()
    head = (*HEAD, "Từ ngày", "Đến hết ngày")
    answer = admin.post(PLAN, sent(
        ("a-1", "Đoàn", "hai nghìn", "", ""), ("có dấu", "Đoàn", 2027, "", ""), ("", "Đoàn", 2027, "", ""),
        ("a-2", "Đoàn", 2027, "01/01/2020", ""), ("a-3", "Đoàn", 2027, "01/12/2026", "01/11/2026"),
        ("a-4", "Đoàn", 2027, "", ""), ("a-4", "Đoàn", 2027, "", ""), head=head,
    ))  # fmt: skip
    assert answer.status_code == 422
    told = reasons(answer)
    assert told[0] == "Dòng 2, Năm: phải là số nguyên, ví dụ 12 hoặc 1.500"
    assert told[1].startswith("Dòng 3, Khóa: không đúng dạng")
    assert told[2] == "Dòng 4, Khóa: chưa có"
    assert told[3].startswith("Dòng 5, Từ ngày: Ngày bắt đầu không được trước hôm nay")
    assert told[4].startswith("Dòng 6, Đến hết ngày: Ngày kết thúc 01/11/2026 ở trước")
    assert told[5] == "Dòng 8, Khóa: một dòng trên đã có khóa này"
    assert TableRow.objects.count() == before
    for missing in ("src", "valid_from"):
        assert admin.post(PLAN, sent(("a-1", "Đoàn", 2027), **{missing: ""})).status_code == 422
    assert "Thiếu cột “Khóa”" in " ".join(reasons(admin.post(PLAN, sent(("Đoàn", 2027), head=HEAD[1:]))))


def test_donors_and_fees_come_in_by_the_columns_that_they_have(admin: Client) -> None:
    donors = "/office/tables/donors/import/"
    given = sent(("xanh", "Quỹ Xanh", "US", "001"), head=("Key", "Tên", "Quốc gia (mã)", "reg_no"))
    confirmed(admin, donors, given)
    assert held("xanh", "donors").columns == {"name": "Quỹ Xanh", "country": "US", "reg_no": "001"}
    head = ("Khóa", "Số tiền", "Loại tiền")
    given = sent(("complaint", -1, "VND"), ("ngo_aid", "", "VND"), head=head)
    told = reasons(admin.post("/office/tables/fees/import/", given))
    assert told == ["Dòng 2, Số tiền: phải từ 0 trở lên", "Dòng 3, Số tiền: chưa có"]


def test_the_import_is_the_administrators_and_not_for_who_the_office_is(admin: Client) -> None:
    for table in ("office", "series", "approval_matrix", "nothing"):
        assert admin.get(f"/office/tables/{table}/import/").status_code == 404, table
    for somebody in ("ha", "lan", "thu"):
        assert signed_in(somebody).get(PLAN).status_code == 404
        assert signed_in(somebody).post(PLAN, sent(("a-1", "Đoàn", 2027))).status_code == 404
    sheet = load_workbook(io.BytesIO(admin.get(f"{PLAN}template/").content)).worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    assert titles[:4] == ["Khóa *", "Nội dung", "Nội dung tiếng Anh", "Năm"]
    assert titles[4:] == ["Từ ngày", "Đến hết ngày", "Văn bản làm căn cứ"]
