"""The statistics of a ledger: its rows and what happened to them; never among the cases of a procedure."""

from __future__ import annotations

import datetime as dt

import pytest

from audit.attempts import Period, attempts_in
from audit.statistics import Result, statistics_of
from cases.procedures import definition_by, in_force
from tests.cases.ledgers.custody import LEDGER, NOW, deliver_due, handed_out, of_health, step, stored

pytestmark = pytest.mark.usefixtures("in_province")
DECEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 12, 10))
OURS, THEIRS = "Sở Ngoại vụ tỉnh Lam Giang", "Sở Y tế tỉnh Lam Giang"


@pytest.fixture(autouse=True)
def _december(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", "2026-12-31T02:00:00+00:00")


def results() -> dict[str, Result]:
    definition = definition_by(in_force(LEDGER, DECEMBER.last).hash)
    return {r.statistic.code: r for r in statistics_of(definition, DECEMBER, frozenset({"auditor"}))}


def test_rows_are_counted_by_state_and_keeping_agency() -> None:
    stored()
    handed_out(passport_number="S2")
    of_health()

    told = results()["custody_by_state"]

    assert {key: figure.value for key, figure in told.rows} == {
        ("Đang lưu giữ", OURS): 1,
        ("Đã giao cho người đi", OURS): 1,
        ("Mới nhận", THEIRS): 1,
    }


def test_days_late_are_those_of_the_end_of_the_period() -> None:
    handed_out()
    deliver_due(NOW + dt.timedelta(days=20), "timer")

    told = results()["custody_late_days"]

    assert told.total.value == 6  # due on 04/12, the period ends on 10/12


def test_losses_are_counted_by_year_and_expiries_by_months() -> None:
    lost = stored(expires_on="2027-02-01")
    step(lost, "ngan", "report_lost", loss_circumstances="Bị mất ở sân bay ngày 20/11, đã báo cảnh sát.")

    told = results()

    assert {key: f.value for key, f in told["custody_lost_cancelled"].rows if f.value} == {("(không có)", "2026"): 1}
    assert [told[code].total.value for code in ("custody_expiring_12", "custody_expiring_6")] == [1, 1]


def test_a_row_that_has_gone_on_trips_is_no_attempt_of_a_case() -> None:
    handed_out()

    assert list(attempts_in(LEDGER, DECEMBER)) == []
