"""What a reference to a registry may name: rows of the office, entries of cases that the person may open, mandates,
rows of ledgers. A list too long for a page is searched; who may not see an entry may still name it in full."""
from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from accounts.clock import now
from accounts.models import Mandate, User
from cases.access import holdings, visible_entries, visible_rows
from cases.ledger_queries import folded
from cases.ledger_rows import row_called
from cases.models import Case, RegistryEntry, TableRow
from cases.names import NAME_COLUMNS
from cases.procedures import published_codes

Named = tuple[str, dict[str, Any]]  # a key and its columns
MOST_LISTED = 1000  # more than these are searched, not listed


@dataclass(frozen=True)
class Registry:
    """One registry as a person fills in a reference to it, on one day."""

    table: str
    day: dt.date
    viewer: User | None
    lang: str
    from_cases: bool = True  # a table that a procedure declares has rows alone

    # ------------------------------------------------------------------------------------------------- one entry
    def name(self, key: str) -> str | None:
        """Return the name of a key, whoever asks: what stands in a record is read by its words."""
        row = self._in_force.filter(key=key).order_by("-valid_from").values_list("columns", flat=True).first()
        if row is not None:
            return self._named(key, row)
        said = self._said.filter(key=key).order_by("-pk").values_list("columns", flat=True).first()
        return self._named(key, said) if said is not None and self._has_name(said) else None

    def called(self, typed: str) -> list[str]:
        """Return the keys that a text names: the key itself; else the name of what the person may see."""
        if self.name(typed) is not None:
            return [typed]
        wanted = folded(" ".join(typed.split()))
        return [key for key, name in self.seen.items() if folded(name) == wanted]

    def like(self, text: str, most: int) -> dict[str, str]:
        """Return what the person may see and whose name or key holds every word of a text."""
        words = folded(text).split()
        found = ((k, n) for k, n in self.seen.items() if all(word in folded(f"{n} {k}") for word in words))
        return dict(islice(found, most)) if words else {}

    # ------------------------------------------------------------------------------------------------- all of them
    @cached_property
    def seen(self) -> dict[str, str]:
        """Everything that the person may see, by name."""
        rows = self._rows_from(None) if self.is_long else self._rows
        said = self._entries_from(None) if self.is_long else self._entries
        # A row of the office stands before what cases say of the same key; without a name an entry is not listed:
        # the key of a registry of people is a person's number.
        found = {key: self._named(key, columns) for key, columns in said if self._has_name(columns)}
        found |= {key: self._named(key, columns) for key, columns in rows}
        return dict(sorted(found.items(), key=lambda row: folded(row[1])))

    @property
    def is_long(self) -> bool:
        """Whether the list is too long to stand on a page."""
        return len(self._rows) + len(self._entries) > MOST_LISTED

    @property
    def has_rows(self) -> bool:
        return bool(self._rows)

    @property
    def has_named_entries(self) -> bool:
        """Whether cases say something that has a name, for whomever."""
        return self._newest is not None and self._has_name(self._newest)

    @cached_property
    def _rows(self) -> list[Named]:
        return self._rows_from(MOST_LISTED + 1)

    @cached_property
    def _entries(self) -> list[Named]:
        """What cases say, as far as the person may see it; who may see what is asked only where something is said."""
        return self._entries_from(MOST_LISTED + 1) if self._newest is not None else []

    @cached_property
    def _newest(self) -> dict[str, Any] | None:
        newest = self._said.order_by("-pk").values_list("columns", flat=True)
        return newest.first() if self.from_cases else None

    def _rows_from(self, most: int | None) -> list[Named]:
        return list(self._in_force.order_by("valid_from").values_list("key", "columns")[:most])

    def _entries_from(self, most: int | None) -> list[Named]:
        if self.viewer is None:
            return []
        visible = self._said.filter(pk__in=visible_entries(self.viewer, now()).values("pk"))
        return list(visible.order_by("pk").values_list("key", "columns")[:most])

    @property
    def _in_force(self) -> QuerySet[TableRow]:
        dated = Q(valid_to=None) | Q(valid_to__gte=self.day)
        return TableRow.objects.filter(dated, table=self.table, valid_from__lte=self.day)

    @property
    def _said(self) -> QuerySet[RegistryEntry]:
        first = Q(valid_from=None) | Q(valid_from__lte=self.day)
        last = Q(valid_to=None) | Q(valid_to__gte=self.day)
        return RegistryEntry.objects.filter(first, last, registry=self.table)

    def _named(self, key: str, columns: Mapping[str, Any]) -> str:
        return next((str(columns[c]) for c in NAME_COLUMNS[self.lang] if columns.get(c)), key)

    def _has_name(self, columns: Mapping[str, Any]) -> bool:
        return any(columns.get(c) for c in NAME_COLUMNS[self.lang])


@dataclass(frozen=True)
class Ledger:
    """A ledger as a person fills in a reference to one of its rows: by its number, or by its key written in full."""

    table: str
    viewer: User | None

    def name(self, key: str) -> str | None:
        try:
            found = row_called(self.table, str(uuid.UUID(key)))
        except ValueError:
            return None
        return found.code if found is not None else None

    def called(self, typed: str) -> list[str]:
        return [key for key, name in self.seen.items() if typed in (key, name)]

    def like(self, text: str, most: int) -> dict[str, str]:
        words = folded(text).split()
        found = ((k, n) for k, n in self.seen.items() if all(word in folded(n) for word in words))
        return dict(islice(found, most)) if words else {}

    @cached_property
    def seen(self) -> dict[str, str]:
        """The open rows that the person may open, by their number."""
        rows = self._rows_from(None) if self.is_long else self._rows
        return {str(pk): f"{code} – {title}" if title else code for pk, code, title in rows}

    @property
    def is_long(self) -> bool:
        return len(self._rows) > MOST_LISTED

    @cached_property
    def _rows(self) -> list[tuple[uuid.UUID, str, str]]:
        return self._rows_from(MOST_LISTED + 1)

    def _rows_from(self, most: int | None) -> list[tuple[uuid.UUID, str, str]]:
        if self.viewer is None:
            return []
        rows = visible_rows(self.viewer, now()).filter(procedure=self.table, kind=Case.Kind.ROW, closed=False)
        named = rows.order_by("case_code").values_list("pk", "case_code", "title")[:most]
        return [(pk, str(code), title) for pk, code, title in named]


Catalogue = Registry | Ledger


def catalogue_of(
    table: str, day: dt.date, viewer: User | None, lang: str, *, from_cases: bool = True
) -> Catalogue | None:
    """Return where the entries of a registry are found; None when nothing is kept under this name."""
    registry = Registry(table, day, viewer, lang, from_cases)
    if registry.has_rows:
        return registry
    if table in published_codes():
        return Ledger(table, viewer)
    return registry if registry.has_named_entries else None


def mandates_named(day: dt.date, viewer: User | None) -> dict[str, str]:
    """Return the mandates in force by their number, for who holds a role in the office."""
    if viewer is None or not holdings(viewer, now()):
        return {}
    rows = Mandate.objects.in_force(day).select_related("grantor", "grantee").order_by("document_no")
    return {row.document_no: f"{row.document_no}: {row.grantor} → {row.grantee}" for row in rows}
