"""One declared field as one control: which control, with which words, and what was stored as people type it."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext

from cases.forms_choices import Choices
from cases.forms_widgets import FileChoice, LongList, MoneyInput, NameInput, RowsInput, SearchInput, yes_no
from cases.forms_words import help_of, label_of
from cases.money import shown_money
from cases.values import shown
from workflows.definition import Field

MOST_RADIOS = 6
MOST_TICKS = 12
MOST_OFFERED = 1000
# What the browser may fill in by itself (WCAG 1.3.5), by the end of a field's name.
AUTOCOMPLETE = {"contact_name": "name", "_phone": "tel", "_email": "email", "_address": "street-address"}
NARROW = frozenset({"int", "date", "day", "datetime"})


class SpecField(forms.Field):
    """A declared field: it passes on what was typed, `cases.values` judges it."""

    def __init__(self, spec: Field, **options: Any) -> None:
        super().__init__(**options)
        self.spec = spec

    def clean(self, value: Any) -> Any:
        return value

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data


def field_for(
    spec: Field, choices: Mapping[str, Choices], siblings: Mapping[str, Field], *, needed: bool = False
) -> SpecField:
    """Return the control of a field. A condition is told in words, so only what never is needed is called optional."""
    return SpecField(
        spec,
        label=label_of(spec),
        help_text=help_of(spec, siblings),
        required=spec.required is not False or needed,
        widget=_widget(spec, choices, spec.name),
    )


def _widget(spec: Field, choices: Mapping[str, Choices], path: str) -> forms.Widget:
    if spec.base == "table":
        return _rows(spec, choices)
    if spec.base == "bool":
        unanswered = [] if spec.required is not False else [("", gettext("Chưa trả lời"))]
        return forms.RadioSelect(choices=[*yes_no(), *unanswered])
    chosen = choices.get(path)
    if chosen is not None:
        return _many(chosen) if spec.many else _one(spec, chosen)
    if spec.base == "long_text" or spec.many:
        return forms.Textarea(attrs={"rows": 6 if spec.base == "long_text" else 4})
    return {"money": MoneyInput, "file": FileChoice}.get(spec.base, forms.TextInput)(attrs=_attrs(spec))


def _one(spec: Field, chosen: Choices) -> forms.Widget:
    if chosen.searched:
        return SearchInput(chosen)
    if not chosen.short:
        offered = list(chosen.names.values()) if chosen.offered else []
        return NameInput(offered[:MOST_OFFERED])
    options = list(chosen.names.items())
    if spec.base == "enum" and len(options) <= MOST_RADIOS:
        none = [] if spec.required is not False else [("", gettext("Không chọn"))]
        return forms.RadioSelect(choices=[*options, *none])
    return forms.Select(choices=[("", gettext("– Chọn –")), *options])


def _many(chosen: Choices) -> forms.Widget:
    options = list(chosen.names.items())
    if len(options) <= MOST_TICKS:
        return forms.CheckboxSelectMultiple(choices=options)
    return LongList(choices=options)


def _rows(spec: Field, choices: Mapping[str, Choices]) -> RowsInput:
    siblings = {column.name: column for column in spec.columns}
    columns = {
        column.name: SpecField(
            column, label=label_of(column), help_text=help_of(column, siblings),
            required=column.required is not False, widget=_widget(column, choices, f"{spec.name}.{column.name}"),
        )
        for column in spec.columns
        if column.typed
    }
    return RowsInput(columns, least=spec.min_rows or 1, most=spec.max_rows or 500)


def _attrs(spec: Field) -> dict[str, Any]:
    attrs: dict[str, Any] = {}
    if spec.base in NARROW:
        attrs |= {"class": "narrow", "autocomplete": "off"}
    if spec.base == "int":
        attrs["inputmode"] = "numeric"
    if spec.base == "email":
        attrs |= {"type": "email", "inputmode": "email", "autocomplete": "email"}
    found = next((word for end, word in AUTOCOMPLETE.items() if spec.name.endswith(end)), "")
    return {**attrs, "autocomplete": found} if found and spec.personal else attrs


def typed_value(spec: Field, stored: Any, choices: Mapping[str, Choices], path: str = "") -> Any:
    """Return a stored value as it stands in its control."""
    if stored is None:
        return None
    if spec.base == "table":
        return [_typed_row(spec, row, choices) for row in stored]
    chosen = choices.get(path or spec.name)
    if spec.many:
        return [str(one) for one in stored] if chosen is not None else "\n".join(str(one) for one in stored)
    if spec.base == "money":
        amount = shown_money(stored, "vi").rpartition(" ")[0]
        return {"amount": amount, "currency": stored["currency"]}
    if spec.base == "bool":
        return "true" if stored else "false"
    if chosen is not None and not chosen.short:
        return chosen.name(stored)
    return shown(spec, stored, "vi") if spec.base in ("date", "day", "datetime") else str(stored)


def _typed_row(spec: Field, row: Mapping[str, Any], choices: Mapping[str, Choices]) -> dict[str, Any]:
    return {
        column.name: typed_value(column, row.get(column.name), choices, f"{spec.name}.{column.name}")
        for column in spec.columns
    }
