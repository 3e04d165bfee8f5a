"""Rows of a ledger out of a sheet: what a row is opened with, as the columns of a table."""

from __future__ import annotations

import datetime as dt

from accounts.clock import local_day
from accounts.models import User
from cases.forms_choices import Choices, choices_in_both
from cases.internal import first_fields
from cases.services import rows_judged
from cases.sheet_rows import Taken, heads_of, taken
from cases.sheets import Head, Sheet
from workflows.definition import Field, Procedure

MOST = 200  # at once: all are written in one transaction, for which others wait (5 to 6 ms a row)


def rows_of(definition: Procedure) -> Field:
    """Return the rows of a ledger as a table: what is asked when a row is opened."""
    columns = tuple(first_fields(definition))
    return Field(name="rows", vi=definition.vi, en=definition.en, type="table", columns=columns, max_rows=MOST)


def ledger_heads(definition: Procedure) -> list[Head]:
    """Return the headings of a sheet: a row is opened complete, so what is required has its column."""
    return heads_of(rows_of(definition), complete=True)


def ledger_choices(definition: Procedure, actor: User, now: dt.datetime) -> dict[str, Choices]:
    """Return the lists of the columns, found by names of either language."""
    return choices_in_both([rows_of(definition)], local_day(now), definition, actor)


def read(definition: Procedure, sheet: Sheet, actor: User, now: dt.datetime) -> Taken:
    """Return the rows of a sheet, each cell judged; a row is complete or refused, nothing is filled in later."""
    found = taken(rows_of(definition), sheet, ledger_choices(definition, actor, now))
    for row in found.rows:
        row.lacking = []
    return found


def judged(definition: Procedure, sheet: Sheet, actor: User, now: dt.datetime) -> Taken:
    """Return the rows of a sheet with everything that opening them would say."""
    found = read(definition, sheet, actor, now)
    wrong = {number for number, row in enumerate(found.rows) if row.faults}
    said = rows_judged(ledger=definition.procedure, actor=actor, now=now, rows=found.values)
    found.tell(reason for reason in said if int(reason.path[5:].partition("]")[0]) not in wrong)
    return found
