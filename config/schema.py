"""The tables of the database against those of this version: migrations that wait, columns that none will bring."""
from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrations_waiting() -> list[str]:
    """Return the names of migrations that the database has not seen."""
    executor = MigrationExecutor(connection)
    return [str(node) for node, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def columns_missing() -> list[str]:
    """Return the tables and columns of this version that the database lacks: table, or table.column.

    A database made by a version before the first release has seen every migration by name and yet differs.
    """
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        found = {table: _columns(cursor, table) for table in _wanted() if table in there}
    return [
        name
        for table, columns in _wanted().items()
        for name in ([table] if table not in there else sorted(f"{table}.{c}" for c in columns - found[table]))
    ]


def _columns(cursor: Any, table: str) -> set[str]:
    return {column.name for column in connection.introspection.get_table_description(cursor, table)}


def _wanted() -> dict[str, set[str]]:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {m._meta.db_table: {str(f.column) for f in m._meta.local_concrete_fields} for m in models}
