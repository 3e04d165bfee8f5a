"""A paper of a case is a part about one row of the table of papers: what it prints, binds, offers and refuses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.models import RoleHeld
from cases.forms_choices import rows_offered
from cases.models import Case, LinkedCase, Part, Task
from cases.procedures import definition_by
from cases.services import advance_case
from documents.models import Document
from tests.cases.consular.desk import PROCEDURE, scenario, until
from tests.documents.reading import whole_text
from tests.procedures.runner import Walk, person, walked
from workflows.errors import TransitionRefused

pytestmark = pytest.mark.usefixtures("at_consular_desk")
REFERRED = "nine papers of twelve count, three are referred to Apostille (L5)"
LATE = "no answer by the date opens work and sends nothing (L15)"


def refusals(walk: Walk, step: str, part: str, who: str, **data: Any) -> set[str]:
    with pytest.raises(TransitionRefused) as refused:
        advance_case(
            case_id=walk.case.pk, transition=step, part_id=part, actor=person(who), now=walk.now, data=data
        )  # fmt: skip
    return {reason.code for reason in refused.value.reasons}


def text_of(walk: Walk, paper: str) -> str:
    document = Document.objects.filter(case=walk.case, paper=paper).exclude(status="void").latest("created_at")
    assert document.blob is not None
    return whole_text(bytes(document.blob.body or b""))


def stamp_of(walk: Walk) -> Case:
    found = LinkedCase.objects.filter(case=walk.case).latest("pk").other
    assert found is not None
    return found


def test_a_row_has_one_original_however_often_the_step_that_opens_it_is_taken() -> None:
    walk = walked(PROCEDURE, scenario("a supplement at intake, with a paper added (V20)"))

    assert list(walk.case.parts.filter(kind="original").values_list("key", flat=True)) == ["original-1"]


def test_the_stamp_names_the_signer_of_the_paper_and_the_leader_who_certifies() -> None:
    text = text_of(until("register"), "consular_stamp")

    for words in ("Lưu Thị Thoa", "Phó Giám đốc", "Đỗ Thanh Bình", "TUQ. CHỦ TỊCH", "112/UQ-UBND", "TA000101"):
        assert words in text
    assert "01/SNgV-LSBG" in text  # the number of its line in the register


def test_the_guidance_note_names_the_papers_that_are_not_handled_and_no_other() -> None:
    text = text_of(until("hand_back_papers", REFERRED), "guidance_note")

    assert text.count("Làm Apostille tại cổng trung ương") == 3
    assert "Giấy chứng nhận xuất xứ hàng hóa" not in text


def test_signing_a_paper_uses_its_stamp_in_the_same_transaction() -> None:
    walk = until("sign")

    stamp = stamp_of(walk)

    assert stamp.state == "used"
    assert stamp.dossier["bound_paper"] == f"{walk.case.case_code} / 1"
    assert stamp.dossier["used_signer"] == str(person("binh").pk)


def test_where_the_stamp_refuses_neither_has_moved() -> None:
    walk = until("bind_stamp")
    stamp = stamp_of(walk)
    advance_case(
        case_id=walk.case.pk, transition="unbind_stamp", part_id="paper-1", actor=person("nga"), now=walk.now,
        data={"reason": "Chuyển cơ quan giải quyết nên trả số tem.", "confirm": ["not_affixed"]},
    )  # fmt: skip
    Case.objects.filter(pk=stamp.pk).update(state="in_stock")  # the ledger says otherwise than the paper

    assert refusals(walk, "agree", "paper-1", "giang") == {"serial_in"}
    assert Part.objects.get(case=walk.case, key="paper-1").fields["stamp_no"] == "TA000101"


def test_who_drafted_the_letter_does_not_sign_it_in_another_role() -> None:
    walk = until("agree", LATE)
    unit = RoleHeld.objects.filter(user=person("binh"), role="dept_leader").get().unit
    RoleHeld.objects.create(user=person("nga"), role="dept_leader", unit=unit, valid_from=dt.date(2026, 1, 1))

    found = refusals(
        walk, "sign_verification", "paper-1", "nga", signing_form="truc_tiep", confirm=["read_before_signing"]
    )

    assert found == {"four_eyes"}


def test_what_may_be_done_but_is_nobodys_work_opens_no_task() -> None:
    walk = until("record_original")

    assert not Task.objects.filter(case=walk.case, part__kind="original", done_at=None).exists()


def test_an_officer_chooses_papers_by_their_names() -> None:
    walk = until("open_shipment", "an office that forwards ships within a day and promises seven working days (V6)")
    definition = definition_by(walk.case.definition.hash)
    step = definition.machine.step("open_shipment")
    assert step is not None

    offered = rows_offered(step.ask, definition, walk.case.dossier)["rows"]

    assert list(offered.names.values()) == [
        "1. Giấy chứng nhận xuất xứ hàng hóa", "2. Giấy phép xuất khẩu", "3. Hóa đơn thương mại có xác nhận",
    ]  # fmt: skip


def test_a_stamp_that_nga_has_bound_waits_for_the_leader_and_not_for_her() -> None:
    walk = until("bind_stamp")

    assert [t.role for t in Task.objects.filter(case=walk.case, part__key="paper-1", done_at=None)] == ["dept_leader"]
