"""Changes of the working calendar by decision: the row, who changed it, the promise to tell the cases that it moves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.clock import local_day
from accounts.errors import refuse_if
from accounts.models import User
from accounts.services.checks import administrators_only, clean_text, record, required
from cases.calendar import YEARS, FilledDay, calendar_as_if, filled_day, load_calendar, stored_day
from cases.models import CalendarDay
from cases.services.recompute import Moved, moved_cases, promise_recomputation
from cases.services.wake import wake
from workflows.errors import Reason

CHANGED = "calendar_changed"
Kind, Status = CalendarDay.Kind, CalendarDay.Status


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a day of the calendar is to say."""

    day: dt.date
    kind: str
    status: str
    name: str
    source_document: str
    decided_on: dt.date | None

    def as_row(self, revision: int = 0) -> FilledDay:
        return FilledDay(self.day, self.kind, self.status, self.name, revision, self.source_document, self.decided_on)

    def columns(self) -> dict[str, Any]:
        names = ("kind", "status", "name", "source_document", "decided_on")
        return {name: getattr(self, name) for name in names}


def change_day(
    *,
    day: dt.date,
    kind: str,
    status: str,
    name: str,
    source_document: str,
    decided_on: dt.date | None,
    actor: User | None,
    now: dt.datetime,
) -> CalendarDay:
    """Make a day off or worked, as a document says. The same again changes nothing. Raises PeopleRefused."""
    administrators_only(actor, now)
    wanted = Wanted(day, kind, status, clean_text(name), clean_text(source_document), decided_on)
    refuse_if([required("name", wanted.name), *_faults(wanted, now)])
    return _write(wanted, actor, now)


def remove_day(
    *, day: dt.date, source_document: str, decided_on: dt.date | None, actor: User | None, now: dt.datetime
) -> CalendarDay:
    """Make a day an ordinary one again; its row stays and says so. Raises PeopleRefused."""
    administrators_only(actor, now)
    wanted = removal(day, clean_text(source_document), decided_on)
    refuse_if([_nothing_to_remove(day), *_faults(wanted, now)])
    return _write(wanted, actor, now)


def removal(day: dt.date, source_document: str, decided_on: dt.date | None) -> Wanted:
    """Return what a removed day says: what it said before, and that it no longer holds."""
    there = CalendarDay.objects.filter(date=day).first()
    said = stored_day(there) if there is not None else filled_day(day)
    kind, name = (said.kind, said.name) if said is not None else (Kind.OFF.value, "")
    return Wanted(day, kind, Status.WITHDRAWN, name, source_document, decided_on)


def preview_change(wanted: Wanted, now: dt.datetime) -> list[Moved]:
    """Return the open cases that a change would move, from which day to which; nothing is written."""
    return list(moved_cases(wanted.day, wanted.as_row(), now))


def preview_faults(wanted: Wanted, now: dt.datetime) -> list[Reason]:
    """Return why a change would be refused."""
    named = None if wanted.status == Status.WITHDRAWN else required("name", wanted.name)
    gone = _nothing_to_remove(wanted.day) if wanted.status == Status.WITHDRAWN else None
    return [reason for reason in (named, gone, *_faults(wanted, now)) if reason is not None]


def _faults(wanted: Wanted, now: dt.datetime) -> list[Reason | None]:
    return [
        required("source_document", wanted.source_document),
        _unknown_year(wanted.day),
        _works_anyway(wanted),
        _decided_later(wanted.decided_on, now),
        _announced_decided(wanted),
    ]


def _unknown_year(day: dt.date) -> Reason | None:
    if day.year in YEARS:
        return None
    first, last = YEARS[0], YEARS[-1]
    vi, en = f"Lịch chỉ có các năm {first}–{last}.", f"The calendar covers {first}–{last}."
    return Reason("year_unknown", vi, en, "day")


def _works_anyway(wanted: Wanted) -> Reason | None:
    """A make-up day is a weekend day or a day off that is worked; any other is worked as it is."""
    if wanted.kind != Kind.MAKE_UP or wanted.status == Status.WITHDRAWN or wanted.day.weekday() >= 5:
        return None
    if filled_day(wanted.day) is not None:
        return None
    vi, en = "Ngày này vốn là ngày làm việc, không phải làm bù.", "This is a working day as it is; nothing to make up."
    return Reason("works_anyway", vi, en, "kind")


def _decided_later(decided_on: dt.date | None, now: dt.datetime) -> Reason | None:
    if decided_on is None or decided_on <= local_day(now):
        return None
    vi, en = "Ngày quyết định không thể ở sau hôm nay.", "A decision cannot be dated after today."
    return Reason("decided_later", vi, en, "decided_on")


def _announced_decided(wanted: Wanted) -> Reason | None:
    if wanted.status != Status.ANNOUNCED or wanted.decided_on is None:
        return None
    vi, en = "Ngày còn dự kiến thì chưa có ngày quyết định.", "A day that is only announced has no decision yet."
    return Reason("announced_only", vi, en, "decided_on")


def _nothing_to_remove(day: dt.date) -> Reason | None:
    there = CalendarDay.objects.filter(date=day).first()
    if filled_day(day) is not None if there is None else there.status != Status.WITHDRAWN:
        return None
    vi, en = "Ngày này không có gì để bỏ.", "There is nothing to remove on this day."
    return Reason("nothing_to_remove", vi, en, "day")


@transaction.atomic
def _write(wanted: Wanted, actor: User | None, now: dt.datetime) -> CalendarDay:
    there = CalendarDay.objects.select_for_update().filter(date=wanted.day).first()
    if there is not None and all(getattr(there, name) == value for name, value in wanted.columns().items()):
        return there
    was = stored_day(there) if there is not None else None
    row = there or CalendarDay(date=wanted.day, revision=int(filled_day(wanted.day) is not None))
    for name, value in wanted.columns().items():
        setattr(row, name, value)
    row.revision += 1
    row.save()
    record(
        who=actor, what=CHANGED, whom=None, now=now, day=wanted.day, kind=row.kind, status=row.status,
        revision=row.revision, src=row.source_document,
    )  # fmt: skip
    _promise(row, was, now)
    return row


def _promise(row: CalendarDay, was: FilledDay | None, now: dt.datetime) -> None:
    if load_calendar().is_working(row.date) == calendar_as_if(row.date, was).is_working(row.date):
        return
    promise_recomputation(day=row.date, was=was, revision=row.revision, now=now)
    transaction.on_commit(wake)
