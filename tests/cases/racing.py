"""Two people at work at the same moment, each in a process with a connection of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any

from django.db import connections

from cases.errors import CaseChanged, InputFaults
from tests.databases import connected_to
from workflows.errors import TransitionRefused

Work = Callable[[int], Any]  # what somebody does in a round


def raced(database: str, rounds: int, first: Work, second: Work) -> list[tuple[str, str]]:
    """Let two people work through the rounds at the same bells; return what became of both: done, or why not."""
    fork = multiprocessing.get_context("fork")
    together, said = fork.Barrier(2), fork.Queue()
    connections.close_all()
    people = [fork.Process(target=_tell, args=(database, n, rounds, work, together, said))
              for n, work in enumerate((first, second))]  # fmt: skip
    for one in people:
        one.start()
    answers = dict(said.get(timeout=200) for _ in people)
    for one in people:
        one.join(10)
    return list(zip(answers[0], answers[1], strict=True))


def _tell(database: str, number: int, rounds: int, work: Work, together: Any, said: Any) -> None:
    answers: list[str] = []
    try:
        with connected_to(database):
            for turn in range(rounds):
                together.wait(60)
                answers.append(_outcome(work, turn))
    except Exception as fault:  # noqa: BLE001  # whatever it is, the other must not wait for ever
        together.abort()
        answers = [repr(fault)] * rounds
    said.put((number, answers))


def _outcome(work: Work, turn: int) -> str:
    try:
        work(turn)
    except CaseChanged:
        return "stale"
    except (TransitionRefused, InputFaults) as refused:
        return " ".join(sorted({reason.code for reason in refused.reasons}))
    return "done"
