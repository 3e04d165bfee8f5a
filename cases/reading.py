"""Rows that the steps of one turn read, each asked of the database once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import Mandate
from cases.models import Case, RegistryEntry
from cases.registries import view_called
from cases.tables import hits_on
from workflows.definition import Registry
from workflows.tables import Hit


class Reader:
    """Remembers what it has read; nothing that it reads is changed by the steps of a turn."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._hits: dict[tuple[str, dt.date], list[Hit]] = {}
        self._views: dict[tuple[str, dt.date], Registry | None] = {}
        self._entries: dict[tuple[str, str], list[RegistryEntry]] = {}
        self._mandates: dict[dt.date, list[Mandate]] = {}

    def hits(self, table: str, day: dt.date) -> list[Hit]:
        """Return the rows of a declared table in force on a day."""
        if (table, day) not in self._hits:
            self._hits[table, day] = hits_on(table, day)
        return self._hits[table, day]

    def view(self, code: str, day: dt.date) -> Registry | None:
        """Return the registry of this name that another procedure reads from its cases."""
        if (code, day) not in self._views:
            self._views[code, day] = view_called(code, day)
        return self._views[code, day]

    def entries(self, registry: str, key: str) -> list[RegistryEntry]:
        """Return the entries of a key; those of its neighbours in the dossier are read with them (one statement)."""
        if (registry, key) not in self._entries:
            keys = {key, *neighbours(self.case.dossier, key)} - {k for r, k in self._entries if r == registry}
            found: defaultdict[str, list[RegistryEntry]] = defaultdict(list)
            rows = RegistryEntry.objects.filter(registry=registry, key__in=keys).order_by("case_id", "position")
            for entry in rows:
                found[entry.key].append(entry)
            self._entries |= {(registry, one): found[one] for one in keys}
        return self._entries[registry, key]

    def mandates(self, day: dt.date) -> list[Mandate]:
        """Return every mandate in force on a day."""
        if day not in self._mandates:
            self._mandates[day] = list(Mandate.objects.in_force(day))
        return self._mandates[day]


def neighbours(dossier: Mapping[str, Any], key: str) -> set[str]:
    """Return the values that stand in the same column as a key in the tables of a dossier: asked for together."""
    found: set[str] = set()
    for rows in (value for value in dossier.values() if isinstance(value, list)):
        columns = {name for row in rows if isinstance(row, Mapping) for name, cell in row.items() if cell == key}
        found |= {row[name] for row in rows for name in columns if _is_text(row, name)}
    return found


def _is_text(row: Any, name: str) -> bool:
    return isinstance(row, Mapping) and isinstance(row.get(name), str)


def covering(mandates: Sequence[Mandate], key: str) -> Mandate | None:
    """Return the mandate that a key names: by the number of its document, or a procedure that it covers."""
    named = [m for m in mandates if m.document_no == key]
    given = [m for m in mandates if key in m.procedures]
    return next(iter([*named, *given]), None)
