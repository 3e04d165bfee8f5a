"""What is answered without the evaluator is what the evaluator says: compared over whole scenarios."""

from __future__ import annotations

import json
import os

import pytest

from tests.procedures.province import CONSULAR
from tests.procedures.runner import walked
from workflows.cel_direct import Scope
from workflows.expressions import Expression, compiled
from workflows.registry import SHIPPED
from workflows.roots import Beside
from workflows.scenarios import Scenario, read_scenarios

# Of the two procedures with computed rows and parts about rows the first scenario; make test-all walks every one.
EVERYTHING = os.environ.get("HOSO_TEST_ALL") == "1"
RICHEST = ("outbound_delegation", "consular_legalization")
FOLDERS = sorted(path.parent for path in SHIPPED.glob("*/v*/scenarios.yaml"))
CHOSEN = [
    pytest.param(folder.parent.name, scenario, id=f"{folder.parent.name}-{scenario.name}")
    for folder in FOLDERS
    if EVERYTHING or folder.parent.name in RICHEST
    for scenario in read_scenarios(folder).scenarios[: None if EVERYTHING else 1]
]


def said(value: object) -> str:
    """Return a value as a text that tells true from 1, and in which the order of names makes no difference."""
    return json.dumps(value, sort_keys=True, default=repr)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every direct answer is compared with the evaluator's; returns the expressions of which it was."""
    seen: list[str] = []
    answer = Expression.directly

    def checked(expression: Expression, scope: Scope) -> object:
        found = answer(expression, scope)
        row = {expression.each: scope.bound[expression.each]} if expression.each else {}
        evaluated = compiled(expression.text).by_evaluator(Beside(scope.facts, **row), scope.lookups)
        assert said(found) == said(evaluated), expression.text
        seen.append(expression.text)
        return found

    monkeypatch.setattr(Expression, "directly", checked)
    return seen


@pytest.mark.parametrize(("procedure", "scenario"), CHOSEN)
def test_a_scenario_is_judged_as_by_the_evaluator(
    procedure: str, scenario: Scenario, compared: list[str], request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("at_consular_desk" if procedure in CONSULAR else "in_province")
    walked(procedure, scenario)

    assert compared
