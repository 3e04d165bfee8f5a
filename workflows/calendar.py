"""Working days and office hours of Viet Nam: a frozen calendar, asked and never changed.

Days are local dates; moments carry their zone and are read in Viet Nam time. Office hours are 08:00–12:00
and 13:00–17:00, eight hours a day; a half day ends at 12:00 or 17:00.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
ONE_DAY = dt.timedelta(days=1)
HALF_DAYS = ((dt.time(8), dt.time(12)), (dt.time(13), dt.time(17)))
WORKDAY = dt.timedelta(hours=8)
WEEKDAYS = {
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
ENGLISH = {
    "Tết Dương lịch": "New Year's Day",
    "Tết Nguyên đán": "Lunar New Year",
    "Giỗ Tổ Hùng Vương": "Hung Kings' Commemoration Day",
    "Ngày Chiến thắng": "Reunification Day",
    "Ngày Quốc tế Lao động": "International Labour Day",
    "Quốc khánh": "National Day",
    "Ngày Văn hóa Việt Nam": "Vietnam Culture Day",
    "Nghỉ bù": "Compensatory day off",
    "Hoán đổi ngày nghỉ": "Exchanged day off",
    "Làm bù": "Make-up working day",
}


@dataclass(frozen=True, slots=True)
class DayRow:
    """One row of the calendar as stored: `kind` off | make_up, `status` announced | confirmed."""

    date: dt.date
    kind: str
    status: str
    name: str
    revision: int = 1


@dataclass(frozen=True, slots=True, eq=False)  # known by identity: what is read off a calendar can be remembered
class Calendar:
    """Which days are worked. `off` and `make_up` give the Vietnamese name of the day.

    `decided_years`: years whose days off have been decided; a due day in another year is an estimate.
    `revision` changes whenever a row changes, and goes into the events that read the calendar.
    """

    off: Mapping[dt.date, str] = field(default_factory=dict)
    make_up: Mapping[dt.date, str] = field(default_factory=dict)
    decided_years: frozenset[int] = frozenset()
    revision: int = 0

    def is_working(self, day: dt.date) -> bool:
        """Whether the office works on that day: Monday to Friday and make-up days, without the days off."""
        return day not in self.off and (day.weekday() < 5 or day in self.make_up)

    def why(self, day: dt.date, lang: str) -> str:
        """Return in words why the day is worked or not; `lang` is vi or en."""
        if day in self.off:
            return ("nghỉ: " if lang == "vi" else "day off: ") + _named(self.off[day], lang)
        if day in self.make_up:
            return "ngày làm việc bù" if lang == "vi" else "make-up working day"
        if day.weekday() >= 5:
            return "nghỉ hằng tuần" if lang == "vi" else "weekend"
        return "ngày làm việc" if lang == "vi" else "working day"

    def add_working(self, day: dt.date, n: int) -> dt.date:
        """Return the n-th working day after `day` (before it when n is negative); `day` itself for 0."""
        step = ONE_DAY if n > 0 else -ONE_DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def working_between(self, first: dt.date, last: dt.date) -> int:
        """Count working days after `first` up to and with `last`; negative when `last` lies before `first`."""
        if last < first:
            return -self.working_between(last, first)
        return sum(self.is_working(day) for day in days_after(first, last))

    def roll(self, day: dt.date) -> dt.date:
        """Return `day`, or the next working day when it is a day off."""
        return day if self.is_working(day) else self.add_working(day, 1)

    def half_days(self, moment: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Yield (start, end) of every half day of work that ends after `moment`, in order, without end."""
        local = moment.astimezone(LOCAL)  # of one zone, moments are compared three times as fast
        day = local.date()
        while True:
            if self.is_working(day):
                yield from (half for half in _halves_of(day) if half[1] > local)
            day += ONE_DAY

    def after_half_days(self, moment: dt.datetime, n: int) -> dt.datetime:
        """Return the end (12:00 or 17:00) of the n-th half day to begin at or after `moment`; 0: of the present one."""
        halves = self.half_days(moment)
        if n == 0:
            return next(halves)[1]
        begun = (end for start, end in halves if start >= moment)
        for _ in range(n - 1):
            next(begun)
        return next(begun)

    def working_time(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """Return the office time between two moments (8 hours a day); zero when `end` is not after `start`."""
        if end <= start:
            return dt.timedelta(0)
        first, last = start.astimezone(LOCAL), end.astimezone(LOCAL)
        days = self.working_between(first.date() - ONE_DAY, last.date() - ONE_DAY)
        return WORKDAY * days - self._worked(first) + self._worked(last)

    def add_working_time(self, moment: dt.datetime, length: dt.timedelta) -> dt.datetime:
        """Return the moment at which `length` of office time has passed since `moment`."""
        local = moment.astimezone(LOCAL)
        if not length:
            return max(next(self.half_days(local))[0], local)
        day, left = local.date(), length + self._worked(local)
        while not self.is_working(day) or left > WORKDAY:
            left -= WORKDAY * self.is_working(day)
            day += ONE_DAY
        return _reached(day, left)

    def _worked(self, local: dt.datetime) -> dt.timedelta:
        """Return the office time of the moment's own day that has passed."""
        halves = _halves_of(local.date()) if self.is_working(local.date()) else ()
        return sum((min(max(local, start), end) - start for start, end in halves), dt.timedelta(0))


def calendar_of(rows: Iterable[DayRow], decided_years: Iterable[int] = ()) -> Calendar:
    """Build a calendar from rows; of two rows for a day the later one wins. An announced day does not count yet."""
    by_day = {row.date: row for row in rows}
    counted = [row for row in by_day.values() if row.status == "confirmed"]
    return Calendar(
        off={row.date: row.name for row in counted if row.kind == "off"},
        make_up={row.date: row.name for row in counted if row.kind == "make_up"},
        decided_years=frozenset(decided_years),
        revision=sum(row.revision for row in by_day.values()),
    )


def local_day(moment: dt.datetime) -> dt.date:
    """Return the legal day of a moment: the date in Viet Nam."""
    return moment.astimezone(LOCAL).date()


def opens_at(day: dt.date) -> dt.datetime:
    """Return midnight with which the day begins in Viet Nam."""
    return dt.datetime.combine(day, dt.time(0), LOCAL)


def closes_at(day: dt.date) -> dt.datetime:
    """Return the end of office hours of the day: 17:00 in Viet Nam."""
    return dt.datetime.combine(day, HALF_DAYS[1][1], LOCAL)


def days_after(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Yield the days after `first` up to and with `last`."""
    return (first + dt.timedelta(days=n) for n in range(1, (last - first).days + 1))


@lru_cache(maxsize=4096)
def spelled(day: dt.date, lang: str) -> str:
    """Return a day for people: Thứ Ba 24/11/2026."""
    return f"{WEEKDAYS[lang][day.weekday()]} {day:%d/%m/%Y}"


@lru_cache(maxsize=4096)
def _halves_of(day: dt.date) -> tuple[tuple[dt.datetime, dt.datetime], ...]:
    return tuple((dt.datetime.combine(day, s, LOCAL), dt.datetime.combine(day, e, LOCAL)) for s, e in HALF_DAYS)


def _reached(day: dt.date, length: dt.timedelta) -> dt.datetime:
    """Return the moment of a working day at which so much of its office time has passed."""
    (start, noon), (after, _) = _halves_of(day)
    morning = noon - start
    return start + length if length <= morning else after + (length - morning)


def _named(name: str, lang: str) -> str:
    return name if lang == "vi" else ENGLISH.get(name, name)
