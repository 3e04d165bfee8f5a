"""The built-in guards that ask a ledger: are things where they should be, does a count leave nothing open."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.errors import Reason
from workflows.guards import Params, Question, builtin

BOUND = "bound_to"  # of a row as others see it: the field that its folder names by the key `bound` of `row`
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
def serial_in(q: Question, params: Params) -> bool:
    """The number belongs to the ledger and its row stands in one of these states, closed ones among them.

    Whether it is frozen is asked by the ledger's own steps, which those of a case take with them.
    """
    rows = q.lookups.rows_ever_called(str(params["ledger"]), str(q.cel(params["serial"])))
    return bool(rows) and rows[-1].get("state") in params["states"]


@builtin
def serial_unknown(q: Question, params: Params) -> bool:
    """No row of the ledger, open or closed, ever had the number."""
    return not q.lookups.rows_ever_called(str(params["ledger"]), str(q.cel(params["serial"])))


@builtin
def serial_bound_once(q: Question, params: Params) -> bool:
    """No other row ever had this number, and what is bound to it is what the step says (nothing, when it is empty)."""
    rows = q.lookups.rows_ever_called(str(params["ledger"]), str(q.cel(params["serial"])))
    return len(rows) == 1 and str(rows[0].get(BOUND, "")) == str(q.cel(params["bound_to"]))


@builtin
def ledger_balanced(q: Question, params: Params) -> Iterable[Reason]:
    """Of a count: every open row is found in its place, signed out, or explained; else each difference by its number.

    Of a row: the ledger of its agency was counted, and no gap has been reported since.
    """
    if not q.facts["case"].get("book"):
        last = q.lookups.last_count(str(params["ledger"]))
        if last is None or "gap_since" in last:
            vi, en = "Sổ chưa được kiểm kê hoặc còn chênh lệch", "The ledger was not counted, or has a gap"
            yield Reason("ledger_balanced", vi, en)
        return
    found = q.lookups.differences(str(params["ledger"]), q.facts["ask"].get(COUNTED) or [])
    yield from (Reason("ledger_balanced", vi, en, path) for path, vi, en in found)
