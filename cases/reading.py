"""Rows that the steps of one turn read, each asked of the database once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from accounts.models import Mandate, User
from cases.ledger_rows import rows_called
from cases.models import Case, RegistryEntry, TableRow
from cases.registries import view_called
from cases.tables import hits_on, in_force_on
from workflows.definition import Registry, Table
from workflows.tables import Hit, Judged


class Reader:
    """Remembers what it has read; nothing that it reads is changed by the steps of a turn."""

    def __init__(self, case: Case, known: Iterable[User | None] = ()) -> None:
        """`known`: people whose names need not be asked for."""
        self.case = case
        self._hits: dict[tuple[str, dt.date], list[Hit]] = {}
        self._views: dict[tuple[str, dt.date], Registry | None] = {}
        self._entries: dict[tuple[str, str], list[RegistryEntry]] = {}
        self._mandates: dict[dt.date, list[Mandate]] = {}
        self._dated: dict[tuple[str, str], list[TableRow]] = {}
        self._called: dict[tuple[str, str], Case | None] = {}
        self.said: dict[tuple[str, str, int], tuple[Mapping[str, Any] | None, Mapping[str, int]]] = {}  # rows looked up
        self._names = {str(one.pk): one.full_name for one in known if one is not None}
        self._judged: dict[tuple[str, dt.date], Judged] = {}

    def hits(self, table: str, day: dt.date) -> list[Hit]:
        """Return the rows of a declared table in force on a day."""
        if (table, day) not in self._hits:
            self._hits[table, day] = hits_on(table, day)
        return self._hits[table, day]

    def judged(self, table: Table, day: dt.date) -> Judged:
        """Return a table with its rows of a day, and what it has said of inputs in this turn."""
        if (table.code, day) not in self._judged:
            self._judged[table.code, day] = Judged(table, self.hits(table.code, day))
        return self._judged[table.code, day]

    def view(self, code: str, day: dt.date) -> Registry | None:
        """Return the registry of this name that another procedure reads from its cases."""
        if (code, day) not in self._views:
            self._views[code, day] = view_called(code, day)
        return self._views[code, day]

    def entries(self, registry: str, key: str) -> list[RegistryEntry]:
        """Return the entries of a key; those of its neighbours in the dossier are read with them (one statement)."""
        if (registry, key) not in self._entries:
            keys = self._with_neighbours(key) - {k for r, k in self._entries if r == registry}
            found: defaultdict[str, list[RegistryEntry]] = defaultdict(list)
            rows = RegistryEntry.objects.filter(registry=registry, key__in=keys).order_by("case_id", "position")
            for entry in rows:
                found[entry.key].append(entry)
            self._entries |= {(registry, one): found[one] for one in keys}
        return self._entries[registry, key]

    def dated(self, table: str, key: str, day: dt.date) -> TableRow | None:
        """Return the row of a key in force on a day; those of its neighbours in the dossier are read with it."""
        if (table, key) not in self._dated:
            keys = self._with_neighbours(key)
            found: defaultdict[str, list[TableRow]] = defaultdict(list)
            for row in TableRow.objects.filter(table=table, key__in=keys).order_by("-valid_from"):
                found[row.key].append(row)
            self._dated |= {(table, one): found[one] for one in keys}
        return next((row for row in self._dated[table, key] if in_force_on(row, day)), None)

    def called(self, ledger: str, key: str) -> Case | None:
        """Return the row of a ledger by id or key; those of its neighbours in the dossier are read with it."""
        if (ledger, key) not in self._called:
            keys = self._with_neighbours(key)
            found = rows_called(ledger, keys)
            self._called |= {(ledger, one): found.get(one) for one in keys}
        return self._called[ledger, key]

    def _with_neighbours(self, key: str) -> set[str]:
        return {key, *neighbours(self.case.dossier, key)}

    def name_of(self, person: str) -> str:
        """Return the full name of a person, empty for nobody's id."""
        if person not in self._names:
            found = User.objects.filter(pk=person).values_list("full_name", flat=True).first()
            self._names[person] = found or ""
        return self._names[person]

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
