"""A member who is replaced after the decision: the dossier changes when the change is issued, its papers before."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from cases.models import Case, Part, RegistryEntry
from cases.services import possibilities
from documents.models import Document
from tests.cases.test_parts_of_decisions import part, printed
from tests.cases.test_passports import follow, passport_until
from tests.cases.travel import scenario
from tests.procedures.runner import Walk, person, walked

pytestmark = pytest.mark.usefixtures("in_province")
GOES_INSTEAD = "a member is replaced when the amending decision is issued, and the former one owes the passport at once"
THUY, HANH = "Đặng Thu Thủy", "Lê Thị Hạnh"


def steps() -> list[Any]:
    return list(scenario(GOES_INSTEAD).steps)


def asked_for(*more: dict[str, str], **rewritten: Any) -> Walk:
    """Return the delegation whose agency has asked for Hạnh instead of Thủy, and for what `more` names."""
    given = scenario(GOES_INSTEAD)
    at = max(n for n, step in enumerate(given.steps) if step.do == "request_amendment")
    asked = copy.deepcopy(given.steps[at].with_)
    asked["changed_fields"] += more
    asked["changes"] |= rewritten
    step = given.steps[at].model_copy(update={"with_": asked})
    return walked("outbound_delegation", given.model_copy(update={"steps": [*given.steps[:at], step]}))


def brought_to(walk: Walk, *names: str) -> None:
    for name in names:
        step = next(s for s in steps() if s.do == name and s.part == "decision-2" and not s.refused)
        walk.take(step)


def names(case: Case) -> list[str]:
    return [row["full_name"] for row in Case.objects.get(pk=case.pk).dossier["members"]]


def travellers(case: Case) -> list[str]:
    said = RegistryEntry.objects.filter(case=case, registry="travellers").order_by("position")
    return [entry.columns["full_name"] for entry in said]


def test_until_the_change_is_issued_everything_follows_thuy_and_then_hanh() -> None:
    walk = asked_for()
    brought_to(walk, "prepare_drafts", "submit_draft", "agree", "sign_delegated")
    assert THUY in names(walk.case)
    assert THUY in travellers(walk.case)

    brought_to(walk, "issue_delegated")

    assert names(walk.case) == ["Nguyễn Thị Mây", HANH]
    assert travellers(walk.case) == ["Nguyễn Thị Mây", HANH]


def test_a_new_decision_and_its_list_print_hanh_before_she_is_in_the_dossier() -> None:
    meeting = {"on_day": "2026-12-15", "dia_diem": "Tokyo", "noi_dung": "Làm việc với hội nghề", "sightseeing": False}
    walk = asked_for({"item": "chuong_trinh", "before": "Trường nghề", "after": "Hội nghề"}, programme=[meeting])
    assert part(walk, "decision-2").fields["decision_act"] == "thay_the"

    brought_to(walk, "prepare_drafts")

    papers = Document.objects.filter(case=walk.case, part__key="decision-2").exclude(blob=None)
    listed = [printed(paper) for paper in papers if "decision_to_send" in paper.paper or "list" in paper.paper]
    assert listed
    assert all(HANH in text and THUY not in text for text in listed)
    assert THUY in names(walk.case)


def test_the_card_tells_what_will_change_and_no_number_of_a_person() -> None:
    decision = part(asked_for(), "decision-2")

    told = json.dumps(decision.fields["diff"], ensure_ascii=False)

    assert {"field": "Danh sách đoàn 2: Họ và tên", "before": THUY, "after": HANH} in decision.fields["diff"]
    assert "099191000005" not in told
    assert [row["full_name"] for row in decision.fields["replaced"]] == [THUY]


def test_what_others_have_changed_meanwhile_stays() -> None:
    walk = asked_for()
    brought_to(walk, "prepare_drafts", "submit_draft", "agree", "sign_delegated")
    case = Case.objects.get(pk=walk.case.pk)
    first, second = case.dossier["members"]
    Case.objects.filter(pk=case.pk).update(
        dossier={**case.dossier, "members": [{**first, "position": "Trưởng phòng Đào tạo"}, second]}
    )

    brought_to(walk, "issue_delegated")

    members = Case.objects.get(pk=case.pk).dossier["members"]
    assert [row["position"] for row in members] == ["Trưởng phòng Đào tạo", second["position"]]
    assert [row["full_name"] for row in members] == [first["full_name"], HANH]


def test_looking_at_what_may_be_done_leaves_the_dossier_as_it_is() -> None:
    walk = asked_for()
    case = Case.objects.get(pk=walk.case.pk)
    before = copy.deepcopy(case.dossier)

    possibilities(case, person("ha"), walk.now)

    assert case.dossier == before
    assert Part.objects.get(case=case, key="decision-2").fields["changes"]["members"]["rows"].keys() == {"2"}


def test_thuy_who_goes_no_more_gets_no_passport_for_the_trip_and_may_goes_on() -> None:
    trip = asked_for()
    number = RegistryEntry.objects.get(registry="sending_decisions", case=trip.case).key
    thuy, may = (row["id_no"] for row in Case.objects.get(pk=trip.case.pk).dossier["members"][::-1])
    asked = {who: passport_until("confirm", sending_decision_ref=number, id_no=who) for who in (thuy, may)}
    follow(trip)
    assert {Case.objects.get(pk=walk.case.pk).state for walk in asked.values()} == {"submitted"}

    brought_to(trip, "prepare_drafts", "submit_draft", "agree", "sign_delegated", "issue_delegated")
    follow(trip)

    states = {who: Case.objects.get(pk=walk.case.pk).state for who, walk in asked.items()}
    assert states == {thuy: "stopped", may: "submitted"}
