"""Names that people type, turned into the keys of what they name: one reader for forms and for rows out of sheets."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import override

from cases.forms_choices import Choices, not_found
from cases.scalars import is_blank
from workflows.definition import Field
from workflows.errors import Reason


def place_of(path: str) -> tuple[str, tuple[int, str] | None]:
    """Return the field of a path, and the cell: members[2].name."""
    name, bracket, rest = path.partition("[")
    if not bracket:
        return path.split(".")[0], None
    number, _, column = rest.partition("].")
    return name, (int(number), column) if column and number.isdecimal() else None


def rows_with_keys(
    spec: Field, rows: Sequence[Mapping[str, Any]], choices: Mapping[str, Choices]
) -> tuple[list[dict[str, Any]], list[Reason]]:
    """Return typed rows of a table with names turned into keys, and what is in no list, by its path."""
    unknown: list[Reason] = []
    found = [_row_with_keys(spec, n, row, choices, unknown) for n, row in enumerate(rows)]
    return [{name: keyed[name] for name in row} for row, keyed in zip(rows, found, strict=True)], unknown


def with_keys(spec: Field, value: Any, choices: Mapping[str, Choices], path: str, unknown: list[Reason]) -> Any:
    """Return the value with names turned into keys; what is in no list is noted in `unknown`."""
    if spec.base == "table" and isinstance(value, list):
        return [_row_with_keys(spec, n, row, choices, unknown) for n, row in enumerate(value)]
    chosen = choices.get(path if "[" not in path else _column(path))
    if chosen is None or is_blank(value):
        return value
    if spec.many:
        lines = value.splitlines() if isinstance(value, str) else value
        return [_key(spec, line, chosen, path, unknown) for line in lines if not is_blank(line)]
    return _key(spec, value, chosen, path, unknown)


def _row_with_keys(
    spec: Field, number: int, row: Mapping[str, Any], choices: Mapping[str, Choices], unknown: list[Reason]
) -> dict[str, Any]:
    return {
        column.name: with_keys(column, row.get(column.name), choices, f"{spec.name}[{number}].{column.name}", unknown)
        for column in spec.columns
        if column.typed
    }


def _column(path: str) -> str:
    name, cell = place_of(path)
    return f"{name}.{cell[1]}" if cell else name


def _key(spec: Field, typed: Any, choices: Choices, path: str, unknown: list[Reason]) -> Any:
    found = choices.find(typed.strip()) if isinstance(typed, str) else None
    if found is None:
        vi, en = (_in(language, str(typed)[:200], choices) for language in ("vi", "en"))
        unknown.append(Reason("not_a_choice", vi, en, path))
    return typed if found is None else found


def _in(language: str, typed: str, choices: Choices) -> str:
    with override(language):
        return not_found(typed, choices)
