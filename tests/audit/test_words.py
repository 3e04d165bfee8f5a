"""Events in words: who did it, for whom, whose document was typed in; in the words of the law that it is pinned to."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils.translation import override

from audit.words import Line, lines_of
from cases.models import Case, Event
from cases.protection import lift
from tests.audit.forging import forge, named, rewrite
from tests.audit.scene import user


def told_as(case: Case, **changes: Any) -> Line:
    """The line of one more event of the case, forged for the purpose."""
    forge(case, {"name": "make_urgent", "kind": "act", "actor": str(user("tung").pk), "role": "ppc_office", **changes})
    return lines_of([Event.objects.filter(case=case).order_by("-seq")[0]])[0]


def test_tung_acts_for_himself(told: Case) -> None:
    line = told_as(told)
    assert line.sentence == "Trần Thanh Tùng"
    assert line.role == "Văn phòng Ủy ban nhân dân tỉnh"


def test_tung_acts_on_behalf_of_quang(told: Case) -> None:
    line = told_as(told, acting_for=str(user("quang").pk))
    assert line.sentence == "Trần Thanh Tùng thay mặt Nguyễn Minh Quang"
    assert "Thay mặt người khác" in line.marks
    with override("en"):
        assert line.sentence == "Trần Thanh Tùng on behalf of Nguyễn Minh Quang"


def test_tung_records_the_document_of_quang_who_has_done_nothing_here(told: Case) -> None:
    facts = {"attempt": 1, "recorded": True}
    line = told_as(told, facts=facts, recorded_for=str(user("quang").pk))
    assert line.sentence == "Trần Thanh Tùng ghi nhận văn bản của Nguyễn Minh Quang"
    assert "Ghi nhận văn bản của người khác" in line.marks


def test_a_recorded_signer_without_account_is_told_by_office(told: Case) -> None:
    line = told_as(told, facts={"attempt": 1, "recorded": True})
    assert line.sentence == "Trần Thanh Tùng ghi nhận văn bản của Lãnh đạo cơ quan ngoại vụ"


def test_the_system_acts_by_itself(told: Case) -> None:
    line = lines_of([named(told, "resubmit_intake")])[0]
    assert (line.sentence, line.role, line.title) == ("Hệ thống", "", "Hồ sơ đã bổ sung")


def test_both_persons_of_a_co_signed_step_are_told(told: Case) -> None:
    asked, agreed, taken = lines_of([named(told, f"request_supplement{s}") for s in (".proposed", ".agreed", "")])
    assert asked.title == "Yêu cầu bổ sung: đề nghị đồng ký"
    assert (agreed.title, agreed.sentence) == ("Yêu cầu bổ sung: đồng ý", "Phạm Văn Sơn")
    assert (taken.sentence, str(taken.agreed_by)) == ("Lê Thu Hà", "Phạm Văn Sơn")


def test_a_part_is_called_by_its_kind_and_number(told: Case) -> None:
    line = lines_of([named(told, "answer")])[0]
    assert (line.part, line.source, line.target) == ("Lần yêu cầu bổ sung 1", "Đã yêu cầu", "Đã bổ sung")


@pytest.mark.parametrize(
    ("name", "shown"), [("bless", "bless"), ("attach", "Đính kèm tệp"), ("delivery_given_up", "Bỏ dở việc gửi đi")]
)
def test_what_no_law_names_is_shown_by_its_own_name(told: Case, name: str, shown: str) -> None:
    assert told_as(told, name=name).title == shown


def test_an_event_whose_law_is_gone_is_still_told(told: Case) -> None:
    lift(connection)
    rewrite(told, {21: {"definition": "5e" * 32}})  # no other test publishes under this hash
    line = lines_of([Event.objects.get(case=told, seq=21)])[0]
    assert (line.title, line.procedure, line.sentence) == ("sign_answer", "complaint", "Lương Hải Yến")
