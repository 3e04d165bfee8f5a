"""What may be chosen in a field: keys and names of enums, registries, organisations, people, on one day."""
from __future__ import annotations

import datetime as dt
import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import get_language, gettext, override

from accounts.models import Organisation, OrgUnit, User
from cases.forms_registries import Catalogue, Ledger, catalogue_of, mandates_named
from cases.office import rows_in_force
from workflows.definition import ROW_NO, Field, Procedure

TABLES = {"country": "countries", "admin_unit": "admin_units", "language": "languages"}
TYPED = frozenset({"case"})  # ref(case): a code that somebody types, never a list of other people's cases
MOST_OPTIONS = 30  # a select; a longer list is a field in which one types
NAME_COLUMNS = ("name", "vi", "title", "label")


def plain(text: str) -> str:
    """Return the text for comparing what people type: composed letters, one blank, no capitals."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


@dataclass(frozen=True, slots=True)
class Choices:
    """Keys with their names; `offered` is False when the list itself is not for the reader to see."""

    names: Mapping[str, str]
    offered: bool = True
    also: Sequence[tuple[str, str]] = ()  # keys with further names: of the other language, addresses of people
    more: Catalogue | None = None  # where else a name or key is looked for: too long a list, entries not to be listed
    searched: bool = False  # the list is too long to be offered: one types a part of the name and searches
    free: bool = False  # what is in no list is taken as it was typed
    _by_name: dict[str, list[str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def find(self, typed: str) -> str | None:
        """Return the key that was typed or whose name was typed; None when there is none or more than one."""
        if typed in self.names:
            return typed
        found = self.called(typed) or (self.more.called(typed) if self.more is not None else [])
        if self.free and not found:
            return typed
        return found[0] if len(found) == 1 else None

    def called(self, typed: str) -> list[str]:
        """Return the keys whose name was typed, or that were typed with other capitals."""
        if not self._by_name:
            keys_too = zip(self.names, self.names, strict=True)
            for key, name in (*self.names.items(), *self.also, *keys_too):
                keys = self._by_name.setdefault(plain(name), [])
                keys += [key] * (key not in keys)
        return self._by_name.get(plain(typed), [])

    def near(self, typed: str) -> list[str]:
        """Return the names most like what was typed; none when the list is not for the reader to see."""
        if not self.offered:
            return []
        if self.searched:
            return list(self.like(typed, 3).values())
        wanted = plain(typed)
        holding = [name for name in self.names.values() if wanted in plain(name)]
        return holding[:3] or difflib.get_close_matches(typed, self.names.values(), n=2)

    def like(self, text: str, most: int) -> Mapping[str, str]:
        """Return entries of a long list whose name or key holds every word of a text."""
        return self.more.like(text, most) if self.more is not None else {}

    def name(self, key: str) -> str:
        """Return the name of a key; a key without one is shown as it stands."""
        named = self.names.get(key)
        if named is None and self.more is not None:
            named = self.more.name(key)
        return named if named is not None else key

    @property
    def short(self) -> bool:
        """Whether the whole list stands on a page as options, and nothing else may be meant."""
        return self.offered and not self.searched and not self.free and len(self.names) <= MOST_OPTIONS


def choices_of(
    spec: Field, day: dt.date, definition: Procedure | None = None, viewer: User | None = None
) -> Choices | None:
    """Return what may be chosen in a field, in the language of the page; None when it is typed freely."""
    item = spec.inner if spec.base == "list" else spec.type
    base = item.split("(", 1)[0]
    if base == "enum":
        return Choices(_enum(spec, definition))
    if base == "ref":
        return _registry(item.removeprefix("ref(").removesuffix(")").strip(), day, definition, viewer)
    if base == "org":
        return Choices(_organisations(day))
    if base == "person":
        return Choices(_officers())
    return Choices(_rows(TABLES[base], day)) if base in TABLES else None


def choices_asked(
    fields: Iterable[Field], day: dt.date, definition: Procedure | None = None, viewer: User | None = None
) -> dict[str, Choices]:
    """Return the choices of every field that a form asks: what is computed is not."""
    return _choices(((n, f) for n, f in _with_columns(fields) if f.computed is None), day, definition, viewer)


def all_choices(
    fields: Iterable[Field], day: dt.date, definition: Procedure | None = None, viewer: User | None = None
) -> dict[str, Choices]:
    """Return the choices of every field that has some.

    `viewer`: who fills in; of nobody named no entry of a case is offered.
    """
    return _choices(_with_columns(fields), day, definition, viewer)


def _choices(
    named: Iterable[tuple[str, Field]], day: dt.date, definition: Procedure | None, viewer: User | None
) -> dict[str, Choices]:
    """Return choices by name, columns as table.column; lists used twice are read once."""
    read: dict[str, Choices | None] = {}
    found: dict[str, Choices] = {}
    for name, spec in named:
        kind = spec.type if "enum" not in spec.type else f"{name}:{spec.type}"
        if kind not in read:
            read[kind] = choices_of(spec, day, definition, viewer)
        choices = read[kind]
        if choices is not None:
            found[name] = choices
    return found


def choices_in_both(
    fields: Iterable[Field], day: dt.date, definition: Procedure | None = None, viewer: User | None = None
) -> dict[str, Choices]:
    """Return the choices of fields, found by their names in either language: a file may come from anybody."""
    fields, here = list(fields), _language()
    with override("vi" if here == "en" else "en"):
        there = all_choices(fields, day, definition, viewer)
    people = tuple(path for path, spec in _with_columns(fields) if spec.base == "person")
    also = {path: (*one.names.items(), *(_addresses() if path in people else ())) for path, one in there.items()}
    shown = all_choices(fields, day, definition, viewer)
    return {path: replace(one, also=also.get(path, ())) for path, one in shown.items()}


def rows_offered(
    fields: Iterable[Field], definition: Procedure, dossier: Mapping[str, Any]
) -> dict[str, Choices]:
    """Return the rows of a case's tables for every field that names some: their numbers, and what they are called."""
    found = {}
    for spec in (f for f in fields if f.base in ("row", "rows")):
        table = definition.field(spec.inner)
        rows = dossier.get(spec.inner) or []
        found[spec.name] = Choices({str(row[ROW_NO]): name_of_row(table, row) for row in rows if ROW_NO in row})
    return found


