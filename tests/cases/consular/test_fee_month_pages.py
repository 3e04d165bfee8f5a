"""Tâm closes November on pages: her cash list says what to enter; it is signed, numbered and handed in."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.test import Client

from accounts.clock import LOCAL
from cases.cashbook import cash_list
from cases.models import Case
from documents.models import Document
from tests.cases.consular.desk import GOLDEN, PROCEDURE, scenario
from tests.cases.consular.test_fee_month import REFUNDED
from tests.documents.reading import whole_text
from tests.procedures.runner import person, walked
from tests.typed_form import typed

NOW = dt.datetime(2027, 1, 4, 9, 0, tzinfo=LOCAL)
REGISTER = "/ledgers/consular_fee_month/"


@pytest.fixture(autouse=True)
def _a_month_of_fees(at_consular_desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", NOW.isoformat())
    walked(PROCEDURE, scenario(GOLDEN))
    walked(PROCEDURE, scenario(REFUNDED))


def signed_in(who: str) -> Client:
    client = Client()
    client.force_login(person(who))
    return client


def entered(**changes: str) -> tuple[int, str]:
    """Enter the month on the page of a new row; return the status and the page that follows."""
    tam = signed_in("tam")
    found = cash_list(dt.date(2026, 11, 1), dt.date(2026, 12, 31), person("tam"), NOW)
    assert found is not None
    given = {"keeping_agency": "foreign_affairs_agency", "collected-currency": "VND", "refunded-currency": "VND",
             "period_first": "01/11/2026", "period_last": "30/11/2026", "exempt_count": "0",
             "collected": str(found.collected_minor), "refunded": str(found.refunded_minor)}  # fmt: skip
    page = tam.get(f"{REGISTER}new/").content.decode()
    answer = tam.post(f"{REGISTER}new/", typed(page, **{**given, **changes}))
    return answer.status_code, answer.content.decode()


def taken(who: str, row: Case, step: str, **given: str) -> None:
    address, client = f"/cases/{row.code}/do/{step}/", signed_in(who)
    answer = client.post(address, typed(client.get(address).content.decode(), **given))
    assert answer.status_code == 303, answer.content.decode()


def test_november_is_entered_closed_signed_numbered_and_handed_in_on_pages() -> None:
    status, said = entered()
    assert status == 303, said
    row = Case.objects.get(procedure="consular_fee_month", kind=Case.Kind.ROW)

    taken("tam", row, "close_month", confirm="all_entered")
    taken("binh", row, "sign_report", signing_form="tm", confirm="read_before_signing")
    taken("van", row, "issue_report", confirm="seal_applied")
    taken("tam", row, "hand_in", transfer_no="UNC-0107", handed_on="04/01/2027")

    report = Document.objects.get(case=row, paper="fee_report")
    assert report.blob is not None
    text = whole_text(bytes(report.blob.body or b""))
    assert (Case.objects.get(pk=row.pk).state, report.status) == ("handed_in", "issued")
    assert "60.000 đồng" in text
    assert "30.000 đồng" in text


def test_the_register_of_months_says_in_xlsx_what_the_cash_list_says() -> None:
    entered()

    answer = signed_in("tam").post(f"{REGISTER}ledger.xlsx", {"purpose": "Đối chiếu tháng 11"})

    head, line = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)
    cells = dict(zip(head, line, strict=True))
    assert (cells["Số đã thu"], cells["Số đã hoàn"]) == (60_000, 30_000)


def test_an_amount_below_zero_and_half_a_month_are_told_and_nothing_is_entered() -> None:
    told = {
        "phải là số tiền": entered(collected="-1"),
        "ngày cuối": entered(period_last="15/11/2026"),
    }

    assert [status for status, _ in told.values()] == [422, 422]
    assert all("field--bad" in said for _, said in told.values())
    assert {words: words in said.lower() for words, (_, said) in told.items()} == dict.fromkeys(told, True)
    assert not Case.objects.filter(procedure="consular_fee_month", kind=Case.Kind.ROW).exists()
