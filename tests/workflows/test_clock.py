"""Due days, pauses, promises and step times; the vectors are those of the one-stop rules."""
from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from workflows.calendar import LOCAL, Calendar, DayRow, calendar_of, closes_at
from workflows.clock import (
    add_months,
    apology_last_day,
    case_clock,
    due_day,
    effective_start,
    share_moment,
    shifted,
    step_due,
)
from workflows.definition import Duration, Share, Term

D = dt.date.fromisoformat
OFF = [
    "2025-01-01", "2025-01-27", "2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31", "2025-04-07", "2025-04-30",
    "2025-05-01", "2025-05-02", "2025-09-01", "2025-09-02", "2026-01-01", "2026-01-02", "2026-02-16", "2026-02-17",
    "2026-02-18", "2026-02-19", "2026-02-20", "2026-04-27", "2026-04-30", "2026-05-01", "2026-08-31", "2026-09-01",
    "2026-09-02", "2026-11-24",
]
MAKE_UP = ["2025-04-26", "2026-01-10", "2026-08-22"]
CALENDAR = Calendar(
    off=dict.fromkeys(map(D, OFF), "Nghỉ lễ") | {D("2026-11-24"): "Ngày Văn hóa Việt Nam"},
    make_up=dict.fromkeys(map(D, MAKE_UP), "Làm bù"),
    decided_years=frozenset({2025, 2026}),
)
WITHOUT_CULTURE_DAY = Calendar(
    off={day: name for day, name in CALENDAR.off.items() if day != D("2026-11-24")},
    make_up=CALENDAR.make_up, decided_years=CALENDAR.decided_years,
)
FOUR_DAYS = Term(code="delegated", n=4, u="WD")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def reading(log, received="2026-11-30T10:00", now="2026-12-31T09:00", term=FOUR_DAYS, **more):
    moments = [(at(moment), clock) for moment, clock in log]
    return case_clock(moments, received=at(received), term=term, calendar=CALENDAR, now=at(now), **more)


@pytest.mark.parametrize(("start", "n", "unit", "due"), [
    pytest.param("2025-12-31", 3, "WD", "2026-01-07", id="D1"),
    pytest.param("2026-01-08", 2, "WD", "2026-01-10", id="D2"),
    pytest.param("2026-02-12", 3, "WD", "2026-02-24", id="D3"),
    pytest.param("2026-04-24", 2, "WD", "2026-04-29", id="D4"),
    pytest.param("2026-08-21", 2, "WD", "2026-08-24", id="D5"),
    pytest.param("2026-08-28", 1, "WD", "2026-09-03", id="D6"),
    pytest.param("2026-11-20", 3, "WD", "2026-11-26", id="D7"),
    pytest.param("2025-04-25", 4, "WD", "2025-05-05", id="D8"),
    pytest.param("2026-01-31", 20, "CD", "2026-02-23", id="D9"),
    pytest.param("2026-11-09", 15, "CD", "2026-11-25", id="D10"),
    pytest.param("2026-11-23", 4, "WD", "2026-11-30", id="D12 = V2"),
    pytest.param("2026-11-30", 1, "WD", "2026-12-01", id="D13a = V4"),
    pytest.param("2026-11-30", 2, "WD", "2026-12-02", id="D13b = V9"),
    pytest.param("2026-11-30", 4, "WD", "2026-12-04", id="D13c"),
    pytest.param("2026-11-29", 5, "WD", "2026-12-04", id="D15 = V12"),
    pytest.param("2026-08-20", 2, "CD", "2026-08-22", id="D17"),
    pytest.param("2026-01-31", 1, "MONTH", "2026-03-02", id="last day of February is a Saturday"),
    pytest.param("2026-03-31", 3, "MONTH", "2026-06-30", id="June has no 31st"),
    pytest.param("2026-11-20", 12, "HOUR", "2026-11-25", id="12 office hours are two days"),
    pytest.param("2026-11-21", 0, "WD", "2026-11-23", id="same day, but it is a Saturday"),
])
def test_a_term_ends_on_the_day_of_the_table(start, n, unit, due):
    assert due_day(D(start), n, unit, CALENDAR).day == D(due)


def test_a_holiday_not_in_force_leaves_the_promise_on_friday_and_the_apology_on_thursday():  # D11 = V1
    due = due_day(D("2026-11-23"), 4, "WD", WITHOUT_CULTURE_DAY).day
    apology = apology_last_day(due, Duration(n=1, u="WD"), WITHOUT_CULTURE_DAY)
    assert (due, apology) == (D("2026-11-27"), D("2026-11-26"))


