"""Numbers: one after the other, none twice, none lost, in the local year."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.errors import PaperImpossible
from cases.models import TableRow
from documents.handlers import make_papers
from documents.models import Document, Register, register_gaps
from documents.numbering import SeriesKey, number_text, series_of, take_numbers
from documents.registers import book_of, cancel_document, set_aside
from tests.documents.scene import ASK, NOW, Office

KEY = SeriesKey("agency", "TTr", 2026)
LETTER = SeriesKey("agency", "", 2026)
DAY = dt.date(2026, 3, 5)


def test_each_series_kind_and_year_counts_from_one(db: None) -> None:
    assert take_numbers([KEY, LETTER, KEY], DAY) == [1, 1, 2]
    assert take_numbers([KEY], DAY) == [3]
    assert take_numbers([SeriesKey("agency", "TTr", 2027)], DAY) == [1]


def test_several_series_are_taken_in_one_statement_sorted(db: None) -> None:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        take_numbers([LETTER, KEY, SeriesKey("a", "QĐ", 2026)], DAY)
    assert len(seen) == 1
    rows = seen.captured_queries[0]["sql"]
    assert rows.index("'a'") < rows.index("'agency', ''") < rows.index("'agency', 'TTr'")


def test_the_first_number_follows_what_the_office_used_before(db: None) -> None:
    TableRow.objects.create(
        table="series", key="agency:TTr:2026", columns={"last": 41}, valid_from=dt.date(2026, 1, 1), src="sổ giấy",
        changed_at=NOW,
    )  # fmt: skip
    assert take_numbers([KEY, KEY], DAY) == [42, 43]
    assert take_numbers([KEY], DAY) == [44]


def test_numbers_below_ten_have_a_zero() -> None:
    assert [number_text(n, "TTr-SNgV") for n in (1, 9, 10, 105)] == [
        "01/TTr-SNgV", "09/TTr-SNgV", "10/TTr-SNgV", "105/TTr-SNgV",
    ]  # fmt: skip


def test_the_last_evening_of_december_in_utc_is_the_new_year_here(office: Office) -> None:
    late = dt.datetime(2026, 12, 31, 17, 0, tzinfo=dt.UTC)
    make_papers([office.job("prepare", "submission_ppc", office.ha, now=late)])
    make_papers([office.job("sign", "submission_ppc", office.binh, now=late)])
    make_papers([office.job("issue", "submission_ppc", office.van, now=late)])
    document = Document.objects.get()
    assert (document.year, document.number_text, document.issued_on) == (2027, "01/TTr-SNgV", dt.date(2027, 1, 1))


def test_a_step_that_fails_gives_its_number_back(db: None) -> None:
    def step() -> None:
        take_numbers([KEY], DAY)
        raise DatabaseError

    with pytest.raises(DatabaseError), transaction.atomic():
        step()
    assert take_numbers([KEY], DAY) == [1]


def test_eight_clerks_at_once_get_numbers_without_a_gap(own_database: str) -> None:
    taken: list[int] = []
    lock, faults = threading.Lock(), []

    def clerk() -> None:
        try:
            for _ in range(10):
                with transaction.atomic():
                    got = take_numbers([KEY, LETTER], DAY)
                with lock:
                    taken.append(got[0])
        except DatabaseError as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=clerk) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert sorted(taken) == list(range(1, 81))
    assert Register.objects.get(type_code="TTr").last == 80


def typed(number: str, day: str = "2026-03-05") -> dict[str, Any]:
    return ASK | {"number_approval_decision": number, "date_approval_decision": day, "signing_form": "tm"}


def signed_decision(office: Office) -> None:
    make_papers([office.job("prepare", "approval_decision", office.ha)])
    make_papers([office.job("sign", "approval_decision", office.quang, typed(""))])


def issue_decision(office: Office, ask: dict[str, Any]) -> Document:
    made = make_papers([office.job("issue", "approval_decision", office.van, ask)])
    return Document.objects.get(pk=made[0].document_id)


@pytest.mark.parametrize("number", ["386", "386/QĐ-UBND", " 386 / QĐ-UBND", "Số: 386/QĐ-UBND"])
def test_the_committees_own_number_is_typed_in(office: Office, number: str) -> None:
    signed_decision(office)
    document = issue_decision(office, typed(number))
    assert (document.number, document.number_text, document.status) == (386, "386/QĐ-UBND", "issued")
    assert not Register.objects.exists()


def test_the_committees_longer_symbol_is_kept(office: Office) -> None:
    signed_decision(office)
    assert issue_decision(office, typed("585/QĐ-UBND-HC")).number_text == "585/QĐ-UBND-HC"


@pytest.mark.parametrize(
    ("number", "day"),
    [
        ("không số", "2026-03-05"),
        ("0/QĐ-UBND", "2026-03-05"),
        ("386/TTr-UBND", "2026-03-05"),
        ("386", "2026-03-06"),
        ("386", ""),
    ],
)
def test_a_typed_number_that_cannot_stand_is_refused(office: Office, number: str, day: str) -> None:
    signed_decision(office)
    with pytest.raises(PaperImpossible):
        issue_decision(office, typed(number, day))
    assert Document.objects.get().status == "signed"


def test_nothing_typed_is_refused_and_names_the_value(office: Office) -> None:
    signed_decision(office)
    with pytest.raises(PaperImpossible) as refused:
        issue_decision(office, {})
    assert refused.value.reasons[0].path == "ask.number_approval_decision"


def test_a_number_that_is_used_is_refused_in_clear_words(office: Office) -> None:
    signed_decision(office)
    issue_decision(office, typed("386"))
    make_papers([office.job("prepare", "approval_decision", office.ha)])
    make_papers([office.job("sign", "approval_decision", office.quang, typed(""))])
    with pytest.raises(PaperImpossible) as refused:
        issue_decision(office, typed("386"))
    assert "số 386/QĐ-UBND đã dùng" in refused.value.reasons[0].vi
    assert "05/03/2026" in refused.value.reasons[0].vi


def test_a_number_without_a_document_and_a_cancelled_one_stay_in_the_book(office: Office) -> None:
    for n in range(2):
        make_papers([office.job("prepare", "submission_ppc", office.ha)])
        make_papers([office.job("sign", "submission_ppc", office.binh)])
        make_papers([office.job("issue", "submission_ppc", office.van)])
        if n == 0:
            set_aside(key=KEY, reason="Văn bản giấy ngoài hệ thống", actor=office.van, now=NOW)
    cancel_document(document=Document.objects.get(number=3), reason="Ban hành nhầm")
    register = Register.objects.get()
    assert [(line.number, line.note) for line in book_of(register)] == [
        (1, ""), (2, "Văn bản giấy ngoài hệ thống"), (3, "Ban hành nhầm"),
    ]  # fmt: skip
    assert register_gaps(register) == []


def test_series_of_a_paper_names_its_book(office: Office) -> None:
    assert series_of(office.paper("opinion_request"), DAY) == LETTER
    assert LETTER.start_key == "agency:CV:2026"
