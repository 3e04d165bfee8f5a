"""The balance of a ledger: how many of each group of rows stand in which state, and which numbers are missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from accounts.models import User
from cases.ledger_access import row_spec
from cases.ledger_queries import seen_rows
from cases.serials import SERIAL
from workflows.definition import Procedure, State

LONGEST = 10_000  # numbers of one range


@dataclass(frozen=True, slots=True)
class Line:
    """One group: a range of numbers with what became of each."""

    key: tuple[str, ...]  # what its rows have in common, as the ledger groups them
    counts: tuple[tuple[State, int], ...]
    declared: int | None  # how many the delivery said
    missing: tuple[str, ...]  # numbers of the range that no row has

    @property
    def group(self) -> str:
        return ", ".join(self.key)

    @property
    def runs(self) -> list[tuple[str, str, int]]:
        """The missing numbers as (first, last, how many) of each unbroken run."""
        return list(_runs(self.missing))

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)


@dataclass(frozen=True, slots=True)
class Balance:
    """Every group of the rows that a person sees, closed ones among them; `states`: those that occur."""

    states: tuple[State, ...]
    lines: tuple[Line, ...]

    @property
    def gaps(self) -> list[Line]:
        """The groups of which numbers are missing, or which are not as many as was declared."""
        return [line for line in self.lines if line.missing]


def balance_of(definition: Procedure, user: User, now: dt.datetime, agency: str = "") -> Balance:
    """Return the balance of a ledger that groups its rows, or of one agency's; without groups it is empty.

    One statement.
    """
    spec = row_spec(definition)
    if not spec.group:
        return Balance((), ())
    found: dict[tuple[str, ...], list[tuple[str, dict[str, Any]]]] = {}
    seen = seen_rows(definition, user, now).order_by()
    of_agency = seen.filter(unit__code=agency) if agency else seen
    for state, dossier in of_agency.values_list("state", "dossier"):
        key = tuple(str(dossier.get(name, "")) for name in spec.group)
        found.setdefault(key, []).append((state, dossier))
    there = {state for rows in found.values() for state, _ in rows}
    states = tuple(state for state in definition.machine.states if state.code in there)
    return Balance(states, tuple(_line(definition, states, key, rows) for key, rows in sorted(found.items())))


def _line(
    definition: Procedure, states: Iterable[State], key: tuple[str, ...], rows: list[tuple[str, dict[str, Any]]]
) -> Line:  # fmt: skip
    spec, (_, first) = row_spec(definition), rows[0]
    counts = tuple((state, sum(state.code == code for code, _ in rows)) for state in states)
    declared = first.get(spec.range.count) if spec.range is not None and spec.range.count is not None else None
    wanted = span(str(first.get(spec.range.first)), str(first.get(spec.range.last))) if spec.range is not None else []
    numbers = {str(dossier.get(spec.key or "")) for _, dossier in rows}
    return Line(key, counts, declared, tuple(number for number in wanted if number not in numbers))


def span(first: str, last: str) -> list[str]:
    """Return every number from first to last; empty for what is no range, or none that anybody was sent."""
    start, end = SERIAL.fullmatch(first), SERIAL.fullmatch(last)
    if start is None or end is None or start[1] != end[1] or len(start[2]) != len(end[2]):
        return []
    if int(end[2]) - int(start[2]) >= LONGEST:
        return []
    return [f"{start[1]}{n:0{len(start[2])}d}" for n in range(int(start[2]), int(end[2]) + 1)]


def _runs(numbers: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """Yield each unbroken run of rising numbers of one range."""
    for _, run in groupby(enumerate(numbers), key=lambda one: _value(one[1]) - one[0]):
        found = [number for _, number in run]
        yield found[0], found[-1], len(found)


def _value(number: str) -> int:
    found = SERIAL.fullmatch(number)
    return int(found[2]) if found is not None else 0
