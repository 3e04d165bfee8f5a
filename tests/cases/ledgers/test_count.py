"""The count of a ledger: two persons, every passport named that is neither there nor explained."""

from __future__ import annotations

from typing import Any

import pytest

from cases.errors import CaseNotFound
from cases.models import Case
from cases.services import advance_case, book_of
from documents.models import Document
from tests.cases.ledgers.custody import LEDGER, NOW, handed_out, of_health, passport, step, stored
from tests.procedures.runner import person
from workflows.errors import Reason, TransitionRefused

pytestmark = pytest.mark.usefixtures("in_province")


def book(who: str = "ngan", agency: str = "van_phong_so") -> Case:
    return book_of(LEDGER, agency, NOW, person(who))


def count(who: str, *lines: dict[str, Any], on: Case | None = None) -> Any:
    data = {"counted": list(lines), "confirm": ["entries_match"]}
    return advance_case(
        case_id=(on or book()).pk, transition="reconcile_ledger", actor=person(who), now=NOW, data=data
    )


def differences(*lines: dict[str, Any]) -> list[Reason]:
    with pytest.raises(TransitionRefused) as refused:
        count("ngan", *lines)
    return [r for r in refused.value.reasons if r.code == "ledger_balanced"]


def test_the_ledger_of_an_agency_is_one_whoever_asks_for_it() -> None:
    assert book() == book("trang", "foreign_affairs_agency")
    assert book().code == "SHC-FOREIGN_AFFAIRS_AGENCY"


def test_what_lies_in_the_safe_must_be_found_and_what_is_out_must_not() -> None:
    kept, out = stored(), handed_out(passport_number="S2")

    missing = differences()
    both = differences({"row": kept.code, "found": True}, {"row": out.code, "found": True})

    assert [r.path for r in missing] == [f"ask.counted.{kept.code}"]
    assert [r.path for r in both] == [f"ask.counted.{out.code}"]


def test_a_passport_that_was_only_entered_must_be_there() -> None:
    row = passport()

    assert [r.path for r in differences()] == [f"ask.counted.{row.code}"]


def test_a_lost_passport_is_accounted_for_without_a_word() -> None:
    row = stored()
    step(row, "ngan", "report_lost", loss_circumstances="Bị mất ở sân bay ngày 20/11, đã báo cảnh sát.")

    count("ngan")


def test_a_row_of_another_agency_is_not_counted_here() -> None:
    of_health()

    count("ngan")


def test_a_second_person_agrees_and_the_register_is_made() -> None:
    row = stored()
    count("ngan", {"row": row.code, "found": True})

    with pytest.raises(TransitionRefused):
        advance_case(case_id=book().pk, transition="agree", actor=person("ngan"), now=NOW)
    advance_case(case_id=book().pk, transition="agree", actor=person("binh"), now=NOW)

    assert book().attributes["last_counted_on"] == "2026-11-16"
    made = Document.objects.get(case=book(), paper="custody_register")
    assert [(line["number"], line["found"]) for line in made.context["count_rows"]] == [(row.code, "Có")]
    assert [line["step"] for line in made.context["movement_rows"]] == ["Nhận giữ hộ chiếu"]


def test_what_changes_before_the_second_yes_is_judged_anew() -> None:
    row = stored()
    count("ngan", {"row": row.code, "found": True})
    passport(passport_number="S2")

    with pytest.raises(TransitionRefused) as refused:
        advance_case(case_id=book().pk, transition="agree", actor=person("binh"), now=NOW)

    assert [r.path for r in refused.value.reasons] == ["ask.counted.SHC-00002"]


def test_the_count_of_another_agency_does_not_exist_for_a_custodian() -> None:
    with pytest.raises(CaseNotFound):
        count("hoa")
