"""A trip and the ledger of passports: the ledger finds the decision, the trip hears of the passport."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.clock import LOCAL
from cases.models import Case, LinkedCase, Part
from tests.cases.travel import member, scenario, travelled
from tests.procedures.runner import Walk
from workflows.scenarios import Action, Given

pytestmark = pytest.mark.usefixtures("in_province")
NUMBER = "62/QĐ-SNgV"
TWO = "the delegated decision does not wait for the Party, and each decision has members of its own"
EXTENDED = "an extension is asked abroad on the last day, the traveller stays abroad, a day later it is too late"


def at(day: int, month: int = 12) -> dt.datetime:
    return dt.datetime(2026, month, day, 9, tzinfo=LOCAL)


def kept(holder: str, number: str = "C1234567") -> Walk:
    """A passport that Ngân keeps for its holder."""
    dossier: dict[str, Any] = {
        "passport_number": number, "passport_class": "cong_vu", "holder_name": "Nguyễn Thị Mây", "holder_id_no": holder,
        "holder_unit": "dai_hoc_lam_giang", "issued_on": "2024-03-01", "expires_on": "2029-03-01", "has_chip": True,
        "keeping_agency": "foreign_affairs_agency",
    }  # fmt: skip
    walk = Walk("passport_custody", Given(at="2026-11-25 08:00", by="ngan", dossier=dossier), at(25, 11))
    walk.open()
    walk.take(step("store", safe_place="Két số 2"))
    return walk


def step(name: str, **asked: Any) -> Action:
    return Action(do=name, with_={**asked, "confirm": ["signed_by_both"]}, **{"as": "ngan"})


def state(case: Case, part: str = "") -> str:
    return Part.objects.get(case=case, key=part).state if part else Case.objects.get(pk=case.pk).state


def test_a_passport_handed_out_for_a_trip_comes_back_and_closes_its_duty() -> None:
    trip = travelled("issue_delegated", given={"rows": {}})
    passport = kept(member()["id_no"])
    passport.now = at(10)
    passport.take(step("hand_out", sending_decision=NUMBER))
    assert LinkedCase.objects.filter(case=passport.case, other=trip.case).exists()

    trip.pass_time(at(18))
    passport.pass_time(at(18))
    assert (state(trip.case), state(trip.case, "duty_passport-1"), state(passport.case)) == (
        "trip_over",
        "due",
        "return_due",
    )

    passport.take(step("store", safe_place="Két số 2"))
    trip.pass_time(at(19))
    assert state(trip.case, "duty_passport-1") == "back"


def test_a_passport_is_not_handed_out_to_somebody_whom_the_decision_does_not_name() -> None:
    travelled("issue_delegated", given={"rows": {}})
    passport = kept("099190000004", "C7654321")
    refused = step("hand_out", sending_decision=NUMBER).model_copy(update={"refused": ["live_sending_decision"]})

    passport.take(refused)


def test_an_extended_trip_moves_the_day_on_which_the_passport_is_due() -> None:
    trip = travelled("issue_delegated", given={"rows": {}})
    passport = kept(member()["id_no"])
    passport.now = at(10)
    passport.take(step("hand_out", sending_decision=NUMBER))
    trip.pass_time(at(14))
    steps = scenario(EXTENDED).steps
    first = next(n for n, action in enumerate(steps) if action.do == "extend_stay" and not action.refused)
    for action in (a for a in steps[first:] if a.part and not a.refused):
        trip.take(action.model_copy(update={"expect": Action().expect}))
    assert state(trip.case, "decision-1") == "amended"

    passport.pass_time(at(20))
    assert state(passport.case) == "handed_out"
    passport.pass_time(at(22))
    assert state(passport.case) == "return_due"


def asked_for(trip: Walk) -> Case:
    """Return the passport request that the trip opens."""
    trip.take(Action(do="open_passport_case", **{"as": "lan"}))
    trip.pass_time(trip.now + dt.timedelta(minutes=1))
    link = LinkedCase.objects.get(case=trip.case, procedure="diplomatic_passport")
    assert link.other is not None
    return link.other


def test_a_passport_request_names_the_decision_that_it_comes_from() -> None:
    trip = travelled("issue_delegated", given={"rows": {}})

    request = asked_for(trip)

    assert request.dossier["sending_decision_ref"] == NUMBER
    assert request.dossier["planned_exit_date"] == trip.case.dossier["depart_date"]


def test_of_two_decisions_in_force_the_applicant_chooses() -> None:
    trip = travelled("issue_decision", TWO)

    assert asked_for(trip).dossier.get("sending_decision_ref") is None
