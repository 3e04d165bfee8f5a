"""The guide for whoever adds a procedure: what it says is so, and the procedure that it writes out runs."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from cases.publication import publish_folder
from tests.guide import GUIDE, copy_procedure, files_of_guide
from tests.procedures.province import OPENED
from tests.procedures.runner import walked
from tests.product import Product
from workflows import shapes
from workflows.functions import FUNCTIONS
from workflows.registry import Folder, draft, find
from workflows.scenarios import Scenario, read_scenarios
from workflows.soundness import prove_draft

WORDS = set(re.findall(r"[\w@]+", GUIDE.read_text(encoding="utf-8")))
SHAPES = [shape for shape in vars(shapes).values() if isinstance(shape, shapes.Shape)]
INTERNAL = {"use", "functions", "builtins", "separation_of_duties", "forbidden", "needs", "params", "revision"}


@pytest.fixture
def visit(tmp_path: Path) -> Folder:
    copy_procedure(tmp_path)
    return find("visit_notice", "", [tmp_path])


def scenarios(folder: Path) -> list[Scenario]:
    return list(read_scenarios(folder).scenarios)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: s.what)
def test_every_key_that_a_folder_may_have_is_in_the_guide(shape: shapes.Shape) -> None:
    missing = {name for name in shape.names if name not in WORDS} - INTERNAL

    assert missing == set()


def test_every_function_of_expressions_is_in_the_guide() -> None:
    assert {name for name in FUNCTIONS if name not in WORDS} == set()


def test_the_guides_procedure_has_no_fault(visit: Folder) -> None:
    assert [f for f in prove_draft(draft(visit)) if f.level == "error"] == []


def test_the_guides_scenarios_come_out_as_it_says(visit: Folder, in_province: str) -> None:
    publish_folder(visit, actor=None, now=OPENED, strict=True)

    for scenario in scenarios(visit.path):
        walked("visit_notice", scenario)


def test_a_stranger_puts_the_folder_into_an_installation_and_people_find_it(product: Callable[..., Product]) -> None:
    installed = product()
    copy_procedure(installed.var_dir / "procedures")

    installed.json("procedures", "publish", "--all")

    with urllib.request.urlopen(f"{installed.start_web()}/procedures/visit_notice/", timeout=20) as page:
        assert "Thông báo tiếp khách nước ngoài" in page.read().decode()


def test_the_guide_writes_out_every_file_of_its_procedure() -> None:
    assert sorted(files_of_guide()) == [
        "visit_notice/v1/dossier.yaml",
        "visit_notice/v1/papers.yaml",
        "visit_notice/v1/papers/visit_answer.txt",
        "visit_notice/v1/procedure.yaml",
        "visit_notice/v1/scenarios.yaml",
    ]
