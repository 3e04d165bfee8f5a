"""What people get wrong about a trip: each fault is told in words where it stands, and nothing of it is kept."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from accounts.clock import LOCAL
from accounts.models import Mandate, RoleHeld
from cases.errors import InputFaults
from cases.models import Case, Event, Part
from cases.services import advance_case, save_dossier
from documents.models import Document
from tests.cases.test_tables import PLAN_OF_2027, opened
from tests.cases.travel import DELEGATED, PROCEDURE, crowd, scenario, travelled
from tests.procedures.runner import Walk, person
from tests.typed_form import typed
from workflows.errors import Reason, TransitionRefused
from workflows.scenarios import Action

pytestmark = pytest.mark.usefixtures("in_province")
YEN_AND_DOLLARS: list[dict[str, Any]] = [
    {"source": "ca_nhan_tu_tuc", "item": "ve", "amount": {"minor": 32000000, "currency": "VND"}, "covers_all": True},
    {"source": "ca_nhan_tu_tuc", "item": "an_o", "amount": {"minor": 120000, "currency": "JPY"}, "rate": "171.5",
     "rate_day": "2026-11-20", "rate_source": "Ngân hàng Nhà nước", "covers_all": True},
    {"source": "ca_nhan_tu_tuc", "item": "bao_hiem", "amount": {"minor": 4550, "currency": "USD"}, "rate": "25400",
     "rate_day": "2026-11-20", "rate_source": "Ngân hàng Nhà nước", "covers_all": True},
]  # fmt: skip


def refused(walk: Walk, **values: Any) -> dict[str, Reason]:
    """Save and be refused; return the reasons by the place that they name."""
    before = Case.objects.get(pk=walk.case.pk).dossier
    with pytest.raises(InputFaults) as told:
        save_dossier(case_id=walk.case.pk, actor=person("lan"), now=walk.now, values=values)
    assert Case.objects.get(pk=walk.case.pk).dossier == before
    return {reason.path: reason for reason in told.value.reasons}


def not_taken(walk: Walk, who: str, step: str, part: str = "", **data: Any) -> list[Reason]:
    """Try a step and be refused; return the reasons. Nothing has happened."""
    events = Event.objects.filter(case=walk.case).count()
    with pytest.raises(TransitionRefused) as told:
        advance_case(
            case_id=walk.case.pk, transition=step, part_id=part or None, actor=person(who), now=walk.now, data=data
        )
    assert Event.objects.filter(case=walk.case).count() == events
    return list(told.value.reasons)


class TestMembers:
    def test_a_member_twice_is_told_at_both_rows_without_the_number(self) -> None:
        first, second = crowd(2)
        said = refused(opened(), members=[first, {**second, "id_no": first["id_no"]}])

        assert {path: r.code for path, r in said.items()} == {
            "members[0].id_no": "named_once",
            "members[1].id_no": "named_once",
        }
        assert not any(first["id_no"] in reason.vi + reason.en for reason in said.values())

    def test_of_three_only_who_is_under_age_is_told(self) -> None:
        first, second, third = crowd(3)
        said = refused(opened(), members=[first, {**second, "birth_date": "2008-12-15"}, third])

        assert [(path, r.code) for path, r in said.items()] == [("members[1].birth_date", "adult")]

    def test_eighteen_on_the_day_of_departure_is_of_age(self) -> None:
        walk = opened()
        (only,) = crowd(1)
        save_dossier(
            case_id=walk.case.pk, actor=person("lan"), now=walk.now,
            values={"members": [{**only, "birth_date": "2008-12-14"}]},
        )  # fmt: skip

        assert Case.objects.get(pk=walk.case.pk).dossier["members"][0]["birth_date"] == "2008-12-14"

    def test_somebody_who_owes_the_report_of_an_earlier_trip_keeps_the_next_one_until_it_is_explained(self) -> None:
        abroad = travelled("open_passport_case")
        abroad.pass_time(dt.datetime(2026, 12, 18, 8, tzinfo=LOCAL))
        letters = [*scenario(DELEGATED).given.attachments,
                   "explanation_letter"]  # fmt: skip
        days: dict[str, Any] = {
            "depart_date": "2027-01-20", "return_date": "2027-01-22", "plan_item": "dr-2027-01",
            "legs": [{"country": "LA", "from_date": "2027-01-20", "to_date": "2027-01-22"}],
            "programme": [{"on_day": "2027-01-21", "dia_diem": "Lào", "noi_dung": "Hội nghị", "sightseeing": False}],
        }  # fmt: skip
        given = {"at": "2026-12-20 08:00", "rows": PLAN_OF_2027, "attachments": letters}
        walk = travelled("prepare_drafts", given=given, **days)
        note = "Hồ sơ đủ thành phần, đúng thẩm quyền."

        assert [r.code for r in not_taken(walk, "ha", "submit_division", review_note=note)] == ["soft_limits_explained"]

        why = {"limit": "previous_report_open", "content": "Báo cáo của chuyến trước được nộp trước ngày đi."}
        walk.take(Action(do="explain_limit", **{"as": "lan", "with": why}))
        yes = {"reason": "Giải trình hợp lý; báo cáo chưa quá hạn."}
        walk.take(Action(do="lift_limit", part="limit_lift-1", **{"as": "binh", "with": yes}))
        walk.take(Action(do="submit_division", **{"as": "ha", "with": {"review_note": note}}))
        assert walk.case.state == "division_review"

    def test_a_member_in_two_decisions_is_told_by_the_row(self) -> None:
        walk = travelled("prepare_drafts")
        first = Part.objects.get(case=walk.case, key="decision-1")
        Part.objects.create(
            case=walk.case, kind="decision", key="decision-2", state="preparing", clock="run", attempt=first.attempt,
            round=2, opened_at=walk.now, entered_at=walk.now, fields={**first.fields, "decider": "ppc_chair"},
        )  # fmt: skip
        said = not_taken(walk, "ha", "submit_division", review_note="Hồ sơ đủ thành phần, đúng thẩm quyền.")

        assert [(r.code, r.vi, r.path) for r in said] == [
            ("partition", "Dòng 1 thuộc 2 quyết định; phải thuộc đúng một", "dossier.members.1")
        ]


class TestLegs:
    @pytest.mark.parametrize(
        ("days", "code"),
        [
            ((("12-14", "12-16"), ("12-15", "12-17")), "legs_apart"),  # a day in both countries
            ((("12-14", "12-17"), ("12-15", "12-15")), "legs_apart"),  # one inside the other
            ((("12-13", "12-16"),), "legs_inside"),
            ((("12-14", "12-18"),), "legs_inside"),
            ((("12-16", "12-15"),), "legs_inside"),
        ],
    )
    def test_legs_that_overlap_or_leave_the_trip_are_refused(self, days: Any, code: str) -> None:
        legs = [{"country": "JP", "from_date": f"2026-{a}", "to_date": f"2026-{b}"} for a, b in days]

        assert {r.code for r in refused(opened(), legs=legs).values()} == {code}

    def test_the_day_of_travel_belongs_to_both_countries(self) -> None:
        walk = opened()
        legs = [{"country": c, "from_date": f"2026-12-{a}", "to_date": f"2026-12-{b}"}
                for c, a, b in (("JP", 14, 15), ("KR", 15, 15), ("LA", 15, 17))]  # fmt: skip
        save_dossier(case_id=walk.case.pk, actor=person("lan"), now=walk.now, values={"legs": legs})

        assert len(Case.objects.get(pk=walk.case.pk).dossier["legs"]) == 3


class TestMoney:
    def test_three_currencies_add_up_in_dong(self) -> None:
        walk = opened()
        save_dossier(case_id=walk.case.pk, actor=person("lan"), now=walk.now, values={"funding": YEN_AND_DOLLARS})
        dossier = Case.objects.get(pk=walk.case.pk).dossier

        assert [row["vnd"] for row in dossier["funding"]] == [32_000_000, 20_580_000, 1_155_700]
        assert dossier["total_cost"] == 53_735_700

    def test_a_rate_that_is_no_number_is_told_at_its_row(self) -> None:
        wrong = [YEN_AND_DOLLARS[0], {**YEN_AND_DOLLARS[1], "rate": "171,5"}, {**YEN_AND_DOLLARS[2], "rate": "25.4k"}]
        said = refused(opened(), funding=wrong)

        assert {path: r.code for path, r in said.items()} == {
            "funding[1].rate": "pattern", "funding[2].rate": "pattern",
        }  # fmt: skip
        assert "dấu chấm trước phần lẻ" in said["funding[1].rate"].vi

    def test_foreign_money_without_a_rate_is_not_filed(self) -> None:
        bare = {k: v for k, v in YEN_AND_DOLLARS[2].items() if not k.startswith("rate")}
        walk = travelled_until_filing(funding=[*YEN_AND_DOLLARS[:2], bare])
        said = not_taken(walk, "lan", "submit", confirm=["data_notice"])

        assert {r.path for r in said} == {f"dossier.funding[2].{n}" for n in ("rate", "rate_day", "rate_source")}
        assert "Nguồn kinh phí, dòng 3, Tỷ giá" in " ".join(r.vi for r in said)

    def test_a_currency_that_does_not_exist_is_told_at_its_row(self) -> None:
        said = refused(opened(), funding=[{**YEN_AND_DOLLARS[1], "amount": {"minor": 5, "currency": "XXJ"}}])

        assert list(said) == ["funding[0].amount"]


def travelled_until_filing(**dossier: Any) -> Walk:
    """A draft with everything that filing needs, and these values."""
    walk = opened()
    for kind in walk.given.attachments:
        walk.attach(kind, person("lan"))
    save_dossier(case_id=walk.case.pk, actor=person("lan"), now=walk.now, values=dossier)
    return walk


class TestThePlan:
    def test_an_item_of_another_year_or_of_no_plan_is_told_at_its_field(self) -> None:
        given = scenario(DELEGATED).given.model_copy(update={"rows": PLAN_OF_2027})
        walk = Walk(PROCEDURE, given, dt.datetime(2026, 11, 26, 8, tzinfo=LOCAL))
        walk.open()

        for item in ("dr-2027-01", "khong-co"):
            assert {path: r.code for path, r in refused(walk, plan_item=item).items()} == {"plan_item": "plan_of_year"}


SIGN: dict[str, Any] = {"signing_form": "tuq", "confirm": ["read_before_signing"]}


class TestMandate:
    """A mandate is in force on its last day until midnight here, not until midnight in Greenwich."""

    def ends(self, day: dt.date) -> None:
        Mandate.objects.update(valid_to=day)

    def at(self, walk: Walk, day: int, hour: int, minute: int = 0) -> None:
        walk.now = dt.datetime(2026, 11, day, hour, minute, tzinfo=LOCAL)

    def test_it_still_holds_in_the_last_minute_of_its_last_day(self) -> None:
        walk = travelled("submit_dept")
        self.ends(dt.date(2026, 11, 24))
        self.at(walk, 24, 23, 58)  # 16:58 in Greenwich

        advance_case(
            case_id=walk.case.pk, transition="sign_delegated", part_id="decision-1", actor=person("binh"), now=walk.now,
            data=SIGN,
        )  # fmt: skip
        assert Part.objects.get(case=walk.case, key="decision-1").fields["mandate_ref"] == "45/UQ-UBND"

    def test_two_minutes_later_it_is_over_and_nothing_is_signed(self) -> None:
        walk = travelled("submit_dept")
        self.ends(dt.date(2026, 11, 24))
        self.at(walk, 25, 0, 1)  # still the 24th in Greenwich

        codes = {r.code for r in not_taken(walk, "binh", "sign_delegated", "decision-1", **SIGN)}
        assert codes >= {"mandate_in_force", "members_within_decider"}  # and the row is the chair's from now on
        assert not Document.objects.filter(case=walk.case, status="signed").exists()

    def test_it_ends_with_the_office_of_the_chair_who_gave_it(self) -> None:
        walk = travelled("submit_dept")
        held = RoleHeld.objects.get(user=person("quang"), role="ppc_chair")
        RoleHeld.objects.filter(pk=held.pk).update(valid_to=walk.now.astimezone(LOCAL).date() - dt.timedelta(days=1))

        codes = {r.code for r in not_taken(walk, "binh", "sign_delegated", "decision-1", **SIGN)}
        assert codes >= {"mandate_in_force", "members_within_decider"}
        late = travelled("submit", given={"at": "2026-11-26 08:00"})
        assert [row["route"] for row in Case.objects.get(pk=late.case.pk).dossier["members"]] == ["r9"]

    def test_it_ends_while_the_page_of_signing_is_open(self, monkeypatch: pytest.MonkeyPatch) -> None:
        walk = travelled("submit_dept")
        self.ends(dt.date(2026, 11, 24))
        binh, address = Client(), f"/cases/{walk.case.code}/parts/decision-1/do/sign_delegated/"
        binh.force_login(person("binh"))
        monkeypatch.setenv("HOSO_CLOCK", "2026-11-24T23:50:00+07:00")
        page = binh.get(address)
        assert page.status_code == 200
        assert "Ký quyết định theo ủy quyền" in page.content.decode()

        monkeypatch.setenv("HOSO_CLOCK", "2026-11-25T00:10:00+07:00")
        answer = binh.post(address, typed(page.content.decode(), signing_form="tuq", confirm=["read_before_signing"]))
        assert answer.status_code == 422
        assert 'data-reason-code="mandate_in_force"' in answer.content.decode()
        assert Part.objects.get(case=walk.case, key="decision-1").state == "preparing"


def test_a_page_of_the_form_tells_every_fault_at_its_row_and_keeps_what_was_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walk = opened()
    first, second = crowd(2)
    save_dossier(case_id=walk.case.pk, actor=person("lan"), now=walk.now, values={"members": [first, second]})
    monkeypatch.setenv("HOSO_CLOCK", walk.now.isoformat())
    lan, form = Client(), f"/cases/{walk.case.submission_code}/edit/"
    lan.force_login(person("lan"))
    pages = sorted(set(re.findall(rf'href="({form}[\w-]+/)"', lan.get(form).content.decode())))
    address, page = next((p, t) for p in pages if 'name="members-1-id_no"' in (t := lan.get(p).content.decode()))
    wrong = {"members-1-id_no": first["id_no"], "members-0-birth_date": "01/02/2015"}
    answer = lan.post(address, typed(page, **wrong))
    said = answer.content.decode()

    assert answer.status_code == 422
    assert said.count("Người này có hai lần trong danh sách") >= 2
    assert "Chưa đủ 18 tuổi vào ngày đi" in said
    assert 'value="01/02/2015"' in said
    assert [row["id_no"] for row in Case.objects.get(pk=walk.case.pk).dossier["members"]] == [
        first["id_no"], second["id_no"],
    ]  # fmt: skip
