"""Declared tables: which row a day and some inputs hit. Pure: who asks gives the rows that are in force (ADR 0018)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from workflows.definition import Table, TableLine
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled, needs_together, part_of
from workflows.functions import plain
from workflows.lookups import Lookups


@dataclass(frozen=True)
class Hit:
    """A row that holds, with its revision: 0 for a row of a folder."""

    line: TableLine
    revision: int = 0

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """What CEL and the dossier see of the row: code, columns, `confirmed`; what is empty is left out."""
        found: dict[str, Any] = plain({"code": self.line.code, "confirmed": self.line.confirmed, **self.line.columns})
        return found


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A row whose condition asks for a value that is not there."""

    row: str
    path: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a decision table says: rows that hold, rows that could not be judged, and every row that was read."""

    hits: tuple[Hit, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    read: tuple[Hit, ...] = ()


def in_force(lines: Iterable[TableLine], day: str) -> list[TableLine]:
    """Return the rows in force on a day (ISO), in their order."""
    return [line for line in lines if (line.from_ or "") <= day and (line.to is None or day <= line.to)]


def decision(table: Table, rows: Sequence[Hit], inputs: Mapping[str, Any], lookups: Lookups) -> Decision:
    """Judge the rows in their order; of `hit: first` no row after the first that holds or cannot be judged."""
    given = {name: inputs[name] for name in table.inputs if inputs.get(name) is not None}
    hits, unjudged, read = [], [], []
    for row in rows:
        read.append(row)
        try:
            holds = _holds(row.line, given, lookups)
        except CannotBeJudged as missing:
            unjudged.append(Unjudged(row.line.code, missing.path))
            holds = False
        if holds:
            hits.append(row)
        if table.hit == "first" and (hits or unjudged):
            break
    return Decision(tuple(hits), tuple(unjudged), tuple(read))


Told = tuple[Decision, Mapping[str, int]]


class Judged:
    """A table and its rows of one day, with what it has said while the world stood still: of the same inputs the same.

    Of the inputs only what conditions read makes a difference.
    """

    def __init__(self, table: Table, rows: Sequence[Hit]) -> None:
        self._table, self._rows = table, rows
        self.needs: Mapping[str, Any] = needs_together(compiled(row.line.if_ or "true") for row in rows)
        self._said: dict[str, Told] = {}
        self._last: tuple[Mapping[str, Any], Told] | None = None

    def of(self, inputs: Mapping[str, Any], lookups: Lookups) -> Told:
        """Return the decision, and every row elsewhere that was read for it: `lookups` has read nothing before."""
        if self._last is None or self._last[0] != inputs:
            self._last = inputs, self._known(repr(part_of(inputs, self.needs)), inputs, lookups)
        return self._last[1]

    def _known(self, key: str, inputs: Mapping[str, Any], lookups: Lookups) -> Told:
        if key not in self._said:
            self._said[key] = decision(self._table, self._rows, inputs, lookups), dict(lookups.reads)
        return self._said[key]


def result(table: Table, found: Decision) -> Any:
    """Return what `decide` gives: of `first` the row hit, None without one; of `all` the rows that hold.

    Raises CannotBeJudged naming the row, when the first row cannot be known.
    """
    if table.hit == "all":
        return [hit.facts for hit in found.hits]
    if found.unjudged:
        missing = found.unjudged[0]
        raise CannotBeJudged(f"{table.code}.{missing.row}: {missing.path}", "an input is missing")
    return found.hits[0].facts if found.hits else None


def failing_tests(table: Table, rows: Sequence[Hit]) -> list[str]:
    """Run the table's own tests against rows; return a sentence for each that comes out otherwise."""
    return [said for number, test in enumerate(table.tests, 1) if (said := _failing(table, rows, number, test))]


def _failing(table: Table, rows: Sequence[Hit], number: int, test: Any) -> str:
    found = decision(table, rows, plain(test.given), cast(Lookups, NoLookups()))
    hit = [h.line.code for h in found.hits]
    if hit == list(test.rows) and not (table.hit == "first" and found.unjudged):
        return ""
    unknown = "".join(f", {u.row}: {u.path}?" for u in found.unjudged)
    wanted = ", ".join(test.rows) or "–"
    return f"phép thử {number} / test {number}: {', '.join(hit) or '–'}{unknown} ≠ {wanted}"


def _holds(line: TableLine, inputs: Mapping[str, Any], lookups: Lookups) -> bool:
    return compiled(line.if_ or "true").judge({**inputs, **line.columns}, lookups)


class NoLookups:
    """The world as the tests of a table see it: no row anywhere."""

    reads: dict[str, int] = {}

    def row(self, table: str, key: Any, day: int) -> Mapping[str, Any] | None:
        del table, key, day
        return None
