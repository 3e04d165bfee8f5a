"""Until when a case waits in its present state: of the fee, of things that are brought, of an answer."""

from __future__ import annotations

import datetime as dt

from cases.models import Case
from cases.procedures import definition_by
from cases.services.loading import parts_of
from cases.services.timers import last_day_of
from cases.services.turn import Request, Turn


def last_day(case: Case, now: dt.datetime) -> dt.date | None:
    """Return the last day before a timer ends the state; None where the case waits without one. Changes nothing."""
    request = Request(case_id=case.pk, name="", actor=None, now=now)
    return last_day_of(Turn(definition_by(case.definition.hash), case, parts_of(case), now, request))
