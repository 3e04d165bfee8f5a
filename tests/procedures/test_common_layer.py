"""The common layer is walked once for everybody: on a fixture, and by the shipped procedures that take it."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.publication import publish_folder
from tests.procedures.province import OPENED
from tests.procedures.runner import walked
from workflows.registry import SHIPPED, find, resolved
from workflows.resolve import Resolved
from workflows.scenarios import Scenario, coverage_of, own, read_scenarios, steps_of

ROOT = Path(__file__).parent / "fixture"
SCENARIOS = read_scenarios(SHIPPED / "_common")
OTHERS = [read_scenarios(SHIPPED / code / "v1") for code in ("ngo_aid", "complaint")]
LAYER = "_common/"


@pytest.mark.parametrize("scenario", SCENARIOS.scenarios, ids=lambda s: s.name)
def test_what_the_common_layer_does_for_every_procedure(scenario: Scenario, in_province: str) -> None:
    for folder in ("v1", "v2"):
        publish_folder(find("permit", folder, [ROOT]), actor=None, now=OPENED, roots=[ROOT])
    walked("permit", scenario)


@pytest.fixture
def layers() -> list[Resolved]:
    return [resolved(find("permit", "v1", [ROOT])), resolved(find("ngo_aid", "v1"))]


def of_layer(found: Resolved) -> Iterator[tuple[str, str]]:
    """Yield (name, place) of every step that the layer or a fragment brings."""
    for prefix, path, step in steps_of(found.procedure):
        if not own(found, path):
            yield f"{prefix}{step.name}", path


def test_every_step_of_the_layer_is_taken_somewhere(layers: list[Resolved]) -> None:
    taken = {name for s in (SCENARIOS, *OTHERS) for name in coverage_of(s).taken}
    missing = {name for found in layers for name, _ in of_layer(found)} - taken
    assert missing == set()


def test_every_rule_of_the_layer_refuses_somewhere(layers: list[Resolved]) -> None:
    refused = {code for s in (SCENARIOS, *OTHERS) for code in coverage_of(s).refused}
    codes = {
        guard.code
        for found in layers
        for _, _, step in steps_of(found.procedure)
        if step.when != "auto"
        for guard in step.require
    }
    assert codes - refused == set()
