"""Write a turn: parts, tasks and timers follow, versions go up where contents changed, events are appended last."""

from __future__ import annotations

from typing import Any

from cases.errors import CaseChanged
from cases.models import Case, Event, EventValues, OutboxEntry, Part, Task
from cases.services.keeping import keep_all
from cases.services.turn import Snapshot, Turn

FINAL = frozenset({"id", "procedure", "submission_code", "created_at", "opened_by"})


def write(turn: Turn) -> list[Task]:
    """Write everything the turn has changed and return the tasks open now. Raises CaseChanged when the row moved on."""
    _write_parts(turn)
    tasks = keep_all(turn)
    _write_later_days(turn)
    if turn.events:
        turn.case.head_seq, turn.case.head_hash = turn.events[-1].seq, turn.events[-1].hash
    _write_case(turn)
    Event.objects.bulk_create(turn.events)
    EventValues.objects.bulk_create(turn.values)
    OutboxEntry.objects.bulk_create(turn.outbox)
    return tasks


def _write_parts(turn: Turn) -> None:
    if turn.opened:
        Part.objects.bulk_create(turn.opened)
        turn.before |= {part.pk: Snapshot.of(part) for part in turn.opened}
    for part in turn.parts:
        if _changed(turn, part):
            _update(part, turn.before[part.pk].version)
            turn.before[part.pk] = Snapshot.of(part)


def _write_later_days(turn: Turn) -> None:
    """Write the last days of parts that follow from what the step opened or set."""
    for part in turn.parts:
        if Snapshot.of(part) != turn.before[part.pk]:
            Part.objects.filter(pk=part.pk).update(due_on=part.due_on)


def _changed(turn: Turn, record: Case | Part) -> bool:
    """A note of the system alone (served, overdue) makes nobody's open form stale: it is written, the version stays."""
    known = turn.before[record.pk]
    if Snapshot.of(record) == known:
        return False
    if turn.request.actor is not None or turn.moved:
        record.version = known.version + 1
    return True


def _write_case(turn: Turn) -> None:
    version = turn.before[turn.case.pk].version
    _changed(turn, turn.case)
    _update(turn.case, version)


def _update(record: Case | Part, version: int) -> None:
    """Update all columns of a row `WHERE version = …`; the lock makes a miss impossible, the check makes it loud."""
    values: dict[str, Any] = {
        f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields if f.name not in FINAL
    }
    rows: Any = type(record)._default_manager.filter(pk=record.pk, version=version)
    if rows.update(**values) != 1:
        raise CaseChanged(record.version, "", "", "", "")
