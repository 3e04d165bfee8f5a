"""Which promised days a change of the calendar moves; told case by case, each in a transaction of its own.

A change promises one outbox row for every open case that looks at the day. The row is carried out as often as it
takes: the act is done once, and only where the day under the calendar before and after differs. What hangs on
working days besides, timers and the last days of parts, follows without an event.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.clock import LOCAL
from cases.calendar import FilledDay, calendar_as_if, load_calendar
from cases.canonical import parse_body
from cases.due import read_clock
from cases.effects import Effect
from cases.models import Case, Event, OutboxEntry, Part
from cases.procedures import definition_of
from cases.services.advance import do_act
from cases.services.keeping import RECOMPUTE
from cases.services.loading import load_turn
from cases.services.part_days import keep_part_days
from cases.services.tasks import keep_tasks
from cases.services.timers import keep_timers
from cases.services.turn import Request, Turn
from cases.writes import Writes
from workflows.calendar import Calendar
from workflows.errors import TransitionRefused

KIND = "recompute"
CLOCKS = ("run", "pause")  # the act is allowed in these; with another agency the day is read anew when it answers


@dataclass(frozen=True, slots=True)
class Moved:
    """A case whose promised day a change of the calendar moves."""

    case: Case
    before: dt.date
    after: dt.date


def promised_cases(day: dt.date) -> QuerySet[Case]:
    """Return the open cases whose promised day may hang on a day: nothing after the promised day counts for it."""
    received = Case.objects.filter(closed=False, clock__in=CLOCKS, received_at__lt=_begins(day + dt.timedelta(days=1)))
    return received.filter(Q(due_on__gte=day) | ~Q(clock="run"))


def moved_cases(day: dt.date, row: FilledDay | None, now: dt.datetime) -> Iterator[Moved]:
    """Yield the cases whose promised day moves when the day gets this row (None: the first fill)."""
    before, after = load_calendar(), calendar_as_if(day, row)
    if before.is_working(day) == after.is_working(day):
        return
    for case in promised_cases(day).order_by("due_on", "pk").iterator():
        moved = _moved(case, before, after, now)
        if moved is not None:
            yield moved


def promise_recomputation(*, day: dt.date, was: FilledDay | None, revision: int, now: dt.datetime) -> int:
    """Promise that every case which looks at the day is read anew; return how many. Needs the change's transaction."""
    timed = OutboxEntry.objects.filter(kind="timer", done_at=None, dead_at=None, due__gte=_begins(day))
    cases = Case.objects.filter(Q(pk__in=promised_cases(day)) | Q(pk__in=timed.values("case_id")))
    payload, change = {"day": day.isoformat(), "revision": revision, "was": _as_payload(was)}, f"{day}:{revision}"
    rows = [
        OutboxEntry(key=f"{KIND}:{change}:{pk}", kind=KIND, case_id=pk, payload=payload, due=now, created_at=now)
        for pk in cases.values_list("pk", flat=True).iterator()
    ]
    OutboxEntry.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def recompute_case(effect: Effect) -> None:
    """Carry out one promise: tell of a moved day, then bring timers, tasks and last days of parts in line."""
    case = Case.objects.filter(pk=effect.case_id).first() if effect.case_id is not None else None
    if case is None:
        return
    day = dt.date.fromisoformat(effect.payload["day"])
    now_stands = load_calendar()
    moved = _moved(case, calendar_as_if(day, _from_payload(day, effect.payload["was"])), now_stands, effect.now)
    if moved is not None and not case.closed and not _told(case, now_stands):
        _tell(case.pk, effect)
    renew_timers(case.pk, RECOMPUTE, effect.now, change=f"{effect.payload['day']}:{effect.payload['revision']}")


def _moved(case: Case, before: Calendar, after: Calendar, now: dt.datetime) -> Moved | None:
    days = [_due_under(case, calendar, now) for calendar in (before, after)]
    if days[0] is None or days[1] is None or days[0] == days[1]:
        return None
    return Moved(case, days[0], days[1])


def _due_under(case: Case, calendar: Calendar, now: dt.datetime) -> dt.date | None:
    definition = definition_of(case.definition_id)
    term = next((t for t in definition.terms if t.code == case.attributes.get("term")), None)
    if case.received_at is None or term is None:
        return None
    return read_clock(case, definition, term, now, calendar).due_on


def _told(case: Case, calendar: Calendar) -> bool:
    """Whether the history says already what this calendar makes of the case: two changes, told as one."""
    last = Event.objects.filter(case=case, name=RECOMPUTE).order_by("-seq").first()
    return last is not None and ["calendar", calendar.revision] in parse_body(bytes(last.body))["reads"]


def _tell(case_id: uuid.UUID, effect: Effect) -> None:
    try:
        do_act(case_id=case_id, act=RECOMPUTE, actor=None, now=effect.now, idempotency_key=effect.key)
    except TransitionRefused:
        return  # closed, or gone to another agency since we looked: there is no running promise to correct


def renew_timers(case_id: uuid.UUID, name: str, now: dt.datetime, *, change: str) -> None:
    """Promise the timers that fire at another moment now; those of the old moment find that they no longer stand.

    `change`: what sets the promises apart from those that an earlier change has made.
    """
    with transaction.atomic(durable=True):
        turn = load_turn(Request(case_id, name, None, now))
        turn.timers_before = _promised_timers(case_id)
        keep_part_days(turn)
        keep_timers(turn)
        writes = Writes()
        keep_tasks(turn, writes)
        writes.send()
        _write(turn, change)


def _promised_timers(case_id: uuid.UUID) -> frozenset[tuple[str, ...]]:
    rows = OutboxEntry.objects.filter(case_id=case_id, kind="timer", done_at=None, dead_at=None)
    said = rows.values_list("payload", flat=True)
    return frozenset((p["name"], p["part"], p["entered"], p["fires"]) for p in said)


def _write(turn: Turn, change: str) -> None:
    for part in turn.parts:
        Part.objects.filter(pk=part.pk).exclude(due_on=part.due_on).update(due_on=part.due_on)
    for row in turn.outbox:
        row.key = f"{row.key}:{change}"
    OutboxEntry.objects.bulk_create(turn.outbox)


def _begins(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), LOCAL)


def _as_payload(row: FilledDay | None) -> dict[str, str] | None:
    return None if row is None else {"kind": row.kind, "status": row.status}


def _from_payload(day: dt.date, said: dict[str, str] | None) -> FilledDay | None:
    return None if said is None else FilledDay(day, said["kind"], said["status"], "")
