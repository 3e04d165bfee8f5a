"""Rows of a table of the dossier by their names: what a part is about, as people call it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cases.presentation.words import said
from workflows.definition import Field

if TYPE_CHECKING:
    from cases.presentation.face import Look

ABOUT_ROWS = frozenset({"row", "rows"})
NAMING = 2  # columns that tell a row from others


def named_rows(look: Look, field: Field, numbers: Iterable[int]) -> list[str]:
    """Return the rows of a table of the dossier that a part is about: by name, and what stands beside it."""
    table = look.definition.field(field.inner)
    rows = {row.get("row_no"): row for row in look.case.dossier.get(field.inner, ())}
    columns = naming_columns(look, table) if table is not None else []
    named = {n: ", ".join(look.names.value(c, rows[n].get(c.name)) for c in columns) for n in numbers if n in rows}
    return [named.get(n) or said(f"dòng {n}", f"row {n}") for n in numbers]


def numbers_in(stored: object) -> tuple[int, ...]:
    """Return the numbers in the value of a field of type row or rows."""
    return tuple(stored) if isinstance(stored, list) else () if stored is None else (int(str(stored)),)


def naming_columns(look: Look, table: Field) -> list[Field]:
    """Return the columns that name a row of a table to the viewer."""
    return [c for c in table.columns if _tells(look, c)][:NAMING]


def _tells(look: Look, column: Field) -> bool:
    return column.base == "text" and column.required is True and not column.sensitive and look.sees(column)