def test_a_holiday_in_force_moves_the_promise_to_monday_and_the_apology_to_friday():  # D12 = V2
    due = due_day(D("2026-11-23"), 4, "WD", CALENDAR).day
    assert (due, apology_last_day(due, Duration(n=1, u="WD"), CALENDAR)) == (D("2026-11-30"), D("2026-11-27"))


@pytest.mark.parametrize(("status", "due"), [("announced", "2026-11-27"), ("confirmed", "2026-11-30")])
def test_an_announced_holiday_does_not_count_until_it_is_confirmed(status, due):  # V3
    calendar = calendar_of([DayRow(D("2026-11-24"), "off", status, "Ngày Văn hóa Việt Nam")])
    assert due_day(D("2026-11-23"), 4, "WD", calendar).day == D(due)


def test_a_later_row_for_the_same_day_wins_and_the_revision_changes():
    first = DayRow(D("2026-11-24"), "off", "confirmed", "A", 1)
    second = DayRow(D("2026-11-24"), "off", "announced", "A", 2)
    assert calendar_of([first, second]).is_working(D("2026-11-24"))
    assert calendar_of([first]).revision != calendar_of([first, second]).revision


def test_a_negative_term_is_refused():
    with pytest.raises(ValueError, match="negative"):
        due_day(D("2026-11-23"), -1, "WD", CALENDAR)


def test_each_day_of_the_term_has_its_line_in_both_languages():
    lines = due_day(D("2026-11-23"), 4, "WD", CALENDAR).lines
    assert [line.day.day for line in lines] == [23, 24, 25, 26, 27, 28, 29, 30]
    assert [line.number for line in lines] == [0, 0, 1, 2, 3, 0, 0, 4]
    assert lines[1].vi == "Thứ Ba 24/11/2026: không tính (nghỉ: Ngày Văn hóa Việt Nam)"
    assert lines[1].en == "Tuesday 24/11/2026: not counted (day off: Vietnam Culture Day)"


def test_a_term_that_moves_off_a_day_off_says_so():
    assert due_day(D("2026-11-09"), 15, "CD", CALENDAR).lines[-1].vi == \
        "Thứ Tư 25/11/2026: chuyển sang ngày làm việc tiếp theo"


def test_a_due_day_in_a_year_without_a_decision_is_marked():
    assert due_day(D("2026-12-01"), 3, "WD", CALENDAR).decided
    assert not due_day(D("2026-12-30"), 3, "WD", CALENDAR).decided


@pytest.mark.parametrize(("moment", "day"), [
    ("2026-11-23T15:00", "2026-11-23"),
    ("2026-11-23T15:01", "2026-11-25"),  # 24/11 is off
    ("2026-11-21T23:00", "2026-11-21"),  # Saturday, online: that calendar day
    ("2026-08-22T16:00", "2026-08-24"),  # a make-up Saturday has its cut-off too
])
def test_what_comes_after_the_cut_off_hour_counts_for_the_next_working_day(moment, day):
    assert effective_start(at(moment), "15:00", CALENDAR) == D(day)


def test_without_a_cut_off_hour_the_local_day_counts():
    assert effective_start(dt.datetime(2026, 11, 23, 17, 30, tzinfo=dt.UTC), None, CALENDAR) == D("2026-11-24")


def test_negative_durations_reach_back():
    assert shifted(D("2026-11-25"), Duration(n=-2, u="WD"), CALENDAR) == D("2026-11-20")
    assert shifted(D("2026-12-31"), Duration(n=-6, u="MONTH"), CALENDAR) == D("2026-06-30")
    assert shifted(D("2026-11-25"), Duration(n=-90, u="CD"), CALENDAR) == D("2026-08-27")
    assert add_months(D("2026-01-31"), -11) == D("2025-02-28")


# -- the statutory clock ------------------------------------------------------------------------------------------


def test_without_a_pause_the_clock_promises_the_original_day():
    read = reading([("2026-11-30T10:00", "run")], now="2026-12-01T09:00")
    assert (read.due_on, read.original_due_on) == (D("2026-12-04"), D("2026-12-04"))
    assert (read.paused_days, read.running) == (0, True)


def test_the_day_of_the_request_is_used_and_the_day_of_the_answer_is_not():
    read = reading([("2026-12-01T08:30", "pause"), ("2026-12-03T16:00", "run")])
    assert (read.due_on, read.original_due_on, read.paused_days) == (D("2026-12-08"), D("2026-12-04"), 2)


