"""Names behind keys: organisations, countries, communes, people, rows of registries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from accounts.models import Organisation, OrgUnit, User
from cases.models import Case, TableRow
from workflows.definition import Procedure

LONGEST_KEY = 120  # of TableRow
TABLES = {"country": "countries", "admin_unit": "admin_units"}
# Columns that hold the name of a row, the first that is there.
NAME_COLUMNS = ("name", "vi", "title", "label")


class Names:
    """Looks up the names printed for keys on one day; every row is read once."""

    def __init__(self, definition: Procedure, day: dt.date) -> None:
        self.definition, self.day = definition, day
        self._rows: dict[tuple[str, str], Mapping[str, Any]] = {}

    def __call__(self, kind: str, key: str) -> str:
        """Return the name of a key; a key without a row is printed as it stands: it was typed as a name."""
        if kind == "org":
            return self._organisation(key)
        if kind == "person":
            return self._person(key)
        if kind == "case":
            return self._case(key)
        return self._declared(kind, key) or self._row(TABLES.get(kind, kind), key) or key

    def row(self, table: str, key: str) -> Mapping[str, Any]:
        """Return the columns of a dated row in force, empty when there is none."""
        place = (table, key[:LONGEST_KEY])
        if place not in self._rows:
            dated = TableRow.objects.filter(Q(valid_to=None) | Q(valid_to__gte=self.day), valid_from__lte=self.day)
            found = dated.filter(table=table, key=place[1]).order_by("-valid_from")
            self._rows[place] = found.values_list("columns", flat=True).first() or {}
        return self._rows[place]

    def _row(self, table: str, key: str) -> str:
        columns = self.row(table, key)
        return next((str(columns[c]) for c in NAME_COLUMNS if columns.get(c)), "")

    def _declared(self, kind: str, key: str) -> str:
        """Consultees and grounds of refusal are declared by the procedure itself."""
        if kind == "consultees":
            return next((agency.vi for agency in self.definition.consultees if agency.code == key), "")
        if kind == "refusal_grounds":
            return next((ground.vi for ground in self.definition.refusal_grounds if ground.code == key), "")
        return ""

    def _organisation(self, key: str) -> str:
        dated = Q(valid_to=None) | Q(valid_to__gte=self.day)
        for model in (Organisation, OrgUnit):
            found = model._default_manager.filter(dated, code=key, valid_from__lte=self.day).first()
            if found is not None:
                return str(found.name)
        return self._row("organisations", key) or key

    def _person(self, key: str) -> str:
        try:
            wanted = uuid.UUID(key)
        except ValueError:
            return key
        return User.objects.filter(pk=wanted).values_list("full_name", flat=True).first() or key

    def _case(self, key: str) -> str:
        try:
            found = Case.objects.filter(pk=uuid.UUID(key)).first()
        except ValueError:
            return key
        return found.code if found is not None else key
