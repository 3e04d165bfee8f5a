"""Words of the reader's language, and due moments as people say them."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from accounts.clock import LOCAL, local_day
from workflows.calendar import Calendar

SOON = 1  # working days


def language() -> str:
    """Return vi or en: every other language reads Vietnamese."""
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def said(vi: Any, en: Any) -> str:
    """Return the text of the reader's language."""
    return str(en if language() == "en" else vi)


def label(thing: Any) -> str:
    """Return the name of a step, state, paper … in the reader's language."""
    return said(thing.vi, thing.en)


@dataclass(frozen=True, slots=True)
class Due:
    """A due moment in words; the tone (late, soon, calm, off) is never the only sign."""

    tone: str
    vi: str
    en: str
    at: dt.datetime | None = None


def due_words(at: dt.datetime | None, now: dt.datetime, calendar: Calendar) -> Due:
    """Return how much time is left of a task: working days, on the last day the hour."""
    if at is None:
        return Due("off", "Không có hạn riêng", "No time of its own")
    today, last = local_day(now), local_day(at)
    days = calendar.working_between(today, last)
    if at < now:
        return _late(at, days)
    if today == last:
        hour = f"{at.astimezone(LOCAL):%H:%M}"
        return Due("soon", f"Hạn hôm nay, trước {hour}", f"Due today, before {hour}", at)
    tone = "soon" if days <= SOON else "calm"
    return Due(tone, f"Còn {days} ngày làm việc", f"{counted(days, 'working day')} left", at)


def _late(at: dt.datetime, days: int) -> Due:
    if days == 0:
        hour = f"{at.astimezone(LOCAL):%H:%M %d/%m}"
        return Due("late", f"Quá hạn từ {hour}", f"Late since {hour}", at)
    return Due("late", f"Quá hạn {-days} ngày làm việc", f"{counted(-days, 'working day')} late", at)


def counted(n: int, noun: str) -> str:
    """Return 1 working day, 2 working days."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
