"""The calendar of the office: rows of CalendarDay over a first fill from law and the `holidays` package.

The package is a guess for years without a decision, and lacks what the Government decided for 2026; both
are corrected here as data. A row in the table always wins over the first fill.
"""
from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass

import holidays

from accounts.looking import once
from cases.models import CalendarDay
from cases.prepared import Prepared
from workflows.calendar import Calendar, DayRow, calendar_of

YEARS = range(2024, 2041)
# Years whose days off and exchanged days have been published, with the document.
DECIDED = {
    2025: "Phương án nghỉ lễ, Tết năm 2025",
    2026: "Văn bản số 12729/VPCP-KGVX ngày 25/12/2025 và phương án nghỉ lễ, Tết năm 2026",
}
LAW = "Bộ luật Lao động 2019, Điều 111, Điều 112"
CULTURE_DAY = "Nghị quyết số 28/2026/QH16"
NAMES = {  # words in the package's names -> the name shown
    "Dương lịch": "Tết Dương lịch",
    "Tết": "Tết Nguyên đán",
    "Hùng Vương": "Giỗ Tổ Hùng Vương",
    "Chiến thắng": "Ngày Chiến thắng",
    "Lao động": "Ngày Quốc tế Lao động",
    "Quốc khánh": "Quốc khánh",
    "Văn hóa": "Ngày Văn hóa Việt Nam",
    "thay cho": "Hoán đổi ngày nghỉ",
}


@dataclass(frozen=True, slots=True)
class FilledDay(DayRow):
    """A row of the first fill: with the document it rests on and the day of that decision, where known."""

    source_document: str = LAW
    decided_on: dt.date | None = None


Stored = tuple[dt.date, str, str, str, int, dt.date | None]
ROWS = Prepared(
    lambda: CalendarDay.objects.order_by("date").values_list(
        "date", "kind", "status", "name", "revision", "decided_on"
    )
)
NEW_YEAR_2026 = (DECIDED[2026], dt.date(2025, 12, 25))
OFFICIAL = (
    FilledDay(dt.date(2025, 4, 26), "make_up", "confirmed", "Làm bù", 1, DECIDED[2025]),
    FilledDay(dt.date(2025, 5, 2), "off", "confirmed", "Hoán đổi ngày nghỉ", 1, DECIDED[2025]),
    FilledDay(dt.date(2026, 1, 2), "off", "confirmed", "Hoán đổi ngày nghỉ", 1, *NEW_YEAR_2026),
    FilledDay(dt.date(2026, 1, 10), "make_up", "confirmed", "Làm bù", 1, *NEW_YEAR_2026),
    FilledDay(dt.date(2026, 8, 22), "make_up", "confirmed", "Làm bù", 1, DECIDED[2026]),
    FilledDay(dt.date(2026, 8, 31), "off", "confirmed", "Hoán đổi ngày nghỉ", 1, DECIDED[2026]),
    FilledDay(dt.date(2026, 11, 24), "off", "confirmed", "Ngày Văn hóa Việt Nam", 1, CULTURE_DAY),
)


def first_fill(years: Iterable[int]) -> tuple[FilledDay, ...]:
    """Return the days off and make-up days of these years: the package's, corrected by the official ones."""
    asked = frozenset(years)
    guessed = {row.date: row for year in asked for row in _from_package(year)}
    guessed.update({row.date: row for row in OFFICIAL if row.date.year in asked})
    return tuple(guessed[day] for day in sorted(guessed))


def fill_calendar(years: Iterable[int]) -> int:
    """Write the first fill of these years where no row stands yet; return how many rows were added."""
    present = set(CalendarDay.objects.values_list("date", flat=True))
    rows = [row for row in first_fill(years) if row.date not in present]
    CalendarDay.objects.bulk_create(
        CalendarDay(date=row.date, kind=row.kind, status=row.status, name=row.name,
                    source_document=row.source_document, decided_on=row.decided_on)
        for row in rows
    )
    return len(rows)


def load_calendar() -> Calendar:
    """Return the calendar in force: one query; built anew in this process only when a row has changed."""
    return once("calendar", lambda: _built(_rows()))


def calendar_as_if(day: dt.date, row: FilledDay | None) -> Calendar:
    """Return the calendar as it would stand with this row for the day; None: as the first fill alone has the day."""
    others = tuple(kept for kept in _rows() if kept[0] != day)
    if row is None:
        return _built(others)
    return _built((*others, (day, row.kind, row.status, row.name, row.revision, row.decided_on)))


def filled_day(day: dt.date) -> FilledDay | None:
    """Return what the first fill says of a day, None for an ordinary one."""
    return next((row for row in _first_fill_once() if row.date == day), None)


def stored_day(row: CalendarDay) -> FilledDay:
    """Return a row of the table as a day of the calendar."""
    return FilledDay(row.date, row.kind, row.status, row.name, row.revision, row.source_document, row.decided_on)


def decided_years(rows: Iterable[tuple[dt.date, dt.date | None]]) -> frozenset[int]:
    """Return the years whose days off are decided: the known ones and those with a row that names its decision day."""
    return frozenset(DECIDED) | {day.year for day, decided_on in rows if decided_on is not None}


def _rows() -> tuple[Stored, ...]:
    return tuple(ROWS.rows())


@functools.lru_cache(maxsize=4)
def _built(rows: tuple[Stored, ...]) -> Calendar:
    stored = [DayRow(*row[:5]) for row in rows]
    return calendar_of((*_first_fill_once(), *stored), decided_years((row[0], row[5]) for row in rows))


@functools.cache
def _first_fill_once() -> tuple[FilledDay, ...]:
    return first_fill(YEARS)


def _from_package(year: int) -> list[FilledDay]:
    found = holidays.country_holidays("VN", years=year, language="vi")
    source = DECIDED.get(year, f"{LAW}; lịch nghỉ cụ thể năm {year} chưa có quyết định")
    return [FilledDay(day, "off", "confirmed", _name(name), 1, source) for day, name in found.items()]


def _name(found: str) -> str:
    return next((name for words, name in NAMES.items() if words in found), found)
