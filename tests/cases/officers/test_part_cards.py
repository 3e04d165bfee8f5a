"""Decisions of a delegation as cards: each with its route, members, papers, whom it waits for, and its own steps."""
from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests.cases.officers.test_case_page import page
from tests.cases.travel import PROCEDURE, scenario
from tests.procedures.runner import Walk, walked
from workflows.scenarios import Action, Scenario

SignIn = Callable[[str], Client]
TWO = "the delegated decision does not wait for the Party, and each decision has members of its own"


def two_decisions(until: str) -> Walk:
    found = scenario(TWO)
    last = next(n for n, action in enumerate(found.steps, 1) if action.do == until and not action.refused)
    steps = tuple(step.model_copy(update={"expect": Action().expect}) for step in found.steps[:last])
    return walked(PROCEDURE, Scenario(name=found.name, given=found.given, steps=steps))


@pytest.fixture
def walk(in_province: str, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """One decision issued under delegation, the other with the Party."""
    found = two_decisions("send_party_letter")
    monkeypatch.setenv("HOSO_CLOCK", found.now.isoformat())
    return found


def card(client: Client, walk: Walk, key: str) -> str:
    html = page(client, f"/cases/{walk.case.code}/")
    end = r"(?=</\1>\s*(?:<article|<div class=.card|</section))"
    found = re.search(rf'<(article|div) class="card[^>]*data-part="{key}".*?{end}', html, re.S)
    assert found is not None, html
    return re.sub(r"\s+", " ", found[0])


def test_each_decision_names_its_route_and_its_own_members(walk: Walk, signed_in: SignIn) -> None:
    ha = signed_in("ha")
    delegated, chair = card(ha, walk, "decision-1"), card(ha, walk, "decision-2")

    assert "Cử, cho phép – Người đứng đầu cơ quan ngoại vụ (thừa ủy quyền)" in delegated
    assert "Nguyễn Thị Mây, Phó Trưởng phòng Đào tạo" in delegated
    assert "Trần Quốc Lâm" not in delegated
    assert "Cử, cho phép – Chủ tịch UBND tỉnh" in chair
    assert "Trần Quốc Lâm, Hiệu trưởng" in chair


def test_papers_stand_on_their_decision_with_number_and_day(walk: Walk, signed_in: SignIn) -> None:
    ha = signed_in("ha")
    delegated, chair = card(ha, walk, "decision-1"), card(ha, walk, "decision-2")

    assert "62/QĐ-SNgV</strong></span>, 23/11/2026" in delegated
    address = re.search(r'href="(/documents/[^"]+)"', delegated)
    assert address is not None
    assert ha.get(address[1]).status_code == 200
    assert chair.count("Dự thảo</span>") == 3  # submission, decision, list; the letter to the Party has gone out


def test_a_decision_says_whom_it_waits_for_and_that_the_days_do_not_count(walk: Walk, signed_in: SignIn) -> None:
    chair = card(signed_in("ha"), walk, "decision-2")

    assert "Đầu mối nhập ý kiến của Tỉnh ủy" in chair
    assert "Đang chờ ngoài cơ quan, không tính vào thời hạn" in chair


def test_a_decision_has_its_own_steps_and_says_why_not_of_the_others(walk: Walk, signed_in: SignIn) -> None:
    binh = signed_in("binh")
    delegated, chair = card(binh, walk, "decision-1"), card(binh, walk, "decision-2")

    assert "/parts/decision-1/do/cancel_trip/" in delegated
    assert 'data-refused="decision-1.sign_delegated"' in delegated
    assert 'data-refused="decision-2.record_party_agree"' in chair
    assert 'data-refused="decision-1' not in chair


def test_the_applicant_sees_decisions_and_not_where_they_lie_inside_the_office(walk: Walk, signed_in: SignIn) -> None:
    lan = signed_in("lan")
    delegated, chair = card(lan, walk, "decision-1"), card(lan, walk, "decision-2")

    assert "Đã ban hành" in delegated
    assert 'data-transition="request_amendment"' in delegated
    assert "Đang xử lý" in chair
    assert "Chờ ý kiến Tỉnh ủy" not in chair
