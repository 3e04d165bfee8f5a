"""The office decides a day off: which promised days move, who is told, and what stays as it is."""
from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.errors import NotForYou, PeopleRefused
from accounts.models import AccountEvent
from cases.calendar import FilledDay, load_calendar
from cases.canonical import parse_body
from cases.models import CalendarDay, Case, Event, OutboxEntry
from cases.procedures import definition_of
from cases.services import advance_case, do_act, open_case
from cases.services.calendar_change import change_day, remove_day
from cases.services.outbox import Delivery, deliver
from cases.services.recompute import moved_cases
from cases.services.timers import timers_of
from cases.services.turn import Request, Turn
from tests.cases.outbox.conftest import DOSSIER, Complaint, user

NOVEMBER = dt.datetime(2026, 11, 18, 2, 0, tzinfo=dt.UTC)  # 09:00 of a Wednesday in Viet Nam
CULTURE_DAY = dt.date(2026, 11, 24)
ACT = "recompute_due_date"


def decide(day: dt.date, at: dt.datetime = NOVEMBER, who: str = "admin", **more: Any) -> CalendarDay:
    said = {"kind": "off", "status": "confirmed", "name": "Ngày Văn hóa Việt Nam",
            "source_document": "Nghị quyết số 28/2026/QH16", "decided_on": None}  # fmt: skip
    return change_day(day=day, actor=user(who), now=at, **{**said, **more})


def ticks(case: Case, name: str) -> list[str]:
    step = definition_of(case.definition_id).machine.step(name)
    assert step is not None
    return [c.code for c in step.confirm]


def received(at: dt.datetime) -> Case:
    """A complaint that Lan filed and Minh received at a moment."""
    case = open_case(procedure="complaint", actor=user("lan"), now=at, values=DOSSIER).case
    checklist = definition_of(case.definition_id).checklists["intake"]
    confirm = ticks(case, "submit")
    advance_case(case_id=case.pk, transition="submit", actor=user("lan"), now=at, data={"confirm": confirm})
    data = {"confirm": ticks(case, "receive"), "checklist": {item.code: "yes" for item in checklist}}
    advance_case(case_id=case.pk, transition="receive", actor=user("minh"), now=at, data=data)
    case.refresh_from_db()
    return case


def deliver_recomputations(at: dt.datetime = NOVEMBER) -> list[Delivery]:
    rows = OutboxEntry.objects.filter(kind="recompute", done_at=None).order_by("pk")
    return [deliver(pk, now=at) for pk in rows.values_list("pk", flat=True)]


def moves(case: Case) -> list[Event]:
    return list(Event.objects.filter(case=case, name=ACT).order_by("seq"))


@pytest.fixture
def case(complaint: Complaint) -> Case:
    """Lan's complaint of 18/11/2026, received while 24/11 was not decided yet."""
    decide(CULTURE_DAY, status="announced")
    return received(NOVEMBER)


def test_lans_case_moves_by_a_day_when_the_day_off_is_decided(case: Case) -> None:
    before = case.due_on
    assert before is not None
    decide(CULTURE_DAY)
    assert set(deliver_recomputations()) == {Delivery.DONE}
    case.refresh_from_db()
    assert case.due_on == before + dt.timedelta(days=1)
    [event] = moves(case)
    said = parse_body(bytes(event.body))
    assert said["facts"]["due_on"] == case.due_on.isoformat()
    assert said["reads"] == [["calendar", load_calendar().revision]]
    assert (event.kind, event.actor) == ("system", "system")


def test_lan_and_the_officer_are_told_of_the_new_day(case: Case) -> None:
    decide(CULTURE_DAY)
    deliver_recomputations()
    notice = OutboxEntry.objects.get(case_id=case.pk, kind="notice", payload__notice="due_changed")
    assert notice.payload["to"] == ["applicant", "specialist"]


def test_a_case_whose_day_is_over_or_whose_term_ends_before_gets_no_event(case: Case) -> None:
    early = received(dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC))
    version, seq = early.version, early.head_seq
    decide(CULTURE_DAY)
    deliver_recomputations()
    early.refresh_from_db()
    assert moves(early) == []
    assert (early.version, early.head_seq) == (version, seq)


def test_deciding_the_same_again_changes_nothing(case: Case) -> None:
    first = decide(CULTURE_DAY)
    deliver_recomputations()
    again = decide(CULTURE_DAY)
    assert again.revision == first.revision
    assert deliver_recomputations() == []
    assert AccountEvent.objects.filter(what="calendar_changed").count() == 2  # announced, decided
    assert len(moves(case)) == 1


def test_a_promise_that_is_carried_out_twice_tells_once(case: Case) -> None:
    decide(CULTURE_DAY)
    deliver_recomputations()
    OutboxEntry.objects.filter(kind="recompute").update(done_at=None)
    assert set(deliver_recomputations()) == {Delivery.DONE}
    assert len(moves(case)) == 1


def test_a_worker_that_died_after_telling_leaves_the_rest_to_the_next_and_tells_once(case: Case) -> None:
    decide(CULTURE_DAY)
    row = OutboxEntry.objects.get(kind="recompute", case_id=case.pk)
    do_act(case_id=case.pk, act=ACT, actor=None, now=NOVEMBER, idempotency_key=row.key)
    OutboxEntry.objects.filter(pk=row.pk).update(attempts=1, lease_until=NOVEMBER - dt.timedelta(minutes=1))
    assert deliver_recomputations() == [Delivery.DONE]
    assert len(moves(case)) == 1


