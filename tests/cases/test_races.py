"""Two people decide one case at the same moment: exactly one of them has decided it."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from cases.errors import CaseChanged
from cases.models import Case, Event, LinkedCase
from cases.services import advance_case
from tests.cases.visits import received_visit
from tests.databases import connected_to
from tests.procedures.province import case_at, copies
from tests.procedures.runner import person
from workflows.errors import TransitionRefused

ROUNDS = 1000 if os.environ.get("HOSO_TEST_ALL") == "1" else 200
PAIRS = ROUNDS // 30  # a knot costs PostgreSQL a second
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
    version: int | None,
    together: Any,
    said: Any,
) -> None:
    """One person's process, with a connection of its own; a fault in it is told at once."""
    try:
        with connected_to(database):
            said.put(((name, ids[0]), decided(name, who, data, ids, now, version, together)))
    except Exception as fault:  # noqa: BLE001  # whatever it is, the other must not wait for ever
        together.abort()
        said.put(((name, ids[0]), [repr(fault)]))


def decided(
    name: str,
    who: str,
    data: dict[str, Any],
    ids: list[uuid.UUID],
    now: dt.datetime,
    version: int | None,
    together: Any,
) -> list[str]:
    """Take the same step on each case at its bell and return what became of it."""
    actor, answers = person(who), []
    for case_id in ids:
        together.wait()
        try:
            advance_case(case_id=case_id, transition=name, actor=actor, now=now, expected_version=version, data=data)
            answers.append("done")
        except CaseChanged:
            answers.append("stale")
        except TransitionRefused as refused:
            answers.append(f"refused {refused}")
    return answers


def raced(*people: tuple[Any, ...]) -> list[list[str]]:
    """Let two people go through their lists at the same bells; return what became of each one's steps."""
    fork = multiprocessing.get_context("fork")
    together, said = fork.Barrier(2), fork.Queue()
    connections.close_all()
    running = [fork.Process(target=decide, args=(*one, together, said)) for one in people]
    for one in running:
        one.start()
    answers = dict(said.get(timeout=250) for _ in running)
    for one in running:
        one.join(10)
    return [answers[one[1], one[4][0]] for one in people]


@pytest.mark.timeout(290)
def test_the_chair_approves_while_the_vice_chair_refuses_and_one_of_them_wins(own_province: str) -> None:
    walk = case_at("ppc_review")
    ids = [case.pk for case in copies(walk.case, ROUNDS)]
    now, version = walk.now + dt.timedelta(hours=1), walk.case.version
    approved, refused = raced(
        (own_province, "ppc_approve", "quang", APPROVE, ids, now, version),
        (own_province, "ppc_refuse", "hieu", REFUSE, ids, now, version),
    )
    pairs = {frozenset(pair) for pair in zip(approved, refused, strict=True)}
    assert pairs == {frozenset({"done", "stale"})}
    wanted = {"signed": approved.count("done"), "ppc_refusal_signed": refused.count("done")}
    states = list(Case.objects.filter(pk__in=ids).values_list("state", flat=True))
    assert {state: states.count(state) for state in wanted} == wanted
    assert Event.objects.filter(case__in=ids, name__in=("ppc_approve", "ppc_refuse")).count() == ROUNDS


@pytest.mark.timeout(290)
def test_two_cases_that_take_each_other_along_are_each_taken_once(own_province: str, tmp_path: Path) -> None:
    """The head of division begins at both ends of each pair at once: where locks knot, one turn is begun again."""
    walk = received_visit(tmp_path, "visit_notice")
    cases = copies(walk.case, 2 * PAIRS)
    ends = cases[:PAIRS], cases[PAIRS:]
    for one, other in zip(*ends, strict=True):
        LinkedCase.objects.create(
            kind="about", case=one, other=other, procedure="visit_notice", status="linked", created_at=walk.now
        )
    data, now = {"assignee": str(person("ha").pk)}, walk.now + dt.timedelta(hours=1)
    firsts, seconds = raced(
        (own_province, "assign", "son", data, [case.pk for case in ends[0]], now, None),
        (own_province, "assign", "son", data, [case.pk for case in ends[1]], now, None),
    )
    assert {sum(said == "done" for said in pair) for pair in zip(firsts, seconds, strict=True)} == {1}
    assert {said.partition(" ")[0] for said in (*firsts, *seconds)} == {"done", "refused"}
    assert set(Case.objects.filter(pk__in=[c.pk for c in cases]).values_list("state", flat=True)) == {"assigned"}
    assert Event.objects.filter(case__in=cases, name="assign").count() == 2 * PAIRS
