"""Folders of ledgers: what the key `row` must name, and what is no ledger's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workflows.errors import DefinitionError
from workflows.registry import SHIPPED, find, load, resolved

CODE = "passport_custody"
ROWS = {
    "key: passport_number": ("key: passport_no", "không có mục", "passport_number"),
    "opened_by: [passport_custodian]": ("opened_by: [custodian]", "không có vai trò", "passport_custodian"),
    "present: [in_custody]": ("present: [in_custdy]", "không có trạng thái", "in_custody"),
    "title: [holder_name, holder_unit]": ("title: [holder_id_no]", "mục nhạy cảm", ""),
    "holder_role: passport_holder\n": ("\n", "holder và holder_role", ""),
    "number: SHC\n": ("\n", "thiếu khóa", ""),
    "ledger: true\n": ("\n", "sổ cần khóa row", ""),
}


def faults(folder: Path, old: str, new: str, code: str = CODE) -> list[str]:
    shutil.copytree(SHIPPED / code, folder / code)
    file = folder / code / "v1" / "procedure.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(DefinitionError) as wrong:
        resolved(find(code, "", [folder]))
    return [f"{f.message} {f.nearest}" for f in wrong.value.faults if f.file.endswith("procedure.yaml")]


@pytest.mark.parametrize("old", ROWS)
def test_a_wrong_name_in_row_is_told_with_the_nearest_right_one(old: str, tmp_path: Path) -> None:
    new, told, nearest = ROWS[old]

    found = faults(tmp_path, old, new)

    assert [text for text in found if told in text and nearest in text] != []


RANGES = {
    "range: {first: range_first, last": ("range: {first: range_frst, last", "không có mục", "range_first"),
    ", last: range_last, count": (", count", "thiếu khóa", ""),
    "  key: stamp_no\n": ("", "cần key", ""),
}


@pytest.mark.parametrize("old", RANGES)
def test_a_range_names_fields_and_its_numbers_are_keys(old: str, tmp_path: Path) -> None:
    new, told, nearest = RANGES[old]

    found = faults(tmp_path, old, new, "stamp_stock")

    assert [text for text in found if told in text and nearest in text] != []


def test_a_link_whose_to_is_no_expression_is_a_fault_of_the_proof(tmp_path: Path) -> None:
    from workflows.registry import draft
    from workflows.soundness import prove_draft

    shutil.copytree(SHIPPED / CODE, tmp_path / CODE)
    file = tmp_path / CODE / "v1" / "procedure.yaml"
    file.write_text(file.read_text().replace("ask.sending_decision, now_day).case", "ask.nothing, now_day).case"))

    found = [f for f in prove_draft(draft(find(CODE, "", [tmp_path]))) if f.level == "error"]

    assert [f.key for f in found] == ["links.trip"]


def test_what_is_no_ledger_says_nothing_of_rows() -> None:
    assert load("complaint").row is None
    assert "row" not in load("complaint").canonical().decode().split('"machine"')[0]
