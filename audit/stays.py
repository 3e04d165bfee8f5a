"""How long cases stayed in each state, in working hours, read from their histories."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from audit.attempts import Attempt, Period
from audit.verify import parse
from cases.calendar import load_calendar
from cases.models import Event

BATCH = 200
Stay = tuple[Attempt, str, float]


def stays_in(attempts: Sequence[Attempt], period: Period) -> Iterator[Stay]:
    """Yield (attempt, state, working hours) for every stay of the case itself that ended in the period."""
    calendar = load_calendar()
    by_case = {attempt.case.pk: attempt for attempt in attempts}  # of a reopened case, the last attempt
    for entered, left, case, state in _moves(list(by_case), period):
        if period.begin <= left <= period.end:
            yield by_case[case], state, calendar.working_time(entered, left).total_seconds() / 3600


def _moves(cases: Sequence[Any], period: Period) -> Iterator[tuple[dt.datetime, dt.datetime, Any, str]]:
    """Yield (entered, left, case, state) from one change of state to the next."""
    for first in range(0, len(cases), BATCH):
        rows = Event.objects.filter(case__in=cases[first : first + BATCH], part_key="", at__lte=period.end)
        told = rows.order_by("case_id", "seq").values_list("case_id", "at", "body")
        for case, events in itertools.groupby(told, key=lambda row: row[0]):
            entered = None
            for _, at, body in events:
                event = parse(bytes(body))
                if event is None or event["to"] is None or event["from"] == event["to"]:
                    continue
                if entered is not None:
                    yield entered, at, case, str(event["from"])
                entered = at
