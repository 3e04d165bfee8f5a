"""One function moves a case: what it promises about versions, keys, mandates, refusals and rollback."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.services import give_mandate
from cases.canonical import parse_body
from cases.errors import CaseChanged, CaseNotFound, InputFaults, KeyReused, PaperImpossible
from cases.models import Case, Event, EventValues, OutboxEntry, RefusedAttempt, TableRow, Task
from cases.services import advance_case, do_act, open_case, possibilities, preview_step, save_dossier
from documents.models import Document
from tests.procedures.province import case_at
from tests.procedures.runner import Walk, person
from workflows.errors import TransitionRefused

pytestmark = pytest.mark.usefixtures("in_province")
SIGN: dict[str, Any] = {"signing_form": "truc_tiep", "confirm": ["read_before_signing"]}


def take(walk: Walk, name: str, who: str, **more: Any) -> Any:
    return advance_case(case_id=walk.case.pk, transition=name, actor=person(who), now=walk.now, **more)


def codes(refused: pytest.ExceptionInfo[Any]) -> set[str]:
    return {reason.code for reason in refused.value.reasons}


class TestVersions:
    def test_minh_with_an_old_page_learns_who_was_faster(self) -> None:
        walk = case_at("submitted")
        with pytest.raises(CaseChanged) as stale:
            take(walk, "withdraw_before_receipt", "lan", expected_version=1)
        assert stale.value.who == "Trần Thị Lan"
        assert stale.value.what_vi == "Nộp hồ sơ"

    def test_a_claim_and_an_answered_opinion_make_no_page_of_the_case_stale(self) -> None:
        walk = case_at("consulting")
        version = walk.case.version
        take(walk, "claim", "son")
        walk.now += dt.timedelta(minutes=1)
        scan = walk.attach("ask:file", None)
        answer = {
            "verdict": "dong_y",
            "content": "Nhất trí.",
            "outside_no": "1/CAT",
            "outside_date": "2026-03-02",
            "file": scan,
        }
        outcome = take(walk, "answer", "cong-an", part_id="opinion-1", expected_version=0, data=answer)
        assert outcome.case.version == version
        with pytest.raises(CaseChanged):
            take(walk, "drop", "ha", part_id="opinion-1", expected_version=0)


    def test_a_note_of_the_system_makes_no_open_form_stale(self) -> None:
        walk = case_at("submitted")
        items = [{"item": "Bản dịch", "why": "Chưa có", "basis": "Nghị định 313/2025/NĐ-CP", "how": "Nộp bản dịch."}]
        take(walk, "request_supplement_intake", "minh", data={"items": items})
        seen = walk.case.parts.get(key="supplement-1").version
        do_act(case_id=walk.case.pk, act="note_service", part_id="supplement-1", actor=None, now=walk.now)
        assert walk.case.parts.get(key="supplement-1").fields["served_on"]
        answered = {"part_fields": {"items": [{"answered": True}]}}
        outcome = take(walk, "answer", "lan", part_id="supplement-1", expected_version=seen, data=answered)
        assert outcome.case.state == "submitted"


class TestKeys:
    def test_lan_presses_twice_and_files_once(self) -> None:
        walk = case_at("validity_check")
        first = take(walk, "request_withdraw", "lan", idempotency_key="a")
        again = take(walk, "request_withdraw", "lan", idempotency_key="a")
        assert again.repeated
        assert again.as_dict() == first.as_dict()
        assert Event.objects.filter(case=walk.case, name="request_withdraw").count() == 1

    def test_a_key_with_another_payload_is_refused(self) -> None:
        walk = case_at("received")
        take(walk, "assign", "son", idempotency_key="a", data={"assignee": "ha@lamgiang.example"})
        with pytest.raises(KeyReused):
            take(walk, "assign", "son", idempotency_key="a", data={"assignee": "dung@lamgiang.example"})

    def test_a_refused_attempt_does_not_use_the_key_up(self) -> None:
        walk = case_at("received")
        with pytest.raises(TransitionRefused):
            take(walk, "assign", "son", idempotency_key="a", data={})
        take(walk, "assign", "son", idempotency_key="a", data={"assignee": "ha@lamgiang.example"})

    def test_a_case_is_opened_once_for_a_key(self) -> None:
        now = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
        first, again = (
            open_case(procedure="complaint", actor=person("lan"), now=now, idempotency_key="k") for _ in range(2)
        )
        assert first.case.pk == again.case.pk


class TestRefusals:
    def test_every_reason_is_given_at_once_and_kept_after_the_rollback(self) -> None:
        walk = case_at("consulting")
        events = Event.objects.filter(case=walk.case).count()
        with pytest.raises(TransitionRefused) as refused:
            take(walk, "archive", "binh")
        assert codes(refused) >= {"not_in_state", "role_missing", "cannot_be_judged"}
        kept = RefusedAttempt.objects.get(case=walk.case)
        assert kept.name == "archive"
        assert {r["code"] for r in kept.reasons} == codes(refused)
        assert Event.objects.filter(case=walk.case).count() == events

    def test_an_unknown_step_is_named_with_its_nearest(self) -> None:
        walk = case_at("submitted")
        with pytest.raises(TransitionRefused) as refused:
            take(walk, "recieve", "minh")
        assert "receive" in refused.value.reasons[0].vi

    def test_a_stranger_finds_neither_case_nor_part(self) -> None:
        walk = case_at("consulting")
        with pytest.raises(CaseNotFound):
            take(walk, "request_withdraw", "phuc")
        with pytest.raises(CaseNotFound):
            take(walk, "answer", "cong-an", part_id="opinion-2")
        with pytest.raises(CaseNotFound):
            take(walk, "answer", "cong-an", part_id="opinion-9")

    def test_a_draft_is_its_filers_alone(self) -> None:
        now = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
        draft = open_case(procedure="complaint", actor=person("lan"), now=now).case
        with pytest.raises(CaseNotFound):
            advance_case(case_id=draft.pk, transition="file_at_counter", actor=person("minh"), now=now)

    def test_wrong_values_are_named_field_by_field(self) -> None:
        walk = case_at("validity_check")
        with pytest.raises(TransitionRefused) as refused:
            take(walk, "ask_opinion", "ha", data={"reply_by": "hôm nào", "questions": "", "lạ": 1})
        assert {(r.code, r.path) for r in refused.value.reasons} >= {
            ("ask_invalid", "ask.reply_by"),
            ("ask_missing", "ask.questions"),
            ("ask_missing", "ask.consultee_list"),
        }

    def test_without_the_agency_in_the_office_table_no_letter_is_signed_and_nothing_changes(self) -> None:
        walk = case_at("validity_check")
        TableRow.objects.filter(table="office", key="agency").delete()
        data = {
            "consultee_list": [
                "provincial_police",
                "department_of_finance",
                "friendship_union",
                "line_department",
                "commune_committee",
            ],
            "questions": "1. Sự phù hợp.",
            "reply_by": "2026-03-12",
        }
        with pytest.raises(PaperImpossible):
            take(walk, "ask_opinion", "ha", data=data)
        case = Case.objects.get(pk=walk.case.pk)
        assert (case.state, case.version, case.head_seq) == ("validity_check", walk.case.version, walk.case.head_seq)
        assert not Document.objects.filter(case=case, paper="opinion_request").exists()


class TestActingForSomebody:
    def give(self, walk: Walk, until: dt.date) -> None:
        give_mandate(
            grantor=person("binh"),
            grantee=person("son"),
            role="dept_leader",
            form="tuq",
            procedures=["ngo_aid"],
            acts=["sign_opinion_request"],
            valid_from=dt.date(2026, 3, 1),
            valid_to=until,
            document_no="05/UQ-SNgV",
            document_date=dt.date(2026, 3, 1),
            actor=None,
            now=walk.now,
        )

    def test_both_names_stand_in_the_history(self) -> None:
        walk = opinion_drafted()
        self.give(walk, dt.date(2026, 3, 31))
        take(walk, "sign_opinion_request", "son", acting_for=person("binh"), data={**SIGN, "signing_form": "tuq"})
        body = parse_body(bytes(Event.objects.filter(case=walk.case).latest("seq").body))
        assert (body["actor"], body["acting_for"]) == (str(person("son").pk), str(person("binh").pk))

    def test_rights_end_with_the_mandate(self) -> None:
        walk = opinion_drafted()
        self.give(walk, dt.date(2026, 3, 3))
        walk.now += dt.timedelta(days=2)
        with pytest.raises(TransitionRefused) as refused:
            take(walk, "sign_opinion_request", "son", acting_for=person("binh"), data=SIGN)
        assert codes(refused) == {"mandate_ended"}

    def test_a_mandate_covers_only_what_it_names(self) -> None:
        walk = case_at("dept_review")
        self.give(walk, dt.date(2026, 3, 31))
        with pytest.raises(TransitionRefused) as refused:
            take(walk, "sign_submission", "son", acting_for=person("binh"), data=SIGN)
        assert codes(refused) == {"mandate_ended"}


def opinion_drafted() -> Walk:
    walk = case_at("consulting")
    walk = case_at("validity_check", title_vi="Nhà vệ sinh cho các điểm trường xã Gò Mây")
    data = {
        "consultee_list": [
            "provincial_police",
            "department_of_finance",
            "friendship_union",
            "line_department",
            "commune_committee",
        ],
        "questions": "1. Sự phù hợp.",
        "reply_by": "2026-03-12",
    }
    take(walk, "ask_opinion", "ha", data=data)
    walk.now += dt.timedelta(minutes=5)
    return walk


class TestHistory:
    def test_an_event_holds_commitments_and_no_value(self) -> None:
        walk = case_at("submitted")
        bodies = b"".join(bytes(e.body) for e in Event.objects.filter(case=walk.case))
        for planted in ("0912345678", "Trần Thị Lan", "9527.1.1234567", "lan@lamgiang.example"):
            assert planted.encode() not in bodies
        kept = EventValues.objects.get(case=walk.case, seq=1).values
        assert kept["contact_phone"]["value"] == "0912345678"

    def test_events_are_chained_and_the_case_keeps_the_head(self) -> None:
        walk = case_at("issued")
        events = list(Event.objects.filter(case=walk.case).order_by("seq"))
        assert [e.seq for e in events] == list(range(1, len(events) + 1))
        assert [parse_body(bytes(e.body))["prev"] for e in events] == ["", *(e.hash for e in events[:-1])]
        assert walk.case.head_hash == events[-1].hash

    def test_automatic_steps_are_the_systems(self) -> None:
        walk = case_at("appraising")
        last = Event.objects.filter(case=walk.case).latest("seq")
        assert (last.name, last.actor, last.kind) == ("opinions_done", "system", "system")


class TestTheDossier:
    def test_computed_values_are_never_typed_in(self) -> None:
        walk = case_at("submitted")
        assert walk.case.dossier["amount_vnd"] == 4_921_875_000
        with pytest.raises(InputFaults) as faults:
            open_case(procedure="ngo_aid", actor=person("lan"), now=walk.now, values={"amount_vnd": 1})
        assert codes(faults) == {"computed_field"}

    def test_a_filed_case_is_not_edited(self) -> None:
        walk = case_at("received")
        with pytest.raises(TransitionRefused):
            save_dossier(case_id=walk.case.pk, actor=person("lan"), now=walk.now, values={"goals": "Khác hẳn"})

    def test_the_case_officer_fills_the_appraisal_before_submitting(self) -> None:
        walk = case_at("appraising")
        save_dossier(case_id=walk.case.pk, actor=person("ha"), now=walk.now, values={"appraisal_result": "dat"})
        with pytest.raises(TransitionRefused):
            save_dossier(case_id=walk.case.pk, actor=person("dung"), now=walk.now, values={"appraisal_result": "dat"})


class TestLookingAhead:
    def test_explain_shows_what_is_possible_and_every_reason_why_not(self) -> None:
        walk = case_at("dept_review")
        found = {p.name: p for p in possibilities(walk.case, person("ha"), walk.now)}
        assert not found["sign_submission"].allowed
        assert {r.code for r in found["sign_submission"].reasons} == {"role_missing", "four_eyes"}
        assert {p.name for p in possibilities(walk.case, person("binh"), walk.now) if p.allowed} >= {
            "sign_submission",
            "dept_send_back",
            "make_urgent",
        }

    def test_a_preview_is_a_draft_and_leaves_nothing_behind(self) -> None:
        walk = case_at("dept_review")
        papers = preview_step(
            case_id=walk.case.pk,
            name="sign_submission",
            actor=person("binh"),
            now=walk.now,
            data={"signing_form": "truc_tiep"},
        )
        assert {paper.code for paper, _ in papers} == {"appraisal_report", "submission_ppc"}
        assert all(body.startswith(b"PK") for _, body in papers)
        assert Document.objects.get(case=walk.case, paper="submission_ppc").status == "draft"
        assert Case.objects.get(pk=walk.case.pk).state == "dept_review"


def test_nobody_hears_of_a_decision_before_its_number(in_province: str) -> None:
    walk = case_at("signed")
    told = OutboxEntry.objects.filter(case_id=walk.case.pk, kind="notice", payload__notice="result_ready")
    assert not told.exists()
    assert Task.objects.get(case=walk.case, done_at=None).role == "ppc_clerk"


def test_an_act_by_its_own_verb_is_the_same_door(in_province: str) -> None:
    walk = case_at("received")
    outcome = do_act(
        case_id=walk.case.pk,
        act="make_urgent",
        actor=person("binh"),
        now=walk.now,
        data={"urgent_reason": "chi_dao_cap_tren", "reason": "Theo văn bản chỉ đạo của Ủy ban nhân dân tỉnh."},
    )
    assert outcome.case.urgent
