"""Parts with a term of their own, papers that belong to parts, people named in a case, values asked at a step."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.clock import LOCAL
from cases.models import Case, LinkedCase, Part, Published, Task
from cases.services import advance_case, possibilities
from documents.models import Document
from tests.cases.travel import CHAIR, PROCEDURE, member, scenario, travelled
from tests.documents.reading import whole_text
from tests.procedures.province import case_at
from tests.procedures.runner import Walk, person, walked
from workflows.errors import TransitionRefused
from workflows.scenarios import Action, Scenario

pytestmark = pytest.mark.usefixtures("in_province")
FRIDAY = dt.date(2026, 11, 27)


def part(walk: Walk, key: str) -> Part:
    return Part.objects.get(case=walk.case, key=key)


def amended(walk: Walk) -> Part:
    given = scenario("one changed item is amended, and the first decision is read with the later one")
    asked = next(a for a in given.steps if a.do == "request_amendment")
    walk.take(asked.model_copy(update={"expect": Action().expect}))
    return part(walk, "decision-2")


def printed(document: Document) -> str:
    assert document.blob is not None
    assert document.blob.body is not None
    return whole_text(bytes(document.blob.body))


class TestDays:
    def test_a_first_decision_is_due_with_its_case(self) -> None:
        assert part(travelled("assign"), "decision-1").due_on == FRIDAY

    def test_a_later_one_has_its_own_term_from_the_day_it_was_asked(self) -> None:
        walk = travelled("issue_delegated")
        walk.pass_time(dt.datetime(2026, 12, 1, 9, tzinfo=LOCAL))

        assert amended(walk).due_on == dt.date(2026, 12, 7)  # four working days after Tuesday

    def test_days_with_the_party_do_not_count_and_the_case_waits_with_its_decision(self) -> None:
        found = scenario("a director managed by the Standing Board goes after the Party has agreed")
        asked = next(n for n, a in enumerate(found.steps, 1) if a.do == "record_party_agree")
        walk = walked(PROCEDURE, Scenario(name="x", given=found.given, steps=found.steps[:asked]))

        assert part(walk, "decision-1").due_on == walk.case.due_on == dt.date(2026, 12, 4)
        assert [clock for _, clock in walk.case.clock_log][-2:] == ["out", "run"]

    def test_a_term_that_cannot_be_judged_refuses_the_receipt_and_names_what_is_missing(self) -> None:
        walk = travelled("submit", CHAIR)
        row = {"order": 5, "if": "member.grade_code == 'A'", "decider": "ppc_chair", "needs": []}
        walk.take(Action(rows={"approval_matrix": {"r0": row}}))  # nobody on an ordinary passport gives a grade

        with pytest.raises(TransitionRefused) as told:
            advance_case(
                case_id=walk.case.pk, transition="receive", actor=person("minh"), now=walk.now, data=CHECKED
            )
        assert [r.code for r in told.value.reasons] == ["cannot_be_judged"]


CHECKED = {
    "checklist": dict.fromkeys(
        ("right_authority", "right_person", "components_complete", "form_filled", "files_readable"), "yes"
    )
    | {"translations_there": "na"}
}


class TestPapers:
    def test_a_clerk_is_asked_number_and_day_of_the_paper_that_there_is_and_of_no_other(self) -> None:
        walk = travelled("ppc_approve", CHAIR)
        steps = possibilities(walk.case, person("thu"), walk.now)
        issue = next(p for p in steps if p.step.name == "issue_decision" and p.part is not None)

        assert {f.name for f in issue.asked if f.required} == {"number_decision_to_send", "date_decision_to_send"}

        given = {"number_decision_to_send": "2207/QĐ-UBND", "date_decision_to_send": "2026-11-23",
                 "confirm": ["seal_applied", "decision_form_ok"]}  # fmt: skip
        walk.take(Action(do="issue_decision", part="decision-1", then=["decided"], **{"as": "thu", "with": given}))
        assert walk.case.state == "issued"

    def test_a_decision_prints_its_own_members_and_no_others(self) -> None:
        found = scenario("the delegated decision does not wait for the Party, and each decision has members of its own")
        drafted = [n for n, a in enumerate(found.steps, 1) if a.do == "prepare_drafts"][1]
        walk = walked(PROCEDURE, Scenario(name="x", given=found.given, steps=found.steps[:drafted]))
        said = {d.paper: printed(d) for d in Document.objects.filter(case=walk.case) if d.blob}

        assert "Nguyễn Thị Mây" in said["decision_to_send_delegated"]
        assert "Trần Quốc Lâm" not in said["decision_to_send_delegated"]
        assert "Trần Quốc Lâm" in said["decision_to_send"]
        assert "099072000002" not in said["decision_to_send"]

    def test_an_amending_decision_names_the_one_that_it_changes(self) -> None:
        walk = travelled("issue_delegated")
        amended(walk)
        walk.take(Action(do="prepare_drafts", part="decision-2", **{"as": "ha"}))
        draft = Document.objects.get(case=walk.case, paper="decision_amending_delegated")

        assert "62/QĐ-SNgV" in printed(draft)

    def test_drafts_of_an_open_decision_outlive_the_hand_over_of_the_result_and_end_with_their_part(self) -> None:
        walk = travelled("issue_decision", CHAIR)
        amended(walk)
        walk.take(Action(do="prepare_drafts", part="decision-2", **{"as": "ha"}))
        handed = {"receiver_name": "Trần Thị Lan", "confirm": ["checked_identity"]}
        walk.take(Action(do="return_result", with_=handed, **{"as": "minh"}))
        draft = Document.objects.get(case=walk.case, paper="decision_amending")
        assert (walk.case.state, draft.status) == ("returned", "draft")

        walk.take(Action(do="withdraw_request", part="decision-2", **{"as": "lan"}))
        assert Document.objects.get(pk=draft.pk).status == "void"

    def test_an_annex_carries_number_day_and_signature_of_the_decision_that_it_belongs_to(self) -> None:
        walk = travelled("issue_delegated")
        of = {d.paper: d for d in Document.objects.filter(case=walk.case, status="issued")}
        decision, annex = of["decision_to_send_delegated"], of["delegation_list_delegated"]

        assert (annex.number_text, annex.issued_on) == (decision.number_text, decision.issued_on)
        assert annex.number is None  # it takes no number of the book
        assert "62/QĐ-SNgV" in printed(annex)
        assert "TUQ. CHỦ TỊCH" in printed(decision)
        assert "TUQ. CHỦ TỊCH" in printed(annex)


class TestPeople:
    def test_whoever_travels_never_handles_the_case(self) -> None:
        walk = travelled("submit_dept", members=[{**member(), "full_name": "Đỗ Thanh Bình"}])
        data = {"signing_form": "tuq", "confirm": ["read_before_signing"]}

        with pytest.raises(TransitionRefused) as told:
            advance_case(
                case_id=walk.case.pk, transition="sign_delegated", part_id="decision-1", actor=person("binh"),
                now=walk.now, data=data,
            )  # fmt: skip
        assert {r.code for r in told.value.reasons} == {"not_member", "four_eyes", "separation_of_duties"}


class TestValues:
    def test_a_day_that_an_officer_types_at_a_step_is_judged_by_its_rule(self) -> None:
        walk = travelled("submit_dept")
        data = {
            "outside_no": "1", "outside_date": "2027-01-01", "outside_signer": "Thường trực Tỉnh ủy",
            "confirm": ["classified_outside"],
        }  # fmt: skip

        with pytest.raises(TransitionRefused) as told:
            advance_case(
                case_id=walk.case.pk, transition="attach_party_document", part_id="decision-1", actor=person("ha"),
                now=walk.now, data=data,
            )  # fmt: skip
        assert "not_future" in {r.code for r in told.value.reasons}

    def test_a_return_before_the_departure_is_refused_in_the_report(self) -> None:
        walk = travelled("open_passport_case")
        walk.pass_time(dt.datetime(2026, 12, 18, 8, tzinfo=LOCAL))
        early = {"part_fields": {"actual_return_date": "2026-12-01"}}

        with pytest.raises(TransitionRefused) as told:
            advance_case(
                case_id=walk.case.pk, transition="submit_report", part_id="duty_report-1", actor=person("lan"),
                now=walk.now, data=early,
            )  # fmt: skip
        assert {"not_before_departure", "form_complete"} <= {r.code for r in told.value.reasons}

    def test_an_accepted_change_computes_the_dossier_anew(self) -> None:
        aid = case_at("assigned")
        change = {"reason": "Bên cung cấp tăng phần tiền mặt.", "changes": {"rate": "26000"}}
        aid.take(Action(do="propose_change", with_=change, **{"as": "lan"}))
        aid.take(Action(do="accept", part="change-1", **{"as": "ha"}))

        assert aid.case.dossier["amount_vnd"] == 187_500 * 26_000


def test_a_link_to_a_procedure_that_is_not_published_waits_and_the_trip_goes_on() -> None:
    Published.objects.filter(procedure="diplomatic_passport").update(effective_from=dt.date(2030, 1, 1))
    walk = travelled("open_passport_case")
    walk.pass_time(dt.datetime(2026, 12, 14, 8, tzinfo=LOCAL))
    waiting = LinkedCase.objects.get(case=walk.case)

    assert (waiting.procedure, waiting.status, waiting.other) == ("diplomatic_passport", "pending", None)
    assert Case.objects.get(pk=walk.case.pk).state == "abroad"
    assert Task.objects.filter(case=walk.case, state="link_pending", done_at=None).exists()
