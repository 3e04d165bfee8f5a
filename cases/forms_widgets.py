"""Controls whose value is more than one text: money, a kept file, a table of rows. They work without scripts."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django import forms
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from cases.money import CURRENCIES
from cases.scalars import is_blank
from cases.sheets import too_many
from workflows.definition import ROW_NO
from workflows.errors import Reason

USUAL = ("VND", "USD", "EUR", "JPY", "KRW", "AUD", "CAD", "CHF", "CNY", "DKK", "GBP", "NOK", "SEK", "SGD")
MOST_FOUND = 12  # entries that a search shows; whoever means another types more of its name
SHORT_HELP = 60  # characters of a help that stands in every row
MORE_ROWS = 20  # rows that one request may bring above those that stood on the page


class OurWidget(forms.Widget):
    """A control drawn by a template of the pages, with their words and icons."""

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        return mark_safe(get_template(template_name).render(context))  # noqa: S308  # the template escapes


class MoneyInput(OurWidget):
    """An amount and its currency, as {"amount", "currency"}."""

    template_name = "cases/widgets/money.html"
    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        return {"amount": data.get(name, ""), "currency": data.get(f"{name}-currency", "VND")}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        given = value if isinstance(value, Mapping) else {}
        codes = [*USUAL, *sorted(CURRENCIES - set(USUAL))]
        context = super().get_context(name, value, attrs)
        chosen = str(given.get("currency") or "VND")
        if chosen not in codes:
            codes.append(chosen)  # typed by hand or sent by a program: shown again beside its error
        return {**context, "amount": given.get("amount", ""), "currency": chosen, "currencies": codes}


class FileChoice(OurWidget):
    """A file to choose; one that is already kept stays chosen, by its id, until another takes its place."""

    template_name = "cases/widgets/file.html"
    needs_multipart_form = True
    input_type = "file"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.kept_names: dict[str, str] = {}  # attachment id -> file name

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.get(name) or data.get(f"{name}-kept", "")

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files and f"{name}-kept" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        kept = value if isinstance(value, str) and value in self.kept_names else ""
        return {**super().get_context(name, None, attrs), "kept": kept, "kept_name": self.kept_names.get(kept, "")}


class LongList(forms.CheckboxSelectMultiple):
    """Many things to tick, in a frame that scrolls."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.attrs.setdefault("class", "long-list")