def test_a_declined_withdrawal_is_taken_out_of_the_term():  # V23
    read = reading([("2026-12-01T09:00", "pause"), ("2026-12-02T09:00", "run")])
    assert read.due_on == D("2026-12-07")


def test_a_request_answered_on_the_same_day_costs_nothing():
    assert reading([("2026-12-01T08:30", "pause"), ("2026-12-01T16:00", "run")]).due_on == D("2026-12-04")


def test_the_time_of_others_is_not_counted_as_ours():
    assert reading([("2026-12-01T08:30", "out"), ("2026-12-07T16:00", "run")]).due_on == D("2026-12-10")


def test_while_the_applicant_is_awaited_the_due_day_is_that_of_an_answer_today():
    read = reading([("2026-12-01T08:30", "pause")], now="2026-12-10T09:00")
    assert (read.running, read.due_on, read.paused_days) == (False, D("2026-12-15"), 7)


def test_a_weekend_inside_a_pause_takes_out_calendar_days_of_a_calendar_term():
    term = Term(code="t", n=10, u="CD")
    read = reading([("2026-12-04T08:30", "pause"), ("2026-12-07T16:00", "run")], term=term)
    assert (read.original_due_on, read.due_on, read.paused_days) == (D("2026-12-10"), D("2026-12-14"), 3)


def test_a_pause_moves_the_end_of_a_month_by_its_days():
    read = reading([("2026-12-01T08:30", "pause"), ("2026-12-03T16:00", "run")], term=Term(code="t", n=1, u="MONTH"))
    assert (read.original_due_on, read.due_on) == (D("2026-12-30"), D("2027-01-01"))


def test_with_restart_the_term_begins_anew_on_the_day_of_the_answer():
    log = [("2026-12-01T08:30", "pause"), ("2026-12-03T16:00", "run")]
    assert reading(log, supplement_clock="restart").due_on == D("2026-12-09")


def test_time_outside_never_restarts_the_term():
    log = [("2026-12-01T08:30", "out"), ("2026-12-03T16:00", "run")]
    assert reading(log, supplement_clock="restart").due_on == D("2026-12-08")


def test_the_end_of_the_case_ends_the_clock():
    read = reading([("2026-12-02T15:00", "stop"), ("2026-12-10T08:00", "pause")])
    assert (read.due_on, read.running, read.paused_days) == (D("2026-12-04"), False, 0)


def test_what_happened_before_receipt_does_not_count():
    assert reading([("2026-11-20T08:00", "off"), ("2026-11-25T08:00", "pause")]).due_on == D("2026-12-04")


def test_an_extension_sets_the_new_date_and_keeps_the_original():
    read = reading([], extension=D("2026-12-11"), extended_on=D("2026-12-03"))
    assert (read.due_on, read.original_due_on) == (D("2026-12-11"), D("2026-12-04"))
    assert read.lines[-1].vi == "Thứ Sáu 11/12/2026: ngày hẹn lại"


def test_a_pause_after_the_extension_moves_the_new_date_and_one_before_does_not():
    after = reading([("2026-12-07T09:00", "pause"), ("2026-12-09T09:00", "run")],
                    extension=D("2026-12-11"), extended_on=D("2026-12-03"))
    before = reading([("2026-12-01T09:00", "pause"), ("2026-12-02T09:00", "run")],
                     extension=D("2026-12-11"), extended_on=D("2026-12-03"))
    assert (after.due_on, before.due_on) == (D("2026-12-15"), D("2026-12-11"))


def test_the_used_share_is_one_half_at_half_of_the_office_time():
    read = reading([], received="2026-11-29T10:00", now="2026-12-01T17:00")  # Sunday: four whole days from Monday on
    assert (read.due_on, read.used_share) == (D("2026-12-03"), 0.5)


def test_the_used_share_stands_still_in_a_pause_and_never_passes_one():
    log = [("2026-12-01T17:00", "pause")]
    early, late = reading(log, now="2026-12-02T09:00"), reading(log, now="2026-12-20T09:00")
    assert early.used_share == late.used_share
    assert reading([], now="2027-06-01T09:00").used_share == 1.0


# -- step times and timers ------------------------------------------------------------------------------------------


