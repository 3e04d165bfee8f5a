"""What a case asks of tables, registries and other cases, shown on the passport of Nguyễn Thị Mây."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.clock import LOCAL
from cases.models import Case, LinkedCase, OutboxEntry, RegistryEntry, TableRow
from cases.services.outbox import Delivery, deliver
from documents.models import Document
from documents.payment import payment_code
from tests.documents.reading import whole_text
from tests.procedures.runner import Walk, person, walked
from workflows.errors import Reason, TransitionRefused
from workflows.registry import SHIPPED
from workflows.scenarios import Action, Scenario, read_scenarios

pytestmark = pytest.mark.usefixtures("in_province")
PASSPORTS = read_scenarios(SHIPPED / "diplomatic_passport" / "v1").scenarios
TRIPS = read_scenarios(SHIPPED / "outbound_delegation" / "v1").scenarios


def passport_until(step: str, **dossier: Any) -> Walk:
    """A first passport through the province, up to and with a step of its usual course."""
    golden = PASSPORTS[0]
    given = golden.given.model_copy(update={"dossier": {**golden.given.dossier, **dossier}})
    steps = [action for action in golden.steps if not action.refused]
    last = next(n for n, action in enumerate(steps, 1) if action.do == step)
    return walked("diplomatic_passport", Scenario(name=step, given=given, steps=tuple(steps[:last])))


def trip_until_issued() -> Walk:
    """A delegation whose decision 62/QĐ-SNgV is in force, and that is revoked before departure."""
    revoked = next(s for s in TRIPS if s.name.startswith("after the signature a case is not withdrawn"))
    last = next(n for n, action in enumerate(revoked.steps, 1) if action.do == "issue_delegated")
    return walked("outbound_delegation", revoked.model_copy(update={"steps": revoked.steps[:last]}))


def revoke(trip: Walk) -> None:
    revoked = next(s for s in TRIPS if s.name.startswith("after the signature a case is not withdrawn"))
    last = next(n for n, action in enumerate(revoked.steps, 1) if action.do == "issue_delegated")
    for action in revoked.steps[last:]:
        trip.take(action)
    assert trip.case.state == "revoked"


def follow(trip: Walk) -> list[Delivery]:
    rows = OutboxEntry.objects.filter(kind="follow", case_id=trip.case.pk, done_at=None).order_by("pk")
    return [deliver(row.pk, now=trip.now) for row in rows]


def refusal(walk: Walk, step: str) -> list[Reason]:
    action = _usual(step)
    with pytest.raises(TransitionRefused) as refused:
        walk.step(action, person(action.as_))
    return list(refused.value.reasons)


def _usual(step: str) -> Action:
    return next(a for s in PASSPORTS for a in s.steps if a.do == step and not a.refused)


# ------------------------------------------------------------------------------------------------- eligible
def test_every_condition_that_fails_is_named_with_the_ground_that_it_offers() -> None:
    walk = passport_until("assign", decision_in_place_changes=2, article_21_declared=True)

    said = refusal(walk, "submit_division")

    assert [reason.path for reason in said] == ["passport_eligibility.article_21", "passport_eligibility.decision_form"]
    assert {reason.code for reason in said} == {"eligible"}
    assert "căn cứ: Thuộc trường hợp chưa cấp" in said[0].vi
    assert "ground: Documents not issued under article 21" in said[0].en


def test_a_condition_that_nobody_can_judge_refuses_and_names_what_is_missing() -> None:
    walk = passport_until("assign")
    kept = {name: value for name, value in walk.case.dossier.items() if name != "decision_sealed_across"}
    Case.objects.filter(pk=walk.case.pk).update(dossier=kept)

    said = refusal(walk, "submit_division")

    assert [(r.code, r.path) for r in said] == [("cannot_be_judged", "passport_eligibility.decision_form")]
    assert "decision_sealed_across" in said[0].vi


def test_a_row_that_the_office_adds_is_a_condition_from_then_on() -> None:
    now = dt.datetime(2026, 11, 29, 8, tzinfo=LOCAL)
    TableRow.objects.create(
        table="passport_eligibility", key="too_old", valid_from=now.date(), src="Thử", confirmed=True, changed_at=now,
        columns={"if": "subject.countries.exists(c, c == 'JP')", "vi": "Nước chưa được đi", "en": "Not that country",
                 "ground": "article_21", "order": 999},
    )  # fmt: skip
    walk = passport_until("assign")

    assert [reason.path for reason in refusal(walk, "submit_division")] == ["passport_eligibility.too_old"]


# ------------------------------------------------------------------------------------------------------ fees
ACCOUNT = {"bin": "970999", "account": "0299000012345"}


def printed(document: Document) -> str:
    assert document.blob is not None
    return whole_text(bytes(document.blob.body or b""))


def test_the_fee_notice_prints_amount_and_last_day() -> None:
    walk = passport_until("ask_fee")

    notice = Document.objects.get(case=walk.case, paper="fee_notice")

    assert notice.context["fee_amount"] == "200.000 đồng"
    assert notice.context["pay_by"] == "ngày 07 tháng 12 năm 2026"


def test_the_fee_notice_prints_the_account_and_a_code_that_a_banking_application_reads() -> None:
    walk = passport_until("ask_fee")

    notice = Document.objects.get(case=walk.case, paper="fee_notice")
    purpose = "HS " + walk.case.submission_code.replace("-", "")

    assert notice.context["payment_code"] == payment_code(ACCOUNT, 200_000, purpose)
    assert f"tài khoản 0299000012345, So Ngoai vu tinh Lam Giang; 200.000 đồng; nội dung: {purpose}" in printed(notice)


def test_without_an_account_the_fee_notice_prints_no_code() -> None:
    TableRow.objects.filter(table="office", key="bank").delete()

    notice = Document.objects.get(case=passport_until("ask_fee").case, paper="fee_notice")

    assert notice.context["payment_code"] == ""
    assert "Quét mã" not in printed(notice)


def test_an_amount_that_nobody_has_confirmed_keeps_the_notice_back() -> None:
    walk = passport_until("confirm")
    TableRow.objects.filter(table="fees_passport", key="cap_lan_dau").update(confirmed=False)

    assert [reason.code for reason in refusal(walk, "ask_fee")] == ["fee_known"]


# --------------------------------------------------------------------------------------- registries and links
def test_a_specimen_that_one_case_introduced_serves_the_next() -> None:
    introduced = next(s for s in PASSPORTS if s.name.startswith("a signer whose specimen is not known"))
    walked("diplomatic_passport", introduced)
    assert RegistryEntry.objects.get(registry="specimens").key == "Hồ Trọng Hiếu"
    last = next(n for n, a in enumerate(introduced.steps, 1) if a.do == "assign")
    given = introduced.given.model_copy(update={"at": "2026-12-01 08:00"})

    again = walked("diplomatic_passport", Scenario(name="again", given=given, steps=introduced.steps[:last]))

    submitted = _usual("submit_division")
    again.step(submitted, person(submitted.as_))
    assert Case.objects.get(pk=again.case.pk).state == "division_review"


def test_a_revoked_decision_stops_the_passport_that_was_asked_for_on_it() -> None:
    trip = trip_until_issued()
    number = RegistryEntry.objects.get(registry="sending_decisions").key
    walk = passport_until("sign_cover", sending_decision_ref=number)

    revoke(trip)

    assert set(follow(trip)) == {Delivery.DONE}
    assert Case.objects.get(pk=walk.case.pk).state == "trip_gone"
    assert "follow" not in {row.kind for row in OutboxEntry.objects.filter(case_id=walk.case.pk)}


def test_a_passport_that_the_trip_opened_sees_the_trip_and_stops_with_it() -> None:
    trip = trip_until_issued()
    walk = passport_until("confirm")
    LinkedCase.objects.create(
        kind="passport", case=trip.case, other=walk.case, procedure="diplomatic_passport", created_at=trip.now,
        status=LinkedCase.Status.LINKED,
    )  # fmt: skip

    revoke(trip)
    follow(trip)

    stopped = Case.objects.get(pk=walk.case.pk)
    assert stopped.state == "stopped"
    assert Document.objects.get(case=stopped, paper="closing_slip").status == "issued"


def test_what_follows_may_be_looked_at_twice() -> None:
    trip = trip_until_issued()
    number = RegistryEntry.objects.get(registry="sending_decisions").key
    walk = passport_until("confirm", sending_decision_ref=number)
    revoke(trip)
    follow(trip)
    head = Case.objects.get(pk=walk.case.pk).head_seq

    OutboxEntry.objects.filter(kind="follow", case_id=trip.case.pk).update(done_at=None)
    follow(trip)

    assert Case.objects.get(pk=walk.case.pk).head_seq == head


def test_identifiers_of_travellers_are_not_told_to_the_outbox() -> None:
    trip = trip_until_issued()

    told = [row.payload for row in OutboxEntry.objects.filter(kind="follow", case_id=trip.case.pk)]

    assert told
    assert "099184000001" not in str(told)
