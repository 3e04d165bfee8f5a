"""Two custodians hand out the same passport, or enter it, at the same moment: exactly one of them has done it."""

from __future__ import annotations

import datetime as dt
import multiprocessing
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from cases.errors import CaseChanged, InputFaults
from cases.models import Case, Event
from documents.models import Document
from tests.cases.ledgers.custody import HAND_OUT, NOW, passport, stored
from tests.databases import connected_to
from tests.procedures.runner import person
from workflows.errors import TransitionRefused

ROUNDS = 20
Work = Callable[[str, int], None]


def tell(database: str, who: str, work: Work, together: Any, said: Any) -> None:
    """One person's process, with a connection of its own."""
    answers = []
    try:
        with connected_to(database):
            for number in range(ROUNDS):
                together.wait(60)
                answers.append(outcome(work, who, number))
    except Exception as fault:  # noqa: BLE001  # whatever it is, the other must not wait for ever
        together.abort()
        answers = [repr(fault)]
    said.put((who, answers))


def outcome(work: Work, who: str, number: int) -> str:
    try:
        work(who, number)
    except (CaseChanged, TransitionRefused, InputFaults) as refused:
        return type(refused).__name__
    return "done"


def race(database: str, work: Work) -> list[set[str]]:
    fork = multiprocessing.get_context("fork")
    together, said = fork.Barrier(2), fork.Queue()
    connections.close_all()
    people = [fork.Process(target=tell, args=(database, who, work, together, said)) for who in ("ngan", "trang")]
    for one in people:
        one.start()
    answers = dict(said.get(timeout=200) for _ in people)
    for one in people:
        one.join(10)
    return [set(pair) for pair in zip(answers["ngan"], answers["trang"], strict=True)]


@pytest.mark.timeout(290)
def test_two_custodians_hand_out_one_passport_and_one_of_them_has(own_province: str) -> None:
    rows = [stored(passport_number=f"S{n:07d}") for n in range(ROUNDS)]
    ids, version = [row.pk for row in rows], rows[0].version

    def hand_out(who: str, number: int) -> None:
        from cases.services import advance_case

        advance_case(
            case_id=ids[number], transition="hand_out", actor=person(who), now=NOW + dt.timedelta(hours=1),
            expected_version=version, data=HAND_OUT,
        )  # fmt: skip

    assert {row.version for row in rows} == {version}
    assert race(own_province, hand_out) == [{"done", "CaseChanged"}] * ROUNDS
    assert Event.objects.filter(case__in=ids, name="hand_out").count() == ROUNDS
    slips = Document.objects.filter(case__in=ids, paper="custody_minutes").values_list("number", flat=True)
    assert sorted(number or 0 for number in slips) == list(range(1, 2 * ROUNDS + 1))


@pytest.mark.timeout(290)
def test_two_custodians_enter_one_passport_and_one_row_stands(own_province: str) -> None:
    def enter(who: str, number: int) -> None:
        passport(who, passport_number=f"S{number:07d}")

    assert race(own_province, enter) == [{"done", "InputFaults"}] * ROUNDS
    numbers = Case.objects.filter(kind="row").order_by("case_code").values_list("case_code", flat=True)
    assert len(numbers) == ROUNDS
