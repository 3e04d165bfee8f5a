"""The built-in guards that ask a ledger: are things where they should be, does a count leave nothing open."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.errors import Reason
from workflows.guards import Params, Question, builtin

COUNTED = "counted"  # the ask of a count: one line a row, {row, found, explanation}


@builtin
def in_custody(q: Question, params: Params) -> Iterable[Reason]:
    """Everything that the ledger has of these holders is in its place, excused, or reported lost; else each row."""
    rows = q.lookups.rows_of(str(params["ledger"]), list(q.cel(params["holders"]) or []))
    return [
        Reason("in_custody", f"Chưa về nơi giữ: dòng {row['no']}", f"Not back in custody: row {row['no']}")
        for row in rows
        if not row["settled"]
    ]


@builtin
def ledger_balanced(q: Question, params: Params) -> Iterable[Reason]:
    """Every open row is found in its place, signed out, or explained; else each difference by the row's number."""
    found = q.lookups.differences(str(params["ledger"]), q.facts["ask"].get(COUNTED) or [])
    return [Reason("ledger_balanced", vi, en, path) for path, vi, en in found]
