"""What a statistic may be broken down by: words of the engine, fields of the case, columns of what is counted."""

from __future__ import annotations

import re

from workflows.asks import asks_of
from workflows.definition import Procedure, Statistic
from workflows.records import Field

GROUPS = ("procedure", "unit", "officer", "state", "month", "year", "half_year", "period")  # known to every statistic
COUNTED = re.compile(r"\s*(dossier|parts)\.(\w+)")


def counted_of(statistic: Statistic, procedure: Procedure) -> Field | None:
    """Return the table whose rows a statistic counts or adds up; the parts of a kind are one, too."""
    found = COUNTED.match(statistic.of or "") if statistic.measure in ("rows", "parts", "sum") else None
    if found is None:
        return None
    if found[1] == "parts":
        kind = next((p for p in procedure.parts if p.code == found[2]), None)
        return Field(name=kind.code, vi=kind.vi, en=kind.en, type="table", columns=kind.fields) if kind else None
    field = procedure.field(found[2])
    return field if field is not None and field.base == "table" else None


def columns_of(statistic: Statistic, procedure: Procedure) -> tuple[Field, ...]:
    """Return the columns of what is counted."""
    counted = counted_of(statistic, procedure)
    return counted.columns if counted is not None else ()


def asked_in(statistic: Statistic, procedure: Procedure) -> dict[str, Field]:
    """Return those groups of counted steps that the steps themselves ask for."""
    asked = asked_at(procedure) if statistic.measure == "events" else {}
    return {name: asked[name] for name in statistic.by if name in asked and name not in GROUPS}


def asked_at(procedure: Procedure) -> dict[str, Field]:
    """Return what the steps ask for, of the case and of its parts."""
    machines = (procedure.machine, *(part.machine for part in procedure.parts))
    steps = (step for machine in machines for step in (*machine.transitions, *machine.acts))
    return {field.name: field for step in steps for field in asks_of(procedure, step)}
