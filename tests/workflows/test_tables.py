"""Declared tables: which row holds, which cannot be judged, and what is wrong with a set of rows."""

from __future__ import annotations

from itertools import product
from typing import Any, cast

import pytest

from workflows.definition import Table, TableLine
from workflows.errors import CannotBeJudged
from workflows.fact_types import types_of
from workflows.lookups import Lookups
from workflows.registry import load
from workflows.table_faults import faults_of
from workflows.tables import Decision, Hit, NoLookups, decision, failing_tests, in_force, result

TRAVEL = load("outbound_delegation")
TYPES = types_of(TRAVEL)
MATRIX = next(t for t in TRAVEL.tables if t.code == "approval_matrix")
LIMITS = next(t for t in TRAVEL.tables if t.code == "trip_limits")
MEMBER: dict[str, Any] = {
    "managed_by": "so", "bloc": "chinh_quyen", "rank": "cap_phong", "is_tinh_uy_vien": False,
    "uses_state_budget": False,
}  # fmt: skip


def table(**says: Any) -> Table:
    given: dict[str, Any] = {
        "code": "fees", "vi": "Phí", "en": "Fees", "kind": "decision", "hit": "first",
        "inputs": {"n": "int"}, "columns": [{"name": "per", "vi": "Cho", "en": "Per", "type": "text"}],
    }  # fmt: skip
    return Table.model_validate({**given, **says})


def line(code: str, condition: str | None = "true", **says: Any) -> TableLine:
    columns = says.pop("columns", {"per": "case"})
    return TableLine.model_validate({"code": code, "if": condition, "columns": columns, **says})


def decided(of: Table, inputs: dict[str, Any], *lines: TableLine) -> Decision:
    rows = [Hit(one) for one in lines or of.rows]
    return decision(of, rows, inputs, cast(Lookups, NoLookups()))


def hit(of: Table, inputs: dict[str, Any], *lines: TableLine) -> list[str]:
    return [h.line.code for h in decided(of, inputs, *lines).hits]


class TestDeciding:
    def test_the_first_row_that_holds_is_hit_and_no_later_one_is_read(self) -> None:
        found = decided(table(), {"n": 3}, line("small", "n < 5"), line("any"))

        assert [h.line.code for h in found.hits] == ["small"]
        assert [h.line.code for h in found.read] == ["small"]

    def test_every_row_that_holds_is_hit_where_all_count(self) -> None:
        assert hit(table(hit="all"), {"n": 3}, line("small", "n < 5"), line("large", "n > 5"), line("any")) == [
            "small",
            "any",
        ]

    def test_a_row_sees_its_own_columns_and_nothing_of_the_others(self) -> None:
        limit = table(hit="all", columns=[{"name": "limit", "vi": "Mức", "en": "Limit", "type": "numbers"}])
        low, high = ({"limit": {"max": most}} for most in (2, 9))
        rows = [line("two", "n > limit.max", columns=low), line("nine", "n > limit.max", columns=high)]

        assert hit(limit, {"n": 5}, *rows) == ["two"]

    def test_a_row_that_cannot_be_judged_is_named_with_the_missing_input(self) -> None:
        nobody = {name: value for name, value in MEMBER.items() if name != "managed_by"}
        found = decided(MATRIX, {"member": nobody, "trip_kind": "viec_cong", "mandate_valid": True})

        assert [(u.row, u.path) for u in found.unjudged] == [("r1", "member.managed_by")]
        with pytest.raises(CannotBeJudged, match=r"approval_matrix\.r1: member\.managed_by"):
            result(MATRIX, found)

    def test_an_unknown_budget_never_opens_the_delegated_row(self) -> None:
        member = {**MEMBER, "uses_state_budget": None}

        assert hit(MATRIX, {"member": member, "trip_kind": "viec_cong", "mandate_valid": True}) == ["r9"]

    def test_what_is_handed_on_is_the_row_with_its_code(self) -> None:
        found = result(MATRIX, decided(MATRIX, {"member": MEMBER, "trip_kind": "viec_cong", "mandate_valid": True}))

        assert (found["code"], found["decider"], found["needs"]) == ("r7", "dept_leader_delegated", ["mandate"])

    def test_rows_are_in_force_from_their_first_to_their_last_day(self) -> None:
        rows = [line("old", to="2026-06-30"), line("new", **{"from": "2026-07-01"})]

        assert [[r.code for r in in_force(rows, day)] for day in ("2026-06-30", "2026-07-01")] == [["old"], ["new"]]


