"""The balance of a ledger in its files: each range by state as printed, missing numbers on top; a sheet of numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from cases.ledger_access import row_spec
from cases.ledger_balance import Balance, Line
from cases.presentation.words import label
from workflows.definition import Procedure

LINES, MISSING = "balance_rows", "balance_missing"
HEADS = ("Lô", "Cộng", "Khai nhận", "Số còn thiếu")


def balance_text(balance: Balance) -> list[str]:
    """Return the lines of the layout that print a balance; none for a ledger without groups."""
    if not balance.lines:
        return []
    group, total, declared, missing = HEADS
    states = [(state.vi, f"line.{state.code}", 8) for state in balance.states]
    columns = [(group, "line.group", 20), *states, (total, "line.total", 6), (declared, "line.declared", 6),
               (missing, "line.missing", 6)]  # fmt: skip
    return [
        f"{{% for line in {MISSING} %}}", "**Số còn thiếu trong sổ:** {{ line }}", "", "{% endfor %}",
        "**Số dư theo lô (mọi dòng của sổ, cả dòng đã kết thúc)**", "",
        _cells(head for head, _, _ in columns), _cells(_rule(at, width) for at, (_, _, width) in enumerate(columns)),
        f"{{% for line in {LINES} %}}", _cells(f"{{{{ {value} }}}}" for _, value, _ in columns), "{% endfor %}",
        "", "**Các dòng được chọn**", "",
    ]  # fmt: skip


def _rule(at: int, width: int) -> str:
    """The range stands left, numbers stand right."""
    return "-" * width if at == 0 else f"{'-' * (width - 1)}:"


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def balance_values(balance: Balance) -> dict[str, Any]:
    """Return what the lines of `balance_text` print."""
    return {LINES: [_printed(line) for line in balance.lines], MISSING: [missing_in(line) for line in balance.gaps]}


def _printed(line: Line) -> dict[str, str]:
    counts = {state.code: str(count) for state, count in line.counts}
    declared = "" if line.declared is None else str(line.declared)
    own = {"group": line.group, "total": str(line.total), "declared": declared, "missing": str(len(line.missing))}
    return {**counts, **own}


def missing_in(line: Line) -> str:
    """Return the missing numbers of a range in words, runs by their ends."""
    return f"{line.group}: {runs_of(line)} ({len(line.missing)} số)."


def runs_of(line: Line) -> str:
    """Return the missing numbers, each run by its first and last: TA000302, TA000305–TA000309."""
    return ", ".join(first if count == 1 else f"{first}–{last}" for first, last, count in line.runs)


# ----------------------------------------------------------------------------------------------------------- .xlsx
@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """The balance as a sheet of a workbook: one row a range, numbers as numbers."""

    title: str
    heads: list[str]
    rows: list[list[Any]]


def balance_sheet(definition: Procedure, balance: Balance) -> BalanceSheet:
    """Return the balance in the reader's language; ranges with missing numbers stand on top."""
    fields = {field.name: label(field) for field in definition.fields}
    words = [gettext("Cộng"), gettext("Khai nhận"), gettext("Số lượng còn thiếu"), gettext("Các số còn thiếu")]
    heads = [*(fields[name] for name in row_spec(definition).group), *map(label, balance.states), *words]
    rows = [_row(line) for line in sorted(balance.lines, key=lambda one: not one.missing)]
    return BalanceSheet(gettext("Số dư theo lô"), heads, rows)


def _row(line: Line) -> list[Any]:
    counts = [count for _, count in line.counts]
    return [*line.key, *counts, line.total, line.declared, len(line.missing), runs_of(line)]