def step(entered, within, **more):
    known: dict[str, Any] = {"received": at("2026-11-30T10:00"), "due_on": D("2026-12-04"), "calendar": CALENDAR}
    return step_due(at(entered), within, **(known | more))


@pytest.mark.parametrize(("entered", "n", "due"), [
    pytest.param("2026-11-20T16:00", 0.5, "2026-11-23T12:00", id="D16"),
    ("2026-11-20T09:00", 0.5, "2026-11-20T17:00"),
    ("2026-11-20T12:00", 0.5, "2026-11-20T17:00"),
    ("2026-11-20T17:00", 0.5, "2026-11-23T12:00"),
    ("2026-11-20T16:00", 1.5, "2026-11-25T12:00"),
    ("2026-11-20T16:00", 1, "2026-11-23T17:00"),
    ("2026-11-21T16:00", 1, "2026-11-23T17:00"),
    ("2026-11-20T09:00", 2, "2026-11-25T17:00"),
])
def test_a_step_of_working_days_ends_at_noon_or_at_five(entered, n, due):
    assert step(entered, Duration(n=n, u="WD")) == at(due)


@pytest.mark.parametrize(("share", "due"), [
    (0.5, "2026-12-02T17:00"),  # 2 of 4 days
    (0.3, "2026-12-01T17:00"),  # 2.4 halves are two
    (0.05, "2026-12-01T12:00"),  # less than a half day: the present one
])
def test_a_share_of_a_working_day_term_is_rounded_down_to_half_days(share, due):
    assert step("2026-12-01T08:00", Share(share=share)) == at(due)


def test_shares_of_one_that_follow_each_other_end_with_the_term():
    moment = at("2026-12-01T08:00")
    for share in (0.25, 0.25, 0.5):
        moment = step(f"{moment:%Y-%m-%dT%H:%M}", Share(share=share))
    assert moment == closes_at(D("2026-12-04"))


def test_a_share_of_a_calendar_term_is_not_rounded():
    assert step("2026-12-01T08:00", Share(share=0.05), unit="CD") == at("2026-12-01T09:36")


def test_a_share_of_an_unknown_term_has_no_due_moment():
    assert step("2026-12-01T08:00", Share(share=0.05), received=None) is None


@pytest.mark.parametrize(("n", "unit", "due"), [
    (1, "WD", "2026-12-01T17:00"),
    (3, "WD", "2026-12-02T17:00"),
    (8, "CD", "2026-12-07T17:00"),
    (1, "CD", "2026-12-02T17:00"),
])
def test_urgency_halves_the_time_of_a_step(n, unit, due):
    assert step("2026-12-01T09:00", Duration(n=n, u=unit), urgent_factor=0.5) == at(due)


def test_hours_are_office_hours():
    assert step("2026-12-01T16:00", Duration(n=6, u="HOUR")) == at("2026-12-02T14:00")


def test_working_time_knows_lunch_evenings_and_days_off():
    assert CALENDAR.working_time(at("2026-11-23T11:00"), at("2026-11-25T09:30")) == dt.timedelta(hours=6, minutes=30)
    assert CALENDAR.working_time(at("2026-11-25T09:30"), at("2026-11-23T11:00")) == dt.timedelta(0)


def test_half_of_a_term_has_passed_in_the_middle_of_its_office_time():
    assert share_moment(at("2026-12-01T08:00"), at("2026-12-02T17:00"), 0.5, CALENDAR) == at("2026-12-01T17:00")


def test_a_share_of_a_time_without_office_hours_is_taken_by_the_clock():
    assert share_moment(at("2026-12-05T00:00"), at("2026-12-06T00:00"), 0.5, CALENDAR) == at("2026-12-05T12:00")


def test_working_days_between_counts_backwards_too():
    assert CALENDAR.working_between(D("2026-11-20"), D("2026-11-25")) == 2
    assert CALENDAR.working_between(D("2026-11-25"), D("2026-11-20")) == -2


@pytest.mark.parametrize(("day", "vi", "en"), [
    ("2026-11-24", "nghỉ: Ngày Văn hóa Việt Nam", "day off: Vietnam Culture Day"),
    ("2026-01-10", "ngày làm việc bù", "make-up working day"),
    ("2026-11-28", "nghỉ hằng tuần", "weekend"),
    ("2026-11-25", "ngày làm việc", "working day"),
])
def test_the_calendar_says_why_a_day_is_worked_or_not(day, vi, en):
    assert (CALENDAR.why(D(day), "vi"), CALENDAR.why(D(day), "en")) == (vi, en)
