"""Names behind keys: organisations, countries, communes, people, rows of registries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from accounts.models import Organisation, OrgUnit, User
from cases.models import Attachment, Case, Part, TableRow
from cases.values import shown
from workflows.definition import Consultee, Field, Ground, Procedure

LONGEST_KEY = 120  # of TableRow
TABLES = {"country": "countries", "admin_unit": "admin_units", "language": "languages"}
NAMED = frozenset({"ref", "org", "person", "country", "admin_unit", "language", "file"})  # types whose value is a key
# Columns that hold the name of a row, the first that is there; English ones come first in English.
NAME_COLUMNS = {"vi": ("name", "vi", "title", "label"), "en": ("name_en", "en", "name", "vi", "title", "label")}


class Names:
    """Looks up the names shown for keys on one day; every row is read once."""

    def __init__(self, definition: Procedure, day: dt.date, lang: str = "vi") -> None:
        self.definition, self.day, self.lang = definition, day, lang
        self._rows: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._found: dict[tuple[str, str], str] = {}

    def __call__(self, kind: str, key: str) -> str:
        """Return the name of a key; a key without a row is shown as it stands: it was typed as a name."""
        if (kind, key) not in self._found:
            self._found[kind, key] = self._look_up(kind, key)
        return self._found[kind, key]

    def value(self, field: Field, stored: Any) -> str:
        """Return a stored value for people, keys by their names: what `shown` does, and more."""
        if stored is None:
            return ""
        if field.base == "table":
            return "; ".join(self._row_of(field, row) for row in stored)
        if field.many:
            return ", ".join(self.value(field.item, one) for one in stored)
        if field.base in NAMED:
            return self(field.inner or field.base, str(stored))
        return shown(field, stored, self.lang)

    def row(self, table: str, key: str) -> Mapping[str, Any]:
        """Return the columns of a dated row in force, empty when there is none."""
        place = (table, key[:LONGEST_KEY])
        if place not in self._rows:
            dated = TableRow.objects.filter(Q(valid_to=None) | Q(valid_to__gte=self.day), valid_from__lte=self.day)
            found = dated.filter(table=table, key=place[1]).order_by("-valid_from")
            self._rows[place] = found.values_list("columns", flat=True).first() or {}
        return self._rows[place]

    def _row_of(self, field: Field, row: Mapping[str, Any]) -> str:
        cells = (self.value(column, row.get(column.name)) for column in field.columns)
        return ", ".join(cell for cell in cells if cell)

    def _look_up(self, kind: str, key: str) -> str:
        if kind == "org":
            return self._organisation(key)
        if kind == "person":
            return self._person(key)
        if kind == "case":
            return self._case(key)
        if kind == "file":
            return self._file(key)
        if kind == "parts":
            return self._part(key)
        return self._row(TABLES.get(kind, kind), key) or self._declared(kind, key) or self._ledger_row(kind, key)

    def _ledger_row(self, ledger: str, key: str) -> str:
        """Return the number of the row of a ledger that is named by its id; any other key as it stands."""
        try:
            found = Case.objects.filter(pk=uuid.UUID(key), procedure=ledger, kind=Case.Kind.ROW).first()
        except ValueError:
            return key
        return found.code if found is not None else key

    def _row(self, table: str, key: str) -> str:
        columns = self.row(table, key)
        return next((str(columns[c]) for c in NAME_COLUMNS[self.lang] if columns.get(c)), "")

    def _declared(self, kind: str, key: str) -> str:
        """Consultees and grounds of refusal are declared by the procedure itself; an office may name them closer."""
        declared = self.definition
        lists: dict[str, Iterable[Consultee | Ground]] = {
            "consultees": declared.consultees, "refusal_grounds": declared.refusal_grounds
        }
        rows = lists.get(kind, ())
        return next((row.en if self.lang == "en" else row.vi for row in rows if row.code == key), "")

    def _organisation(self, key: str) -> str:
        dated = Q(valid_to=None) | Q(valid_to__gte=self.day)
        for model in (Organisation, OrgUnit):
            found = model.objects.filter(dated, code=key, valid_from__lte=self.day).first()
            if found is not None:
                return str(found.name_en or found.name) if self.lang == "en" else str(found.name)
        return self._row("organisations", key) or key

    def _person(self, key: str) -> str:
        try:
            wanted = uuid.UUID(key)
        except ValueError:
            return key
        return User.objects.filter(pk=wanted).values_list("full_name", flat=True).first() or key

    @staticmethod
    def _file(key: str) -> str:
        """Return the name under which a file came."""
        try:
            wanted = uuid.UUID(key)
        except ValueError:
            return key
        return Attachment.objects.filter(pk=wanted).values_list("name", flat=True).first() or key

    def _part(self, key: str) -> str:
        """Return kind and number of a part of the case."""
        try:
            wanted = uuid.UUID(key)
        except ValueError:
            return key
        found = Part.objects.filter(pk=wanted).values_list("kind", "key").first()
        if found is None:
            return key
        kind = next((k for k in self.definition.parts if k.code == found[0]), None)
        label = (kind.en if self.lang == "en" else kind.vi) if kind is not None else found[0]
        return f"{label} {found[1].rpartition('-')[2]}"

    def _case(self, key: str) -> str:
        try:
            found = Case.objects.filter(pk=uuid.UUID(key)).first()
        except ValueError:
            return key
        return found.code if found is not None else key
