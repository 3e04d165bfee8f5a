"""Statistics told apart by rows, parts and what steps ask; duties that outlive the handling of their case."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.clock import LOCAL
from audit.attempts import Period
from audit.statistics import Result, statistics_of
from cases.procedures import definition_by
from tests.cases.travel import PROCEDURE, scenario, travelled
from tests.procedures.runner import Walk, walked

pytestmark = pytest.mark.usefixtures("in_province")
AUTUMN = Period(dt.date(2026, 11, 1), dt.date(2026, 12, 31))
SPRING = Period(dt.date(2027, 1, 1), dt.date(2027, 3, 31))
TWO = "the delegated decision does not wait for the Party, and each decision has members of its own"
REFUSED = "the Party asks for clarification, is reminded of, and then refuses"
LATE = "an overdue report is urged by a letter that the leader signs, and a report may come back"


def result(walk: Walk, code: str, period: Period = AUTUMN, role: str = "auditor") -> Result:
    definition = definition_by(walk.case.definition.hash)
    return next(r for r in statistics_of(definition, period, frozenset({role})) if r.statistic.code == code)


def told(walk: Walk, code: str, period: Period = AUTUMN, role: str = "auditor") -> dict[str, float | None]:
    return {key[0]: figure.value for key, figure in result(walk, code, period, role).rows}


class TestRows:
    def test_members_are_told_apart_by_their_columns_and_count_once_each(self) -> None:
        walk = walked(PROCEDURE, scenario(TWO))

        assert told(walk, "trips_by_person") == {"Nguyễn Thị Mây": 1, "Trần Quốc Lâm": 1}
        assert told(walk, "people_by_kind") == {"Viên chức": 2}
        assert result(walk, "people_by_kind").total.value == 2
        assert result(walk, "trips_by_person").heads == ("Họ và tên", "Năm")

    def test_they_count_in_the_period_of_the_decision(self) -> None:
        walk = walked(PROCEDURE, scenario(TWO))
        assert told(walk, "trips_by_person", SPRING) == {}

    def test_a_column_of_the_rows_is_added_up(self) -> None:
        walk = travelled("issue_delegated")
        assert told(walk, "trips_by_funding") == {"Cá nhân tự túc": 32_000_000}

    def test_parts_are_told_apart_by_their_fields(self) -> None:
        walk = walked(PROCEDURE, scenario(TWO))
        deciders = {"Chủ tịch UBND tỉnh": 1, "Người đứng đầu cơ quan ngoại vụ (thừa ủy quyền)": 1}

        assert told(walk, "by_decider") == deciders
        assert told(walk, "turns_by_route") == {
            "Chủ tịch UBND tỉnh, sau ý kiến Thường trực Tỉnh ủy": 1,
            "Cơ quan ngoại vụ theo ủy quyền": 1,
        }


def test_steps_of_parts_are_told_apart_by_what_they_ask() -> None:
    walk = walked(PROCEDURE, scenario(REFUSED))
    found = result(walk, "refusals_by_ground")

    assert told(walk, "refusals_by_ground") == {"Chưa có ý kiến cấp ủy hoặc cấp ủy không đồng ý": 1}
    assert (found.heads[0], found.total.value, found.total.base) == ("Căn cứ", 1, 1)


class TestLasting:
    def late(self) -> Walk:
        walk = travelled("return_result", LATE)
        walk.pass_time(dt.datetime(2027, 1, 20, 9, tzinfo=LOCAL))
        return walk

    def test_reports_owed_are_counted_long_after_the_case_was_handled(self) -> None:
        walk = self.late()
        assert walk.case.handled_on == dt.date(2026, 11, 23)
        assert told(walk, "open_trip_reports", SPRING) == {"Trường Đại học Lam Giang": 1}

    def test_nothing_else_counts_a_case_that_was_handled_before(self) -> None:
        walk = self.late()
        for code in ("received_in_period", "carried_over", "on_time_rate", "share_online", "internal_rework"):
            found = result(walk, code, SPRING)
            assert (found.total.value or 0, found.total.base) == (0, 0), code
