"""A month of fees is what its cases show: a payment in November, refunded in December."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.clock import LOCAL
from cases.models import Case
from cases.services import advance_case
from cases.services.rows import open_row
from tests.cases.consular.desk import GOLDEN, PROCEDURE, scenario
from tests.procedures.runner import person, walked
from workflows.errors import TransitionRefused

pytestmark = pytest.mark.usefixtures("at_consular_desk")
REFUNDED = "fees are refunded by the table and by two persons (L18)"
REOPENED = "a refused case is not corrected"
EXEMPT_REOPENED = "papers free of charge are received again after the case was opened again"
JANUARY = dt.datetime(2027, 1, 4, 9, 0, tzinfo=LOCAL)
CONFIRMED = {"confirm": ["all_entered"]}


def vnd(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "VND"}


def month(first: str, last: str, collected: int, refunded: int = 0, exempt: int = 0) -> Case:
    values = {
        "keeping_agency": "foreign_affairs_agency", "period_first": first, "period_last": last,
        "collected": vnd(collected), "refunded": vnd(refunded), "exempt_count": exempt,
    }  # fmt: skip
    return open_row(ledger="consular_fee_month", actor=person("tam"), now=JANUARY, values=values).case


def closes(row: Case) -> list[str]:
    """Return why the cashier may not close the month."""
    try:
        advance_case(case_id=row.pk, transition="close_month", actor=person("tam"), now=JANUARY, data=CONFIRMED)
    except TransitionRefused as refused:
        return [reason.code for reason in refused.reasons]
    row.refresh_from_db()
    return []


def test_a_month_is_closed_when_it_is_the_sum_of_its_cases_and_its_shares_leave_nothing() -> None:
    walked(PROCEDURE, scenario(GOLDEN))
    walked(PROCEDURE, scenario(REFUNDED))
    right = month("2026-11-01", "2026-11-30", 60_000, refunded=30_000)

    assert closes(right) == []
    assert right.state == "closed_month"
    shares = [right.dossier[f"handed_{whose}_minor"] for whose in ("ministry", "local", "budget")]
    assert shares == [6_000, 3_000, 21_000]


@pytest.mark.parametrize("wrong", [
    {"collected": 30_000, "refunded": 30_000},
    {"collected": 60_000},
    {"collected": 60_000, "refunded": 30_000, "exempt": 1},
])  # fmt: skip
def test_a_month_that_differs_from_its_cases_is_not_closed(wrong: dict[str, int]) -> None:
    walked(PROCEDURE, scenario(GOLDEN))
    walked(PROCEDURE, scenario(REFUNDED))

    assert closes(month("2026-11-01", "2026-11-30", **wrong)) == ["agrees_with_cases"]


def test_what_was_paid_in_one_month_is_not_in_the_next() -> None:
    walked(PROCEDURE, scenario(GOLDEN))

    assert closes(month("2026-12-01", "2026-12-31", 30_000)) == ["agrees_with_cases"]


def test_a_month_without_a_payment_is_closed_with_nothing() -> None:
    walked(PROCEDURE, scenario(GOLDEN))

    assert closes(month("2026-12-01", "2026-12-31", 0)) == []


def test_what_was_paid_stays_in_its_month_when_the_case_is_opened_again() -> None:
    walked(PROCEDURE, scenario(REOPENED))

    assert closes(month("2026-11-01", "2026-11-30", 30_000)) == []


def test_papers_free_of_charge_count_once_where_they_were_received_first() -> None:
    walked(PROCEDURE, scenario(EXEMPT_REOPENED))

    assert closes(month("2026-11-01", "2026-11-30", 0, exempt=1)) == []
    assert closes(month("2026-12-01", "2026-12-31", 0)) == []
