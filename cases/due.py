"""The statutory clock of a case, read from its row: the promised day, and why each day before it counts or does not."""

from __future__ import annotations

import datetime as dt

from cases.calendar import load_calendar
from cases.models import Case
from workflows.calendar import Calendar
from workflows.clock import ClockReading, case_clock
from workflows.definition import Procedure, Term


def read_clock(
    case: Case, definition: Procedure, term: Term, now: dt.datetime, calendar: Calendar
) -> ClockReading:
    """Return the reading of a received case under a term. The log of clocks is the only input that steps write."""
    if case.received_at is None:
        raise ValueError("the clock begins with receipt")
    return case_clock(
        [(dt.datetime.fromisoformat(at), clock) for at, clock in case.clock_log],
        received=case.received_at,
        term=term,
        calendar=calendar,
        now=now,
        supplement_clock=definition.config.get("supplement_clock", "pause"),
        extension=_day(case.attributes.get("extended_to")),
        extended_on=_day(case.attributes.get("extended_on")),
        cut_off_hour=definition.config.get("cut_off_hour"),
    )


def explain_due(case: Case, definition: Procedure, now: dt.datetime) -> ClockReading | None:
    """Return how the due day comes about, day by day; None before receipt and for cases without a term."""
    term = next((t for t in definition.terms if t.code == case.attributes.get("term")), None)
    if case.received_at is None or term is None:
        return None
    return read_clock(case, definition, term, now, load_calendar())


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
