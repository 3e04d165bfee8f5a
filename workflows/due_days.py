"""From a first day and a term to the last day, with a line of explanation for every day between."""
from __future__ import annotations

import calendar as months
import datetime as dt
import math
from collections.abc import Collection
from dataclasses import dataclass

from workflows.calendar import LOCAL, ONE_DAY, Calendar, local_day, spelled
from workflows.definition import Duration, Unit


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day of an explanation; `number` is its place in the term, 0 when it is not counted."""

    day: dt.date
    counted: bool
    number: int
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class DueDay:
    """The last day of a term and how it was found. `decided`: the days off of every year touched are decided."""

    day: dt.date
    lines: tuple[DayLine, ...]
    decided: bool = True


def effective_start(moment: dt.datetime, cut_off_hour: str | None, calendar: Calendar) -> dt.date:
    """Return the legal day of receipt. `cut_off_hour` is "15:00" or None; it holds on working days only."""
    day = local_day(moment)
    if cut_off_hour is None or not calendar.is_working(day):
        return day
    late = moment > dt.datetime.combine(day, dt.time.fromisoformat(cut_off_hour), LOCAL)
    return calendar.add_working(day, 1) if late else day


def due_day(start: dt.date, n: float, unit: Unit, calendar: Calendar, paused: Collection[dt.date] = ()) -> DueDay:
    """Return the last day of a term of `n` units that starts on `start`. Raises ValueError when n is negative.

    Half working days and office hours are rounded up to whole days here: the law counts days, steps count
    halves. `paused` days are not counted, and no term ends on one.
    """
    if n < 0:
        raise ValueError(f"a term cannot be negative: {n} {unit}")
    walk = _Walk(start, calendar, paused)
    if unit in ("WD", "HOUR"):
        walk.count_working(_whole_days(n, unit))
    else:
        walk.count_all(int(n) if unit == "CD" else (add_months(start, int(n)) - start).days)
    return DueDay(walk.day, tuple(walk.lines), is_decided(start, walk.day, calendar))


def add_months(day: dt.date, n: int) -> dt.date:
    """Return the same day n months later (earlier when negative), or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return dt.date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def shifted(day: dt.date, by: Duration, calendar: Calendar) -> dt.date:
    """Return the day `by` later (earlier when negative). It is not moved off a day off: for timers, not for terms."""
    if by.u == "MONTH":
        return add_months(day, int(by.n))
    if by.u == "CD":
        return day + dt.timedelta(days=int(by.n))
    whole = _whole_days(abs(by.n), by.u)
    return calendar.add_working(day, whole if by.n >= 0 else -whole)


def apology_last_day(due: dt.date, lead: Duration, calendar: Calendar) -> dt.date:
    """Return the last day on which form 04 may still be made: `lead` (default 1 WD) before the due day."""
    return shifted(due, Duration(n=-lead.n, u=lead.u), calendar)


def is_decided(first: dt.date, last: dt.date, calendar: Calendar) -> bool:
    """Whether the days off of every year between two days are decided; if not, a due day shows a warning."""
    return all(year in calendar.decided_years for year in range(first.year, last.year + 1))


class _Walk:
    """Counts days one by one and writes down why."""

    def __init__(self, start: dt.date, calendar: Calendar, paused: Collection[dt.date]) -> None:
        self.day, self.calendar, self.paused = start, calendar, paused
        self.number = 0
        self.lines: list[DayLine] = []
        self._note("ngày bắt đầu, không tính", "the first day is not counted")

    def count_working(self, n: int) -> None:
        while self.number < n:
            self._next(counts=self.calendar.is_working(self.day + ONE_DAY))
        if n == 0:
            self._roll()

    def count_all(self, n: int) -> None:
        while self.number < n:
            self._next(counts=True)
        self._roll()

    def _next(self, *, counts: bool) -> None:
        self.day += ONE_DAY
        if self.day in self.paused:
            self._note("tạm dừng, không tính", "paused, not counted")
        elif counts:
            self.number += 1
            self._note(f"ngày thứ {self.number}", f"day {self.number}", number=self.number)
        else:
            self._note("không tính", "not counted")

    def _roll(self) -> None:
        """Move an end on a day off to the next working day that no pause covers."""
        if self.calendar.is_working(self.day):
            return
        while not self.calendar.is_working(self.day) or self.day in self.paused:
            self.day += ONE_DAY
        self._note("chuyển sang ngày làm việc tiếp theo", "moved to the next working day")

    def _note(self, vi: str, en: str, *, number: int = 0) -> None:
        said = {"vi": f"{spelled(self.day, 'vi')}: {vi}", "en": f"{spelled(self.day, 'en')}: {en}"}
        if not self.calendar.is_working(self.day) or self.day in self.calendar.make_up:
            said = {lang: f"{text} ({self.calendar.why(self.day, lang)})" for lang, text in said.items()}
        self.lines.append(DayLine(self.day, number > 0, number, said["vi"], said["en"]))


def _whole_days(n: float, unit: Unit) -> int:
    return math.ceil(n if unit == "WD" else n / 8)