class TestTheMatrix:
    @pytest.mark.parametrize("of", TRAVEL.tables, ids=lambda t: t.code)
    def test_the_tests_of_every_table_of_the_folder_hold(self, of: Table) -> None:
        assert failing_tests(of, [Hit(row) for row in of.rows]) == []

    def test_over_all_inputs_every_row_is_hit_and_no_input_is_without_a_row(self) -> None:
        fields = {c.name: c.values for c in TRAVEL.field("members").columns}  # type: ignore[union-attr]
        kinds = TRAVEL.field("trip_kind").values  # type: ignore[union-attr]
        yes_or_no = (True, False)
        ways = [fields["managed_by"], fields["bloc"], fields["rank"], yes_or_no, (*yes_or_no, None)]
        names = ("managed_by", "bloc", "rank", "is_tinh_uy_vien", "uses_state_budget")
        seen = set()
        for *values, kind, mandate in product(*ways, kinds, yes_or_no):
            given = {name: value for name, value in zip(names, values, strict=True) if value is not None}
            seen.add(tuple(hit(MATRIX, {"member": given, "trip_kind": kind, "mandate_valid": mandate})))

        assert sorted(seen) == [(f"r{n}",) for n in range(1, 10)]

    def test_a_preset_replaces_the_rows_that_it_names(self) -> None:
        preset = next(p for p in MATRIX.presets if p.code == "lai_chau")
        rows = [next((p for p in preset.rows if p.code == row.code), row) for row in MATRIX.rows]

        private = {"member": MEMBER, "trip_kind": "viec_rieng", "mandate_valid": False}

        assert faults_of(MATRIX, rows, TYPES) == []
        assert result(MATRIX, decided(MATRIX, private))["decider"] == "agency_head"
        assert result(MATRIX, decided(MATRIX, private, *rows))["decider"] == "dept_leader_delegated"


class TestFaults:
    def said(self, of: Table, *lines: TableLine) -> list[str]:
        return [f"{f.row}: {f.message}" for f in faults_of(of, lines, TYPES)]

    def test_the_shipped_tables_have_none(self) -> None:
        assert [fault for of in TRAVEL.tables for fault in faults_of(of, of.rows, TYPES)] == []

    def test_a_column_that_the_table_does_not_have_is_told_with_the_nearest(self) -> None:
        assert "gần nhất / nearest: per" in self.said(table(), line("r1", columns={"pre": "case"}))[0]

    def test_a_value_of_another_type_and_a_missing_one_are_told(self) -> None:
        strict = table(columns=[{"name": "n", "vi": "n", "en": "n", "type": "int", "required": True}])

        assert "wrong type" in self.said(strict, line("r1", columns={"n": "5"}))[0]
        assert "missing column n" in self.said(strict, line("r1", columns={}))[0]

    def test_a_condition_names_inputs_and_the_own_columns_and_nothing_else(self) -> None:
        assert "unknown name" in self.said(table(), line("r1", "m > 1"))[0]
        for condition in ("dossier.total_dais > 3", "limit.maxx > 3"):
            row = LIMITS.rows[0].model_copy(update={"if_": condition})
            assert "no such path" in self.said(LIMITS, row)[0]

    def test_rows_of_one_code_neither_overlap_nor_leave_days_out(self) -> None:
        first = line("r1", to="2026-06-30")

        assert "overlaps" in self.said(table(), first, line("r1", **{"from": "2026-06-30"}))[0]
        assert "leaves days out" in self.said(table(), first, line("r1", **{"from": "2026-07-02"}))[0]
        assert self.said(table(), first, line("r1", **{"from": "2026-07-01"})) == []
        assert "wrong period" in self.said(table(), line("r1", to="2026-02-30"))[0]

    def test_the_row_that_takes_the_rest_may_not_end_alone(self) -> None:
        rows = [line("small", "n < 5"), line("rest", to="2026-12-31")]

        assert "no row for the rest from 2027-01-01" in self.said(table(), *rows)[0]

    def test_a_decision_row_without_a_condition_and_a_plain_row_with_one_are_told(self) -> None:
        assert "`if` is for decision tables" in self.said(table(), line("r1", None))[0]
        assert "`if` is for decision tables" in self.said(table(kind="table", hit=None, inputs={}), line("r1"))[0]

    def test_a_test_that_comes_out_otherwise_is_told(self) -> None:
        tested = table(tests=[{"given": {"n": 3}, "rows": ["rest"]}])

        assert "test 1: small ≠ rest" in self.said(tested, line("small", "n < 5"), line("rest"))[0]
