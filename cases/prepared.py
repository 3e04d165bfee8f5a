"""Statements of the hot path: the ORM compiles them once in a process, afterwards only values are bound.

Building and compiling a queryset costs several times what its execution costs, and every step asks the same dozen
questions. The queryset stays the one description of a question; an `Asked` stands where a value goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")


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
        cursor = kept_cursor(connection)
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


def kept_cursor(connection: Any) -> Any:
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
