"""Stored values for people's eyes: names instead of keys, one row per field, only what the reader may see."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from cases.access import may_see_field, seen_value
from cases.forms_choices import Choices, all_choices
from cases.forms_words import label_of
from cases.models import Attachment
from cases.values import shown
from workflows.definition import Field, Procedure


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a summary: the words of the field, the value in words, and where it is changed."""

    name: str
    label: str
    value: str
    href: str = ""
    changed: bool = False


def rows_of(
    fields: Sequence[Field], values: Mapping[str, Any], day: dt.date, definition: Procedure, roles: Iterable[str]
) -> list[Row]:
    """Return the fields that one of the roles may see, in order, with what is stored; empty where nothing is."""
    roles = frozenset(roles)
    seen = [field for field in fields if may_see_field(field, roles)]
    choices = all_choices([field for field in seen if field.name in values], day, definition)
    own = {field.name: seen_value(field, values.get(field.name), roles) for field in seen}
    return [Row(field.name, label_of(field), in_words(field, own[field.name], choices)) for field in seen]


def in_words(field: Field, stored: Any, choices: Mapping[str, Choices], path: str = "") -> str:
    """Return a stored value in the language of the page; rows of a table stand on lines of their own."""
    if stored is None:
        return ""
    if field.base == "table":
        return "\n".join(_row(field, number, row, choices) for number, row in enumerate(stored, 1))
    if field.base == "file":
        return Attachment.objects.filter(pk=stored).values_list("name", flat=True).first() or ""
    chosen = choices.get(path or field.name)
    if chosen is not None:
        keys = stored if isinstance(stored, list) else [stored]
        return ", ".join(chosen.name(str(key)) for key in keys)
    return shown(field, stored, "en" if (get_language() or "vi").startswith("en") else "vi")


def _row(table: Field, number: int, row: Mapping[str, Any], choices: Mapping[str, Choices]) -> str:
    cells = [
        f"{label_of(column)}: {in_words(column, row[column.name], choices, f'{table.name}.{column.name}')}"
        for column in table.columns
        if row.get(column.name) is not None
    ]
    return f"{number}. " + "; ".join(cells)
