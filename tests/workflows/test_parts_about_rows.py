"""Parts about one row of a table: how a folder says so, and what the proof finds when it does not."""

from __future__ import annotations

from pathlib import Path

from tests.workflows.folder_of_permit import permit_folder
from workflows.definition import Field
from workflows.expression_check import check_expression
from workflows.fact_types import types_of
from workflows.registry import draft, find, load
from workflows.soundness import prove_draft

VISITS = """\
  - name: visits
    vi: Buổi thăm
    en: Visits
    type: table
    required: false
    columns:
      - {name: row_no, vi: STT, en: No., type: int, required: true}
      - {name: place, vi: Nơi, en: Place, type: text, required: true}
      - {name: seen, vi: Đã thăm, en: Seen, type: bool, required: false}
labels:
"""
PART = """\
acts:
  - name: plan
    vi: Lập lịch
    en: Plan
    allowed_when: "true"
    by: [specialist]
    open: [{part: visit, for_each: dossier.visits}]
    set: {dossier.visits.seen: "this.place == 'x' ? true : null"}
    src: D
parts:
  - code: visit
    vi: Một buổi
    en: One visit
    per: visits
    public: false
    clock: run
    fields: [{name: row_no, vi: Dòng, en: Row, type: row(visits), required: true}]
    states:
      - {code: open, vi: Mở, en: Open, public: null, clock: run, initial: true}
      - {code: done, vi: Xong, en: Done, public: null, clock: stop, closed: true, terminal: true}
    transitions:
      - name: finish
        vi: Xong
        en: Finish
        from: [open]
        to: done
        by: [specialist]
        require: [{code: named, cel: part.row.place != null, vi: Chưa có nơi, en: No place}]
        src: D
rules:
"""


def permit(root: Path, dossier: str = VISITS, part: str = PART) -> Path:
    permit_folder(root, dossier=("labels:\n", dossier), procedure=("rules:\n", part))
    return root


def errors(root: Path) -> list[str]:
    faults = prove_draft(draft(find("permit", "", [root])))
    return [f"{f.key}: {f.message}" for f in faults if f.level == "error"]


def test_a_part_for_each_row_knows_its_row(tmp_path: Path) -> None:
    procedure = load("permit", "", [permit(tmp_path)])

    row = procedure.part("visit").row_field
    types = types_of(procedure).in_part("visit")

    assert row is not None
    assert row.inner == "visits"
    assert check_expression("part.row.place == 'x'", types, want="bool") == []
    assert check_expression("part.row.plaec == 'x'", types, want="bool") != []


def test_without_a_field_for_the_row_the_folder_is_not_published(tmp_path: Path) -> None:
    told = errors(permit(tmp_path, part=PART.replace("type: row(visits)", "type: int")))

    assert any("row(visits)" in fault for fault in told)


def test_without_numbers_in_the_table_neither(tmp_path: Path) -> None:
    told = errors(permit(tmp_path, dossier=VISITS.replace("name: row_no", "name: number")))

    assert any("row_no" in fault for fault in told)


def test_a_column_that_a_step_sets_is_typed_in_by_nobody(tmp_path: Path) -> None:
    table = load("permit", "", [permit(tmp_path)]).field("visits")

    assert table is not None
    assert [column.name for column in table.columns if column.typed] == ["row_no", "place"]


def test_what_a_step_sets_in_a_column_fits_the_column(tmp_path: Path) -> None:
    told = errors(permit(tmp_path, part=PART.replace("? true : null", "? 'yes' : null")))

    assert any("dossier.visits.seen" in fault for fault in told)


def test_rows_are_a_list_of_row() -> None:
    rows = Field(name="rows", vi="Dòng", en="Rows", type="rows(visits)", min_rows=1)

    assert rows.many
    assert (rows.item.type, rows.item.min_rows) == ("row(visits)", None)


def test_a_kind_that_does_results_anew_names_another_kind_about_a_row(tmp_path: Path) -> None:
    again = """\
  - code: visit_again
    vi: Thăm lại
    en: Another visit
    public: false
    clock: run
    redoes: visit
    fields: [{name: row_no, vi: Dòng, en: Row, type: row(visits), required: true}]
    states:
      - {code: again, vi: Mở, en: Open, public: null, clock: run, initial: true}
      - {code: done, vi: Xong, en: Done, public: null, clock: stop, closed: true, terminal: true}
    transitions:
      - {name: finish_again, vi: Xong, en: Finish, from: [again], to: done, by: [specialist], src: D}
rules:
"""
    part = PART.replace("rules:\n", again).replace("set: {dossier", "set: {dossier")
    opened = part.replace(
        "{part: visit, for_each", "{part: visit_again, for_each: dossier.visits}, {part: visit, for_each"
    )

    told = {
        "as it should be": errors(permit(tmp_path / "a", part=opened)),
        "unknown": errors(permit(tmp_path / "b", part=opened.replace("redoes: visit", "redoes: viist"))),
        "about no row": errors(
            permit(
                tmp_path / "c",
                part=opened.replace(
                    "row(visits), required: true}]\n    states:\n      - {code: again",
                    "int, required: true}]\n    states:\n      - {code: again",
                ),
            )
        ),
    }

    assert {name: [f for f in found if "redoes" in f] != [] for name, found in told.items()} == {
        "as it should be": False, "unknown": True, "about no row": True,
    }  # fmt: skip
