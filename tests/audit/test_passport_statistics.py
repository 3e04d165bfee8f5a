"""The statistics of passports, counted by hand against cases that have walked their way."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest

from audit.attempts import Period
from audit.statistics import Result, statistics_of
from tests.procedures.runner import walked
from workflows.registry import SHIPPED, load
from workflows.scenarios import Expected, Scenario, read_scenarios

pytestmark = pytest.mark.usefixtures("in_province")
YEAR_END = Period(dt.date(2026, 11, 1), dt.date(2026, 12, 31))
ISSUED = "a first passport goes through"
NOTE = "a note for a visa"
DIRECT = "a holder files online with the Ministry"
REFUSED = "the issuer refuses and the fee is refunded"
SUPPLEMENTED = "the issuer asks for a supplement"
UNCLAIMED = "a written reason keeps"


@cache
def scenarios() -> tuple[Scenario, ...]:
    return read_scenarios(SHIPPED / "diplomatic_passport" / "v1").scenarios


def walk(*beginnings: str, until: str | None = None) -> None:
    """Walk scenarios by how their names begin; numbers differ where several follow one another."""
    for beginning in beginnings:
        found = next(s for s in scenarios() if s.name.startswith(beginning))
        last = next((n for n, a in enumerate(found.steps, 1) if a.do == until), len(found.steps))
        steps = tuple(action.model_copy(update={"expect": Expected()}) for action in found.steps[:last])
        walked("diplomatic_passport", found.model_copy(update={"steps": steps}))


def result(code: str, period: Period = YEAR_END) -> Result:
    found = statistics_of(load("diplomatic_passport"), period, frozenset({"dept_leader"}))
    return next(r for r in found if r.statistic.code == code)


def rows(code: str) -> dict[tuple[str, ...], float | None]:
    return {key: figure.value for key, figure in result(code).rows}


def test_requests_are_counted_by_variant_class_and_channel() -> None:
    walk(ISSUED, NOTE, SUPPLEMENTED)

    assert rows("by_variant_class_month") == {
        ("Cấp hộ chiếu lần đầu", "Hộ chiếu công vụ", "11/2026"): 2,
        ("Công hàm đề nghị cấp thị thực", "Hộ chiếu công vụ", "11/2026"): 1,
    }
    assert rows("by_channel") == {("b – nộp qua cơ quan ngoại vụ", "11/2026"): 3}


def test_a_request_filed_with_the_issuer_counts_by_channel_while_it_is_tracked_and_when_it_has_ended() -> None:
    walk(ISSUED)
    walk(DIRECT, until="record_direct_filing")

    assert rows("by_channel") == {
        ("a – tự nộp trực tuyến tại Bộ Ngoại giao (VNeID)", "11/2026"): 1,
        ("b – nộp qua cơ quan ngoại vụ", "11/2026"): 1,
    }  # fmt: skip
    assert result("by_variant_class_month").total.value == 1  # it was never received here
    assert result("received_in_period").total.value == 1
    walk(DIRECT)
    assert result("by_channel").total.value == 3


def test_what_ended_with_the_issuer_counts_no_more_in_the_next_year() -> None:
    walk(DIRECT)

    assert result("by_channel").total.value == 1
    assert result("by_channel", Period(dt.date(2027, 1, 1), dt.date(2027, 1, 31))).total.value == 0


def test_days_with_us_with_the_issuer_and_in_the_post_are_three_clocks() -> None:
    walk(ISSUED)  # received and forwarded on Monday 30/11, with the issuer from 02/12, decided on 07/12

    assert [result(code).total.value for code in ("days_ours", "days_issuer", "days_post")] == [0, 3, 2]


def test_refusals_are_counted_by_ground_and_supplements_by_unit() -> None:
    walk(REFUSED, SUPPLEMENTED)

    assert rows("passport_refusals") == {("Không thuộc đối tượng điều 8 hoặc điều 9", "11/2026"): 1}
    assert result("passport_supplements").total.value == 1


def test_fees_are_told_as_collected_and_as_refunded() -> None:
    walk(ISSUED, REFUSED)

    assert rows("passport_fees") == {("Cấp hộ chiếu lần đầu", "11/2026"): 400_000}
    assert rows("passport_fees_refunded") == {("Cấp hộ chiếu lần đầu", "11/2026"): 200_000}


def test_notes_are_counted_by_country_and_other_requests_are_not() -> None:
    walk(NOTE, ISSUED)

    assert rows("notes_by_country") == {("Nhật Bản", "11/2026"): 1}


def test_what_nobody_has_collected_is_counted_while_it_lies_there() -> None:
    walk(UNCLAIMED, until="record_delay_reason")
    assert result("unclaimed_passports").total.value == 1

    walk(ISSUED)
    assert result("unclaimed_passports").total.value == 1