def test_a_case_that_was_closed_meanwhile_is_left_alone(case: Case) -> None:
    decide(CULTURE_DAY)
    Case.objects.filter(pk=case.pk).update(closed=True)
    assert deliver_recomputations() == [Delivery.DONE]
    assert moves(case) == []


def test_a_step_between_the_decision_and_its_delivery_hides_nothing(case: Case) -> None:
    decide(CULTURE_DAY)
    advance_case(case_id=case.pk, transition="record_original", actor=user("minh"), now=NOVEMBER, data={
        "original_of": "Đơn", "original_event": "nhan", "original_place": "Tủ 1"})  # fmt: skip
    deliver_recomputations()
    assert len(moves(case)) == 1


def test_two_decisions_before_the_worker_comes_are_told_as_one(case: Case) -> None:
    before = case.due_on
    decide(CULTURE_DAY)
    decide(dt.date(2026, 11, 25), name="Hoán đổi ngày nghỉ")
    deliver_recomputations()
    case.refresh_from_db()
    assert before is not None
    assert case.due_on == before + dt.timedelta(days=2)
    assert len(moves(case)) == 1


def test_a_day_taken_back_moves_the_case_back_and_the_row_stays(case: Case) -> None:
    before = case.due_on
    decide(CULTURE_DAY)
    deliver_recomputations()
    row = remove_day(
        day=CULTURE_DAY, source_document="Công văn số 1", decided_on=None, actor=user("admin"), now=NOVEMBER
    )
    deliver_recomputations()
    case.refresh_from_db()
    assert case.due_on == before
    assert (row.status, row.revision) == ("withdrawn", 4)
    assert len(moves(case)) == 2


def test_the_timers_of_a_moved_case_wait_for_its_new_day(case: Case) -> None:
    decide(CULTURE_DAY)
    deliver_recomputations()
    case.refresh_from_db()
    definition = definition_of(case.definition_id)
    turn = Turn(definition, case, [], NOVEMBER, Request(case.pk, ACT, None, NOVEMBER), roles=frozenset({"system"}))
    promised = {
        (row.payload["name"], row.payload["fires"]) for row in OutboxEntry.objects.filter(case_id=case.pk, kind="timer")
    }
    assert {(t.name, t.fires.isoformat()) for t in timers_of(turn)} <= promised


def test_the_last_day_of_a_supplement_before_receipt_moves_without_an_event(complaint: Complaint) -> None:
    asked = complaint.supplement_asked()
    at, last = dt.datetime(2026, 3, 3, 4, 0, tzinfo=dt.UTC), asked.due_on
    assert last is not None
    seq = Case.objects.get(pk=complaint.case.pk).head_seq
    decide(last, at)
    deliver_recomputations(at)
    complaint.case.refresh_from_db()
    assert complaint.case.head_seq == seq
    moved = complaint.part("supplement-1").due_on
    assert moved is not None
    assert moved > last


def test_the_administrator_sees_beforehand_which_cases_would_move(case: Case) -> None:
    row = decide(CULTURE_DAY, status="announced")
    wanted = FilledDay(CULTURE_DAY, "off", "confirmed", row.name)
    [moved] = moved_cases(CULTURE_DAY, wanted, NOVEMBER)
    assert case.due_on is not None
    assert (moved.case, moved.before, moved.after) == (case, case.due_on, case.due_on + dt.timedelta(days=1))
    case.refresh_from_db()
    assert moved.before == case.due_on


def test_only_an_administrator_decides(complaint: Complaint) -> None:
    with pytest.raises(NotForYou):
        decide(CULTURE_DAY, who="ha")


@pytest.mark.parametrize(("more", "code"), [
    ({"name": " "}, "required"),
    ({"source_document": ""}, "required"),
    ({"day": dt.date(2051, 1, 1)}, "year_unknown"),
    ({"day": dt.date(2026, 11, 25), "kind": "make_up"}, "works_anyway"),
    ({"decided_on": dt.date(2026, 12, 1)}, "decided_later"),
    ({"status": "announced", "decided_on": dt.date(2026, 11, 1)}, "announced_only"),
])  # fmt: skip
def test_a_day_that_cannot_be_is_refused_in_words(complaint: Complaint, more: dict[str, Any], code: str) -> None:
    day = more.pop("day", CULTURE_DAY)
    with pytest.raises(PeopleRefused) as refused:
        decide(day, **more)
    assert code in [reason.code for reason in refused.value.reasons]
    assert not CalendarDay.objects.exists()


def test_an_ordinary_day_has_nothing_to_remove(complaint: Complaint) -> None:
    with pytest.raises(PeopleRefused):
        remove_day(day=dt.date(2026, 11, 25), source_document="x", decided_on=None, actor=None, now=NOVEMBER)


def test_a_promise_into_a_year_without_a_decision_says_so(complaint: Complaint) -> None:
    case = received(dt.datetime(2026, 12, 30, 2, 0, tzinfo=dt.UTC))
    assert case.due_on is not None
    assert case.due_on.year == 2027
    assert case.attributes["calendar_year_decided"] is False
