"""A passport and the trip for which it is handed out: the ledger reads the decision, the trip follows the ledger."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.clock import LOCAL
from cases.canonical import parse_body
from cases.forms_choices import choices_of
from cases.models import Case, Event, LinkedCase
from tests.cases.ledgers.custody import STORE, deliver_due, passport, step
from tests.procedures.runner import Walk, person, walked
from workflows.definition import Field
from workflows.errors import TransitionRefused
from workflows.registry import SHIPPED
from workflows.scenarios import Scenario, read_scenarios

pytestmark = pytest.mark.usefixtures("in_province")
DECISION = {"sending_decision": "62/QĐ-SNgV", "confirm": ["signed_by_both"]}
BEFORE = dt.datetime(2026, 12, 10, 9, 0, tzinfo=LOCAL)
BACK = dt.datetime(2026, 12, 18, 8, 0, tzinfo=LOCAL)


def decided() -> Walk:
    """A trip of one member with an official passport, whose decision is issued."""
    golden = read_scenarios(SHIPPED / "outbound_delegation" / "v1").scenarios[0]
    issued = next(n for n, action in enumerate(golden.steps, 1) if action.do == "issue_delegated")
    given = golden.given.model_copy(update={"rows": {}})
    return walked("outbound_delegation", Scenario(name=golden.name, given=given, steps=golden.steps[:issued]))


def kept_for(trip: Walk, **changed: str) -> Case:
    member = trip.case.dossier["members"][0]
    named = {"passport_number": member["passport"], "holder_name": member["full_name"], "holder_id_no": member["id_no"]}
    row = passport(at=trip.now, holder_account="", **{**named, **changed})
    step(row, "ngan", "store", trip.now, **STORE)
    return row


def abroad_and_back(trip: Walk) -> None:
    """Let time pass for the trip and for the ledger until the trip is over."""
    deliver_due(BACK, "timer", "linked_event")
    trip.now_until(BACK)


def duty(trip: Walk) -> str:
    return str(trip.case.parts.get(key="duty_passport-1").state)


def test_a_decision_of_the_system_opens_the_safe_and_links_row_and_trip() -> None:
    trip = decided()
    row = kept_for(trip)

    step(row, "ngan", "hand_out", BEFORE, **DECISION)

    assert (row.state, row.dossier["trip_end_date"]) == ("handed_out", trip.case.dossier["return_date"])
    link = LinkedCase.objects.get(case=row)
    assert (link.kind, link.other_id) == ("trip", trip.case.pk)
    reads = parse_body(bytes(Event.objects.get(case=row, name="hand_out").body))["reads"]
    assert [f"sending_decisions:{trip.case.pk}"] == [name for name, _ in reads if name.startswith("sending_decisions")]


def test_the_page_of_the_hand_out_offers_the_decisions_of_the_system_and_no_persons_number() -> None:
    trip = decided()
    row = kept_for(trip)
    ngan = Client()
    ngan.force_login(person("ngan"))

    text = ngan.get(f"/cases/{row.code}/do/hand_out/").content.decode()

    assert "62/QĐ-SNgV" in text
    assert trip.case.dossier["members"][0]["id_no"] not in text
    travellers = choices_of(Field(name="who", vi="Ai", en="Who", type="ref(travellers)"), BEFORE.date())
    assert travellers is None


def test_somebody_whom_the_decision_does_not_name_gets_no_passport() -> None:
    trip = decided()
    row = kept_for(trip, holder_id_no="001199999999")

    with pytest.raises(TransitionRefused) as refused:
        step(row, "ngan", "hand_out", BEFORE, **DECISION)

    assert {r.code for r in refused.value.reasons} == {"live_sending_decision"}


def test_the_duty_of_the_trip_ends_when_the_ledger_shows_the_passport_back() -> None:
    trip = decided()
    row = kept_for(trip)
    step(row, "ngan", "hand_out", BEFORE, **DECISION)
    abroad_and_back(trip)
    row.refresh_from_db()
    assert (row.state, duty(trip)) == ("return_due", "due")

    step(row, "ngan", "store", BACK + dt.timedelta(hours=2), **STORE)
    assert duty(trip) == "due"
    deliver_due(BACK + dt.timedelta(hours=3), "linked_event")

    assert duty(trip) == "back"


def test_the_duty_is_excused_and_lost_with_the_row() -> None:
    trip = decided()
    row = kept_for(trip)
    step(row, "ngan", "hand_out", BEFORE, **DECISION)
    abroad_and_back(trip)
    row.refresh_from_db()

    step(row, "binh", "excuse", BACK, excuse_reason="Chuyến bay bị hủy.", excuse_end_date="2026-12-28")
    deliver_due(BACK + dt.timedelta(hours=1), "linked_event")
    assert duty(trip) == "excused"
    step(row, "ngan", "report_lost", BACK, loss_circumstances="Bị mất ở sân bay ngày 18/12, đã báo cảnh sát.")
    deliver_due(BACK + dt.timedelta(hours=1), "linked_event")
    assert duty(trip) == "lost"
