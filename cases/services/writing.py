"""Write a turn: parts, tasks and timers follow, versions go up where contents changed, events are appended last."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from cases.errors import CaseChanged
from cases.models import Case, Part, Task
from cases.services.keeping import keep_all
from cases.services.linked_events import promise_to_linked
from cases.services.registering import keep_entries
from cases.services.turn import Snapshot, Turn
from cases.writes import Writes


def write(turn: Turn) -> list[Task]:
    """Write everything the turn has changed and return the tasks open now. Raises CaseChanged when the row moved on."""
    promise_to_linked(turn)
    writes = Writes()
    _write_parts(turn, writes)
    tasks = keep_all(turn, writes)
    _write_later_days(turn, writes)
    if turn.events:
        turn.case.head_seq, turn.case.head_hash = turn.events[-1].seq, turn.events[-1].hash
    _write_case(turn, writes)
    for rows in (turn.events, turn.values, turn.outbox):
        writes.insert(rows)
    keep_entries(turn, writes)
    writes.send()
    return tasks


def _write_parts(turn: Turn, writes: Writes) -> None:
    writes.insert(turn.opened)
    turn.before |= {part.pk: Snapshot.of(part) for part in turn.opened}
    for part in turn.parts:
        if _changed(turn, part):
            _update(part, turn.before[part.pk], writes)
            turn.before[part.pk] = Snapshot.of(part)


def _write_later_days(turn: Turn, writes: Writes) -> None:
    """Write the last days of parts that follow from what the step opened or set."""
    later: defaultdict[dt.date | None, list[Part]] = defaultdict(list)
    for part in turn.parts:
        if turn.before[part.pk].differs(part):
            later[part.due_on].append(part)
    for day, parts in later.items():
        writes.set_together(parts, "due_on", day)


def _changed(turn: Turn, record: Case | Part) -> bool:
    """A note of the system alone (served, overdue) makes nobody's open form stale: it is written, the version stays."""
    known = turn.before[record.pk]
    if not known.differs(record):
        return False
    if turn.request.actor is not None or turn.moved:
        record.version = known.version + 1
    return True


def _write_case(turn: Turn, writes: Writes) -> None:
    _changed(turn, turn.case)
    _update(turn.case, turn.before[turn.case.pk], writes)


def _update(record: Case | Part, known: Snapshot, writes: Writes) -> None:
    """Write what has changed `WHERE version = …`; the lock makes a miss impossible, the check makes it loud."""
    fields = known.changed(record)
    if fields:
        writes.update(
            record, fields, version=known.version, missed=CaseChanged(record.version, "", "", "", "")
        )
