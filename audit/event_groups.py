"""By what steps are counted: unit, month, year, or what was filled in at the step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet

from accounts.clock import local_day
from audit.groups import Groups, Key, half_year, none
from audit.visible import is_sensitive
from cases.models import Event, EventValues
from cases.names import Names
from cases.presentation.words import label, language
from workflows.definition import Field, Procedure
from workflows.statistics import asked_at

MONTH, YEAR, HALF = "month", "year", "half_year"


def counted_events(
    taken: QuerySet[Event], by: Sequence[str], procedure: Procedure, groups: Groups
) -> Iterator[tuple[Key, int]]:
    """Yield how many of the events belong to each group."""
    asked = _asked(by, procedure)
    if asked or {MONTH, YEAR, HALF} & set(by):
        yield from _one_by_one(taken, by, procedure, groups, asked).items()
        return
    for unit, count in taken.order_by().values_list("unit_code").annotate(count=Count("seq")):
        yield tuple(_plain(name, procedure, groups, unit) for name in by), count


def _one_by_one(
    taken: QuerySet[Event], by: Sequence[str], procedure: Procedure, groups: Groups, asked: Mapping[str, Field]
) -> Counter[Key]:
    names = Names(procedure, groups.period.last, language())
    found: Counter[Key] = Counter()
    for event in taken.only("case_id", "seq", "unit_code", "at").iterator():
        said = _said(event, asked)
        key = [
            names.value(asked[name], said.get(name)) or none() if name in asked else _of(name, procedure, groups, event)
            for name in by
        ]
        found[tuple(key)] += 1
    return found


def _of(name: str, procedure: Procedure, groups: Groups, event: Event) -> str:
    if name in (MONTH, YEAR):
        return f"{local_day(event.at):{'%m/%Y' if name == MONTH else '%Y'}}"
    if name == HALF:
        return half_year(local_day(event.at))
    return _plain(name, procedure, groups, event.unit_code)


def _plain(name: str, procedure: Procedure, groups: Groups, unit: str) -> str:
    if name == "period":
        return groups.period_said()
    return label(procedure) if name == "procedure" else groups.unit(unit)


def _asked(by: Sequence[str], procedure: Procedure) -> dict[str, Field]:
    """Return those of the names that steps ask for and that are no secret."""
    fields = asked_at(procedure)
    return {n: fields[n] for n in by if n in fields and not (fields[n].personal or is_sensitive(fields[n]))}


def _said(event: Event, asked: Mapping[str, Field]) -> Mapping[str, Any]:
    if not asked:
        return {}
    kept = EventValues.objects.filter(case=event.case_id, seq=event.seq).values_list("values", flat=True).first() or {}
    return {name: kept[name]["value"] for name in asked if name in kept}
