"""Decisions of one delegation, worked on at the same moment: nothing is lost, and there is one order."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import pytest

from cases.models import Case, Event, Part
from cases.services import advance_case
from documents.models import Document
from tests.audit.proof import faults_of_history
from tests.cases.racing import raced
from tests.cases.travel import PROCEDURE, crowd, travelled
from tests.procedures.runner import Walk, person
from workflows.scenarios import Action

ROUNDS = 40 if os.environ.get("HOSO_TEST_ALL") == "1" else 5
REVOKED = "the chair revokes one of two decisions, the other delegation travels (O3)"
READ: dict[str, Any] = {"confirm": ["read_before_signing"]}
DELEGATED: dict[str, Any] = {**READ, "signing_form": "tuq"}
SUBMISSION: dict[str, Any] = {**READ, "signing_form": "kt", "deputy_reason": "vang_mat"}

pytestmark = pytest.mark.timeout(290)


def sign(walk: Walk, who: str, step: str, part: str, data: dict[str, Any]) -> None:
    """Sign a decision on the page that was opened before the bell."""
    expected = Part.objects.get(case=walk.case, key=part).version
    advance_case(
        case_id=walk.case.pk, transition=step, part_id=part, actor=person(who), now=walk.now + dt.timedelta(hours=1),
        expected_version=expected, data=data,
    )  # fmt: skip


def states(walk: Walk) -> dict[str, str]:
    return dict(Part.objects.filter(case=walk.case).values_list("key", "state"))


def history(walk: Walk) -> list[str]:
    return list(Event.objects.filter(case=walk.case).order_by("seq").values_list("name", flat=True))


def test_two_decisions_of_one_case_are_signed_at_once_and_both_are(own_province: str) -> None:
    walks = [travelled("submit_dept", REVOKED) for _ in range(ROUNDS)]
    said = raced(
        own_province, ROUNDS,
        lambda n: sign(walks[n], "binh", "sign_delegated", "decision-1", DELEGATED),
        lambda n: sign(walks[n], "yen", "sign_submission", "decision-2", SUBMISSION),
    )  # fmt: skip

    assert said == [("done", "done")] * ROUNDS
    for walk in walks:
        assert states(walk) == {"decision-1": "signed", "decision-2": "submission_signed"}
        assert sorted(history(walk)[-3:-1]) == ["sign_delegated", "sign_submission"]
        assert history(walk)[-1] == "start_deciding"  # once, after the second of them
        assert Document.objects.filter(case=walk.case, status="signed").count() == 3  # decision, its list, submission
    assert set(Case.objects.filter(procedure=PROCEDURE).values_list("state", flat=True)) == {"deciding"}
    assert faults_of_history() == []


def test_a_member_is_taken_out_while_the_decision_is_signed_and_there_is_one_order(own_province: str) -> None:
    head, other = crowd(2)
    walks = [travelled("submit_dept", members=[head, other]) for _ in range(ROUNDS)]
    without = {"reason": "Một thành viên không thể đi cùng đoàn.", "changes": {"members": [head]}}

    def take_out(n: int) -> None:
        at = walks[n].now + dt.timedelta(hours=1)
        advance_case(case_id=walks[n].case.pk, transition="propose_change", actor=person("lan"), now=at, data=without)

    said = raced(
        own_province, ROUNDS, take_out, lambda n: sign(walks[n], "binh", "sign_delegated", "decision-1", DELEGATED)
    )  # fmt: skip

    assert set(said) <= {("done", "no_change_pending"), ("not_in_state", "done")}
    for walk, (taken_out, _) in zip(walks, said, strict=True):
        walk.now += dt.timedelta(hours=2)
        if taken_out == "done":
            left_out(walk)
        else:
            signed_with_both(walk)
    assert faults_of_history() == []


def left_out(walk: Walk) -> None:
    """The member was taken out first: accepted, the decision as it was drafted is never signed."""
    walk.take(Action(do="accept", part="change-1", **{"as": "ha"}))
    stale = ["draft_stale", "results_current"]
    walk.take(Action(do="sign_delegated", part="decision-1", refused=stale, **{"as": "binh", "with": DELEGATED}))
    assert [row["row_no"] for row in walk.case.dossier["members"]] == [1]


def signed_with_both(walk: Walk) -> None:
    """The signature was first: the decision holds for both, and nothing was proposed."""
    assert states(walk) == {"decision-1": "signed"}
    assert [row["row_no"] for row in walk.case.dossier["members"]] == [1, 2]
