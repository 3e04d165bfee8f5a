"""The signing list: drafts that a leader's own roles sign, those that a mandate lends, and why some cannot be yet."""
from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Mandate, OrgUnit, RoleHeld
from cases.signing import awaiting
from tests.cases.ledgers.custody import STORE, passport, step
from tests.cases.officers.test_case_page import page
from tests.cases.officers.test_part_cards import two_decisions
from tests.cases.officers.walk import user
from tests.procedures.runner import Walk
from workflows.scenarios import Action

SignIn = Callable[[str], Client]
LETTER = "sign_party_letter"


@pytest.fixture
def walk(in_province: str, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """Two decisions lie before Bình: one that he signs under delegation, one for which the Party is asked first."""
    found = two_decisions("submit_dept")
    monkeypatch.setenv("HOSO_CLOCK", found.now.isoformat())
    return found


def listed(html: str) -> list[tuple[str, list[str]]]:
    """Return part and buttons of every row of the list."""
    rows = re.findall(r'<article class="card to-sign".*?</article>', html, re.S)
    return [
        ((re.search(r"<strong>(.*?)</strong>", row) or ["", ""])[1], re.findall(r'data-transition="([^"]+)"', row))
        for row in rows
    ]


def test_binh_finds_each_decision_with_its_members_its_draft_and_the_step_that_signs_it(
    walk: Walk, signed_in: SignIn
) -> None:
    binh = signed_in("binh")
    html = page(binh, "/signing/")

    assert sorted(listed(html)) == [
        ("Quyết định: Cử, cho phép – Chủ tịch UBND tỉnh", ["decision-2.sign_party_letter"]),
        ("Quyết định: Cử, cho phép – Người đứng đầu cơ quan ngoại vụ (thừa ủy quyền)", ["decision-1.sign_delegated"]),
    ]
    assert "Trần Quốc Lâm, Hiệu trưởng" in html
    draft = re.search(r'href="(/documents/[^"]+)"', html)
    assert draft is not None
    assert binh.get(draft[1]).status_code == 200
    assert f'href="/cases/{walk.case.code}/parts/decision-1/do/sign_delegated/"' in html


def test_what_is_signed_leaves_the_list_and_the_leader_is_led_back_to_it(walk: Walk, signed_in: SignIn) -> None:
    binh = signed_in("binh")
    address = f"/cases/{walk.case.code}/parts/decision-2/do/{LETTER}/"
    answer = binh.post(address, {"signing_form": "truc_tiep", "confirm": "read_before_signing"})

    assert answer.status_code == 303, answer.content.decode()
    assert 'href="/signing/"' in page(binh, answer["Location"])[:20000]
    assert [steps for _, steps in listed(page(binh, "/signing/"))] == [["decision-1.sign_delegated"]]


def test_what_cannot_be_signed_yet_stands_below_with_its_reasons(walk: Walk, signed_in: SignIn) -> None:
    agency = OrgUnit.objects.get(code="foreign_affairs_agency", valid_to=None)
    RoleHeld.objects.create(user=user("ha"), role="dept_leader", unit=agency, valid_from=walk.now.date())
    html = page(signed_in("ha"), "/signing/")  # who drafted does not sign

    assert html.index("Chưa ký được") < html.index("thừa ủy quyền")
    assert 'data-reason-code="four_eyes"' in html
    assert [steps for _, steps in listed(html)] == [[], []]


def test_the_deputy_signs_for_binh_under_a_mandate_and_the_list_says_for_whom(walk: Walk, signed_in: SignIn) -> None:
    today = walk.now.date()
    assert listed(page(signed_in("son"), "/signing/")) == []
    Mandate.objects.create(
        grantor=user("binh"), grantee=user("son"), role="dept_leader", form="tl", document_no="12/QĐ-SNgV",
        acts=[LETTER], document_date=today, valid_from=today, valid_to=today.replace(month=12),
    )
    html = page(signed_in("son"), "/signing/")

    assert [steps for _, steps in listed(html)] == [["decision-2.sign_party_letter"]]
    assert "Thay mặt Đỗ Thanh Bình, theo ủy quyền" in html
    assert f"do/{LETTER}/?for={user('binh').pk}" in html


def test_who_signs_nothing_has_no_such_place(walk: Walk, signed_in: SignIn) -> None:
    assert 'href="/signing/"' in page(signed_in("binh"), "/")
    assert 'href="/signing/"' not in page(signed_in("van"), "/")
    assert "Không có văn bản nào chờ bạn ký" in page(signed_in("van"), "/signing/")


def test_a_letter_of_a_ledger_waits_for_its_signer_too(in_province: str) -> None:
    row = passport()
    step(row, "ngan", "store", **STORE)
    step(row, "ngan", "report_lost", loss_circumstances="Ngày 16/11/2026 bị mất ở sân bay; đã báo cảnh sát sở tại.")

    waits = [[s.name for s in one.steps] for one in awaiting(user("binh"), row.entered_at)]
    assert waits == [["sign_loss_notice"]]


def test_a_decision_taken_back_to_its_officer_awaits_nobody(walk: Walk, signed_in: SignIn) -> None:
    walk.take(Action(do="dept_send_back", as_="binh", with_={"reason": "Cần làm rõ nguồn kinh phí của đoàn."}))

    assert listed(page(signed_in("binh"), "/signing/")) == []
