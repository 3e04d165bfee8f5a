"""What the pages of the office's tables show: rows in force, coming and past; who changed them."""
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q

from accounts.event_words import words_of
from accounts.models import AccountEvent
from cases.models import TableRow
from cases.services.office_rows import IMPORT, WRITTEN
from config.office_decisions import LASTING, register_last
from config.office_sheets import takes_sheets
from config.office_tables import (
    declared_columns,
    missing_office_rows,
    row_words,
    shown,
    table_words,
    tables_there,
    words_of_tables,
)
from config.office_words import HINTS
from workflows.definition import Field

HISTORY = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One row on the page."""

    row: TableRow
    words: str
    columns: list[tuple[str, Any]]
    given: int | None  # of a book of numbers: the last one given

    @property
    def key(self) -> str:
        return self.row.key


def tables_page(day: dt.date) -> dict[str, Any]:
    """Return every table with how many rows hold today and when one was last written."""
    now_held = Count("pk", filter=Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day)))
    counted = TableRow.objects.values("table").annotate(held=now_held, changed=Max("changed_at"))
    found = {row["table"]: row for row in counted}
    words = words_of_tables(tables_there())
    return {"tables": [(code, said, found.get(code)) for code, said in words.items()]}


def table_page(table: str, day: dt.date) -> dict[str, Any]:
    """Return what the page of one table shows."""
    declared = declared_columns(table)
    lines = [_line(row, declared) for row in TableRow.objects.filter(table=table).order_by("key", "-valid_from")]
    past = [line for line in lines if line.row.valid_to is not None and line.row.valid_to < day]
    coming = [line for line in lines if line.row.valid_from > day]
    told = (WRITTEN, IMPORT)  # an import once, not by each of its rows
    events = AccountEvent.objects.filter(what__in=told, details__table=table).select_related("who")[:HISTORY]
    return {
        "table": table,
        "words": table_words(table),
        "hint": HINTS.get(table),
        "groups": [([line for line in lines if line not in past and line not in coming], "held"),
                   (coming, "coming"), (past, "past")],
        "missing": [(key, row_words(table, key)) for key in missing_office_rows()] if table == "office" else [],
        "lasting": table in LASTING,
        "takes_sheets": takes_sheets(table),
        "events": [(event, words_of(event), row_words(table, event.details.get("key", ""))) for event in events],
    }  # fmt: skip


def _line(row: TableRow, declared: Mapping[str, Field]) -> Line:
    given = register_last(row.key) if row.table == "series" else None
    return Line(row, row_words(row.table, row.key), shown(row.table, row.key, row.columns, declared), given)
