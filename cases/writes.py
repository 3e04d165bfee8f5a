"""What a transaction writes: collected while it is worked out, sent in that order, on PostgreSQL in one message.

The rows of a step are known only when the whole step is; a message for each would cost more than the writing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Field, Model

from cases.prepared import kept_cursor

Taken = Callable[[Any], None]
PLAIN = {
    models.CharField: str,
    models.TextField: str,
    models.PositiveIntegerField: int,
    models.BooleanField: bool,
}


class Writes:
    """Statements still to be sent; each looks at its own result when it comes."""

    def __init__(self) -> None:
        self._connection: Any = connections[DEFAULT_DB_ALIAS]
        self._waiting: list[tuple[str, list[Any], Taken]] = []

    def insert(self, rows: Sequence[Model]) -> None:
        """New rows of one model; when sent, they get the numbers that the database gave them."""
        if not rows:
            return
        head, places, tail, fields = _insert_of(type(rows[0]), self._connection.vendor)
        values = [self._stored(f, f.pre_save(row, add=True)) for row in rows for f in fields]
        self._add(head + ", ".join([places] * len(rows)) + tail, values, lambda cursor: _numbered(rows, cursor, tail))

    def update(self, row: Model, fields: Sequence[Field[Any, Any]], *, version: int, missed: Exception) -> None:
        """These fields of a row that is still at `version`; when it is not, sending raises `missed`."""

        def taken(cursor: Any) -> None:
            if cursor.rowcount != 1:
                raise missed

        values = [self._stored(f, getattr(row, f.attname)) for f in (*fields, row._meta.pk)]
        statement = _update_of(type(row), tuple(f.column for f in fields), self._connection.vendor)
        self._add(statement, [*values, version], taken)

    def set_together(self, rows: Sequence[Model], name: str, value: Any) -> None:
        """Give one column of some rows of a model the same value, at once in memory."""
        if not rows:
            return
        field: Any = rows[0]._meta.get_field(name)
        given = field.get_db_prep_save(value, self._connection)
        keys = [self._stored(row._meta.pk, row.pk) for row in rows]
        for row in rows:
            setattr(row, field.attname, value)
        self._add(_setting(type(rows[0]), name, len(rows)), [given, *keys], lambda _: None)

    def send(self) -> None:
        """Send what waits. Raises what a statement said of its result."""
        waiting, self._waiting = self._waiting, []
        if self._connection.vendor == "postgresql" and waiting:
            cursor = kept_cursor(self._connection)
            cursor.execute("; ".join(w[0] for w in waiting), [value for w in waiting for value in w[1]])
            for _, _, taken in waiting:
                taken(cursor)
                cursor.nextset()
            return
        for statement, values, taken in waiting:
            cursor = kept_cursor(self._connection)
            cursor.execute(statement, values)
            taken(cursor)

    def _add(self, statement: str, values: list[Any], taken: Taken) -> None:
        self._waiting.append((statement, values, taken))

    def _stored(self, field: Field[Any, Any], value: Any) -> Any:
        """Return a value as the driver takes it; text, numbers and yes or no are taken as they are."""
        if value is None or type(value) is PLAIN.get(type(field)):
            return value
        return field.get_db_prep_save(value, self._connection)


def _numbered(rows: Sequence[Model], cursor: Any, returning: str) -> None:
    numbers = cursor.fetchall() if returning else [()] * len(rows)
    for row, number in zip(rows, numbers, strict=True):
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        if number:
            row.pk = number[0]


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
