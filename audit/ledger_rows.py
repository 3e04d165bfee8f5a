"""Rows of ledgers for statistics: those that stood in the ledger at some time of the period, as they are at its end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q

from accounts.clock import LOCAL, now
from audit.attempts import Attempt, PastFacts, Period
from cases.ledger_rows import rows_in
from cases.lookups import CaseLookups
from cases.models import Case
from cases.procedures import definition_by
from cases.services.rows import as_of


def ledger_rows_in(procedure: str, period: Period) -> Iterator[Attempt]:
    """Yield every row that was opened by the end of the period and not closed before it began: each counts once."""
    after = dt.datetime.combine(period.last + dt.timedelta(days=1), dt.time(), LOCAL)
    rows = rows_in(procedure).filter(Q(closed_on=None) | Q(closed_on__gte=period.first), created_at__lt=after)
    found = rows.select_related("unit", "assignee", "definition").defer("definition__body").order_by("pk")
    until = min(period.end, now())  # days late go on by themselves, but not beyond today
    for row in found.iterator():
        yield _attempt(as_of(row, until), period)


def _attempt(row: Case, period: Period) -> Attempt:
    definition = definition_by(row.definition.hash)
    facts = PastFacts(row, definition, [], period, {})
    lookups = CaseLookups(
        definition=definition, case=row, parts=[], step=definition.machine.transitions[0], role="", now=period.end,
        facts=facts,
    )  # fmt: skip
    return Attempt(row, definition, facts, lookups)
