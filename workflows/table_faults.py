"""What is wrong with rows of a declared table: for the proof of a folder, and for whoever edits live rows.

Loads the check of expressions, so a running engine never imports it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from workflows.definition import Field, Table, TableLine
from workflows.expression_check import check_expression
from workflows.fact_types import ANY, Type, Types, named, type_of_field, type_of_value
from workflows.shapes import near
from workflows.tables import Hit, failing_tests, in_force

FOREVER = "9999-12-31"
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one row (its code), or with all of them together (code empty)."""

    row: str
    message: str


def faults_of(table: Table, lines: Sequence[TableLine], types: Types) -> list[RowFault]:
    """Return every fault of a set of rows: names, values, conditions, overlaps, gaps, the table's own tests.

    `lines`: all of them, in force or not, in their order. `types`: of the procedure that declares the table.
    """
    found = [fault for line in lines for fault in _of_line(table, line, types)]
    found += _periods(lines)
    if found:
        return found
    return [*_nothing_left(table, lines), *_tests(table, lines)]


def inside(table: Table, line: TableLine, types: Types) -> Types:
    """Return what the condition of a row may name: the inputs, and the row's own columns."""
    columns = {c.name: type_of_field(c) for c in table.columns if c.name in line.columns}
    exact = {name: type_of_value(value) for name, value in line.columns.items() if isinstance(value, Mapping)}
    inputs = {name: _input(kind, types) for name, kind in table.inputs.items()}
    return Types({**columns, **exact, **inputs}, {})


def _input(kind: str, types: Types) -> Type:
    """Return the type of an input: `int`, a root (`dossier`), `row of dossier.members`; else anything."""
    rows = kind.removeprefix("row of dossier.")
    if rows != kind:
        listed = types.roots["dossier"].fields.get(rows)
        return (listed.item if listed else None) or ANY
    return types.roots.get(kind) or named(kind) or ANY


def _of_line(table: Table, line: TableLine, types: Types) -> Iterator[RowFault]:
    known = {c.name: c for c in table.columns}
    for name, value in line.columns.items():
        if name not in known:
            yield _said(line, f"không có cột / no column {name}", near(name, known))
        elif not _fits(known[name], value):
            yield _said(line, f"{name}: sai kiểu / wrong type, {known[name].type}: {value!r}")
    for column in table.columns:
        if column.required is True and line.columns.get(column.name) is None:
            yield _said(line, f"thiếu cột / missing column {column.name}")
    if (table.kind == "decision") == (line.if_ is None):
        yield _said(line, "dòng của bảng quyết định có if, của bảng thường thì không / `if` is for decision tables")
    if line.if_ is not None:
        faults = check_expression(line.if_, inside(table, line, types), want="bool")
        yield from (_said(line, f"if: {fault}") for fault in faults)


def _fits(column: Field, value: Any) -> bool:
    """Whether a plain value may stand in a column of this type."""
    if column.base == "list":
        item = column.model_copy(update={"type": column.inner})
        return isinstance(value, (list, tuple)) and all(_fits(item, one) for one in value)
    if column.base == "enum":
        return value in column.values
    kinds: dict[str, Any] = {
        "int": lambda v: type(v) is int,
        "bool": lambda v: isinstance(v, bool),
        "numbers": lambda v: isinstance(v, Mapping) and all(type(n) is int for n in v.values()),
        "duration": lambda v: isinstance(v, Mapping) and {"n", "u"} == set(v),
        "money": lambda v: isinstance(v, Mapping) and {"minor", "currency"} == set(v),
        "date": lambda v: isinstance(v, str) and _is_day(v),
    }
    return bool(kinds.get(column.base, lambda v: isinstance(v, str))(value))


def _is_day(text: str) -> bool:
    try:
        return _ISO_DAY.fullmatch(text) is not None and dt.date.fromisoformat(text) is not None
    except ValueError:
        return False


def _periods(lines: Iterable[TableLine]) -> Iterator[RowFault]:
    """Rows of one code follow each other day by day: none overlaps another, none leaves days out."""
    by_code: dict[str, list[TableLine]] = defaultdict(list)
    for line in lines:
        wrong = [day for day in (line.from_, line.to) if day is not None and not _is_day(day)]
        if wrong or (line.from_ and line.to and line.to < line.from_):
            yield _said(line, f"thời gian sai / wrong period: {line.from_} – {line.to}")
        else:
            by_code[line.code].append(line)
    for same in by_code.values():
        ordered = sorted(same, key=lambda line: line.from_ or "")
        for earlier, later in pairwise(ordered):
            yield from _between(earlier, later)


def _between(earlier: TableLine, later: TableLine) -> Iterator[RowFault]:
    last, first = earlier.to or FOREVER, later.from_ or ""
    if first <= last:
        yield _said(later, f"trùng thời gian với dòng đến / overlaps the row until {earlier.to or '…'}")
    elif dt.date.fromisoformat(first) - dt.date.fromisoformat(last) != dt.timedelta(days=1):
        yield _said(later, f"bỏ trống từ sau / leaves days out between {last} and {first}")


def _days(lines: Iterable[TableLine]) -> list[str]:
    """The days on which something begins, and the eve of time: between two of them nothing changes."""
    return sorted({"", *(line.from_ or "" for line in lines), *(_next(line.to) for line in lines if line.to)})


def _next(day: str) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()


def _nothing_left(table: Table, lines: Sequence[TableLine]) -> Iterator[RowFault]:
    """On every day on which a table of `hit: first` has rows at all, its last row takes whatever is left."""
    if table.hit != "first" or not any((line.if_ or "") == "true" for line in lines):
        return
    for day in _days(lines):
        rows = in_force(lines, day)
        if rows and rows[-1].if_ != "true":
            since = day or "–"
            yield RowFault("", f"từ {since} không dòng nào nhận phần còn lại / no row for the rest from {since}")


def _tests(table: Table, lines: Sequence[TableLine]) -> Iterator[RowFault]:
    """The tests hold on every day from the last change on: earlier rows are history."""
    rows = [Hit(line) for line in in_force(lines, _days(lines)[-1])]
    yield from (RowFault("", said) for said in failing_tests(table, rows))


def _said(line: TableLine, message: str, nearest: str = "") -> RowFault:
    return RowFault(line.code, message + (f" (gần nhất / nearest: {nearest})" if nearest else ""))
