"""What holds for every calendar, term and log."""
from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from workflows.calendar import LOCAL, Calendar, closes_at
from workflows.clock import case_clock, due_day, effective_start, shifted, step_due
from workflows.definition import Duration, Term

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
OFF_DAYS = st.frozensets(DAYS, max_size=25)
UNITS = st.sampled_from(["WD", "CD", "MONTH", "HOUR"])
LENGTHS = st.integers(0, 12)
MINUTES = st.integers(0, 24 * 60 - 1)
MODES = st.sampled_from(["pause", "restart"])
CLOCKS = st.sampled_from(["pause", "out"])
PAUSES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), max_size=4)


@st.composite
def calendars(draw) -> Calendar:
    off = draw(OFF_DAYS)
    return Calendar(off=dict.fromkeys(off, "Nghỉ"), make_up=dict.fromkeys(draw(OFF_DAYS) - off, "Làm bù"))


@st.composite
def moments(draw) -> dt.datetime:
    return dt.datetime.combine(draw(DAYS), dt.time(0), LOCAL) + dt.timedelta(minutes=draw(MINUTES))


def log_of(received: dt.datetime, pauses, clock: str = "pause") -> list[tuple[dt.datetime, str]]:
    """Pauses as (hours × 5 after the last, hours × 7 long), one after the other."""
    log, moment = [], received
    for wait, length in pauses:
        log.append((moment := moment + dt.timedelta(hours=wait * 5), clock))
        log.append((moment := moment + dt.timedelta(hours=length * 7), "run"))
    return log


@given(calendars(), DAYS, LENGTHS, UNITS)
def test_a_term_always_ends_on_a_working_day_and_never_before_it_began(calendar, start, n, unit):
    due = due_day(start, n, unit, calendar).day
    assert calendar.is_working(due)
    assert due >= start


@given(calendars(), DAYS, LENGTHS)
def test_a_term_of_working_days_has_exactly_that_many(calendar, start, n):
    found = due_day(start, n, "WD", calendar)
    assert sum(line.counted for line in found.lines) == n
    assert n == 0 or calendar.working_between(start, found.day) == n


@given(calendars(), DAYS, LENGTHS, UNITS, OFF_DAYS)
def test_more_days_off_never_make_a_due_day_earlier(calendar, start, n, unit, more):
    fewer = Calendar(off={**calendar.off, **dict.fromkeys(more, "Nghỉ")}, make_up=calendar.make_up)
    assert due_day(start, n, unit, fewer).day >= due_day(start, n, unit, calendar).day


@given(calendars(), DAYS, st.integers(0, 20), LENGTHS, UNITS)
def test_a_later_start_never_ends_earlier(calendar, start, days, n, unit):
    later = start + dt.timedelta(days=days)
    assert due_day(later, n, unit, calendar).day >= due_day(start, n, unit, calendar).day


@given(calendars(), DAYS, LENGTHS, UNITS)
def test_the_lines_name_each_day_once_in_order(calendar, start, n, unit):
    found = due_day(start, n, unit, calendar)
    numbers = [line.number for line in found.lines if line.counted]
    assert [line.day for line in found.lines] == sorted({line.day for line in found.lines})
    assert numbers == list(range(1, len(numbers) + 1))
    assert (found.lines[0].day, found.lines[-1].day) == (start, found.day)


@given(calendars(), moments(), LENGTHS, UNITS, PAUSES, MODES, CLOCKS)
def test_supplements_however_many_never_make_the_due_day_earlier(calendar, received, n, unit, pauses, mode, clock):
    log, term = log_of(received, pauses, clock), Term(code="t", n=n, u=unit)
    now = received + dt.timedelta(days=200)
    due = [
        case_clock(log[: 2 * k], received=received, term=term, calendar=calendar, now=now, supplement_clock=mode).due_on
        for k in range(len(pauses) + 1)
    ]
    assert due == sorted(due)


@given(calendars(), moments(), LENGTHS, PAUSES)
def test_a_paused_term_still_gives_the_office_all_its_days(calendar, received, n, pauses):
    read = case_clock(log_of(received, pauses), received=received, term=Term(code="t", n=n, u="WD"),
                      calendar=calendar, now=received + dt.timedelta(days=200))
    assert sum(line.counted for line in read.lines) == n
    assert 0 <= read.used_share <= 1
    assert calendar.is_working(read.due_on)


@given(calendars(), moments(), LENGTHS, PAUSES)
def test_the_due_day_never_goes_back_as_time_goes_on(calendar, received, n, pauses):
    log, term = log_of(received, pauses), Term(code="t", n=n, u="WD")
    times = [received + dt.timedelta(hours=54 * n) for n in range(10)]
    due = [case_clock(log, received=received, term=term, calendar=calendar, now=now).due_on for now in times]
    assert due == sorted(due)


@given(calendars(), moments(), moments())
def test_the_cut_off_moves_a_receipt_to_the_next_working_day_at_most(calendar, moment, other):
    cut_off = f"{other.astimezone(LOCAL):%H:%M}"
    day, start = moment.astimezone(LOCAL).date(), effective_start(moment, cut_off, calendar)
    assert start in (day, calendar.add_working(day, 1))
    assert effective_start(moment, None, calendar) == day


@given(calendars(), moments(), st.integers(1, 12))
def test_steps_of_half_days_end_at_noon_or_at_five_on_a_working_day_after_entry(calendar, entered, halves):
    due = step_due(entered, Duration(n=halves / 2, u="WD"), received=None, due_on=None, calendar=calendar)
    assert due is not None
    assert due.time() in (dt.time(12), dt.time(17))
    assert calendar.is_working(due.date())
    assert due > entered


@given(calendars(), moments(), st.integers(1, 12))
def test_a_longer_step_is_never_due_earlier(calendar, entered, halves):
    shorter, longer = (step_due(entered, Duration(n=n / 2, u="WD"), received=None, due_on=None, calendar=calendar)
                       for n in (halves, halves + 1))
    assert shorter is not None
    assert longer is not None
    assert shorter <= longer


@given(calendars(), moments(), st.integers(0, 100), st.integers(0, 100))
def test_working_time_adds_up_and_is_found_again(calendar, start, first, second):
    middle = calendar.add_working_time(start, dt.timedelta(minutes=first * 13))
    end = calendar.add_working_time(middle, dt.timedelta(minutes=second * 13))
    assert calendar.working_time(start, middle) == dt.timedelta(minutes=first * 13)
    assert calendar.working_time(start, end) == dt.timedelta(minutes=(first + second) * 13)


@given(calendars(), DAYS, st.integers(1, 30))
def test_going_back_as_many_working_days_returns_to_the_same_working_day(calendar, day, n):
    day = calendar.roll(day)
    assert shifted(shifted(day, Duration(n=n, u="WD"), calendar), Duration(n=-n, u="WD"), calendar) == day


@given(calendars(), DAYS, DAYS)
def test_a_workday_of_office_time_is_eight_hours(calendar, first, last):
    first, last = sorted((first, last))
    hours = calendar.working_time(closes_at(first), closes_at(last)) / dt.timedelta(hours=8)
    assert hours == calendar.working_between(first, last)