class NameInput(forms.TextInput):
    """A name out of a long list: the browser offers what fits while one types; without it the name is typed in full."""

    template_name = "cases/widgets/name.html"

    def __init__(self, options: Sequence[str], attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.options = options

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        list_id = f"{(attrs or {}).get('id', name)}_list"
        context["widget"]["attrs"]["list"] = list_id
        return {**context, "list_id": list_id, "options": self.options}

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        return mark_safe(get_template(template_name).render(context))  # noqa: S308  # the template escapes


class Searched(Protocol):
    """A long list (cases.forms_choices.Choices)."""

    def find(self, typed: str) -> str | None: ...
    def name(self, key: str) -> str: ...
    def like(self, text: str, most: int) -> Mapping[str, str]: ...


class SearchInput(OurWidget):
    """A name out of a list too long for a page: one types a part of it, searches, and picks what was found.

    What was typed counts as it stands when it names one entry; a search button shows the page again, with what fits.
    """

    template_name = "cases/widgets/search.html"

    def __init__(self, chosen: Searched) -> None:
        super().__init__({"autocomplete": "off"})
        self.chosen = chosen

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        typed, picked = str(data.get(name, "")), str(data.get(f"{name}-pick", ""))
        return typed if f"{name}-find" in data or not picked else picked

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        typed = str(value or "").strip()
        key = self.chosen.find(typed) if typed else None
        found = dict(self.chosen.like(typed[:200], MOST_FOUND + 1)) if typed and key is None else {}
        context = super().get_context(name, typed if key is None else self._words(key), attrs)
        more = {"found": list(found.items())[:MOST_FOUND], "more": len(found) > MOST_FOUND}
        return {**context, **more, "nothing": bool(typed) and key is None and not found}

    def _words(self, key: str) -> str:
        """Return the name of an entry; its key where several have the same name."""
        named = self.chosen.name(key)
        return named if self.chosen.find(named) == key else key


class RowsInput(OurWidget):
    """A table: rows of controls, with buttons that add a row and take one out."""

    template_name = "cases/widgets/rows.html"
    use_fieldset = True

    def __init__(self, columns: Mapping[str, forms.Field], *, least: int = 0, most: int = 500) -> None:
        super().__init__()
        self.columns, self.least, self.most = dict(columns), least, most
        self.faults: dict[tuple[int, str], str] = {}  # (row, column) -> what is wrong
        self.takes_sheets = False  # whether the page has a way of its own for rows out of a spreadsheet
        self.paste: Callable[[str], Pasted] | None = None  # reads pasted rows
        self.refused: Sequence[Reason] = ()  # why what was pasted is no rows
        self._pasted: dict[str, Pasted] = {}
        self.cut = False  # more rows came than anybody could have typed: those behind them were not read
        self._added = False  # a row has just been added: its first control has the cursor
        self.cursor: tuple[int, str] | None = None  # (row, column) of the control that has it otherwise

    @property
    def needs_multipart_form(self) -> bool:  # type: ignore[override]  # a table may hold a file
        return any(column.widget.needs_multipart_form for column in self.columns.values())

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        came, most = _count(data, name), self.most + MORE_ROWS
        self.cut = came is None or came > most
        rows = [self._row(data, files, name, number) for number in range(min(came or 0, most))]
        removed = [n for n in range(len(rows)) if f"{name}-remove-{n}" in data]
        kept = [row for n, row in enumerate(rows) if n not in removed]
        if f"{name}-paste" in data and self.paste is not None:
            return self._with_pasted(kept, data.get(f"{name}-pasted", ""), self.paste)
        return self._with_new(kept, data, name) if len(kept) < self.most else kept

    def _with_new(self, rows: list[dict[str, Any]], data: Any, name: str) -> list[dict[str, Any]]:
        """Return the rows and behind them the one that a button adds: empty, or like the last but for its number."""
        again = f"{name}-again" in data
        self._added = again or f"{name}-add" in data
        if not self._added:
            return rows
        like = {column: cell for column, cell in rows[-1].items() if column != ROW_NO} if again and rows else {}
        return [*rows, like]

    def _with_pasted(
        self, rows: list[dict[str, Any]], text: str, paste: Callable[[str], Pasted]
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Return the rows that are typed, without empty ones, and behind them what is pasted."""
        if text not in self._pasted:
            self._pasted[text] = paste(text)
        found = self._pasted[text]
        kept = [row for row in rows if not all(is_blank(cell) for cell in row.values())]
        over = len(kept) + len(found.rows) > self.most
        self.refused = [too_many(self.most)] if over else found.refused
        if self.refused:
            return rows
        self.faults = {(len(kept) + number, name): said for (number, name), said in found.faults.items()}
        return [*kept, *found.rows]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-rows" not in data

    def _row(self, data: Any, files: Any, name: str, number: int) -> dict[str, Any]:
        return {
            column: control.widget.value_from_datadict(data, files, f"{name}-{number}-{column}")
            for column, control in self.columns.items()
        }

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        rows = list(value) if isinstance(value, list | tuple) else []
        rows += [{}] * (max(1, self.least) - len(rows))
        drawn = [self._drawn(name, number, row, last=number == len(rows) - 1) for number, row in enumerate(rows)]
        full = len(rows) >= self.most
        more = {"name": name, "rows": drawn, "count": len(rows), "full": full, "takes_sheets": self.takes_sheets}
        pastes = self.paste is not None and not full and not self.takes_sheets
        more |= {"pastes": pastes, "refused": next(iter(self._pasted), "") if self.refused else ""}
        return {**super().get_context(name, None, attrs), **more}

    def _drawn(self, name: str, number: int, row: Mapping[str, Any], *, last: bool) -> list[dict[str, Any]]:
        first = next((c for c, control in self.columns.items() if c != ROW_NO and not control.widget.use_fieldset), "")
        at = (number, first) if last and self._added else self.cursor
        return [self._cell(name, number, c, row.get(c), cursor=at == (number, c)) for c in self.columns]

    def _cell(self, table: str, number: int, column: str, value: Any, *, cursor: bool) -> dict[str, Any]:
        """A long help is written in the first row alone; the controls of the others point to it."""
        control, fault = self.columns[column], self.faults.get((number, column), "")
        name = f"{table}-{number}-{column}"
        cell_id, first = f"id_{name}", f"id_{table}-0-{column}"
        once = number > 0 and len(str(control.help_text)) > SHORT_HELP
        said = [f"{first if once else cell_id}_helptext"] * bool(control.help_text) + [f"{cell_id}_error"] * bool(fault)
        attrs: dict[str, Any] = {"id": cell_id}
        if said:
            attrs["aria-describedby"] = " ".join(said)
        if fault:
            attrs["aria-invalid"] = "true"
        if cursor:
            attrs["autofocus"] = True
        return {
            "id": cell_id, "label": control.label, "help": "" if once else control.help_text,
            "required": control.required, "fault": fault, "group": control.widget.use_fieldset,
            "control": control.widget.render(name, value, attrs),
        }


def _count(data: Any, name: str) -> int | None:
    """Return how many rows came, None where that is no number of rows."""
    text = str(data.get(f"{name}-rows", "0"))
    return int(text) if text.isdecimal() and len(text) < 6 else None


@dataclass(frozen=True, slots=True)
class Pasted:
    """Rows for a table's controls, what is wrong in their cells, and what is wrong with all that was pasted."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[tuple[int, str], str] = field(default_factory=dict)  # (row, column) -> what is wrong
    refused: Sequence[Reason] = ()


def yes_no() -> list[tuple[str, str]]:
    """Return the two answers to a question."""
    return [("true", gettext("Có")), ("false", gettext("Không"))]
