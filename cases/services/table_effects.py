"""What a change of a declared table would change: open cases whose computed values come out otherwise.

A received case keeps the rows of its day of receipt; those not yet received will be judged by the new rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.clock import local_day
from cases.models import Case, TableChange
from cases.procedures import definition_by
from cases.reading import Reader
from cases.services.computing import compute
from cases.services.loading import parts_of
from cases.services.table_changes import lines_as_if
from cases.services.turn import Request, Turn
from cases.table_editing import declared_tables
from cases.tables import lines_of
from workflows.definition import Field, Procedure, TableLine
from workflows.tables import Hit, in_force

MOST = 200  # cases looked at; a page says when there are more


@dataclass(frozen=True, slots=True)
class Difference:
    """One computed value of one case (`row` 0: of the case, else of a row of its table) before and after."""

    case: str
    field: Field
    row: int
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Effects:
    """What would come out otherwise, of how many cases looked at, and how many were not."""

    differences: tuple[Difference, ...]
    cases: int
    not_looked_at: int


class _AsIf(Reader):
    """Reads a table as it would be on a day."""

    def __init__(self, case: Case, table: str, lines: list[TableLine]) -> None:
        super().__init__(case)
        self._table, self._lines = table, lines

    def hits(self, table: str, day: dt.date) -> list[Hit]:
        return [Hit(line) for line in self._lines] if table == self._table else super().hits(table, day)


def effects_of(change: TableChange, now: dt.datetime) -> Effects:
    """Return which open cases that are not received yet would come out otherwise from the first day of a change on."""
    procedures = {d.procedure.procedure for code, d in declared_tables().items() if code == change.table}
    waiting = Case.objects.filter(procedure__in=procedures, closed=False, received_at=None).order_by("pk")
    looked_at, count = list(waiting.select_related("definition", "unit")[:MOST]), waiting.count()
    day = max(change.valid_from, local_day(now)).isoformat()
    present, coming = lines_of(change.table), lines_as_if(change)
    found = [d for case in looked_at for d in _differences(case, change.table, (present, coming), day, now)]
    return Effects(tuple(found), len(looked_at), count - len(looked_at))


def _differences(
    case: Case, table: str, rows: tuple[list[TableLine], list[TableLine]], day: str, now: dt.datetime
) -> Iterator[Difference]:
    definition = definition_by(case.definition.hash)
    before, after = (_computed(definition, case, table, in_force(lines, day), now) for lines in rows)
    for field in definition.fields:
        old, new = before.get(field.name), after.get(field.name)
        if field.computed is not None and old != new:
            yield Difference(case.code, field, 0, old, new)
        elif field.computed is None and field.base == "table":
            yield from _of_rows(case, field, old or [], new or [])


def _of_rows(case: Case, field: Field, old: list[Any], new: list[Any]) -> Iterator[Difference]:
    for number, (row, other) in enumerate(zip(old, new, strict=True), 1):
        for column in field.columns:
            if column.computed is not None and row.get(column.name) != other.get(column.name):
                yield Difference(case.code, column, number, row.get(column.name), other.get(column.name))


def _computed(
    definition: Procedure, case: Case, table: str, lines: list[TableLine], now: dt.datetime
) -> Mapping[str, Any]:
    """Return the dossier of a case, computed with these rows; the case itself stays as it is."""
    dossier: dict[str, Any] = case.dossier
    turn = Turn(definition, case, parts_of(case), now, Request(case.pk, "", None, now))
    turn.reader = _AsIf(case, table, lines)
    try:
        compute(turn)
        found: dict[str, Any] = turn.case.dossier
        return found
    finally:
        case.dossier = dossier
