"""Registries that are read from cases: what each case contributes, and the row that contributions make together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases.models import RegistryEntry
from cases.procedures import current, definition_by, published_on
from workflows.definition import Procedure, Registry, View
from workflows.each_row import EachRow
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled
from workflows.functions import date_of
from workflows.lookups import Lookups

LONGEST_KEY = 120  # of RegistryEntry
ROOTS = frozenset({"case", "dossier", "parts"})  # what a case may contribute from


@dataclass(frozen=True, slots=True)
class Contribution:
    """One entry that a case makes now."""

    registry: str
    key: str
    columns: Mapping[str, Any]
    first: int | None = None
    last: int | None = None  # days as day numbers, both included


def views_in(definition: Procedure) -> list[Registry]:
    """Return the registries of a procedure that are read from its cases."""
    return [registry for registry in definition.registries if registry.view is not None]


def contributions(definition: Procedure, facts: Mapping[str, Any], lookups: Lookups) -> list[Contribution]:
    """Return what a case contributes to the registries of its procedure, in the order in which it says so."""
    return [one for registry in views_in(definition) for one in _of(registry, facts, lookups)]


def _of(registry: Registry, facts: Mapping[str, Any], lookups: Lookups) -> Iterator[Contribution]:
    view = registry.view
    if view is None:
        return
    given = {root: facts[root] for root in ROOTS & _read_by(view)}
    items = [{}] if view.for_each is None else _value(view.for_each, facts, lookups) or []
    keys = _column(EachRow(items, given, lookups, "item"), view.key)
    named = [(key, item) for key, item in zip(keys, items, strict=True) if key is not None]
    holds = _column(EachRow([item for _, item in named], given, lookups, "item"), view.if_ or "true")
    told = [one for one, held in zip(named, holds, strict=True) if held is True]
    each = EachRow([item for _, item in told], given, lookups, "item")
    columns = {name: _column(each, text) for name, text in view.entry.items()}
    days = [_column(each, text) if text is not None else [None] * len(told) for text in (view.from_, view.to)]
    for n, (key, _) in enumerate(told):
        values = {name: column[n] for name, column in columns.items() if column[n] is not None}
        yield Contribution(registry.code, str(key)[:LONGEST_KEY], values, *(column[n] for column in days))


def _read_by(view: View) -> frozenset[str]:
    texts = (view.for_each, view.key, view.if_, view.from_, view.to, *view.entry.values())
    return frozenset().union(*(compiled(text).roots for text in texts if text is not None))


def _column(each: EachRow, text: str) -> list[Any]:
    """Return the value of an expression for each item; of what a case does not say yet, nothing."""
    return [None if isinstance(found, CannotBeJudged) else found for found in each.ask(text)]


def _value(text: str, facts: Mapping[str, Any], lookups: Lookups) -> Any:
    """Return the value of an expression; of what a case does not say yet, nothing."""
    try:
        return compiled(text).evaluate(facts, lookups)
    except CannotBeJudged:
        return None


def declared_registries() -> dict[str, Registry]:
    """Return the registries that the published procedures declare, by code; the latest publication speaks."""
    hashes = current().order_by("effective_from", "pk").values_list("hash", flat=True)
    return {registry.code: registry for found in hashes for registry in definition_by(found).registries}


def view_of(definition: Procedure, code: str) -> Registry | None:
    """Return the registry of this name, if the procedure declares it and it is read from cases."""
    return next((r for r in views_in(definition) if r.code == code), None)


def view_called(code: str, day: dt.date) -> Registry | None:
    """Return the registry of this name that a procedure in force reads from its cases."""
    hashes = published_on(day).order_by("-effective_from", "-pk").values_list("hash", flat=True)
    declared = (r for definition_hash in hashes for r in views_in(definition_by(definition_hash)))
    return next((r for r in declared if r.code == code), None)


@dataclass(frozen=True, slots=True)
class Reference:
    """A field of a dossier whose value is the key of a row of a registry."""

    procedure: str
    field: str
    registry: str


def references() -> set[Reference]:
    """Return the references of every procedure that is published (one statement)."""
    procedures = [definition_by(found) for found in current().values_list("hash", flat=True)]
    fields = ((p.procedure, f) for p in procedures for f in p.fields)
    return {Reference(code, f.name, f.inner) for code, f in fields if f.base == "ref"}


def row_of(view: View, entries: Sequence[RegistryEntry], on_day: int, lookups: Lookups) -> dict[str, Any] | None:
    """Return the row of a key on a day: what its entries say together, else the latest of them; None without one."""
    day = date_of(on_day)
    entries = [e for e in entries if (e.valid_from or day) <= day <= (e.valid_to or day)]
    if not entries:
        return None
    if not view.columns:
        return dict(entries[-1].columns)
    given = {"entries": [entry.columns for entry in entries], "on_day": on_day}
    values = {name: _value(text, given, lookups) for name, text in view.columns.items()}
    return {name: value for name, value in values.items() if value is not None}
