"""Expressions about the rows of a table: each is asked of all rows in one run, for a table may have a hundred."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from workflows.cel_text import decision_of, is_nullable, ungrouped
from workflows.errors import CannotBeJudged
from workflows.expressions import ROWS, compiled, compiled_each
from workflows.lookups import Lookups
from workflows.roots import Beside

Said = list[Any]  # for each row a value, or the CannotBeJudged that tells why there is none


class Asked(NamedTuple):
    """A call `decide(table, {name: expression})`."""

    table: str
    inputs: Mapping[str, str]


class EachRow:
    """Rows in facts form, of which expressions about `this` (or another name) are asked."""

    def __init__(
        self, rows: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], lookups: Lookups, name: str = "this"
    ) -> None:
        self._rows, self._facts, self._lookups, self._name = [dict(row) for row in rows], facts, lookups, name
        self._found: dict[str, Said] = {}  # calls that are asked, of which several expressions take a value

    def ask(self, text: str) -> Said:
        """Return what an expression says of every row."""
        selection = _selection(text)
        if selection is None:
            return self._run(text)
        call, name = selection
        if call not in self._found:
            self._found[call] = self._run(call)
        return [self._taken(text, name, found, row) for found, row in zip(self._found[call], self._rows, strict=True)]

    def put(self, name: str, values: Sequence[Any]) -> None:
        """Put a column into the rows. Where it says something else than before, what was asked is asked again."""
        if values != [row.get(name) for row in self._rows]:
            self._found.clear()
        for row, value in zip(self._rows, values, strict=True):
            row.pop(name, None)
            row |= {} if value is None else {name: value}

    def _run(self, text: str) -> Said:
        """Ask it of all rows at once; where that fails for one, of each alone."""
        if not self._rows:
            return []
        asked = _asked(text)
        if asked is not None:
            return list(self._decided(asked))
        if (each := compiled_each(text, self._name)).is_direct:
            return each.of_each(self._rows, self._facts, self._lookups, lambda row: self._alone(text, row))
        try:
            beside = Beside(self._facts, **{ROWS: self._rows})
            found: Said = each.evaluate(beside, self._lookups)
        except CannotBeJudged:
            return [self._alone(text, row) for row in self._rows]
        return found

    def _decided(self, asked: Asked) -> Iterator[Any]:
        """Ask a table of every row without the evaluator, which would be handed the whole rows.

        Rows for which the very same inputs were found are asked about once.
        """
        columns = [self._input(text) for text in asked.inputs.values()]
        said: dict[tuple[int, ...], Any] = {}
        for found in zip(*columns, strict=True) if columns else [()] * len(self._rows):
            same = tuple(map(id, found))
            if same not in said:
                said[same] = self._of_inputs(asked.table, dict(zip(asked.inputs, found, strict=True)))
            yield said[same]

    def _of_inputs(self, table: str, given: Mapping[str, Any]) -> Any:
        unknown = next((value for value in given.values() if isinstance(value, CannotBeJudged)), None)
        return unknown or self._of_table(table, given)

    def _input(self, text: str) -> Said:
        if text == self._name:
            return list(self._rows)
        if self._name in compiled(text).roots:
            return self._run(text)
        return [self._alone(text, {})] * len(self._rows)

    def _of_table(self, table: str, given: Mapping[str, Any]) -> Any:
        try:
            return self._lookups.decide(table, {name: value for name, value in given.items() if value is not None})
        except CannotBeJudged as missing:
            return missing

    def _taken(self, text: str, name: str, found: Any, row: Mapping[str, Any]) -> Any:
        taken = found.get(name) if isinstance(found, Mapping) else None
        return self._alone(text, row) if taken is None else taken  # it says why, as ever

    def _alone(self, text: str, row: Mapping[str, Any]) -> Any:
        try:
            return compiled(text).evaluate(Beside(self._facts, **{self._name: row}), self._lookups)
        except CannotBeJudged as missing:
            return missing


@lru_cache(maxsize=1024)
def _selection(text: str) -> tuple[str, str] | None:
    """Return the call and the name, where an expression takes one value out of what a look-up finds."""
    tree = ungrouped(compiled(text).tree)
    if tree.kind != "select" or not is_nullable(call := ungrouped(tree.kids[0])):
        return None
    return text[call.start : call.end], tree.text


@lru_cache(maxsize=1024)
def _asked(text: str) -> Asked | None:
    """Return table and inputs, where an expression asks a decision table and nothing else."""
    found = decision_of(ungrouped(compiled(text).tree))
    if found is None:
        return None
    return Asked(found[0], {name: text[value.start : value.end] for name, value in found[1].items()})
