"""The first stock of a register out of a spreadsheet: looked at first, all rows opened or none."""

from __future__ import annotations

import datetime as dt
import html
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from openpyxl import Workbook, load_workbook

from cases.models import Case, Event
from tests.cases.ledgers.custody import NOW, passport
from tests.cases.pages.conftest import field
from tests.cases.pages.test_sheets import reasons
from tests.procedures.runner import person

IMPORT = "/ledgers/passport_custody/import/"
HEAD = ("Số hộ chiếu", "Loại hộ chiếu", "Người được cấp", "Số định danh cá nhân", "Đơn vị của người được cấp",
        "Tài khoản của người được cấp", "Ngày cấp", "Ngày hết hạn", "Gắn chíp", "keeping_agency")  # fmt: skip
HA = ("0012345", "Hộ chiếu công vụ", "Lê Thu Hà", "001185000011", "hop_tac_quoc_te", "ha@lamgiang.example",
      dt.date(2024, 3, 1), "01/03/2029", True, "foreign_affairs_agency")  # fmt: skip
BINH = ("S7654321", "ngoai_giao", "Đỗ Thanh Bình", "001170000022", "hop_tac_quoc_te", "", dt.date(2025, 3, 1),
        "01/03/2030", "Không", "foreign_affairs_agency")  # fmt: skip


@pytest.fixture(autouse=True)
def _in_province(in_province: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", (NOW + dt.timedelta(hours=1)).isoformat())


@pytest.fixture
def ngan() -> Client:
    return signed_in("ngan")


def signed_in(who: str) -> Client:
    client = Client()
    client.force_login(person(who))
    return client


def sent(*rows: Sequence[Any]) -> dict[str, Any]:
    book, out = Workbook(), io.BytesIO()
    for row in (HEAD, *rows):
        book.worksheets[0].append(list(row))
    book.save(out)
    return {"file": SimpleUploadedFile("so.xlsx", out.getvalue())}


def opened() -> list[Case]:
    return list(Case.objects.filter(procedure="passport_custody", kind="row").order_by("case_code"))


def test_ngan_brings_in_the_passports_of_her_safe(ngan: Client) -> None:
    assert IMPORT in ngan.get("/ledgers/passport_custody/").content.decode()
    looked = ngan.post(IMPORT, sent(HA, BINH))
    assert looked.status_code == 200, reasons(looked)
    assert opened() == []
    shown = looked.content.decode()
    carried = {name: html.unescape(field(shown, name)) for name in ("_rows", "_key")}
    assert ngan.post(IMPORT, carried).headers["Location"] == "/ledgers/passport_custody/"
    first, second = opened()
    assert first.dossier["passport_number"] == "0012345", "a leading zero stays"
    assert (first.holder, first.case_code, second.case_code) == (person("ha"), "SHC-00001", "SHC-00002")
    event = Event.objects.get(case=second, name="open")
    assert event.actor == str(person("ngan").pk)
    assert ngan.post(IMPORT, carried).status_code == 302, "a double click is answered once"
    assert len(opened()) == 2


def test_everything_wrong_is_told_by_row_and_column_and_nothing_is_opened(ngan: Client) -> None:
    passport(passport_number="S1")
    wrong = sent(
        HA,
        (*HA[:6], dt.date(2029, 3, 2), *HA[7:]),
        ("s-1", *BINH[1:]),
        ("S2", *BINH[1:9], "department_of_health"),
        ("S3", "x", *BINH[2:3], "12", *BINH[4:5], "ai@lamgiang.example", *BINH[6:]),
        ("S4", *BINH[1:6], "", *BINH[7:]),
        HA,
    )  # fmt: skip
    answer = ngan.post(IMPORT, wrong)
    assert answer.status_code == 422
    not_listed = "Không có trong danh mục. Hãy chọn một mục trong danh sách hoặc ghi đúng tên."
    keeper = "Chỉ Người quản lý hộ chiếu của chính cơ quan quản lý được thêm dòng"
    assert reasons(answer) == [
        "Dòng 3, Ngày cấp: Ngày không được ở tương lai",
        "Dòng 3, Ngày hết hạn: Ngày hết hạn phải sau ngày cấp",
        "Dòng 4, Số hộ chiếu: trong sổ đã có một dòng còn mở với giá trị này",
        f"Dòng 5, Cơ quan quản lý hộ chiếu: {keeper}",
        f"Dòng 6, Loại hộ chiếu: {not_listed}",
        "Dòng 6, Số định danh cá nhân: không đúng dạng (12 chữ số trên căn cước.)",
        f"Dòng 6, Tài khoản của người được cấp: {not_listed}",
        "Dòng 7, Ngày cấp: chưa có",
        "Dòng 8, Số hộ chiếu: một dòng trên đã có giá trị này",
    ]
    assert len(opened()) == 1


def test_a_row_is_complete_so_a_column_that_is_required_must_be_there(ngan: Client) -> None:
    answer = ngan.post(IMPORT, {"pasted": "Số hộ chiếu\tNgười được cấp\nS1\tLê Thu Hà"})
    assert answer.status_code == 422
    assert any("Thiếu cột “Loại hộ chiếu”" in one for one in reasons(answer))


def test_the_import_is_for_who_opens_rows(ngan: Client) -> None:
    for who in ("binh", "minh", "van"):
        assert signed_in(who).get(IMPORT).status_code == 404, who
        assert signed_in(who).post(IMPORT, sent(HA)).status_code == 404, who
    sheet = load_workbook(io.BytesIO(ngan.get(f"{IMPORT}template/").content)).worksheets[0]
    assert [cell.value for cell in sheet[1]][:2] == ["Số hộ chiếu *", "Loại hộ chiếu *"]
    assert sheet["A2"].number_format == "@"


def test_by_command_a_workbook_is_taken_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "so.xlsx"
    file.write_bytes(sent(HA, BINH)["file"].read())
    for _ in range(2):
        options = ("--as", "ngan@lamgiang.example", "--key", "import-1", "--json")
        call_command("ledger", "import", "passport_custody", str(file), *options)
        assert json.loads(capsys.readouterr().out)["rows"] == [2, 3]
    assert len(opened()) == 2
