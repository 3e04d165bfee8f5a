"""Rows pasted into a table of a form: put behind those that are typed, each cell as its control shows it.

Nothing is stored: the form comes back with the rows and with what is wrong in them, and waits for its own button.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.errors import sentence
from cases.forms_choices import Choices
from cases.forms_fields import typed_value
from cases.forms_widgets import Pasted
from cases.sheet_rows import Row, heads_of, taken
from cases.sheets import SheetRefused, sheet_of_text
from cases.values import MOST_ROWS
from workflows.definition import Field


def pasted_rows(spec: Field, text: str, choices: Mapping[str, Choices]) -> Pasted:
    """Return the rows of a pasted text, or why there are none."""
    try:
        sheet = sheet_of_text(text, heads_of(spec), spec.max_rows or MOST_ROWS)
    except SheetRefused as refused:
        return Pasted(refused=refused.reasons)
    found = taken(spec, sheet, choices)
    rows = [_as_typed(spec, row, choices) for row in found.rows]
    faults = {(n, name): told for n, row in enumerate(found.rows) for name, told in _faults(row).items()}
    stray = tuple(f for row in found.rows for f in row.faults if f.code == "heading_missing")
    return Pasted(refused=stray) if stray else Pasted(rows, faults)


def _as_typed(spec: Field, row: Row, choices: Mapping[str, Choices]) -> dict[str, Any]:
    columns = {column.name: column for column in spec.columns}
    shown = {
        name: typed_value(columns[name], value, choices, f"{spec.name}.{name}") for name, value in row.values.items()
    }
    return {**row.typed, **shown}


def _faults(row: Row) -> dict[str, str]:
    """Return column -> words; the row and the column stand above them, what is in no list is in no control."""
    found: dict[str, str] = {}
    for fault in row.faults:
        name, words = fault.path.rpartition(".")[2], sentence(fault).partition(": ")[2]
        found[name] = f"“{row.typed.get(name, '')}”: {words}" if fault.code == "not_a_choice" else words
    return found
