"""Two at work on stamps, money and papers at the same moment: one order, and the stock balances."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import pytest

from cases.models import Case, Event, OutboxEntry
from cases.services import advance_case
from cases.services.outbox import deliver
from tests.audit.proof import faults_of_history
from tests.cases.consular.desk import GOLDEN, PROCEDURE, scenario
from tests.cases.racing import raced
from tests.procedures.runner import DELIVERED, Walk, person, walked
from workflows.scenarios import Action, Scenario

ROUNDS = 40 if os.environ.get("HOSO_TEST_ALL") == "1" else 4
ELECTRONIC = "an electronic paper comes back by itself"

pytestmark = pytest.mark.timeout(290)


def stopped_before(step: str, name: str = GOLDEN) -> Scenario:
    found = scenario(name)
    at = next(n for n, action in enumerate(found.steps) if action.do == step and not action.refused)
    return found.model_copy(update={"steps": [action for action in found.steps[:at] if not action.refused]})


def cases(count: int, wanted: Scenario, stamps: int = 1) -> list[Walk]:
    """Walk as many cases; signers are introduced and stamps received once."""
    serials = [{"stamp_no": f"TA{101 + n:06d}"} for n in range(stamps)]
    last = {"range_last": serials[-1]["stamp_no"], "range_quantity": stamps}
    counted = {"counted": stamps}
    standing = []
    for one in wanted.given.standing:
        if one.ledger == "stamp_stock":
            steps = [s.model_copy(update={"with_": counted}) if s.do == "enter_stock" else s for s in one.steps]
            more = {"dossier": {**one.dossier, **last}, "each": serials, "steps": steps}
            standing.append(one.model_copy(update=more))
        else:
            standing.append(one)
    opened = wanted.model_copy(update={"given": wanted.given.model_copy(update={"standing": standing})})
    later = wanted.model_copy(update={"given": wanted.given.model_copy(update={"standing": []})})
    return [walked(PROCEDURE, opened if n == 0 else later) for n in range(count)]


def take(walk: Walk, who: str, step: str, part: str | None = None, **data: Any) -> None:
    at = walk.now + dt.timedelta(minutes=5)
    advance_case(case_id=walk.case.pk, transition=step, part_id=part, actor=person(who), now=at, data=data)


def names(walk: Walk) -> list[str]:
    return list(Event.objects.filter(case=walk.case).order_by("seq").values_list("name", flat=True))


def test_two_papers_take_one_stamp_and_one_of_them_has_it(own_consular_desk: str) -> None:
    walks = cases(2 * ROUNDS, stopped_before("bind_stamp"), stamps=ROUNDS)

    def binds(which: int) -> Any:
        return lambda n: take(
            walks[2 * n + which], "nga", "bind_stamp", "paper-1", stamp_no=f"TA{101 + n:06d}"
        )

    said = raced(own_consular_desk, ROUNDS, binds(0), binds(1))

    assert [sorted(both).count("done") for both in said] == [1] * ROUNDS, said
    for n, (first, _) in enumerate(said):
        winner = walks[2 * n if first == "done" else 2 * n + 1].case
        row = Case.objects.get(procedure="stamp_stock", dossier__stamp_no=f"TA{101 + n:06d}")
        assert row.state == "assigned"
        assert winner.code is not None
        assert row.dossier["bound_paper"].startswith(winner.code)
    assert faults_of_history() == []


def test_who_pays_while_the_time_runs_out_has_paid_or_is_told_that_it_is_over(own_consular_desk: str) -> None:
    walks = cases(ROUNDS, stopped_before("pay"))
    paid = {"outside_no": "BL-000871", "paid_minor": 30000}

    def runs_out(n: int) -> None:
        rows = OutboxEntry.objects.filter(case_id=walks[n].case.pk, kind__in=DELIVERED, done_at=None, due__lte=late(n))
        for row in rows.order_by("due", "pk"):
            deliver(row.pk, now=late(n))

    def late(n: int) -> dt.datetime:
        return walks[n].now.replace(year=2026, month=12, day=8, hour=9)

    def pays(n: int) -> None:
        data = {**paid, "outside_date": "2026-12-07"}
        advance_case(case_id=walks[n].case.pk, transition="pay", actor=person("tam"), now=late(n), data=data)

    said = raced(own_consular_desk, ROUNDS, pays, runs_out)

    for walk, (payment, _) in zip(walks, said, strict=True):
        walk.case.refresh_from_db()
        assert (payment, walk.case.state) in {("done", "received"), ("not_in_state", "stopped")}
        assert (names(walk).count("pay"), names(walk).count("fee_overdue")) in {(1, 0), (0, 1)}
    assert faults_of_history() == []


def test_the_last_two_papers_are_finished_at_once_and_the_case_goes_on_once(own_consular_desk: str) -> None:
    walks = cases(ROUNDS, two_electronic(stopped_before("register_electronic", ELECTRONIC)))
    files = [[walk.attach("ask:signed_electronic_stamp", person("van")) for _ in range(2)] for walk in walks]

    def registers(which: int) -> Any:
        return lambda n: take(
            walks[n], "van", "register_electronic", f"paper-{which + 1}", signed_electronic_stamp=files[n][which]
        )

    said = raced(own_consular_desk, ROUNDS, registers(0), registers(1))

    assert said == [("done", "done")] * ROUNDS
    for walk in walks:
        walk.case.refresh_from_db()
        assert sorted(walk.case.parts.filter(kind="paper").values_list("state", flat=True)) == ["done"] * 2
        assert names(walk).count("all_papers_good") == 1
    assert faults_of_history() == []


def two_electronic(one: Scenario) -> Scenario:
    """Return a scenario with a second paper that goes the way of the first."""
    (paper,) = one.given.dossier["papers"]
    papers = [paper, {**paper, "row_no": 2}]
    steps: list[Action] = []
    for action in one.steps:
        more: dict[str, Any] = {"expect": type(action.expect)()}
        if action.do == "pay":
            more["with_"] = {**action.with_, "paid_minor": 60000}
        if action.do == "assign":
            more["then"] = ["paper-1.start_compare", "paper-2.start_compare"]
        steps.append(action.model_copy(update=more))
        if action.part == "paper-1":
            steps.append(action.model_copy(update={**more, "part": "paper-2"}))
    given = one.given.model_copy(update={"dossier": {**one.given.dossier, "papers": papers}})
    return one.model_copy(update={"given": given, "steps": steps})
