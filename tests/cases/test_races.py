"""Two people decide one case at the same moment: exactly one of them has decided it."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import uuid
from typing import Any

import pytest
from django.db import connections

from cases.errors import CaseChanged
from cases.models import Case, Event
from cases.services import advance_case
from tests.databases import connected_to
from tests.procedures.province import case_at, copies
from tests.procedures.runner import person
from workflows.errors import TransitionRefused

ROUNDS = 1000 if os.environ.get("HOSO_TEST_ALL") == "1" else 200
APPROVE: dict[str, Any] = {
    "result_kind": "chap_thuan",
    "signing_form": "tm",
    "confirm": ["read_before_signing", "within_province"],
}
REFUSE: dict[str, Any] = {
    "ground": "appraisal_negative",
    "refusal_reason": "Khoản viện trợ chưa đủ điều kiện để được phê duyệt.",
    "signing_form": "kt",
    "deputy_reason": "vang_mat",
    "confirm": ["read_before_signing"],
}


def decide(
    database: str,
    name: str,
    who: str,
    data: dict[str, Any],
    ids: list[uuid.UUID],
    now: dt.datetime,
    together: Any,
    said: Any,
) -> None:
    """One person's process, with a connection of its own; a fault in it is told at once."""
    try:
        with connected_to(database):
            said.put((name, decided(name, who, data, ids, now, together)))
    except Exception as fault:  # noqa: BLE001  # whatever it is, the other must not wait for ever
        together.abort()
        said.put((name, [repr(fault)]))


def decided(
    name: str, who: str, data: dict[str, Any], ids: list[uuid.UUID], now: dt.datetime, together: Any
) -> list[str]:
    """Take the same step on each case at its bell and return what became of it."""
    actor, answers = person(who), []
    for case_id in ids:
        together.wait()
        try:
            advance_case(case_id=case_id, transition=name, actor=actor, now=now, expected_version=VERSION[0], data=data)
            answers.append("done")
        except CaseChanged:
            answers.append("stale")
        except TransitionRefused as refused:
            answers.append(f"refused {refused}")
    return answers


VERSION = [0]


@pytest.mark.timeout(290)
def test_the_chair_approves_while_the_vice_chair_refuses_and_one_of_them_wins(own_province: str) -> None:
    walk = case_at("ppc_review")
    VERSION[0] = walk.case.version
    cases = copies(walk.case, ROUNDS)
    ids, now = [case.pk for case in cases], walk.now + dt.timedelta(hours=1)
    fork = multiprocessing.get_context("fork")
    together, said = fork.Barrier(2), fork.Queue()
    connections.close_all()
    people = [
        fork.Process(target=decide, args=(own_province, "ppc_approve", "quang", APPROVE, ids, now, together, said)),
        fork.Process(target=decide, args=(own_province, "ppc_refuse", "hieu", REFUSE, ids, now, together, said)),
    ]
    for one in people:
        one.start()
    answers = dict(said.get(timeout=250) for _ in people)
    for one in people:
        one.join(10)
    pairs = {frozenset(pair) for pair in zip(answers["ppc_approve"], answers["ppc_refuse"], strict=True)}
    assert pairs == {frozenset({"done", "stale"})}
    wanted = {"signed": answers["ppc_approve"].count("done"), "ppc_refusal_signed": answers["ppc_refuse"].count("done")}
    states = list(Case.objects.filter(pk__in=ids).values_list("state", flat=True))
    assert {state: states.count(state) for state in wanted} == wanted
    assert Event.objects.filter(case__in=ids, name__in=("ppc_approve", "ppc_refuse")).count() == ROUNDS
