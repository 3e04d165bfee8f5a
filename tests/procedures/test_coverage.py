"""Every line that the specification asks for is there; what differs is explained; the pages tell what is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.product import ROOT
from workflows.coverage import Deviation, compare, read_deviations, read_specification, walks
from workflows.coverage_page import coverage_page, folder_with_scenarios
from workflows.lines import lines_of
from workflows.proof.scenarios import prove_scenarios
from workflows.registry import all_folders, draft, find, load
from workflows.resolve import resolve
from workflows.scenarios import read_scenarios

NOTES = ROOT / "docs" / "coverage"
SPECIFIED = sorted(file.stem for file in (NOTES / "specification").glob("*.txt"))


def specification(code: str) -> dict[str, str]:
    return read_specification((NOTES / "specification" / f"{code}.txt").read_text(encoding="utf-8"))


def deviations(code: str) -> tuple[Deviation, ...]:
    return read_deviations((NOTES / "deviations.yaml").read_text(encoding="utf-8"), code)


def test_the_procedures_that_were_asked_for_are_compared() -> None:
    assert SPECIFIED == [
        "citizen_protection", "complaint", "consular_fee_month", "consular_legalization", "consular_signer",
        "diplomatic_passport", "ngo_aid", "outbound_delegation", "partner_register", "passport_custody", "stamp_query",
        "stamp_stock",
    ]


@pytest.mark.parametrize("code", SPECIFIED)
def test_no_line_of_the_specification_is_missing_or_changed_without_a_reason(code: str) -> None:
    told = compare(load(code), specification(code), deviations(code))

    assert told.missing == ()
    assert told.unexplained == []


@pytest.mark.parametrize("code", SPECIFIED)
def test_every_reason_is_about_a_line_that_differs(code: str) -> None:
    assert compare(load(code), specification(code), deviations(code)).needless == []


@pytest.mark.parametrize("code", SPECIFIED)
def test_the_page_of_coverage_is_up_to_date(code: str) -> None:
    page, _ = coverage_page(find(code), NOTES)

    written = (NOTES / f"{code}.md").read_text(encoding="utf-8")

    assert written == page, f"run: manage.py procedures coverage {code} --write"


@pytest.mark.parametrize("folder", all_folders(), ids=lambda f: f"{f.code}-{f.name}")
def test_scenarios_walk_every_step_and_rule_that_a_shipped_folder_adds(folder) -> None:
    written = draft(folder)

    assert prove_scenarios(written, resolve(written), strict=True) == ()


def test_a_step_taken_out_of_a_folder_is_missed() -> None:
    aid = load("ngo_aid")
    machine = aid.machine.model_copy(
        update={"transitions": tuple(t for t in aid.machine.transitions if t.name != "ppc_approve")}
    )

    told = compare(aid.model_copy(update={"machine": machine}), specification("ngo_aid"), deviations("ngo_aid"))

    assert "transition ppc_approve" in told.unexplained
    assert "guard ppc_approve: province_decides" in told.unexplained


def test_a_role_changed_in_a_folder_is_noticed() -> None:
    aid = load("ngo_aid")
    steps = tuple(
        t.model_copy(update={"by": ("specialist",)}) if t.name == "ppc_approve" else t for t in aid.machine.transitions
    )
    machine = aid.machine.model_copy(update={"transitions": steps})

    told = compare(aid.model_copy(update={"machine": machine}), specification("ngo_aid"), deviations("ngo_aid"))

    assert told.unexplained == ["transition ppc_approve"]


@pytest.mark.parametrize("code", SPECIFIED)
def test_lines_have_names_of_their_own(code: str) -> None:
    names = [line.name for line in lines_of(load(code))]

    assert len(names) == len(set(names))


def test_a_rule_counts_as_walked_where_it_refuses_and_a_step_where_it_is_taken() -> None:
    aid = load("ngo_aid")
    walked = walks(aid, read_scenarios(folder_with_scenarios(draft(find("ngo_aid")))))

    assert walked["transition ppc_approve"]
    assert walked["state opinion.answered"]
    assert walked["notice result_ready"]
    assert walked["guard archive: reopen_window_over"]
    assert "transition nothing" not in walked


def test_a_procedure_without_a_specification_has_a_page_of_its_lines(tmp_path: Path) -> None:
    from tests.guide import copy_procedure

    copy_procedure(tmp_path)

    page, told = coverage_page(find("visit_notice", "", [tmp_path]), NOTES)

    assert "| `sign_answer` |" in page
    assert "visit_notice/v1/procedure.yaml:" in page
    assert (told.missing, told.added, told.unexplained) == ((), (), [])
