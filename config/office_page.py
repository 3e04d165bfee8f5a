"""What the pages of the office's tables show: rows in force, coming and past; who changed them."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q

from accounts.event_words import words_of
from accounts.models import AccountEvent
from cases.models import TableRow
from cases.services.office_rows import WRITTEN
from config.office_decisions import LASTING, register_last
from config.office_tables import missing_office_rows, row_words, shown, table_words, tables_there
from config.office_words import HINTS

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
    return {"tables": [(code, table_words(code), found.get(code)) for code in tables_there()]}


def table_page(table: str, day: dt.date) -> dict[str, Any]:
    """Return what the page of one table shows."""
    lines = [_line(row) for row in TableRow.objects.filter(table=table).order_by("key", "-valid_from")]
    past = [line for line in lines if line.row.valid_to is not None and line.row.valid_to < day]
    coming = [line for line in lines if line.row.valid_from > day]
    events = AccountEvent.objects.filter(what=WRITTEN, details__table=table).select_related("who")[:HISTORY]
    return {
        "table": table,
        "words": table_words(table),
        "hint": HINTS.get(table),
        "groups": [([line for line in lines if line not in past and line not in coming], "held"),
                   (coming, "coming"), (past, "past")],
        "missing": [(key, row_words(table, key)) for key in missing_office_rows()] if table == "office" else [],
        "lasting": table in LASTING,
        "events": [(event, words_of(event), row_words(table, event.details["key"])) for event in events],
    }  # fmt: skip


def _line(row: TableRow) -> Line:
    given = register_last(row.key) if row.table == "series" else None
    return Line(row, row_words(row.table, row.key), shown(row.table, row.key, row.columns), given)
