"""Entries of registries that are read from cases follow the case, in the transaction of the step."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from cases.models import Case, RegistryEntry
from cases.registries import Contribution, contributions, views_in
from cases.services.events import locked_case
from cases.services.followers import promise_following
from cases.services.loading import load_turn
from cases.services.turn import Request, Turn
from cases.writes import Writes
from workflows.definition import Procedure
from workflows.functions import date_of


def keep_entries(turn: Turn, writes: Writes) -> None:
    """Bring what the case contributes in line with the case, and promise it to the cases that refer to what changed."""
    changed = _in_line(turn, writes)
    if changed:
        promise_following(turn, changed, writes)


def _in_line(turn: Turn, writes: Writes) -> set[tuple[str, str]]:
    """Write the entries anew where they differ; return registry and key of those of before and of now.

    Of a procedure without such registries, nothing.
    """
    if not views_in(turn.definition):
        return set()
    facts = turn.facts(system=True)
    lookups = turn.lookups(turn.definition.machine.transitions[0], facts, frozenset())
    wanted = contributions(turn.definition, facts, lookups)
    kept = list(RegistryEntry.objects.filter(case=turn.case).order_by("position"))
    new = [_entry(turn, position, one) for position, one in enumerate(wanted)]
    if [_said(entry) for entry in kept] == [_said(entry) for entry in new]:
        return set()
    if kept:
        RegistryEntry.objects.filter(case=turn.case).delete()
    writes.insert(new)
    return {(entry.registry, entry.key) for entry in (*kept, *new)}


def _entry(turn: Turn, position: int, one: Contribution) -> RegistryEntry:
    return RegistryEntry(
        registry=one.registry,
        key=one.key,
        case=turn.case,
        position=position,
        columns=dict(one.columns),
        valid_from=date_of(one.first) if one.first is not None else None,
        valid_to=date_of(one.last) if one.last is not None else None,
        seq=turn.case.head_seq,
    )


def _said(entry: RegistryEntry) -> tuple[Any, ...]:
    return (entry.registry, entry.key, entry.columns, entry.valid_from, entry.valid_to)


def rebuild_entries(procedure: Procedure, now: dt.datetime) -> int:
    """Read every case of a procedure anew, for registries that its publication has just declared; return how many."""
    if not views_in(procedure):
        return 0
    cases = list(Case.objects.filter(procedure=procedure.procedure).order_by("pk").values_list("pk", flat=True))
    for case_id in cases:
        with transaction.atomic():
            locked_case(case_id)
            writes = Writes()
            _in_line(load_turn(Request(case_id=case_id, name="", actor=None, now=now)), writes)
            writes.send()
    return len(cases)
