"""Notices of a visit (the procedure that the guide writes out) whose `assign` takes a step of linked cases with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cases.models import Case, LinkedCase
from cases.publication import publish_folder
from tests.guide import copy_procedure
from tests.procedures.province import OPENED
from tests.procedures.runner import Walk, walked
from workflows.registry import find
from workflows.scenarios import Expected, Scenario, read_scenarios

LINKS = """
links:
  - kind: same_officer
    procedure: {procedure}
    "on": assign
    fires: {fires}
    carries: {{assignee: ask.assignee}}
    src: D
"""


def received_visit(folder: Path, procedure: str = "ngo_aid", fires: str = "assign") -> Walk:
    copy_procedure(folder)
    written = folder / "visit_notice" / "v1" / "procedure.yaml"
    written.write_text(written.read_text() + LINKS.format(procedure=procedure, fires=fires))
    found = find("visit_notice", "", [folder])
    publish_folder(found, actor=None, now=OPENED, roots=[folder])
    return another_visit(folder)


def another_visit(folder: Path, then: Sequence[str] = ()) -> Walk:
    """Bring a notice of a visit to its receipt; `then`: the automatic steps that follow it."""
    golden = read_scenarios(folder / "visit_notice" / "v1").scenarios[0]
    number = next(n for n, a in enumerate(golden.steps) if a.do == "receive")
    receive = golden.steps[number].model_copy(update={"then": list(then), "expect": Expected()})
    steps = (*golden.steps[:number], receive)
    return walked("visit_notice", Scenario(name=golden.name, given=golden.given, steps=steps))


def link(visit: Walk, other: Case) -> None:
    LinkedCase.objects.create(
        kind="about", case=other, other=visit.case, procedure="visit_notice", status="linked", created_at=visit.now
    )
