"""Statements of the hot path: the ORM compiles them once in a process, afterwards only values are bound.

Building and compiling a queryset costs several times what its execution costs, and every step asks the same dozen
questions. The queryset stays the one description of a question; an `Asked` stands where a value goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
PLAIN = {
    models.CharField: str,
    models.TextField: str,
    models.PositiveIntegerField: int,
    models.BooleanField: bool,
}


class Asked(Expression):
    """A value given by name when the statement is asked; `field` knows how the database stores it."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)

    def bind(self, values: dict[str, Any], connection: Any) -> Any:
        return self.output_field.get_db_prep_value(values[self.name], connection)


@dataclass(frozen=True, slots=True)
class _Compiled(Generic[Row]):
    """A statement for one kind of database, and how its rows become what the queryset would return."""

    sql: str
    params: tuple[Any, ...]
    converted: Callable[[Iterable[Any]], Iterable[Any]]
    made: Callable[[Any], Row]


class Prepared(Generic[Row]):
    """A queryset of objects or of a `values_list`, with `Asked` values; compiled when it is first asked."""

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self._build = build
        self._compiled: dict[str, _Compiled[Row]] = {}

    def rows(self, **values: Any) -> list[Row]:
        """Return what the queryset would with these values. One statement."""
        connection = connections[DEFAULT_DB_ALIAS]
        known = self._compiled.get(connection.vendor) or self._once(connection)
        bound = [p.bind(values, connection) if isinstance(p, Asked) else p for p in known.params]
        cursor = _cursor(connection)
        cursor.execute(known.sql, bound)
        return [known.made(row) for row in known.converted(cursor.fetchall())]

    def first(self, **values: Any) -> Row | None:
        """Return the first row, None without one; the queryset itself says how many are read."""
        return next(iter(self.rows(**values)), None)

    def _once(self, connection: Any) -> _Compiled[Row]:
        queryset = self._build()
        compiler: Any = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
        converted = partial(compiler.apply_converters, converters=converters) if converters else iter
        made = _maker(compiler) if queryset._iterable_class is ModelIterable else tuple
        self._compiled[connection.vendor] = found = _Compiled(sql, tuple(params), converted, made)
        return found


def _maker(compiler: Any) -> Callable[[Any], Any]:
    """Return what makes an object of a row, as Django's own ModelIterable does."""
    shape = compiler.klass_info
    first, last = shape["select_fields"][0], shape["select_fields"][-1] + 1
    names = [column[0].target.attname for column in compiler.select[first:last]]
    related = get_related_populators(shape, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # stubs of 6.1

    def made(row: Any) -> Model:
        found: Model = shape["model"].from_db(DEFAULT_DB_ALIAS, names, row[first:last])
        for populator in related:
            populator.populate(row, found)
        return found

    return made


def insert(rows: Sequence[Model]) -> None:
    """Insert new rows of one model with one statement; they get the numbers that the database gave them."""
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    head, places, tail, fields = _insert_of(type(rows[0]), connection.vendor)
    values = [_stored(f, f.pre_save(row, add=True), connection) for row in rows for f in fields]
    cursor = _cursor(connection)
    cursor.execute(head + ", ".join([places] * len(rows)) + tail, values)
    numbers = cursor.fetchall() if tail else [()] * len(rows)
    for row, number in zip(rows, numbers, strict=True):
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        if number:
            row.pk = number[0]


def update(row: Model, fields: Sequence[Field[Any, Any]], *, version: int) -> bool:
    """Write these fields of a row that is still at `version`; return whether it was. One statement."""
    connection = connections[DEFAULT_DB_ALIAS]
    values = [_stored(f, getattr(row, f.attname), connection) for f in (*fields, row._meta.pk)]
    cursor = _cursor(connection)
    cursor.execute(_update_of(type(row), tuple(f.column for f in fields), connection.vendor), [*values, version])
    return bool(cursor.rowcount == 1)


def set_together(rows: Sequence[Model], name: str, value: Any) -> None:
    """Give one column of some rows of a model the same value, in the database and in memory. One statement."""
    if not rows:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    field: Any = rows[0]._meta.get_field(name)
    key = rows[0]._meta.pk
    keys = [key.get_db_prep_save(row.pk, connection) for row in rows]
    given = field.get_db_prep_save(value, connection)
    _cursor(connection).execute(_setting(type(rows[0]), name, len(rows)), [given, *keys])
    for row in rows:
        setattr(row, field.attname, value)


def _cursor(connection: Any) -> Any:
    """Return one cursor for the whole transaction: opening one costs as much as a small statement.

    Every result is read to its end before the next statement. Outside a transaction, where a lost connection may be
    opened anew, and where queries are logged, each statement has its own.
    """
    if not connection.in_atomic_block or connection.queries_logged:
        return connection.cursor()
    driver, cursor = getattr(connection, "kept_cursor", (None, None))
    if driver is not connection.connection:
        driver, cursor = connection.connection, connection.cursor()
        connection.kept_cursor = (driver, cursor)
    return cursor


def _stored(field: Field[Any, Any], value: Any, connection: Any) -> Any:
    """Return a value as the driver takes it; text, numbers and yes or no are taken as they are."""
    if value is None or type(value) is PLAIN.get(type(field)):
        return value
    return field.get_db_prep_save(value, connection)


@cache
def _insert_of(model: type[Model], vendor: str) -> tuple[str, str, str, tuple[Field[Any, Any], ...]]:
    """Return the beginning, the places of one row, the end and the fields of an INSERT."""
    quoted: Any = connections[DEFAULT_DB_ALIAS].ops.quote_name
    number = model._meta.auto_field
    fields = tuple(f for f in model._meta.local_concrete_fields if f is not number)
    columns = ", ".join(quoted(f.column) for f in fields)
    head = f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608  # names of our own models
    tail = f" RETURNING {quoted(number.column)}" if number is not None else ""
    return head, f"({', '.join(['%s'] * len(fields))})", tail, fields


@cache
def _update_of(model: type[Model], columns: tuple[str, ...], vendor: str) -> str:
    quoted: Any = connections[DEFAULT_DB_ALIAS].ops.quote_name
    written = ", ".join(f"{quoted(column)} = %s" for column in columns)
    key = quoted(model._meta.pk.column)
    where = f"WHERE {key} = %s AND {quoted('version')} = %s"
    return f"UPDATE {quoted(model._meta.db_table)} SET {written} {where}"  # noqa: S608  # names of our own models


@cache
def _setting(model: type[Model], name: str, count: int) -> str:
    quoted: Any = connections[DEFAULT_DB_ALIAS].ops.quote_name
    field: Any = model._meta.get_field(name)
    column, key = quoted(field.column), quoted(model._meta.pk.column)
    places = ", ".join(["%s"] * count)
    return f"UPDATE {quoted(model._meta.db_table)} SET {column} = %s WHERE {key} IN ({places})"  # noqa: S608  # names of our own models
