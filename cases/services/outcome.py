"""What a caller of the services gets back: the success object of every command, page and job (docs/cli/)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.clock import LOCAL
from cases.models import Case, Part, Task
from cases.services.turn import Turn
from workflows.calendar import closes_at


@dataclass(frozen=True, slots=True)
class Outcome:
    """The case after a step, the last event, the documents made and the tasks that wait now."""

    case: Case
    body: dict[str, Any] = field(default_factory=dict)
    repeated: bool = False

    @property
    def event(self) -> dict[str, Any]:
        """{seq, hash} of the event that the step appended."""
        found: dict[str, Any] = self.body["event"]
        return found

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The documents that the step touched: id, paper, status, number, sha256."""
        found: list[dict[str, Any]] = self.body["documents"]
        return found

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """The tasks open after the step."""
        found: list[dict[str, Any]] = self.body["tasks"]
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return dict(self.body)


def outcome_of(
    turn: Turn, seq: int, tasks: Sequence[Task], documents: Sequence[dict[str, str]] | None = None
) -> Outcome:
    """Return the outcome of a written turn; `seq` is the event of the step itself, automatic ones come after it.

    `documents`: those of this step alone, where a turn takes several.
    """
    event = next(e for e in turn.events if e.seq == seq)
    made = turn.documents if documents is None else documents
    return Outcome(turn.case, answer(turn.case, turn.parts, tasks, {"seq": event.seq, "hash": event.hash}, made))


def answer(
    case: Case,
    parts: Sequence[Part],
    tasks: Sequence[Task],
    event: dict[str, Any],
    documents: Sequence[dict[str, str]] = (),
) -> dict[str, Any]:
    """Return the success object of design §9 for a case."""
    keys = {part.pk: part.key for part in parts}
    return {
        "case": str(case.pk),
        "submission_code": case.submission_code,
        "case_code": case.case_code,
        "version": case.version,
        "state": case.state,
        "public_status": case.public_status,
        "due_at": closes_at(case.due_on).isoformat() if case.due_on is not None else None,
        "event": event,
        "parts": [{"key": p.key, "kind": p.kind, "state": p.state, "version": p.version} for p in parts],
        "documents": list(documents),
        "tasks": [_task(task, keys) for task in tasks],
    }


def _task(task: Task, keys: dict[Any, str]) -> dict[str, Any]:
    return {
        "id": task.pk,
        "part": keys.get(task.part_id, "") if task.part_id else None,
        "state": task.state,
        "role": task.role,
        "unit": task.unit_code,
        "due_at": task.due_at.astimezone(LOCAL).isoformat() if task.due_at is not None else None,
    }
