"""Live rows of declared tables: read as the lines that the procedure language knows (ADR 0018)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from cases.models import TableRow
from workflows.definition import TableLine
from workflows.tables import Hit

OPEN = dt.date(1900, 1, 1)  # the first day of a row that has always been in force
STEP = 10  # between the order of one row and the next: room to put one between
KEPT = ("if", "order")  # of a row's columns in the database: its condition and its place, no columns of the table


def hits_on(table: str, day: dt.date) -> list[Hit]:
    """Return the rows of a declared table in force on a day, in their order (one statement)."""
    dated = TableRow.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), table=table, valid_from__lte=day)
    return [Hit(line_of(row), row.revision) for row in sorted(dated, key=_place)]


def in_force_on(row: TableRow, day: dt.date) -> bool:
    """Whether a row is in force on a day."""
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def lines_of(table: str) -> list[TableLine]:
    """Return every row that a table ever had, in their order (one statement)."""
    return lines_from(TableRow.objects.filter(table=table))


def lines_from(rows: Iterable[TableRow]) -> list[TableLine]:
    """Return rows of one table as lines, in their order."""
    return [line_of(row) for row in sorted(rows, key=_place)]


def line_of(row: TableRow) -> TableLine:
    """Return a live row as a line."""
    return TableLine(
        code=row.key,
        if_=row.columns.get("if"),
        columns={name: value for name, value in row.columns.items() if name not in KEPT},
        from_=row.valid_from.isoformat() if row.valid_from > OPEN else None,
        to=row.valid_to.isoformat() if row.valid_to is not None else None,
        src=row.src,
        confirmed=row.confirmed,
    )


def columns_of(line: TableLine, order: int) -> dict[str, Any]:
    """Return what a live row keeps of a line; `order`: its place among the rows of the table."""
    kept = {"order": order} | ({"if": line.if_} if line.if_ is not None else {})
    return {**line.columns, **kept}


def own_columns(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a live row without what only its table knows."""
    return {name: value for name, value in columns.items() if name not in KEPT}


def orders(count: int) -> Iterable[int]:
    """Return the places of so many rows one after the other."""
    return range(STEP, STEP * (count + 1), STEP)


def _place(row: TableRow) -> tuple[int, str, dt.date]:
    return (int(row.columns.get("order", 0)), row.key, row.valid_from)
