"""What a page that edits rows of declared tables needs: structure, rows, judgement, trial. It writes by decide_row.

Never imported by a step: it loads the check of expressions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from cases.procedures import current, definition_by
from cases.tables import hits_on, lines_of
from workflows.definition import Procedure, Table, TableLine
from workflows.fact_types import types_of
from workflows.functions import plain
from workflows.lookups import Lookups
from workflows.table_faults import RowFault, faults_of
from workflows.tables import Decision, Hit, NoLookups, decision, failing_tests


class NoSuchTable(LookupError):
    """No published procedure declares a table of this name."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared table and the procedure of the latest publication that declares it."""

    table: Table
    procedure: Procedure


def declared_tables() -> dict[str, Declared]:
    """Return every declared table of the published procedures by its code; the latest publication speaks."""
    rows = current().order_by("effective_from", "pk").values_list("hash", flat=True)
    procedures = [definition_by(found) for found in rows]
    return {table.code: Declared(table, procedure) for procedure in procedures for table in procedure.tables}


def table_of(code: str) -> Declared:
    """Return the declared structure of a table. Raises NoSuchTable."""
    try:
        return declared_tables()[code]
    except KeyError:
        raise NoSuchTable(code) from None


def rows_on(code: str, day: dt.date) -> list[Hit]:
    """Return the rows in force on a day, in their order, with their revisions."""
    return hits_on(code, day)


def faults_of_rows(code: str, lines: Sequence[TableLine] | None = None) -> list[RowFault]:
    """Return what is wrong with a set of rows (None: those that are live). Raises NoSuchTable.

    Unknown columns and names in conditions, wrong values, periods that overlap or leave days out, the table's tests.
    """
    declared = table_of(code)
    return faults_of(declared.table, lines_of(code) if lines is None else lines, types_of(declared.procedure))


def failing_tests_of(code: str, rows: Sequence[Hit]) -> list[str]:
    """Run the tests that the folder gives for a table against rows; nothing when all hold. Raises NoSuchTable."""
    return failing_tests(table_of(code).table, rows)


def tried(code: str, rows: Sequence[Hit], inputs: Mapping[str, Any]) -> Decision:
    """Decide with rows that are not live, for whoever wants to see first what they would do. Raises NoSuchTable."""
    return decision(table_of(code).table, rows, plain(inputs), cast(Lookups, NoLookups()))
