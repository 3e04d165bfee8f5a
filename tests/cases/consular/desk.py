"""Cases of the consular desk, walked to where a test begins."""

from __future__ import annotations

from tests.procedures.runner import Walk, walked
from workflows.registry import SHIPPED
from workflows.scenarios import Scenario, read_scenarios

PROCEDURE = "consular_legalization"
GOLDEN = "one paper is certified on the next working day (V4)"


def scenario(name: str, procedure: str = PROCEDURE) -> Scenario:
    return next(s for s in read_scenarios(SHIPPED / procedure / "v1").scenarios if s.name == name)


def until(step: str, name: str = GOLDEN, procedure: str = PROCEDURE) -> Walk:
    """Return the case of a scenario after its first step of this name that is not refused."""
    found = scenario(name, procedure)
    at = next(n for n, action in enumerate(found.steps, 1) if action.do == step and not action.refused)
    return walked(procedure, found.model_copy(update={"steps": found.steps[:at]}))
