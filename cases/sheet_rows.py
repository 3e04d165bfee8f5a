"""Rows of a sheet as rows of a declared table: each cell is read as if it had been typed into the form.

There is no second opinion about values: names become keys as in the forms, `cases.values` judges what was typed.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cases.forms_choices import Choices
from cases.forms_words import label_of
from cases.sheets import Cell, Head, Line, Sheet, at_cell
from cases.showing import in_words
from cases.typed_names import rows_with_keys
from cases.values import clean_fields, missing_fields
from workflows.definition import Field
from workflows.errors import Reason

CURRENCY = "-currency"  # the second column of an amount
MARKS = re.compile(r"[;\n]")
PLACE = re.compile(r"\w+\[(\d+)\](?:\.(\w+))?")


@dataclass(slots=True)
class Row:
    """One row as it would be taken: stored values, what was typed, what is wrong, what is still to be filled in."""

    number: int
    typed: Mapping[str, Any]
    values: dict[str, Any]
    faults: list[Reason] = field(default_factory=list)
    lacking: list[Reason] = field(default_factory=list)
    outcome: str = ""  # what would become of it, where that differs from row to row


@dataclass(slots=True)
class Taken:
    """All rows of a sheet."""

    spec: Field
    rows: list[Row]
    faults: list[Reason] = field(default_factory=list)  # of the rows together

    @property
    def reasons(self) -> list[Reason]:
        return [*self.faults, *(fault for row in self.rows for fault in row.faults)]

    @property
    def values(self) -> list[dict[str, Any]]:
        return [row.values for row in self.rows]

    def tell(self, reasons: Iterable[Reason], before: int = 0) -> None:
        """Put what a service says of the table to its rows; `before`: rows of the table that stand before these."""
        for reason in reasons:
            found = PLACE.match(reason.path.removeprefix("dossier."))
            at = int(found[1]) - before if found else -1
            if found and 0 <= at < len(self.rows):
                self.rows[at].faults.append(_told(self.spec, self.rows[at].number, reason, found[2] or ""))
            else:
                self.faults.append(reason)


def columns_of(spec: Field) -> list[Field]:
    """Return the columns that a sheet may fill: what people type."""
    return [c for c in spec.columns if c.computed is None and c.base not in ("file", "table")]


def heads_of(spec: Field, *, complete: bool = False) -> list[Head]:
    """Return the headings of a table; an amount has its currency beside it. `complete`: what is required is there."""
    found: list[Head] = []
    for column in columns_of(spec):
        required = complete and column.required is True
        found.append(Head(column.name, column.vi, column.en, required))
        if column.base == "money":
            words = f"{column.vi} – loại tiền", f"{column.en} – currency"
            found.append(Head(column.name + CURRENCY, *words, required))
    return found


def taken(spec: Field, sheet: Sheet, choices: Mapping[str, Choices]) -> Taken:
    """Return the rows of a sheet as the table would take them, each judged by itself."""
    typed = [_typed_row(spec, line) for line in sheet.lines]
    keyed, unknown = rows_with_keys(spec, typed, choices)
    rows = [_row(spec, *one) for one in zip(sheet.lines, typed, keyed, strict=True)]
    found = Taken(spec, rows)
    told = {reason.path for reason in unknown}
    for number, row in enumerate(rows):
        row.faults = [fault for fault in row.faults if f"{spec.name}[{number}].{_column(fault)}" not in told]
    found.tell(unknown)
    place = {column.name: at for at, column in enumerate(spec.columns)}
    for row in rows:
        row.faults.sort(key=lambda fault: place.get(_column(fault), -1))
    return found


def _row(spec: Field, line: Line, typed: Mapping[str, Any], keyed: Mapping[str, Any]) -> Row:
    values, reasons = clean_fields(columns_of(spec), keyed)
    faults = [*line.faults, *(_told(spec, line.number, reason, _name(reason.path)) for reason in reasons)]
    given = {*values, *(_name(reason.path) for reason in reasons), *map(_column, line.faults)}
    wanted = [column for column in columns_of(spec) if column.name not in given]
    lacking = missing_fields(wanted, {}, lambda column, _: column.required is True)
    return Row(line.number, typed, values, faults, lacking)


def _column(fault: Reason) -> str:
    return fault.path.rpartition(".")[2]


def _name(path: str) -> str:
    return path.partition("[")[0]


def _typed_row(spec: Field, line: Line) -> dict[str, Any]:
    return {c.name: _typed(c, line.cells) for c in columns_of(spec) if c.name in line.cells}


def _typed(column: Field, cells: Mapping[str, Cell]) -> Any:
    cell = cells[column.name]
    text = cell.text.replace(".", ",") if cell.number and column.base in ("int", "money") else cell.text
    if column.base == "money":
        return _amount(text, cells.get(column.name + CURRENCY))
    if column.base == "list":
        return [one.strip() for one in MARKS.split(text) if one.strip()]
    return text


def _amount(text: str, currency: Cell | None) -> dict[str, str]:
    """An amount has its currency in the column beside it or behind the number; none is guessed."""
    amount, _, last = text.strip().rpartition(" ")
    if currency is None and last.isalpha():
        return {"amount": amount, "currency": last}
    return {"amount": text, "currency": currency.text if currency is not None else ""}


def _told(spec: Field, number: int, reason: Reason, name: str) -> Reason:
    """Return a reason with the row of the sheet and its column, instead of the place in the table."""
    column = next((c for c in spec.columns if c.name == name), None)
    label = (column.vi, column.en) if column is not None else (spec.vi, spec.en)
    return at_cell(reason.code, number, label, (_words(label[0], reason.vi), _words(label[1], reason.en)), name)


def _words(label: str, text: str) -> str:
    """Return a reason without the names of its place, which stand before it in another form."""
    return re.sub(rf"^(?:.*, )?{re.escape(label)}: ", "", text)


# ------------------------------------------------------------------------------------------------------ for the page
@dataclass(frozen=True, slots=True)
class Shown:
    """One cell on the page of a dry run."""

    label: str
    value: str
    bad: bool


def shown_cells(spec: Field, row: Row, choices: Mapping[str, Choices]) -> list[Shown]:
    """Return the filled cells of a row in words; of what is wrong, what was typed."""
    wrong = {_column(fault) for fault in row.faults}
    return [
        Shown(label_of(c), _in_words(spec, c, row, choices, wrong), c.name in wrong)
        for c in columns_of(spec)
        if c.name in row.typed
    ]


def _in_words(spec: Field, column: Field, row: Row, choices: Mapping[str, Choices], wrong: set[str]) -> str:
    if column.name in row.values and column.name not in wrong:
        return in_words(column, row.values[column.name], choices, f"{spec.name}.{column.name}")
    typed = row.typed[column.name]
    if isinstance(typed, dict):
        return f"{typed['amount']} {typed['currency']}".strip()
    return "; ".join(typed) if isinstance(typed, list) else str(typed)
