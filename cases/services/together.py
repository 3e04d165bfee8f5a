"""Several steps of one case in one transaction: locked, read and written once, each step with an event of its own.

Of a case with two hundred papers most of a step is spent on what does not change: reading the parts, finding whose work
is open. Steps go together as long as none of them changes what the next one reads of the world outside the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from cases.errors import CaseNotFound, PaperImpossible
from cases.registries import contributions, views_in
from cases.services.advance import begin, finish, step_taken
from cases.services.loading import admit, load_turn
from cases.services.outcome import Outcome, outcome_of
from cases.services.repeats import first_answer, hash_of, keep_answer, operation_of
from cases.services.retrying import retried
from cases.services.taking import run_autos
from cases.services.turn import Request, Turn
from cases.services.wake import wake
from workflows.errors import TransitionRefused

REFUSALS = (TransitionRefused, PaperImpossible, CaseNotFound)
MOST = 25  # in one transaction: who waits for the case, on SQLite for any case, waits a second at most


class Refused(Exception):
    """One of the steps is refused, and none of them has happened; `number`: how many before it were in order."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def run_together(requests: Sequence[Request]) -> list[Outcome]:
    """Carry out the first of the requests, which are about one case: as many as go together. Return their outcomes.

    Raises Refused, KeyReused; then nothing has happened.
    """
    outcomes = retried(lambda: _once(requests[:MOST]))
    wake()
    return outcomes


def _once(requests: Sequence[Request]) -> list[Outcome]:
    with transaction.atomic(durable=True):
        turn = _loaded(requests[0])
        told = _contributed(turn)
        taken: list[int | Outcome] = []
        papers: list[list[dict[str, str]]] = []
        for request in requests:
            before = len(turn.documents)
            taken.append(_taken(turn, request, len(taken)))
            papers.append(turn.documents[before:])
            if _changes_more(turn, told):
                break
        return _finished(turn, requests, taken, papers)


def _loaded(request: Request) -> Turn:
    try:
        turn = load_turn(request)
    except REFUSALS as refused:
        raise Refused(0) from refused
    begin(turn)
    return turn


def _taken(turn: Turn, request: Request, number: int) -> int | Outcome:
    """Take one step and return the seq of its event, or the first outcome of a repeated key."""
    turn.request = request
    repeated = first_answer(request.person, operation_of(request), request.idempotency_key, hash_of(request))
    if repeated is not None:
        return repeated
    try:
        admit(turn)
        seq = step_taken(turn)
        run_autos(turn)
    except REFUSALS as refused:
        raise Refused(number) from refused
    return seq


def _changes_more(turn: Turn, told: Any) -> bool:
    """Whether the next step has to see something that is written, or done in another case, only at the end."""
    linked = any(link.on.endswith(turn.request.name) for link in turn.definition.links)
    return bool(turn.fired or turn.opened or linked) or _contributed(turn) != told


def _contributed(turn: Turn) -> Any:
    """Return what the case says in registries that are read from cases."""
    if not views_in(turn.definition):
        return None
    facts = turn.facts(system=True)
    lookups = turn.lookups(turn.definition.machine.transitions[0], facts, frozenset())
    return contributions(turn.definition, facts, lookups)


def _finished(
    turn: Turn, requests: Sequence[Request], taken: Sequence[int | Outcome], papers: Sequence[list[dict[str, str]]]
) -> list[Outcome]:
    """Write everything and return what became of each; of repeated keys alone there is nothing to write."""
    if all(isinstance(one, Outcome) for one in taken):
        return [one for one in taken if isinstance(one, Outcome)]
    try:
        tasks = finish(turn)
    except REFUSALS as refused:  # by a linked case
        raise Refused(len(taken) - 1) from refused
    return [
        one if isinstance(one, Outcome) else _kept(turn, request, outcome_of(turn, one, tasks, made))
        for request, one, made in zip(requests, taken, papers, strict=False)
    ]


def _kept(turn: Turn, request: Request, outcome: Outcome) -> Outcome:
    keep_answer(request.person, operation_of(request), request.idempotency_key, hash_of(request), outcome, turn.now)
    return outcome
