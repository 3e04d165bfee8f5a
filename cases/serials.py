"""Numbered things that come by range: the rows of a ledger from a first to a last number, typed once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cases.errors import InputFaults
from cases.internal import first_fields
from cases.ledger_access import row_spec
from workflows.definition import Field, Procedure, SerialRange
from workflows.errors import Reason

MOST = 500  # at once: all are written in one transaction, for which others wait (5 to 6 ms a row)
SERIAL = re.compile(r"(.*?)([0-9]+)")
SHOWN = 5  # numbers that a reason names


def range_of(definition: Procedure) -> SerialRange | None:
    """Return which fields of a ledger say the range that a row came with; None: rows come one by one."""
    return row_spec(definition).range


def fields_of_range(definition: Procedure) -> list[Field]:
    """Return what is asked of a range: what a row is opened with, but for its own number and how many there are."""
    spec = row_spec(definition)
    given = {spec.key, spec.range.count if spec.range is not None else None}
    return [field for field in first_fields(definition) if field.name not in given]


def numbers(first: str, last: str) -> list[str]:
    """Return the numbers of a range with both ends, as long as its first. Raises ValueError for what is no range."""
    start, end = SERIAL.fullmatch(first), SERIAL.fullmatch(last)
    if start is None or end is None or start[1] != end[1] or len(start[2]) != len(end[2]):
        raise ValueError(f"{first} {last}")
    low, high = int(start[2]), int(end[2])
    if not low <= high < low + MOST:
        raise ValueError(f"{first} {last}")
    return [f"{start[1]}{number:0{len(start[2])}d}" for number in range(low, high + 1)]


def rows_of_range(definition: Procedure, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what each row of a range is opened with. Raises InputFaults, at the last number, for what is no range."""
    spec = row_spec(definition)
    if spec.range is None or spec.key is None:
        raise InputFaults([_no_range("")])
    try:
        found = numbers(str(values.get(spec.range.first, "")), str(values.get(spec.range.last, "")))
    except ValueError as wrong:
        raise InputFaults([_no_range(spec.range.last)]) from wrong
    shared = {name: value for name, value in values.items() if value not in ("", None)}
    counted = {spec.range.count: len(found)} if spec.range.count is not None else {}
    return [{**shared, **counted, spec.key: number} for number in found]


def _no_range(path: str) -> Reason:
    vi = f"Số đầu và số cuối phải cùng chữ đầu, cùng số chữ số, không quá {MOST} số một lần"
    en = f"First and last number have the same letters and as many digits, at most {MOST} numbers at once"
    return Reason("no_range", vi, en, path)


def told_once(definition: Procedure, rows: Sequence[Mapping[str, Any]], reasons: Iterable[Reason]) -> list[Reason]:
    """Return what is said of single rows of a range, once each: which numbers a fault is about where it is not all."""
    about: dict[tuple[str, str, str, str], list[str]] = {}
    key = row_spec(definition).key or ""
    for reason in reasons:
        place, _, name = reason.path.partition("].")
        number = str(rows[int(place.removeprefix("rows["))][key])
        about.setdefault((reason.code, reason.vi, reason.en, name), []).append(number)
    return [_of_numbers(said, found, len(rows), definition) for said, found in about.items()]


def _of_numbers(said: tuple[str, str, str, str], found: list[str], of: int, definition: Procedure) -> Reason:
    code, vi, en, name = said
    if len(found) < of:
        more = f" … ({len(found)})" if len(found) > SHOWN else ""
        numbered = f" – {', '.join(found[:SHOWN])}{more}"
        vi, en = vi + numbered, en + numbered
    spec = row_spec(definition)
    place = spec.range.first if spec.range is not None and name == spec.key else name
    return Reason(code, vi, en, place)
