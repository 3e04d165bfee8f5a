"""The tables of the office as its administrator edits them: which there are, and one input for each known column."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from accounts.role_names import role_name
from accounts.services.checks import clean_text
from cases.models import TableRow
from cases.registries import declared_registries
from cases.table_editing import declared_tables
from config.office_schema import OFFICE_ROWS, kind_of
from config.office_words import COLUMN_WORDS, COLUMNS, KEY_WORDS, OFFICE_WORDS, TABLES
from config.templatetags.hoso import choose
from workflows.definition import Field

NEW = "+"  # stands for a key that is still to be named


@dataclass(frozen=True, slots=True)
class Leaf:
    """One input: where its value stands in the columns, what it is called, which kind of value it holds."""

    path: tuple[str, ...]
    words: str
    kind: type  # str, int or bool
    required: bool = False

    @property
    def name(self) -> str:
        return ".".join(self.path)


KINDS: dict[str, type] = {"int": int, "bool": bool}  # of columns that a procedure declares; others are text


def leaves(table: str, key: str, columns: Mapping[str, Any]) -> list[Leaf]:
    """Return the inputs of a row: what its shape knows, what it holds, and a blank one where keys are free."""
    kind = kind_of(table, key)
    if kind is None:
        declared = declared_columns(table)
        names = dict.fromkeys([*COLUMNS.get(table, ()), *declared, *columns, *_names_elsewhere(table)])
        composite = composed(table, key, columns)
        return [_free_leaf(table, name, columns.get(name), declared) for name in names if name not in composite]
    return _shaped(kind, columns)


def composed(table: str, key: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a free table that are lists or mappings: no input holds them, the next row keeps them."""
    free = kind_of(table, key) is None
    return {name: value for name, value in columns.items() if free and isinstance(value, dict | list)}


def _shaped(kind: Any, columns: Mapping[str, Any]) -> list[Leaf]:
    if get_origin(kind) is dict:
        return list(_mapping((), get_args(kind)[1], columns))
    return [leaf for name, field in kind.model_fields.items() for leaf in _of_field(name, field, columns)]


def values_of(wanted: list[Leaf], columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return input name -> value as the row holds it now."""
    return {leaf.name: _at(columns, leaf.path) for leaf in wanted if NEW not in leaf.path}


def columns_from(wanted: list[Leaf], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that filled-in inputs make; what was left blank is absent."""
    columns: dict[str, Any] = {}
    for leaf in wanted:
        path, value = _named(leaf.path, given), given.get(leaf.name)
        if value not in ("", None) and path is not None:
            inner = columns
            for step in path[:-1]:
                inner = inner.setdefault(step, {})
            inner[path[-1]] = clean_text(value) if isinstance(value, str) else value
    return columns


def declared_columns(table: str) -> dict[str, Field]:
    """Return the columns that a published procedure declares for its registry of this name."""
    registry = declared_registries().get(table)
    return {column.name: column for column in registry.columns} if registry is not None else {}


def shown(
    table: str, key: str, columns: Mapping[str, Any], declared: Mapping[str, Field]
) -> list[tuple[str, Any]]:  # fmt: skip
    """Return the filled columns of a row in words."""
    kind = kind_of(table, key)
    wanted = _shaped(kind, columns) if kind else [_free_leaf(table, name, columns[name], declared) for name in columns]
    values = values_of(wanted, columns)
    return [(leaf.words, _said(values[leaf.name])) for leaf in wanted if values.get(leaf.name) not in ("", None)]


def table_words(table: str) -> str:
    """Return what a table is called on the page; its code when no name is known."""
    return words_of_tables([table])[table]


def words_of_tables(tables: Iterable[str]) -> dict[str, str]:
    """Return what tables are called (one statement)."""
    declared = {code: (registry.vi, registry.en) for code, registry in declared_registries().items()}
    named = {**declared, **TABLES}
    return {table: str(choose(*named[table])) if table in named else table for table in tables}


def row_words(table: str, key: str) -> str:
    """Return what a row is called: the rows of the office have names, others are their key."""
    return str(choose(*OFFICE_WORDS[key])) if table == "office" and key in OFFICE_WORDS else key


def tables_there() -> list[str]:
    """Return the tables known by name, the registries of procedures that the office keeps, and those that hold rows.

    Tables that procedures declare have other pages.
    """
    kept = {code for code, registry in declared_registries().items() if registry.view is None}
    held = {*kept, *TableRow.objects.values_list("table", flat=True).distinct()} - set(declared_tables())
    return [*TABLES, *sorted(held - set(TABLES))]


def missing_office_rows() -> list[str]:
    """Return the rows of the office configuration that nobody has written."""
    written = set(TableRow.objects.filter(table="office").values_list("key", flat=True))
    return [key for key in OFFICE_ROWS if key not in written]


def _names_elsewhere(table: str) -> list[str]:
    """Return the columns that the other rows of a free table have."""
    return [name for held in TableRow.objects.filter(table=table).values_list("columns", flat=True) for name in held]


def _free_leaf(table: str, name: str, value: Any, declared: Mapping[str, Field]) -> Leaf:
    column = declared.get(name)
    kind, required = COLUMNS.get(table, {}).get(name, (None, False))
    if kind is None and column is not None:
        kind = KINDS.get(column.base, str)
    words = str(choose(column.vi, column.en)) if column is not None else _column(name)
    return Leaf((name,), words, kind or (type(value) if isinstance(value, bool | int) else str), required)


def _of_field(name: str, field: Any, columns: Mapping[str, Any]) -> Iterator[Leaf]:
    if get_origin(field.annotation) is dict:
        yield from _mapping((name,), get_args(field.annotation)[1], columns.get(name) or {})
    else:
        kind = field.annotation if field.annotation in (bool, int) else str
        yield Leaf((name,), _column(name), kind, field.is_required())


def _mapping(above: tuple[str, ...], kind: Any, held: Mapping[str, Any]) -> Iterator[Leaf]:
    """Yield the inputs of each key that is there, then of one that may be added."""
    group = f"{_column(above[-1])}: " if above else ""
    inner = list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []
    for key in held:
        for name in inner or [""]:
            words = f"{group}{_key_words(key)}" + (f", {_column(name).lower()}" if name else "")
            yield Leaf((*above, key, name) if name else (*above, key), words, str)
    yield Leaf((*above, NEW, "key"), group + str(choose("thêm khóa", "another key")), str)
    for name in inner or [""]:
        words = group + str(choose("giá trị của khóa thêm", "value of the other key"))
        yield Leaf((*above, NEW, name or "value"), f"{words}, {_column(name).lower()}" if name else words, str)


def _named(path: tuple[str, ...], given: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the path with the new key in place; None for the input that names it, and without a name."""
    if NEW not in path:
        return path
    at = path.index(NEW)
    key, last = given.get(".".join((*path[:at], NEW, "key"))), path[-1]
    if last == "key" or not key:
        return None
    return (*path[:at], key) if last == "value" else (*path[:at], key, last)


def _at(columns: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = columns
    for step in path:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _column(name: str) -> str:
    return str(choose(*COLUMN_WORDS[name])) if name in COLUMN_WORDS else name


def _key_words(key: str) -> str:
    return str(choose(*KEY_WORDS[key])) if key in KEY_WORDS else role_name(key)


def _said(value: Any) -> Any:
    return choose("Có", "Yes") if value is True else choose("Không", "No") if value is False else value
