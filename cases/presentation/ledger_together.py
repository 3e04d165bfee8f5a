"""What may be done to many rows of a ledger at once: a step that waits in one state, and a second person's yes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from accounts.models import User
from cases.access import holdings
from cases.ledger_access import Held, agencies, counts_on_row
from cases.models import Case, Part
from cases.presentation.cosigned import Pending, pending_at
from cases.presentation.face import Look
from cases.presentation.steps import for_several, meets_itself
from cases.services import Possible, possibilities
from workflows.definition import Procedure, Step

TRIED = 20  # rows whose own conditions may stand against a step before it is not offered


@dataclass(frozen=True, slots=True)
class Proposed:
    """Rows of which the same person has proposed the same step with the same words."""

    pending: Pending
    rows: tuple[Case, ...]


def steps_of(definition: Procedure, rows: Sequence[Case], state: str, viewer: User, now: dt.datetime) -> list[Step]:
    """Return the transitions that the person may take of several rows, of those that the filter shows in one state."""
    waiting = [row for row in rows if row.proposal is None and row.state == state]
    if len(waiting) < 2:
        return []
    return [found.step for found in _possible(definition, waiting[0], viewer, now, "")]


def _possible(definition: Procedure, row: Case, viewer: User, now: dt.datetime, name: str) -> list[Possible]:
    def wanted(part: Part | None, step: Step) -> bool:
        return part is None and step.kind == "transition" and name in ("", step.name) and for_several(step)

    return [p for p in possibilities(row, viewer, now, of=wanted) if meets_itself(p, definition)]


def waiting_for(rows: Iterable[Case], step: Step) -> list[Case]:
    """Return the rows that stand where the step begins and of which nothing is proposed."""
    return [row for row in rows if row.proposal is None and row.state in step.sources]


def possible_step(
    definition: Procedure, rows: Sequence[Case], name: str, viewer: User, now: dt.datetime
) -> tuple[Case, Possible] | None:
    """Return the step as the first row has it that may take it; the others are judged when they take it."""
    for row in rows[:TRIED]:
        for found in _possible(definition, row, viewer, now, name):
            return row, found
    return None


def to_agree(definition: Procedure, rows: Iterable[Case], viewer: User, now: dt.datetime) -> list[Case]:
    """Return the rows of which somebody else has proposed a step that awaits this person's yes."""
    proposed = [row for row in rows if row.proposal is not None and row.proposal["by"] != str(viewer.pk)]
    if not proposed:
        return []
    held, places = holdings(viewer, now), agencies()
    cosigns = {step.name: step.cosign for step in (*definition.machine.transitions, *definition.machine.acts)}
    return [row for row in proposed if cosigns.get((row.proposal or {})["name"]) in _held_on(row, held, places)]


def _held_on(row: Case, held: Iterable[Held], places: Mapping[str, str]) -> set[str]:
    return {h.role for h in held if counts_on_row(h, row, places)}


def groups_of(rows: Iterable[Case], viewer: User, now: dt.datetime) -> list[Proposed]:
    """Return the proposals, the same of many rows once."""
    found: dict[str, list[Case]] = {}
    for row in rows:
        told = row.proposal or {}
        said = json.dumps([told.get(key) for key in ("name", "by", "acting_for", "data")], sort_keys=True)
        found.setdefault(said, []).append(row)
    pending = ((pending_at(Look(alike[0], viewer, now), None), tuple(alike)) for alike in found.values())
    return [Proposed(one, alike) for one, alike in pending if one is not None and one.may_answer]
