"""Cases of outbound delegations brought to where a test begins, by the scenarios of the folder."""

from __future__ import annotations

from typing import Any

from tests.procedures.runner import Walk, walked
from workflows.registry import SHIPPED
from workflows.scenarios import Action, Scenario, read_scenarios

PROCEDURE = "outbound_delegation"
DELEGATED = "a self-paying deputy head goes under delegation, and the trip ends with report and passport"
CHAIR = "a leader paid from the budget goes by decision of the chair"


def scenario(name: str) -> Scenario:
    return next(s for s in read_scenarios(SHIPPED / PROCEDURE / "v1").scenarios if s.name == name)


def travelled(until: str, name: str = DELEGATED, *, given: dict[str, Any] | None = None, **dossier: Any) -> Walk:
    """Return a case that has walked a scenario up to and with the step `until`; `given` and `dossier` replace parts."""
    found = scenario(name)
    last = next(n for n, action in enumerate(found.steps, 1) if action.do == until)
    more = {"dossier": {**found.given.dossier, **dossier}, **(given or {})}
    steps = tuple(step.model_copy(update={"expect": Action().expect}) for step in found.steps[:last])
    return walked(PROCEDURE, Scenario(name=found.name, given=found.given.model_copy(update=more), steps=steps))


def member(name: str = DELEGATED) -> dict[str, Any]:
    """Return the first member of a scenario."""
    found: dict[str, Any] = scenario(name).given.dossier["members"][0]
    return found


def crowd(count: int, *kinds: dict[str, Any]) -> list[dict[str, Any]]:
    """Return so many members on ordinary passports, the head first; `kinds`: what sets them apart, in turn."""
    own = {name: value for name, value in member().items() if name != "passport"}
    return [
        {**own, **(kinds[n % len(kinds)] if kinds else {}), "row_no": n + 1, "full_name": f"Người Thứ {n + 1}",
         "id_no": f"0991840{n:05d}", "delegation_role": "thanh_vien" if n else "truong_doan"}
        for n in range(count)
    ]  # fmt: skip
