"""The clocks of a case as pure functions: statutory clock, step times, timers. Civil Code 2015 art. 147, 148.

1. A term has a unit: WD working days, CD calendar days, MONTH, HOUR (office hours).
2. The day of receipt is not counted. Day 1 is the next day (CD) or the next working day (WD), also when
   the file came in on a day off.
3. A CD or MONTH term that ends on a day off moves to the next working day; a month ends on the same day
   of the month, or on its last day.
4. What comes in on a working day after the cut-off hour counts as received on the next working day.
5. Pauses take out whole days: the day of the request counts as used, the day of the answer does not.
"""
from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from workflows.calendar import ONE_DAY, WORKDAY, Calendar, closes_at, days_after, local_day, opens_at, spelled
from workflows.definition import Duration, Share, Term, Unit
from workflows.due_days import (
    DayLine,
    DueDay,
    add_months,
    apology_last_day,
    due_day,
    effective_start,
    is_decided,
    shifted,
)

__all__ = [
    "ClockReading",
    "DayLine",
    "DueDay",
    "add_months",
    "apology_last_day",
    "case_clock",
    "due_day",
    "effective_start",
    "share_moment",
    "shifted",
    "step_due",
]

SupplementClock = Literal["pause", "restart"]
Log = Sequence[tuple[dt.datetime, str]]
STANDING = ("off", "pause", "out")  # the statutory clock stands; the time of others is never counted as ours
HALF_DAY = WORKDAY / 2


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The statutory clock of a case at a moment.

    `due_on` while the clock stands: the day it would be if the answer came today. `original_due_on`: the
    promise at receipt, untouched. `paused_days` in the unit of the term. `used_share` 0..1 of the office time.
    `decided` is False when the days off of a year touched are still an estimate.
    """

    due_on: dt.date
    original_due_on: dt.date
    paused_days: int
    running: bool
    used_share: float
    lines: tuple[DayLine, ...]
    decided: bool


def case_clock(
    log: Log,
    *,
    received: dt.datetime,
    term: Term,
    calendar: Calendar,
    now: dt.datetime,
    supplement_clock: SupplementClock = "pause",
    extension: dt.date | None = None,
    extended_on: dt.date | None = None,
    cut_off_hour: str | None = None,
) -> ClockReading:
    """Read the statutory clock of one attempt from its log of (moment, clock), in order of time.

    Entries before `received` and after `now` are not looked at; without an entry the clock runs. The first
    `stop` ends the reading. With supplement_clock=restart the term begins anew at the end of each `pause`
    (never of `out`). `extension` is the new date promised in form 04 on `extended_on`; days taken out after
    that day move it too.
    """
    stays = _Stays.read(log, received, now)
    start = effective_start(received, cut_off_hour, calendar)
    restart = stays.restarted_on if supplement_clock == "restart" else None
    found = due_day(restart or start, term.n, term.u, calendar, stays.paused)
    promise = _promise(extension, extended_on, term.u, calendar, stays.paused) if extension else ()
    due = max(found.day, *(line.day for line in promise)) if promise else found.day
    return ClockReading(
        due_on=due,
        original_due_on=due_day(start, term.n, term.u, calendar).day if stays.paused or restart else found.day,
        paused_days=sum(term.u in ("CD", "MONTH") or calendar.is_working(day) for day in stays.paused),
        running=stays.clock == "run",
        used_share=_used_share(max(received, closes_at(restart)) if restart else received, due, stays, calendar),
        lines=(*found.lines, *promise),
        decided=is_decided(start, due, calendar),
    )


def step_due(
    entered: dt.datetime,
    within: Duration | Share,
    *,
    received: dt.datetime | None,
    due_on: dt.date | None,
    calendar: Calendar,
    unit: Unit = "WD",
    urgent_factor: float = 1.0,
) -> dt.datetime | None:
    """Return when a step is due that began at `entered`: at 12:00 or 17:00 for working days and their halves.

    A share is taken of the office time between the day of receipt and `due_on` (give the original due day: a
    pause does not lengthen steps), rounded down to half days when the term's `unit` is WD. None when a share
    is asked and the term is not known yet. `urgent_factor` 0.5 halves the time.
    """
    if isinstance(within, Duration):
        return _duration_due(entered, within, urgent_factor, calendar)
    if received is None or due_on is None:
        return None
    days = max(calendar.working_between(local_day(received), due_on), 1)
    length = WORKDAY * days * within.share * urgent_factor
    if unit == "WD":  # the small addition: 0.3 of 5 days is 11:59:59.999… in floats
        return calendar.after_half_days(entered, int(length / HALF_DAY + 1e-9))
    return calendar.add_working_time(entered, length)


@lru_cache(maxsize=1024)
def share_moment(start: dt.datetime, end: dt.datetime, share: float, calendar: Calendar) -> dt.datetime:
    """Return the moment at which `share` (0..1) of the office time between two moments has passed."""
    whole = calendar.working_time(start, end)
    if not whole:
        return start + (end - start) * share
    return calendar.add_working_time(start, whole * share)


@dataclass(frozen=True, slots=True)
class _Stays:
    """What the log says: the days taken out, the present clock, when the term last began anew, until when to read."""

    paused: frozenset[dt.date]
    clock: str
    restarted_on: dt.date | None
    until: dt.datetime

    @classmethod
    def read(cls, log: Log, received: dt.datetime, now: dt.datetime) -> _Stays:
        paused: set[dt.date] = set()
        since, clock, restarted, until = received, "run", None, max(now, received)
        for moment, following in (*((m, c) for m, c in log if received <= m <= until), (until, "")):
            if clock in STANDING:
                paused.update(days_after(local_day(since), local_day(moment)))
            if clock == "pause" and following != clock:
                restarted = local_day(moment)
            if following == "stop":
                return cls(frozenset(paused), following, restarted, moment)
            since, clock = (moment, following) if following else (since, clock)
        return cls(frozenset(paused), clock, restarted, until)


def _promise(
    promised: dt.date, on: dt.date | None, unit: Unit, calendar: Calendar, paused: Collection[dt.date]
) -> tuple[DayLine, ...]:
    """The line of the new date; it moves by what pauses took out after the day on which it was given."""
    if on is not None and on < promised:
        counted: Unit = "CD" if unit in ("CD", "MONTH") else "WD"
        length = (promised - on).days if counted == "CD" else calendar.working_between(on, promised)
        promised = max(promised, due_day(on, length, counted, calendar, paused).day)
    vi, en = f"{spelled(promised, 'vi')}: ngày hẹn lại", f"{spelled(promised, 'en')}: the new date promised"
    return (DayLine(day=promised, counted=False, number=0, vi=vi, en=en),)


def _used_share(start: dt.datetime, due: dt.date, stays: _Stays, calendar: Calendar) -> float:
    """Share of the office time from `start` to the end of the due day that has passed, paused days left out."""
    end = closes_at(due)
    whole = _unpaused_time(start, end, stays.paused, calendar)
    passed = _unpaused_time(start, min(stays.until, end), stays.paused, calendar)
    return passed / whole if whole else float(stays.until > end)


def _unpaused_time(
    start: dt.datetime, end: dt.datetime, paused: Collection[dt.date], calendar: Calendar
) -> dt.timedelta:
    stood = (calendar.working_time(max(start, opens_at(d)), min(end, opens_at(d + ONE_DAY))) for d in paused)
    return calendar.working_time(start, end) - sum(stood, dt.timedelta(0))


def _duration_due(entered: dt.datetime, within: Duration, factor: float, calendar: Calendar) -> dt.datetime:
    if within.u == "HOUR":
        return calendar.add_working_time(entered, dt.timedelta(hours=within.n * factor))
    if within.u == "WD":
        return _working_days_due(entered, math.floor(within.n * factor * 2), calendar)
    day = local_day(entered)
    length = math.floor((shifted(day, within, calendar) - day).days * factor)
    return closes_at(calendar.roll(day + dt.timedelta(days=max(1, length))))


def _working_days_due(entered: dt.datetime, halves: int, calendar: Calendar) -> dt.datetime:
    """Whole days end at 17:00 of the n-th working day, an odd half at the end of the n-th half day to begin."""
    whole = closes_at(calendar.add_working(local_day(entered), halves // 2))
    if halves and halves % 2 == 0:
        return whole
    # Who enters before 08:00 begins at once: the half days would then end before the whole ones do.
    found = calendar.after_half_days(entered, max(1, halves))
    return max(found, whole) if halves > 1 else found
