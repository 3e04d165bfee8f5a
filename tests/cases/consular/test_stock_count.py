"""The month of the stamp stock on pages: Giang counts, Vân agrees, Bình signs the reconciliation, Vân numbers it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from cases.models import Case
from documents.models import Document
from tests.cases.consular.desk import until
from tests.procedures.runner import Walk, person

PAGE = "/ledgers/stamp_stock/count/"
pytestmark = pytest.mark.usefixtures("at_consular_desk")


@pytest.fixture
def stock(monkeypatch: pytest.MonkeyPatch) -> Walk:
    """One blank in stock, and the clock of the pages an hour later."""
    found = until("issue_stock_receipt", "a blank is received, bound, affixed, counted and settled", "stamp_stock")
    monkeypatch.setenv("HOSO_CLOCK", (found.now + dt.timedelta(hours=1)).isoformat())
    return found


def signed_in(who: str) -> Client:
    client = Client()
    client.force_login(person(who))
    return client


def shown(who: str, address: str = PAGE) -> str:
    return signed_in(who).get(address, follow=True).content.decode()


def sent(who: str, address: str, **typed: str) -> tuple[int, str]:
    """Open a page and send its form; return the status and what is shown then."""
    client = signed_in(who)
    hidden = dict(re.findall(r'name="(_version|_key)" value="([^"]*)"', client.get(address).content.decode()))
    answer = client.post(address, {**hidden, **typed})
    then = client.get(answer["Location"], follow=True) if answer.status_code == 303 else answer
    return answer.status_code, then.content.decode()


def offered(who: str) -> dict[str, str]:
    """Return the addresses of the steps that the page of the stock offers a person."""
    return dict(re.findall(r'data-transition="(\w+)" href="([^"]+)"', shown(who)))


def counted(**typed: str) -> tuple[int, str]:
    row = Case.objects.get(procedure="stamp_stock", kind=Case.Kind.ROW)
    found = {f"found-{row.code}": "1", "confirm": "entries_match", "count_period": "2026-11"}
    return sent("giang", PAGE, **{**found, **typed})


def test_the_count_asks_its_month_and_keeps_what_was_ticked_when_it_is_wrong(stock: Walk) -> None:
    status, text = counted(count_period="tháng 11")

    assert status == 422
    assert f'name="found-{stock.case.code}" value="1" checked' in text
    assert 'value="tháng 11"' in text
    assert not Document.objects.filter(paper="stock_reconciliation").exists()


def test_giang_ticks_what_the_ledger_expects_at_one_stroke_and_nothing_is_taken_yet(stock: Walk) -> None:
    status, text = sent("giang", PAGE, as_ledger="1", count_period="2026-11")

    assert status == 200
    assert f'name="found-{stock.case.code}" value="1" checked' in text
    assert 'value="2026-11"' in text
    assert Case.objects.get(kind=Case.Kind.BOOK, procedure="stamp_stock").proposal is None


def test_a_month_is_counted_agreed_signed_and_numbered_on_pages(stock: Walk) -> None:
    assert counted()[0] == 303
    assert 'name="found-' not in shown("giang")  # one count at a time

    sent("van", offered("van")["agree"])
    status, told = sent("binh", offered("binh")["sign_count"], signing_form="truc_tiep", confirm="read_before_signing")
    assert status == 303
    assert "Đã thực hiện: Ký biên bản đối soát" in told
    sent("van", offered("van")["issue_count"])

    paper = Document.objects.get(paper="stock_reconciliation")
    assert paper.number_text in shown("giang")
    assert "2026-11" in shown("an", f"{PAGE}?agency=foreign_affairs_agency")  # the auditor reads the month of the count


def test_vans_report_of_a_gap_stands_on_the_page_of_the_stock(stock: Walk) -> None:
    status, told = sent("van", offered("van")["report_gap"], content="Thiếu một phôi trong lô TA000101 đến TA000112.")

    assert status == 303
    assert "Đã thực hiện: Báo chênh lệch khi kiểm kê" in told


def test_steps_of_a_row_are_not_offered_on_the_ledger_as_a_whole(stock: Walk) -> None:
    assert not {"bind", "spoil", "settle"} & set(re.findall(r'data-(?:transition|refused)="(\w+)"', shown("giang")))
