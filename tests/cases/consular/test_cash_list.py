"""The cash list: what Tâm has recorded, what receipts are missing, and that it comes to the month's report."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from openpyxl import load_workbook

from accounts.clock import LOCAL
from cases.cashbook import CashList, cash_list
from documents.models import Document
from tests.cases.consular.desk import GOLDEN, PROCEDURE, scenario
from tests.cases.consular.test_fee_month import REFUNDED, closes, month
from tests.documents.reading import whole_text
from tests.procedures.runner import Walk, person, walked

pytestmark = pytest.mark.usefixtures("at_consular_desk")
NOW = dt.datetime(2027, 1, 4, 9, 0, tzinfo=LOCAL)
ADDED = "papers added to a reopened case are paid for by themselves, what was paid stays paid"
PAID_ON = dt.date(2026, 11, 30)
NOVEMBER = (dt.date(2026, 11, 1), dt.date(2026, 11, 30))
DECEMBER = (dt.date(2026, 12, 1), dt.date(2026, 12, 31))


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", NOW.isoformat())


def paid(receipt: str = "BL-000871", **said: Any) -> Walk:
    """Walk a case to its payment, recorded by Tâm on Monday 30 November 2026 with these words."""
    found = scenario(GOLDEN)
    at = next(n for n, a in enumerate(found.steps) if a.do == "pay" and not a.refused)
    action = found.steps[at]
    more = {"with_": {**action.with_, "outside_no": receipt, **said}, "expect": type(action.expect)()}
    pay = action.model_copy(update=more)
    before = tuple(a for a in found.steps[:at] if a.do != "pay")
    given = found.given.model_copy(update={"standing": []})  # no stamp is needed so far
    return walked(PROCEDURE, found.model_copy(update={"given": given, "steps": (*before, pay)}))


def listed(period: tuple[dt.date, dt.date], who: str = "tam", cashier: str = "") -> CashList:
    found = cash_list(*period, person(who), NOW, cashier)
    assert found is not None
    return found


def signed_in(who: str) -> Client:
    client = Client()
    client.force_login(person(who))
    return client


def test_a_day_of_the_cashier_has_every_payment_with_receipt_papers_and_way() -> None:
    walk = paid(paid_how="chuyen_khoan")

    found = listed((PAID_ON, PAID_ON))

    (entry,) = found.entries
    assert (entry.number, entry.minor, entry.count, entry.how) == ("BL-000871", 30_000, 1, "Chuyển khoản")
    assert (entry.case, entry.cashier_name) == (walk.case, "Ngô Thị Tâm")
    assert found.by_way == [("Chuyển khoản", 1, 30_000)]
    assert listed((PAID_ON - dt.timedelta(days=1),) * 2).entries == ()


def test_papers_added_to_a_reopened_case_have_a_payment_of_their_own() -> None:
    walk = walked(PROCEDURE, scenario(ADDED))
    notices = Document.objects.filter(case=walk.case, paper="fee_notice").order_by("created_at")

    found = listed(NOVEMBER)

    assert [(e.number, e.minor, e.count) for e in found.entries] == [("BL-000871", 30_000, 1), ("BL-000872", 70_000, 2)]
    assert [n.context["fee_due"] for n in notices] == ["30.000 đồng", "70.000 đồng"]
    assert closes(month("2026-11-01", "2026-11-30", 100_000, 0)) == []


def test_the_list_of_a_month_comes_to_what_the_month_reports() -> None:
    paid("BL-000870")
    walked(PROCEDURE, scenario(REFUNDED))

    november, december = listed(NOVEMBER), listed(DECEMBER)

    sums = november.collected_minor + december.collected_minor, november.refunded_minor + december.refunded_minor
    assert sums == (60_000, 30_000)
    assert november.collected_minor - november.refunded_minor == november.left_minor
    assert closes(month("2026-11-01", "2026-11-30", november.collected_minor, november.refunded_minor)) == []


def test_receipts_between_two_that_nobody_recorded_are_named_and_so_is_one_recorded_twice() -> None:
    for receipt in ("BL-000871", "BL-000874", "BL-000876", "BL-000876", "X-1"):
        paid(receipt)

    found = listed(NOVEMBER)

    assert [(gap.first, gap.last, gap.count) for gap in found.gaps] == [
        ("BL-000872", "BL-000873", 2), ("BL-000875", "BL-000875", 1),
    ]  # fmt: skip
    assert found.doubles == ("BL-000876",)


def test_the_series_goes_on_from_the_receipt_before_the_day() -> None:
    paid("BL-000870", outside_date="2026-11-27")
    paid("BL-000872")

    assert [gap.first for gap in listed((PAID_ON, PAID_ON)).gaps] == ["BL-000871"]
    assert listed((dt.date(2026, 11, 27),) * 2).gaps == ()


def test_the_cashier_sees_the_own_entries_leader_and_auditor_those_of_all_and_nobody_else_any() -> None:
    paid()

    assert [len(listed(NOVEMBER, who).entries) for who in ("tam", "binh", "an")] == [1, 1, 1]
    assert len(listed(NOVEMBER, "binh", str(person("binh").pk)).entries) == 0
    assert len(listed(NOVEMBER, "tam", str(person("binh").pk)).entries) == 1, "a cashier chooses nobody else"
    for who in ("minh", "nga", "lan", "admin"):
        assert signed_in(who).get("/cash/").status_code == 404, who
    assert 'href="/cash/"' in signed_in("tam").get("/").content.decode()


def test_page_and_files_say_the_same_and_no_applicant_is_named() -> None:
    walk, asked = paid(), "first=2026-11-30&last=2026-11-30"
    client = signed_in("binh")

    page = client.get(f"/cash/?{asked}").content.decode()
    word = whole_text(client.get(f"/cash/cash.docx?{asked}").content)
    sheet = load_workbook(io.BytesIO(client.get(f"/cash/cash.xlsx?{asked}").content)).worksheets[0]

    for text in (page, word):
        assert walk.case.code in text
        assert "BL-000871" in text
        assert "30.000" in text
        assert walk.case.dossier["applicant_name"] not in text
    assert [sheet["A2"].value, sheet["B2"].value.date(), sheet["H2"].value] == ["BL-000871", PAID_ON, 30_000]
    assert [sheet["A3"].value, sheet["H3"].value] == ["Cộng", 30_000]
    assert client.get("/cash/?first=2026-12-01&last=2026-11-01").status_code == 422


def test_by_command_the_list_is_read_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paid()
    files = ["--docx", str(tmp_path / "a.docx"), "--xlsx", str(tmp_path / "a.xlsx")]

    call_command("cash", "--from", "2026-11-30", "--as", "tam@lamgiang.example", "--json", *files)

    said = json.loads(capsys.readouterr().out)
    assert (said["collected"], said["refunded"], [e["receipt"] for e in said["entries"]]) == (30_000, 0, ["BL-000871"])
    assert "BL-000871" in whole_text((tmp_path / "a.docx").read_bytes())
    with pytest.raises(SystemExit) as refused:
        call_command("cash", "--as", "minh@lamgiang.example")
    assert refused.value.code == 5
