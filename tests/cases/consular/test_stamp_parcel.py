"""A parcel of blank stamps: entered by its range, counted in by two persons together, never in part."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import docx
import pytest
from django.core.management import call_command
from django.test import Client
from openpyxl import load_workbook

from accounts.clock import LOCAL
from cases.models import Case, Event
from tests.cases.pages.conftest import field
from tests.procedures.runner import person

pytestmark = pytest.mark.usefixtures("at_consular_desk")
NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=LOCAL)
RANGE = "/ledgers/stamp_stock/range/"
PARCEL = {
    "keeping_agency": "foreign_affairs_agency", "series": "TA", "range_first": "TA000101", "range_last": "TA000112",
    "received_on": "02/11/2026", "delivery_no": "88/LS-HPH", "delivery_date": "30/10/2026",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", NOW.isoformat())


def signed_in(who: str) -> Client:
    client = Client()
    client.force_login(person(who))
    return client


@pytest.fixture
def giang() -> Client:
    return signed_in("giang")


def stamps(**kept: Any) -> list[Case]:
    return list(Case.objects.filter(procedure="stamp_stock", kind="row", **kept).order_by("case_code"))


def takes(client: Client, **parcel: str) -> None:
    """Enter a parcel after a look."""
    looked = client.post(RANGE, {**PARCEL, **parcel})
    assert looked.status_code == 200, looked.content.decode()
    key = field(looked.content.decode(), "_key")
    assert client.post(RANGE, {**PARCEL, **parcel, "_key": key, "_looked": "1"}).status_code == 303


def test_giang_enters_a_parcel_by_its_range_after_a_look(giang: Client) -> None:
    assert RANGE in giang.get("/ledgers/stamp_stock/").content.decode()

    looked = giang.post(RANGE, PARCEL).content.decode()

    assert "12 dòng, từ TA000101 đến TA000112" in looked
    assert stamps() == []
    takes(giang)
    rows = stamps()
    assert [row.dossier["stamp_no"] for row in rows] == [f"TA{n:06d}" for n in range(101, 113)]
    assert {row.dossier["range_quantity"] for row in rows} == {12}
    assert Event.objects.filter(case__in=rows, name="open", actor=str(person("giang").pk)).count() == 12


@pytest.mark.parametrize("wrong", [
    {"range_last": "TB000112"}, {"range_last": "TA0000112"}, {"range_last": "TA000100"}, {"range_last": "TA000601"},
])  # fmt: skip
def test_what_is_no_range_is_told_at_its_last_number(giang: Client, wrong: dict[str, str]) -> None:
    answer = giang.post(RANGE, {**PARCEL, **wrong})

    assert answer.status_code == 422
    assert "Số đầu và số cuối phải cùng chữ đầu" in answer.content.decode()
    assert stamps() == []


def test_a_range_with_numbers_that_are_there_is_refused_whole_and_names_them(giang: Client) -> None:
    takes(giang)

    answer = giang.post(RANGE, {**PARCEL, "range_first": "TA000110", "range_last": "TA000115", "_looked": "1"})

    assert answer.status_code == 422
    assert "TA000110, TA000111, TA000112" in answer.content.decode()
    assert len(stamps()) == 12


def test_the_range_is_for_who_opens_rows_and_for_ledgers_that_have_one(giang: Client) -> None:
    assert signed_in("binh").get(RANGE).status_code == 404
    assert signed_in("tam").get("/ledgers/consular_fee_month/range/").status_code == 404


def test_a_parcel_is_counted_in_together_by_two_persons_each_stamp_with_its_own_history(giang: Client) -> None:
    takes(giang)
    page = giang.get("/ledgers/stamp_stock/?state=received").content.decode()
    assert "/ledgers/stamp_stock/batch/enter_stock/?state=received" in page
    address = "/ledgers/stamp_stock/batch/enter_stock/?state=received"
    shown = giang.get(address).content.decode()
    form = {name: field(shown, name) for name in ("_key", "_seen")}

    wrong = giang.post(address, {**form, "all": "1", "counted": "11"}).content.decode()
    told = giang.post(address, {**form, "all": "1", "counted": "12"}).content.decode()

    assert 'data-done="0"' in wrong or "khác văn bản giao" in wrong
    assert 'data-done="12"' in told
    van = signed_in("van")
    assert "12 dòng chờ bạn" in van.get("/ledgers/stamp_stock/").content.decode()
    agree = "/ledgers/stamp_stock/batch/agree/"
    assert giang.get(agree).status_code == 404, "nobody agrees to the own proposal"
    shown = van.get(agree).content.decode()
    form = {name: field(shown, name) for name in ("_key", "_seen")}
    assert van.post(agree, {**form, "_seen": "other", "all": "1"}).status_code == 422
    assert 'data-done="12"' in van.post(agree, {**form, "all": "1"}).content.decode()
    assert {row.state for row in stamps()} == {"in_stock"}
    assert Event.objects.filter(case__in=stamps(), name="enter_stock").count() == 12


def test_by_command_a_range_is_looked_at_then_taken_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parcel = {**PARCEL, "received_on": "2026-11-02", "delivery_date": "2026-10-30"}
    file = tmp_path / "parcel.json"
    file.write_text(json.dumps(parcel))
    options = ("ledger", "range", "stamp_stock", "--data", str(file), "--as", "giang@lamgiang.example", "--json")

    call_command(*options, "--dry-run")
    assert json.loads(capsys.readouterr().out)["rows"] == 12
    assert stamps() == []
    for _ in range(2):
        call_command(*options, "--key", "parcel-88")
    assert len(stamps()) == 12


def test_the_register_shows_the_balance_by_range_and_names_a_number_that_is_missing(giang: Client) -> None:
    takes(giang)
    whole = giang.get("/ledgers/stamp_stock/").content.decode()
    assert 'data-group="TA, TA000101, TA000112"' in whole
    assert "data-gap" not in whole
    single = {**PARCEL, "range_first": "TA000301", "range_last": "TA000303", "range_quantity": "3"}
    for number in ("TA000301", "TA000303"):
        assert giang.post("/ledgers/stamp_stock/new/", {**single, "stamp_no": number}).status_code == 303

    page = giang.get("/ledgers/stamp_stock/").content.decode()

    assert 'data-gap="TA000302"' in page
    assert "khai 3" in page


def with_gaps(giang: Client) -> None:
    """Twelve stamps that are all there; of ten declared ones two, so that one number and a run are missing."""
    takes(giang)
    single = {**PARCEL, "range_first": "TA000301", "range_last": "TA000310", "range_quantity": "10"}
    for number in ("TA000301", "TA000303"):
        assert giang.post("/ledgers/stamp_stock/new/", {**single, "stamp_no": number}).status_code == 303


def test_the_workbook_has_the_balance_as_numbers_with_missing_ones_on_top(giang: Client) -> None:
    with_gaps(giang)

    taken = giang.post("/ledgers/stamp_stock/ledger.xlsx", {"purpose": "Kiểm kê"})

    book = load_workbook(io.BytesIO(taken.content))
    assert book.sheetnames == ["Sổ", "Số dư theo lô"]
    heads, gaps, whole = ([cell.value for cell in row] for row in book["Số dư theo lô"].rows)
    assert heads[2:] == [
        "Số cuối của lô", "Mới nhận, chờ kiểm đếm", "Cộng", "Khai nhận", "Số lượng còn thiếu", "Các số còn thiếu",
    ]  # fmt: skip
    assert gaps == ["TA", "TA000301", "TA000310", 2, 2, 10, 8, "TA000302, TA000304–TA000310"]
    assert whole == ["TA", "TA000101", "TA000112", 12, 12, 12, 0, None]


def test_the_word_file_has_the_balance_of_the_whole_ledger_whatever_the_filter_shows(giang: Client) -> None:
    with_gaps(giang)

    taken = giang.post("/ledgers/stamp_stock/ledger.docx?q=TA000101", {"purpose": "Kiểm kê"})

    document = docx.Document(io.BytesIO(taken.content))
    said = [paragraph.text for paragraph in document.paragraphs]
    assert "Số còn thiếu trong sổ: TA, TA000301, TA000310: TA000302, TA000304–TA000310 (8 số)." in said
    balance, rows = document.tables[1], document.tables[2]
    assert [[cell.text for cell in row.cells] for row in balance.rows] == [
        ["Lô", "Mới nhận, chờ kiểm đếm", "Cộng", "Khai nhận", "Số còn thiếu"],
        ["TA, TA000101, TA000112", "12", "12", "12", "0"],
        ["TA, TA000301, TA000310", "2", "2", "10", "8"],
    ]
    assert len(rows.rows) == 2, "the heading and the one row of the filter"
