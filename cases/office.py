"""The office configuration: dated rows of the table `office`, never code. Keys are listed in docs/operations.md."""
from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from django.db.models import Q

from cases.models import TableRow

FACTS = ("lead_agency", "agency_code", "is_department", "ppc_in_system", "modes")


def rows_in_force(table: str, day: dt.date) -> dict[str, dict[str, Any]]:
    """Return key -> columns of a table's rows in force on a day (one statement)."""
    dated = TableRow.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), table=table, valid_from__lte=day)
    return dict(dated.order_by("valid_from").values_list("key", "columns"))


def office_rows(day: dt.date) -> dict[str, dict[str, Any]]:
    """Return the office configuration in force on a day: key -> columns."""
    return rows_in_force("office", day)


@lru_cache(maxsize=8)
def lead_agency(day: dt.date) -> str:
    """Return the code of the agency whose cases these are; empty before the office has said. Read once a day."""
    return str(office_rows(day).get("office", {}).get("lead_agency", ""))


def office_values(day: dt.date) -> dict[str, Any]:
    """Return the root `office` of CEL: lead agency, agency code, modes …"""
    kept = office_rows(day).get("office", {})
    return {"modes": {}, **{name: kept[name] for name in FACTS if name in kept}}
