"""Every scenario of every shipped folder, walked through the real services."""

from __future__ import annotations

import os

import pytest

from tests.audit.proof import faults_of_history
from tests.procedures.province import CONSULAR
from tests.procedures.runner import walked
from workflows.registry import SHIPPED
from workflows.scenarios import Scenario, read_scenarios

FOLDERS = sorted(path.parent for path in SHIPPED.glob("*/v*/scenarios.yaml"))
# Ten minutes on two cores: of each folder the golden path and every third scenario on SQLite, every eighth on
# PostgreSQL; make test-all walks all of them on both, and so does whoever runs this file alone.
SAMPLED = os.environ.get("HOSO_TEST_ALL") == "0"
EVERY = 1 if not SAMPLED else 8 if os.environ.get("DATABASE_URL", "").startswith("postgres") else 3
CHOSEN = [
    pytest.param(folder.parent.name, s, id=f"{folder.parent.name}-{s.name}")
    for folder in FOLDERS
    for s in read_scenarios(folder).scenarios[::EVERY]
]


@pytest.mark.parametrize(("procedure", "scenario"), CHOSEN)
def test_a_scenario_comes_out_as_its_folder_says(
    procedure: str, scenario: Scenario, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("at_consular_desk" if procedure in CONSULAR else "in_province")
    walked(procedure, scenario)
    assert faults_of_history() == []
