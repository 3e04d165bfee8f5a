"""Search in the history of all cases: by who, what, when, procedure, unit, case; newest first, page by page by key.

A page is found by walking an index in the order of time; where one index cannot give that order (a step's name in
several procedures, a person who acts or is acted for) a few are walked side by side.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from django.db.models import Q, QuerySet

from accounts.clock import LOCAL
from audit.notable import is_notable, notable_names
from cases.models import Event
from cases.procedures import published_codes

PAGE = 50
STEP = 500
KEY = attrgetter("at", "case_id", "seq")


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; empty fields look for everything."""

    who: str = ""  # id of a person: who acted, or was acted for
    name: str = ""
    first: dt.date | None = None  # local days, both included
    last: dt.date | None = None
    procedure: str = ""
    unit: str = ""
    case: uuid.UUID | None = None
    notable: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nothing at all narrows the search."""
        return self == Search()


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page begins or ends: the key of one event."""

    at: dt.datetime
    case: uuid.UUID
    seq: int

    @classmethod
    def of(cls, event: Event) -> Mark:
        return cls(event.at, event.case_id, event.seq)

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """Return the mark of an address, None when it is none."""
        try:
            at, case, seq = text.split("_")
            return cls(dt.datetime.fromtimestamp(int(at) / 1_000_000, dt.UTC), uuid.UUID(case), int(seq))
        except (ValueError, OverflowError, OSError):
            return None

    def __str__(self) -> str:
        micros = round(self.at.timestamp() * 1_000_000)
        return f"{micros}_{self.case.hex}_{self.seq}"


@dataclass(frozen=True, slots=True)
class Page:
    """One page, newest first; `newer` and `older` are the marks of the pages beside it, empty at an end."""

    events: list[Event] = field(default_factory=list)
    newer: str = ""
    older: str = ""


def page_of(search: Search, *, older: str = "", newer: str = "", size: int = PAGE) -> Page:
    """Return the page below the mark `older`, above the mark `newer`, or the newest."""
    up = Mark.read(newer) if newer else None
    down = Mark.read(older) if older and up is None else None
    found = list(itertools.islice(walk(search, down or up, up=up is not None), size + 1))
    more, events = len(found) > size, found[:size]
    if up is not None:
        events.reverse()
    if not events:
        return Page()
    first, last = str(Mark.of(events[0])), str(Mark.of(events[-1]))
    below = more if up is None else True
    above = (down is not None) if up is None else more
    return Page(events, newer=first if above else "", older=last if below else "")


def walk(search: Search, mark: Mark | None = None, *, up: bool = False) -> Iterator[Event]:
    """Yield what is looked for below the mark, newest first; `up`: above it, oldest first."""
    streams = [_stream(branch, mark, up=up) for branch in branches(search)]
    found: Iterable[Event] = heapq.merge(*streams, key=KEY, reverse=not up)
    return (event for event in found if not search.notable or is_notable(event))


def branches(search: Search) -> list[QuerySet[Event]]:
    """Return the queries that together find it, no event in two of them; each can walk an index in time order."""
    rows = _narrowed(search)
    if search.case is not None:
        return [rows.filter(_by(search.who))]
    if search.who:
        return [rows.filter(actor=search.who), rows.filter(acting_for=search.who).exclude(actor=search.who)]
    if search.name and not search.procedure:
        return [rows.filter(procedure=code) for code in sorted(published_codes())]
    return [rows]


def _by(who: str) -> Q:
    return Q(actor=who) | Q(acting_for=who) if who else Q()


def _narrowed(search: Search) -> QuerySet[Event]:
    wanted: dict[str, Any] = {"case": search.case, "name": search.name, "procedure": search.procedure}
    rows = Event.objects.filter(**{name: value for name, value in wanted.items() if value})
    if search.unit:
        rows = rows.filter(unit_code=search.unit)
    if search.first:
        rows = rows.filter(at__gte=_midnight(search.first))
    if search.last:
        rows = rows.filter(at__lt=_midnight(search.last + dt.timedelta(days=1)))
    if search.notable:
        rows = rows.filter(Q(name__in=notable_names()) | ~Q(acting_for=""))
    return rows


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), LOCAL)


def in_order(rows: QuerySet[Event], mark: Mark | None, *, up: bool) -> QuerySet[Event]:
    """Return the rows beyond a mark in the order of a walk."""
    if mark is not None:
        rows = rows.filter(_beyond(mark, up=up))
    return rows.order_by("at", "case_id", "seq") if up else rows.order_by("-at", "-case_id", "-seq")


def _beyond(mark: Mark, *, up: bool) -> Q:
    """The plain bound on the moment comes first: it is what an index can seek."""
    way = "gt" if up else "lt"
    later = Q(**{f"case_id__{way}": mark.case}) | Q(case_id=mark.case, **{f"seq__{way}": mark.seq})
    return Q(**{f"at__{way}e": mark.at}) & (Q(**{f"at__{way}": mark.at}) | later)


def _stream(rows: QuerySet[Event], mark: Mark | None, *, up: bool) -> Iterator[Event]:
    """Yield rows in bites, the first small: most searches end with their first page."""
    size = PAGE + 1
    while True:
        bite = list(in_order(rows, mark, up=up)[:size])
        yield from bite
        if len(bite) < size:
            return
        mark, size = Mark.of(bite[-1]), STEP
