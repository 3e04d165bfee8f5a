"""What the consular desk counts: papers by route, refusals by ground, three clocks, money, the six-monthly export."""

from __future__ import annotations

import datetime as dt

import pytest

from audit.attempts import Period
from audit.statistics import Result, statistics_of
from cases.procedures import definition_by
from tests.cases.consular.desk import PROCEDURE, scenario
from tests.procedures.runner import Walk, walked

pytestmark = pytest.mark.usefixtures("at_consular_desk")
AUTUMN = Period(dt.date(2026, 11, 1), dt.date(2026, 12, 31))
FORWARDED = "an office that forwards ships within a day and promises seven working days (V6)"
FORGED = "a forged paper is refused, reported and kept as evidence"
REFUNDED = "fees are refunded by the table and by two persons (L18)"
REFERRED = "nine papers of twelve count, three are referred to Apostille (L5)"


def result(walk: Walk, code: str) -> Result:
    definition = definition_by(walk.case.definition.hash)
    return next(r for r in statistics_of(definition, AUTUMN, frozenset({"auditor"})) if r.statistic.code == code)


def told(walk: Walk, code: str) -> dict[str, float | None]:
    return {key[0]: figure.value for key, figure in result(walk, code).rows}


def came(name: str) -> Walk:
    return walked(PROCEDURE, scenario(name))


def test_papers_by_route_kind_and_country() -> None:
    walk = came(REFERRED)

    elsewhere = "Làm Apostille tại cổng trung ương apostille.lanhsuvietnam.gov.vn"
    assert told(walk, "papers_by_route") == {"Chứng nhận lãnh sự": 9, elsewhere: 3}
    assert sum(v or 0 for v in told(walk, "papers_by_kind").values()) == 12
    assert told(walk, "papers_by_country") == {"Nhật Bản": 12}


def test_three_clocks_are_three_figures() -> None:
    walk = came(FORWARDED)

    assert told(walk, "consular_three_clocks") == {"Tiếp nhận và trả kết quả": 0}
    assert told(walk, "consular_post_clock") == {"Tiếp nhận và trả kết quả": 2}
    assert told(walk, "consular_authority_clock") == {"Tiếp nhận và trả kết quả": 5}


def test_refusals_by_ground_verifications_and_their_days() -> None:
    walk = came(FORGED)

    grounds = told(walk, "paper_refusals_by_ground")

    assert grounds == {"Giả mạo theo kết luận hoặc cấp sai thẩm quyền theo trả lời của cơ quan cấp": 1}
    assert told(walk, "verified_papers") == {"Sở Công Thương tỉnh Lam Giang": 1}
    assert told(walk, "verify_days") == {"11/2026": 3}


def test_money_collected_and_refunded() -> None:
    walk = came(REFUNDED)

    assert told(walk, "fees_collected") == {"11/2026": 30_000}
    assert told(walk, "fees_refunded") == {"Lỗi do cơ quan": 1}


def test_the_export_for_the_inspection_counts_by_half_years_and_originals_by_their_place() -> None:
    walk = came(FORWARDED)

    assert told(walk, "inspection_period") == {"6 tháng cuối năm 2026": 3}
    assert told(walk, "originals_open") == {"Văn thư": 3}
