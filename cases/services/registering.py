"""Entries of registries that are read from cases follow the case, in the transaction of the step."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from cases.models import Case, RegistryEntry
from cases.registries import contributions, views_in
from cases.services.events import locked_case
from cases.services.loading import load_turn
from cases.services.turn import Request, Turn
from cases.writes import Writes
from workflows.definition import Procedure


def keep_entries(turn: Turn, writes: Writes) -> None:
    """Bring what the case contributes in line with the case; of a procedure without such registries, nothing."""
    if not views_in(turn.definition):
        return
    facts = turn.facts(system=True)
    lookups = turn.lookups(turn.definition.machine.transitions[0], facts, frozenset())
    wanted = contributions(turn.definition, facts, lookups)
    kept = list(RegistryEntry.objects.filter(case=turn.case).order_by("position"))
    if [(e.registry, e.key, e.columns) for e in kept] == [(w.registry, w.key, dict(w.columns)) for w in wanted]:
        return
    if kept:
        RegistryEntry.objects.filter(case=turn.case).delete()
    writes.insert(
        [
            RegistryEntry(
                registry=one.registry,
                key=one.key,
                case=turn.case,
                position=position,
                columns=dict(one.columns),
                seq=turn.case.head_seq,
            )
            for position, one in enumerate(wanted)
        ]
    )


def rebuild_entries(procedure: Procedure, now: dt.datetime) -> int:
    """Read every case of a procedure anew, for registries that its publication has just declared; return how many."""
    if not views_in(procedure):
        return 0
    cases = list(Case.objects.filter(procedure=procedure.procedure).order_by("pk").values_list("pk", flat=True))
    for case_id in cases:
        with transaction.atomic():
            locked_case(case_id)
            writes = Writes()
            keep_entries(load_turn(Request(case_id=case_id, name="", actor=None, now=now)), writes)
            writes.send()
    return len(cases)
