"""The working calendar of a year as the administrator reads it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.event_words import words_of
from accounts.models import AccountEvent
from cases.calendar import YEARS, FilledDay, first_fill, load_calendar, stored_day
from cases.models import CalendarDay, Case
from cases.services.calendar_change import CHANGED
from workflows.calendar import ENGLISH, WEEKDAYS

HISTORY = 50
KINDS = {"off": _("Ngày nghỉ"), "make_up": _("Ngày làm bù")}
STATUSES = {"announced": _("Dự kiến, chưa tính"), "confirmed": _("Đã có quyết định"), "withdrawn": _("Đã bỏ")}


@dataclass(frozen=True, slots=True)
class YearDay:
    """One line of the calendar; `written`: by a decision of the office, else it follows from law alone."""

    row: FilledDay
    written: bool

    @property
    def weekday(self) -> str:
        return WEEKDAYS[_language()][self.row.date.weekday()]

    @property
    def name(self) -> str:
        return self.row.name if _language() == "vi" else ENGLISH.get(self.row.name, self.row.name)

    @property
    def kind(self) -> Any:
        return KINDS[self.row.kind]

    @property
    def status(self) -> Any:
        return STATUSES[self.row.status]

    @property
    def withdrawn(self) -> bool:
        return self.row.status == CalendarDay.Status.WITHDRAWN


def year_page(year: int) -> dict[str, Any]:
    """Return what the page of a year shows: its days, whether they are decided, who changed what."""
    return {
        "year": year,
        "years": [other for other in (year - 1, year + 1) if other in YEARS],
        "days": days_of(year),
        "decided": year in load_calendar().decided_years,
        "estimated": Case.objects.filter(closed=False, due_on__year=year).count(),
        "events": [(event, words_of(event), event.details.get("src", "")) for event in changes_of(year)[:HISTORY]],
    }


def days_of(year: int) -> list[YearDay]:
    """Return the days of a year that differ from the week's rhythm, in order."""
    lines = {row.date: YearDay(row, written=False) for row in first_fill([year])}
    lines |= {row.date: YearDay(stored_day(row), written=True) for row in CalendarDay.objects.filter(date__year=year)}
    return [lines[day] for day in sorted(lines)]


def day_of_year(day: dt.date) -> YearDay | None:
    """Return the line of a day, None for an ordinary one."""
    return next((line for line in days_of(day.year) if line.row.date == day), None)


def changes_of(year: int) -> QuerySet[AccountEvent]:
    """Return who changed the days of a year, the latest first."""
    return AccountEvent.objects.filter(what=CHANGED, details__day__startswith=f"{year}-").select_related("who")


def _language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"
