"""advance_case: the only writer of the state of a case and of its parts. Pages, commands, timers and jobs call it.

One transaction: lock, re-read, judge, carry out, append, promise; then automatic steps, bounded; then commit and a
hint to the worker. A refusal undoes everything and is remembered in a transaction of its own.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from cases.errors import PaperImpossible
from cases.models import Case, RefusedAttempt, Task
from cases.services import cosign
from cases.services.computing import refresh
from cases.services.firing import fire_linked
from cases.services.loading import check_version, load_turn, named_step
from cases.services.outcome import Outcome, outcome_of
from cases.services.repeats import first_answer, hash_of, keep_answer, operation_of
from cases.services.retrying import retried
from cases.services.taking import run_autos, take
from cases.services.timers import timers_of
from cases.services.turn import Request, Turn
from cases.services.wake import wake
from cases.services.writing import write
from workflows.errors import Reason, TransitionRefused


def advance_case(
    *,
    case_id: uuid.UUID,
    transition: str,
    actor: User | None,
    now: dt.datetime,
    part_id: str | None = None,
    acting_for: User | None = None,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> Outcome:
    """Take a transition of a case, or of its part `part_id` (key or id); `actor` None is the system.

    `data`: asked fields by name, and `confirm` [codes], `checklist` {code: yes|no|na}, `changes` {field: value},
    `dossier` {field: value} due at this step, `part_fields` {field: value}. Returns the outcome, the first one again
    for a repeated key. Raises CaseNotFound, CaseChanged, TransitionRefused, PaperImpossible, KeyReused.
    """
    return run(
        Request(
            case_id=case_id,
            name=transition,
            actor=actor,
            now=now,
            part_key=part_id,
            acting_for=acting_for,
            expected_version=expected_version,
            idempotency_key=idempotency_key,
            data=dict(data or {}),
        )
    )


def do_act(
    *,
    case_id: uuid.UUID,
    act: str,
    actor: User | None,
    now: dt.datetime,
    part_id: str | None = None,
    acting_for: User | None = None,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> Outcome:
    """Do an act of a case or part, or answer a co-signature (agree, decline, take_back); else as advance_case."""
    return advance_case(
        case_id=case_id,
        transition=act,
        actor=actor,
        now=now,
        part_id=part_id,
        acting_for=acting_for,
        expected_version=expected_version,
        idempotency_key=idempotency_key,
        data=data,
    )


def run(request: Request) -> Outcome:
    """Carry out a request in one transaction of its own; wake the worker after the commit."""
    outcome = retried(lambda: _run_once(request))
    wake()
    return outcome


def _run_once(request: Request) -> Outcome:
    try:
        with transaction.atomic(durable=True):
            return _advance(request)
    except (TransitionRefused, PaperImpossible) as refused:
        remember_refusal(request, refused.reasons)
        raise


def _advance(request: Request) -> Outcome:
    turn = load_turn(request)
    sent = hash_of(request)
    repeated = first_answer(request.person, operation_of(request), request.idempotency_key, sent)
    if repeated is not None:
        return repeated
    check_version(turn)
    outcome = advance_turn(turn, lambda: step_taken(turn))
    keep_answer(request.person, operation_of(request), request.idempotency_key, sent, outcome, request.now)
    return outcome


def advance_turn(turn: Turn, step: Callable[[], int]) -> Outcome:
    """Run `step` (returns its event's seq) on a loaded turn and the automatic steps; write; fire what is linked."""
    begin(turn)
    seq = step()
    run_autos(turn)
    tasks = finish(turn)
    return outcome_of(turn, seq, tasks)


def begin(turn: Turn) -> None:
    """Bring a loaded turn up to the day, before its first step."""
    turn.timers_before = frozenset(timer.identity for timer in timers_of(turn))
    refresh(turn)


def finish(turn: Turn) -> list[Task]:
    """Write the turn after its last step and fire what is linked; return the tasks open now."""
    tasks = write(turn)
    fire_linked(turn, lambda linked: advance_turn(linked, lambda: step_taken(linked)))
    return tasks


def run_autos_after(case_id: uuid.UUID, now: dt.datetime) -> None:
    """Take the automatic steps that an event outside any step has made possible (a file, a linked case), in its
    transaction, the case being locked."""
    turn = load_turn(Request(case_id=case_id, name="", actor=None, now=now))
    begin(turn)
    run_autos(turn)
    if turn.events:
        finish(turn)


def step_taken(turn: Turn) -> int:
    """Take the step that the turn's request names, or answer a co-signature; return the seq of its event."""
    if cosign.answers(turn):
        return cosign.answer(turn, take)
    return take(turn, named_step(turn), turn.part).seq


def remember_refusal(request: Request, reasons: tuple[Reason, ...]) -> None:
    """Keep who tried what and was refused why; the system's own attempts are not kept."""
    if request.actor is None or not Case.objects.filter(pk=request.case_id).exists():
        return
    RefusedAttempt.objects.create(
        case_id=request.case_id,
        person=request.actor,
        name=request.name[:80],
        part_key=(request.part_key or "")[:60],
        reasons=[reason.as_dict() for reason in reasons],
        at=request.now,
    )
