"""Every scenario of every shipped folder, walked through the real services."""

from __future__ import annotations

import os

import pytest

from tests.audit.proof import faults_of_history
from tests.procedures.runner import walked
from workflows.registry import SHIPPED
from workflows.scenarios import Scenario, read_scenarios

FOLDERS = sorted(path.parent for path in SHIPPED.glob("*/v*/scenarios.yaml"))
ALL = [
    pytest.param(folder.parent.name, s, id=f"{folder.parent.name}-{s.name}")
    for folder in FOLDERS
    for s in read_scenarios(folder).scenarios
]
# Ten minutes on two cores: all on SQLite, every eighth on PostgreSQL as well; test-all walks all of them on both.
SAMPLED = os.environ.get("DATABASE_URL", "").startswith("postgres") and os.environ.get("HOSO_TEST_ALL") == "0"


@pytest.mark.parametrize(("procedure", "scenario"), ALL[::8] if SAMPLED else ALL)
def test_a_scenario_comes_out_as_its_folder_says(procedure: str, scenario: Scenario, in_province: str) -> None:
    walked(procedure, scenario)
    assert faults_of_history() == []
