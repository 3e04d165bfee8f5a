"""Findings of a part kept before the step at which they are due: a report that is written in several sittings."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from accounts.models import User
from cases.errors import CaseNotFound, InputFaults
from cases.models import Part
from cases.services.computing import validated_values
from cases.services.events import Happening, append
from cases.services.filling import due_fields, unusable
from cases.services.loading import check_version, load_turn
from cases.services.outcome import Outcome, outcome_of
from cases.services.retrying import retried
from cases.services.turn import Request, Turn
from cases.services.wake import wake
from cases.services.writing import write
from cases.values import clean_fields
from workflows.definition import Field, Step
from workflows.errors import Reason, TransitionRefused


def save_part(
    *,
    case_id: uuid.UUID,
    part_id: str,
    actor: User,
    now: dt.datetime,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> Outcome:
    """Save values of a part that a step of the actor's from its present state requires; a blank one is taken out.

    Raises CaseNotFound, CaseChanged, TransitionRefused (not now, not by this person), InputFaults with every fault.
    """
    request = Request(
        case_id=case_id, name="save", actor=actor, now=now, part_key=part_id, expected_version=expected_version
    )
    outcome = retried(lambda: _saved(request, values))
    wake()
    return outcome


def _saved(request: Request, values: Mapping[str, Any]) -> Outcome:
    with transaction.atomic():
        turn = load_turn(request)
        check_version(turn)
        if turn.part is None:
            raise CaseNotFound(request.case_id)
        steps = _steps(turn, turn.part)
        fields = {field.name: field for step in steps for field in due_fields(turn, step, turn.part)}
        if not fields:
            raise TransitionRefused([_closed_to(turn, turn.part)])
        inputs = _put(turn, turn.part, list(fields.values()), values)
        append(turn, _happening(turn, steps, turn.part, inputs))
        return outcome_of(turn, turn.events[-1].seq, write(turn))


def _steps(turn: Turn, part: Part) -> list[Step]:
    """Return the steps that the actor's roles take from where the part stands."""
    machine = turn.machine(part)
    if part.ended or part.attempt != turn.case.attempt:
        return []
    steps = [*(s for s in machine.transitions if part.state in s.sources), *machine.acts]
    return [s for s in steps if turn.roles & {*s.by, s.recorded_by}]


def _happening(turn: Turn, steps: Sequence[Step], part: Part, inputs: Mapping[str, Any]) -> Happening:
    taken_by = {role for step in steps for role in (*step.by, step.recorded_by)}
    roles = {role for role in turn.roles if role in taken_by}
    return Happening(
        kind="act", name="save", role=next(iter(sorted(roles))), part_key=part.key, actor=turn.person, inputs=inputs,
        reads=turn.read,
    )


def _put(turn: Turn, part: Part, fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Put typed values into the part in memory and return what the event commits to. Raises InputFaults."""
    stored, faults = clean_fields(fields, values)
    faults += unusable(turn.case, fields, stored)
    faults += validated_values(turn, fields, stored, turn.facts(part, system=True), "")
    if faults:
        raise InputFaults([replace(fault, path=f"part.{fault.path.removeprefix('.')}") for fault in faults])
    blank = {field.name for field in fields if field.name in values and field.name not in stored}
    kept = {name: value for name, value in part.fields.items() if name not in blank}
    part.fields = {**kept, **stored}
    return {f"part.{name}": value for name, value in {**stored, **dict.fromkeys(blank)}.items()}


def _closed_to(turn: Turn, part: Part) -> Reason:
    state = turn.machine(part).state(part.state)
    return Reason(
        "not_in_state",
        f"Phần việc ở trạng thái “{state.vi}”: bạn không có nội dung nào để nhập ở đây",
        f"The part is in “{state.en}”: there is nothing for you to fill in here",
    )
