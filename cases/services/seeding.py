"""The first version of a declared table becomes live rows when its procedure is published; later ones are decided."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from cases.models import TableRow
from cases.services.office_rows import put_row
from cases.tables import OPEN, columns_of, orders
from workflows.definition import Procedure, Table

NO_SOURCE = "–"


def seed_tables(procedure: Procedure, *, actor: User | None, now: dt.datetime) -> list[str]:
    """Write the rows of every declared table that has none yet; return the codes of those tables.

    Rows that the office has decided since are never touched: a later version of the folder is read beside them.
    """
    wanted = [table for table in procedure.tables if table.rows]
    held = set(TableRow.objects.filter(table__in=[t.code for t in wanted]).values_list("table", flat=True))
    new = [table for table in wanted if table.code not in held]
    for table in new:
        _seed(table, actor, now)
    return [table.code for table in new]


def _seed(table: Table, actor: User | None, now: dt.datetime) -> None:
    for line, order in zip(table.rows, orders(len(table.rows)), strict=True):
        put_row(
            table=table.code,
            key=line.code,
            columns=columns_of(line, order),
            valid_from=dt.date.fromisoformat(line.from_) if line.from_ else OPEN,
            valid_to=dt.date.fromisoformat(line.to) if line.to else None,
            src=line.src or NO_SOURCE,
            confirmed=line.confirmed,
            actor=actor,
            now=now,
        )
