"""Append to the history of a case: within a step (the turn writes them together), or alone under the case's lock."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import UUIDField

from accounts.models import User
from cases.canonical import commit, event_body, leaf_hash
from cases.errors import CaseNotFound
from cases.models import Case, Event, EventValues
from cases.prepared import Asked, Prepared
from cases.procedures import hash_of
from cases.services.turn import Turn

SYSTEM = "system"
LOCKED = Prepared(
    lambda: Case.objects.select_for_update(of=("self",), no_key=True)
    .select_related("unit")
    .filter(pk=Asked("case", UUIDField()))
)


@dataclass(frozen=True, slots=True)
class Happening:
    """What an event says beside where it stands in the chain. `inputs`: stored form, kept behind commitments."""

    kind: str  # transition | act | system
    name: str
    role: str = ""
    part_key: str = ""
    source: str = ""
    target: str = ""
    actor: str = SYSTEM
    acting_for: str = ""
    recorded_for: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    confirms: frozenset[str] = frozenset()
    papers: Sequence[Mapping[str, Any]] = ()
    reads: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def append(turn: Turn, happening: Happening) -> Event:
    """Add an event to the turn, chained to the one before; it is written when the turn is."""
    prev = turn.events[-1].hash if turn.events else turn.case.head_hash
    event, values = made(turn.case, hash_of(turn.case.definition_id), turn.seq, prev, happening, turn.now)
    turn.events.append(event)
    if values is not None:
        turn.values.append(values)
    return event


def made(
    case: Case, definition_hash: str, seq: int, prev: str, what: Happening, now: dt.datetime
) -> tuple[Event, EventValues | None]:
    """Return the unsaved event and, when it has inputs, the values behind its commitments."""
    commitments, kept = _committed(what.inputs)
    body = event_body(
        origin=settings.ORIGIN,
        case=str(case.pk),
        part=what.part_key,
        seq=seq,
        prev=prev,
        kind=what.kind,
        definition=definition_hash,
        name=what.name,
        source=what.source,
        target=what.target,
        actor=what.actor,
        acting_for=what.acting_for,
        recorded_for=what.recorded_for,
        role=what.role,
        at=now,
        build=settings.PRODUCT_VERSION,
        inputs=commitments,
        confirms=what.confirms,
        papers=what.papers,
        reads=what.reads,
        facts=what.facts,
    )
    event = Event(
        case=case,
        seq=seq,
        body=body,
        hash=leaf_hash(body),
        kind=what.kind,
        name=what.name,
        part_key=what.part_key,
        procedure=case.procedure,
        actor=what.actor,
        acting_for=what.acting_for,
        unit_code=case.unit.code if case.unit is not None else "",
        at=now,
    )
    return event, EventValues(case=case, seq=seq, values=kept) if kept else None


def _committed(inputs: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    commitments: dict[str, str] = {}
    kept: dict[str, Any] = {}
    for name, value in inputs.items():
        commitments[name], salt = commit(value)
        kept[name] = {"salt": salt, "value": value}
    return commitments, kept


def locked_case(case_id: uuid.UUID) -> Case:
    """Return the case, its row locked until the transaction ends. Raises CaseNotFound."""
    found = LOCKED.first(case=case_id)
    if found is None:
        raise CaseNotFound(case_id)
    return found


def append_alone(case: Case, what: Happening, now: dt.datetime, *, changed: bool = False) -> Event:
    """Append one event to a case that `locked_case` holds, outside any step; `changed` raises the case's version."""
    event, values = made(case, hash_of(case.definition_id), case.head_seq + 1, case.head_hash, what, now)
    event.save(force_insert=True)
    if values is not None:
        values.save(force_insert=True)
    case.head_seq, case.head_hash = event.seq, event.hash
    case.version += changed
    case.save(update_fields=["head_seq", "head_hash", "version"])
    return event


def id_of(person: User | None) -> str:
    """Return how an event names a person; the system is `system`, nobody is empty."""
    return str(person.pk) if person is not None else SYSTEM
