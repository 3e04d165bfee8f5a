"""The calendar of the office: first fill, official corrections, rows of the table."""
from __future__ import annotations

import datetime as dt

import pytest

from cases.calendar import fill_calendar, first_fill, load_calendar
from cases.models import CalendarDay
from workflows.calendar import ENGLISH
from workflows.clock import due_day

D = dt.date.fromisoformat


def row(date: str, status: str = "confirmed", kind: str = "off", **more) -> CalendarDay:
    known = {"name": "Ngày nghỉ", "source_document": "Quyết định"}
    return CalendarDay.objects.create(date=D(date), kind=kind, status=status, **known, **more)


def weekdays_off(year: int) -> list[str]:
    return [d.date.isoformat()[5:] for d in first_fill([year]) if d.kind == "off" and d.date.weekday() < 5]


def test_the_first_fill_of_2025_and_2026_is_what_was_decided():
    assert weekdays_off(2025) == ["01-01", "01-27", "01-28", "01-29", "01-30", "01-31", "04-07", "04-30", "05-01",
                                  "05-02", "09-01", "09-02"]
    assert weekdays_off(2026) == ["01-01", "01-02", "02-16", "02-17", "02-18", "02-19", "02-20", "04-27", "04-30",
                                  "05-01", "08-31", "09-01", "09-02", "11-24"]
    assert [d.date.isoformat() for d in first_fill([2025, 2026]) if d.kind == "make_up"] == \
        ["2025-04-26", "2026-01-10", "2026-08-22"]


def test_every_day_of_the_first_fill_names_its_document_and_a_name_known_in_english():
    filled = first_fill([2025, 2026, 2027])
    assert all(day.source_document for day in filled)
    assert {day.name for day in filled} <= set(ENGLISH)


@pytest.mark.django_db
def test_an_empty_table_still_knows_the_holidays():
    assert due_day(D("2026-11-23"), 4, "WD", load_calendar()).day == D("2026-11-30")


@pytest.mark.django_db
def test_an_announced_row_takes_the_day_back_until_it_is_confirmed():  # V3
    day = row("2026-11-24", status="announced")
    before = load_calendar()
    CalendarDay.objects.filter(pk=day.pk).update(status="confirmed", revision=2)
    after = load_calendar()
    assert due_day(D("2026-11-23"), 4, "WD", before).day == D("2026-11-27")
    assert due_day(D("2026-11-23"), 4, "WD", after).day == D("2026-11-30")
    assert before.revision != after.revision


@pytest.mark.django_db
def test_a_row_wins_over_the_package():
    row("2026-09-01", kind="make_up")
    assert load_calendar().is_working(D("2026-09-01"))


@pytest.mark.django_db
def test_a_year_is_decided_when_a_row_names_the_day_of_the_decision():
    assert not due_day(D("2027-03-01"), 4, "WD", load_calendar()).decided
    row("2027-02-11", decided_on=D("2026-12-10"))
    assert due_day(D("2027-03-01"), 4, "WD", load_calendar()).decided


@pytest.mark.django_db
def test_filling_writes_missing_days_once_and_keeps_what_stands():
    row("2026-11-24", status="announced")
    added = fill_calendar([2026])
    assert added > 10
    assert fill_calendar([2026]) == 0
    assert CalendarDay.objects.get(date=D("2026-11-24")).status == "announced"


@pytest.mark.django_db
def test_an_unchanged_table_is_read_with_one_query_and_built_once(django_assert_num_queries):
    row("2026-11-24")
    first = load_calendar()
    with django_assert_num_queries(1):
        assert load_calendar() is first