def name_of_row(table: Field | None, row: Mapping[str, Any]) -> str:
    """Return the number of a row and its first text that is not personal."""
    texts = (c.name for c in table.columns if c.type == "text" and not c.personal) if table is not None else ()
    words = next((str(row[name]) for name in texts if row.get(name)), "")
    return f"{row[ROW_NO]}. {words}" if words else str(row[ROW_NO])


def _with_columns(fields: Iterable[Field]) -> Iterable[tuple[str, Field]]:
    for spec in fields:
        yield spec.name, spec
        for column in spec.columns:
            yield f"{spec.name}.{column.name}", column


def _language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def _enum(spec: Field, definition: Procedure | None) -> dict[str, str]:
    """Return value -> label; values that an office keeps in its configuration are taken from there."""
    config = definition.config if definition is not None else {}
    values: list[str] = []
    for value in spec.values:
        kept = config.get(value.removeprefix("config.")) if value.startswith("config.") else None
        values += [str(v) for v in kept] if isinstance(kept, list | tuple) else [value]
    return {v: str(spec.labels.get(v, {}).get(_language(), v)) for v in values}


def _registry(table: str, day: dt.date, definition: Procedure | None, viewer: User | None) -> Choices | None:
    if table in TYPED:
        return None
    declared = _declared(table, definition)
    if declared:
        rows = _rows(table, day)
        return Choices({key: rows.get(key, name) for key, name in declared.items()})
    if table == "mandates":
        named = mandates_named(day, viewer)
        return Choices(named) if named else None
    of_folder = definition is not None and definition.table(table) is not None
    found = catalogue_of(table, day, viewer, _language(), from_cases=not of_folder)
    if found is None:
        return None
    long, free = found.is_long, isinstance(found, Ledger)
    return Choices({} if long else found.seen, more=found, searched=long, free=free)


def _declared(table: str, definition: Procedure | None) -> dict[str, str]:
    """Consultees and grounds of refusal are declared by the procedure itself."""
    if definition is None or table not in ("consultees", "refusal_grounds"):
        return {}
    return {row.code: str(getattr(row, _language())) for row in getattr(definition, table)}


def _rows(table: str, day: dt.date) -> dict[str, str]:
    named = {key: _row_name(key, columns) for key, columns in rows_in_force(table, day).items()}
    return dict(sorted(named.items(), key=lambda row: plain(row[1])))


def _row_name(key: str, columns: Mapping[str, Any]) -> str:
    order = ("en", "name_en", *NAME_COLUMNS) if _language() == "en" else NAME_COLUMNS
    return next((str(columns[c]) for c in order if columns.get(c)), key)


def _organisations(day: dt.date) -> dict[str, str]:
    """Return organisations and units of the administration in force, one code once."""
    found: dict[str, str] = {}
    for model in (OrgUnit, Organisation):
        for code, name, name_en in model.objects.in_force(day).values_list("code", "name", "name_en"):
            found[code] = name_en if _language() == "en" and name_en else name
    return dict(sorted(found.items(), key=lambda row: plain(row[1])))


def _officers() -> dict[str, str]:
    people = User.objects.filter(is_officer=True, is_active=True).values_list("pk", "full_name", "title")
    return {str(pk): f"{name} – {title}" if title else name for pk, name, title in people}


def _addresses() -> list[tuple[str, str]]:
    """Return the officers with the other ways to name them: the bare name, the address."""
    people = User.objects.filter(is_officer=True, is_active=True).values_list("pk", "full_name", "email")
    return [(str(pk), word) for pk, *words in people for word in words]


def officers_unlisted() -> Choices:
    """Return the officers by their bare names, to be typed in full by who may not see the list."""
    people = User.objects.filter(is_officer=True, is_active=True).values_list("pk", "full_name")
    return Choices({str(pk): name for pk, name in people}, offered=False)


def not_found(typed: str, choices: Choices) -> str:
    """Return what to say of a typed name that is not in the list, or stands in it more than once."""
    same = choices.called(typed)
    if len(same) > 1 and choices.offered:
        said = gettext("Có nhiều mục cùng tên này; hãy ghi mã: %(codes)s.")
        return said % {"codes": ", ".join(sorted(same)[:5])}
    near = choices.near(typed)
    if near:
        names = "; ".join(near)
        return gettext("Không có trong danh mục. Gần nhất: %(names)s.") % {"names": names}
    return gettext("Không có trong danh mục. Hãy chọn một mục trong danh sách hoặc ghi đúng tên.")
