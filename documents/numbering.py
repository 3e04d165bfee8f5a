"""Numbers of documents: each series, kind and local year counts from 01 without a gap; a number is taken once.

The number is the last thing a step takes, after everything that may refuse: a step that rolls back gives it back.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from workflows.definition import Paper

START_TABLE = "series"  # office rows, key <series_key>:<type>:<year>, column `last`: numbers used before go-live
COMMON_TYPE = "CV"  # stands for công văn in that key; it is no type code and is never printed
_TYPED = re.compile(r"(?P<number>\d{1,6})(?:/(?P<symbol>\S+))?")


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """Which book: sorted by (series, type, year), the order in which locks are taken."""

    series: str
    type_code: str
    year: int

    @property
    def start_key(self) -> str:
        return f"{self.series}:{self.type_code or COMMON_TYPE}:{self.year}"


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """A number that another body gave, as typed in; `symbol` is empty when only the number was typed."""

    number: int
    symbol: str
    day: dt.date


class NumberRefused(Exception):
    """A typed number cannot stand; tell the person."""

    def __init__(self, path: str, vi: str, en: str) -> None:
        super().__init__(en)
        self.path, self.vi, self.en = path, vi, en


def series_of(paper: Paper, day: dt.date, series: str = "") -> SeriesKey:
    """Return the book of a paper on a local day. 31/12 17:00Z is the new year: callers give the local day.

    `series`: where it is not the paper's own (documents.ledger_office).
    """
    return SeriesKey(series or paper.series_key or paper.issuer, paper.type_code or "", day.year)


def take_numbers(keys: Sequence[SeriesKey], day: dt.date) -> list[int]:
    """Take the next number of each key, in one statement whose rows are sorted; a key may come several times.

    The first number of a year follows the office's configured last one, else it is 1. Needs an open transaction.
    """
    if not keys:
        return []
    wanted = {key: keys.count(key) for key in sorted(set(keys))}
    last = _raise(wanted, day)
    given = {key: last[key] - count for key, count in wanted.items()}
    numbers = []
    for key in keys:
        given[key] += 1
        numbers.append(given[key])
    return numbers


def _raise(wanted: Mapping[SeriesKey, int], day: dt.date) -> dict[SeriesKey, int]:
    """Upsert every register by its count and return the last numbers.

    An upsert locks its rows in the order of VALUES, on PostgreSQL too; two statements could cross.
    """
    start = (
        "COALESCE((SELECT CAST(columns ->> 'last' AS integer) FROM cases_tablerow WHERE \"table\" = %s AND key = %s"
        " AND valid_from <= %s AND (valid_to IS NULL OR valid_to >= %s) ORDER BY valid_from DESC LIMIT 1), 0)"
    )
    iso = day.isoformat()
    values: list[Any] = []
    for key, count in wanted.items():
        values += [key.series, key.type_code, key.year, START_TABLE, key.start_key, iso, iso, count]
    statement = (  # only placeholders are joined, every value is bound
        "INSERT INTO documents_register (series, type_code, year, last) VALUES "  # noqa: S608
        + ", ".join([f"(%s, %s, %s, {start} + %s)"] * len(wanted))
        + " ON CONFLICT (series, type_code, year) DO UPDATE SET last = documents_register.last + "
        + _increment(wanted)
        + " RETURNING series, type_code, year, last"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *_increment_values(wanted)])
        return {SeriesKey(*row[:3]): row[3] for row in cursor.fetchall()}


def _increment(wanted: Mapping[SeriesKey, int]) -> str:
    if len(set(wanted.values())) == 1:
        return "%s"
    whens = " WHEN excluded.series = %s AND excluded.type_code = %s AND excluded.year = %s THEN CAST(%s AS integer)"
    return "CASE" + whens * len(wanted) + " END"


def _increment_values(wanted: Mapping[SeriesKey, int]) -> list[Any]:
    if len(set(wanted.values())) == 1:
        return [next(iter(wanted.values()))]
    return [value for key, count in wanted.items() for value in (key.series, key.type_code, key.year, count)]


def number_text(number: int, symbol: str) -> str:
    """Return the number as printed: below 10 with a leading zero, a slash, the symbol."""
    return f"{number:02d}/{symbol}"


def symbol_of(paper: Paper, agency_symbol: str, unit_symbol: str) -> str:
    """Return what follows the slash: TTr-SNgV of a named document, SNgV-HTQT of a công văn."""
    if paper.type_code:
        return f"{paper.type_code}-{agency_symbol}"
    return f"{agency_symbol}-{unit_symbol}" if unit_symbol else agency_symbol


def typed_number(paper: Paper, ask: Mapping[str, Any], today: dt.date, *, alone: bool) -> TypedNumber | None:
    """Return the number and day that another body gave this paper, from the values of the step.

    Keys: `number_<paper>` and `date_<paper>`; where one such paper is in the step, also `outside_no` and
    `outside_date`. The number is typed as 386 or 386/QĐ-UBND. None: nothing was typed. Raises NumberRefused.
    """
    path, text = _typed(ask, f"number_{paper.code}", "outside_no", alone=alone)
    if text is None:
        return None
    _, day_text = _typed(ask, f"date_{paper.code}", "outside_date", alone=alone)
    found = _TYPED.fullmatch(str(text).replace(" ", "").removeprefix("Số:"))
    if found is None or int(found["number"]) == 0:
        raise NumberRefused(
            path, f"“{text}” không phải số, ký hiệu văn bản (ví dụ 386/QĐ-UBND)", f"{text} is no number"
        )
    symbol = found["symbol"] or ""
    if symbol and paper.type_code and not symbol.startswith(f"{paper.type_code}-"):
        raise NumberRefused(
            path, f"Ký hiệu phải bắt đầu bằng {paper.type_code}-", f"the symbol begins with {paper.type_code}-"
        )
    return TypedNumber(int(found["number"]), symbol, _typed_day(path, day_text, today))


def _typed(ask: Mapping[str, Any], own: str, outside: str, *, alone: bool) -> tuple[str, Any]:
    if own in ask:
        return f"ask.{own}", ask[own]
    return f"ask.{outside if alone else own}", ask.get(outside) if alone else None


def _typed_day(path: str, text: Any, today: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(str(text))
    except ValueError as fault:
        raise NumberRefused(path, "Chưa có ngày văn bản", "the day of the document is missing") from fault
    if day > today:
        raise NumberRefused(path, "Ngày văn bản không được ở tương lai", "the day of the document lies in the future")
    return day
