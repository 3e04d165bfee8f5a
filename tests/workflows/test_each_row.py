"""Expressions about the rows of a table: one run says of every row what each alone would say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from tests.workflows.test_tables import line, table
from workflows.each_row import EachRow
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled
from workflows.lookups import Lookups
from workflows.roots import Beside
from workflows.tables import Hit, Judged

FACTS: dict[str, Any] = {"dossier": {"kind": "cong", "funding": [{"covers": [1]}]}}
ROWS = [{"no": 1, "rank": "leader", "paid": True}, {"no": 2, "rank": "officer"}, {"no": 3, "rank": "leader"}]


class Office:
    """Look-ups over one decision table; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Any]] = []
        self.rows: list[Any] = []
        self.reads: dict[str, int] = {}

    def decide(self, name: str, facts: Mapping[str, Any]) -> Any:
        self.asked.append(facts)
        if "rank" not in facts["member"]:
            raise CannotBeJudged(f"{name}.r1: member.rank", "an input is missing")
        chair = {"code": "r1", "decider": "chair"}
        return chair if facts["member"]["rank"] == "leader" else None

    def table_needs(self, name: str) -> Mapping[str, Any]:
        return {"member": {"rank": True}}

    def row(self, name: str, key: Any, day: int) -> Mapping[str, Any] | None:
        del name, day
        self.rows.append(key)
        return {"trips": 2} if key == "leader" else None


def each(rows: list[dict[str, Any]], office: Office) -> EachRow:
    return EachRow(rows, FACTS, cast(Lookups, office))


def alone(text: str, row: dict[str, Any]) -> Any:
    try:
        return compiled(text).evaluate(Beside(FACTS, this=row), cast(Lookups, Office()))
    except CannotBeJudged as missing:
        return missing.path


@pytest.mark.parametrize(
    "text",
    [
        "this.no + 1",
        "this.paid != null && this.paid",
        "this.paid",  # absent in two rows
        "this.rank == 'leader' ? null : this.no",
        "dossier.funding.exists(f, this.no in f.covers)",
        "row('posts', this.rank, 0) == null ? 0 : row('posts', this.rank, 0).trips",
        "row('posts', this.rank, 0)",
        "decide('matrix', {'member': this, 'kind': dossier.kind})",
        "decide('matrix', {'member': this, 'kind': dossier.kind}).decider",
        "decide('matrix', {'member': this, 'kind': dossier.kind}).term",
        "decide('matrix', {'member': this, 'kind': dossier.nothing}).code",
        "dossier.nothing",
        "dossier.kind",
    ],
)
def test_one_run_says_of_every_row_what_each_alone_would_say(text: str) -> None:
    said = each(ROWS, Office()).ask(text)

    assert [s.path if isinstance(s, CannotBeJudged) else s for s in said] == [alone(text, row) for row in ROWS]


def test_columns_that_take_values_of_one_row_of_a_table_ask_it_once() -> None:
    office = Office()
    asking = each(ROWS, office)
    call = "decide('matrix', {'member': this})"

    assert [asking.ask(f"{call}.{name}")[0] for name in ("code", "decider")] == ["r1", "chair"]
    assert len([asked for asked in office.asked if asked["member"]["no"] == 1]) == 1


def test_rows_that_are_the_same_in_what_is_read_of_them_are_asked_about_once() -> None:
    office = Office()
    said = each(ROWS, office).ask("row('posts', this.rank, 0) == null ? 0 : 1")

    assert (said, office.rows) == ([1, 0, 1], ["leader", "officer"])


def test_of_a_whole_row_only_what_the_table_reads_makes_a_difference() -> None:
    office = Office()
    rows = [*ROWS, {"no": 4, "rank": "leader"}]
    said = each(rows, office).ask("this.paid != null ? 'paid' : decide('matrix', {'member': this}).code")

    assert (said[0], said[2], said[3]) == ("paid", "r1", "r1")
    assert [asked["member"]["no"] for asked in office.asked if asked["member"]["rank"] == "leader"] == [3]


def test_a_whole_row_that_is_used_beside_a_table_makes_a_difference_by_all_its_columns() -> None:
    office = Office()
    said = each(ROWS, office).ask("decide('matrix', {'member': this}) != null && [this].exists(r, r.no == 3)")

    assert (said[0], said[2]) == (False, True)


def test_values_of_two_kinds_are_told_apart() -> None:
    rows: list[dict[str, Any]] = [{"flag": 1}, {"flag": True}, {"flag": False}, {"flag": 0}]
    said = each(rows, Office()).ask("this.flag == true")

    assert (said[1], said[2]) == (True, False)
    assert all(isinstance(said[place], CannotBeJudged) or said[place] is False for place in (0, 3))


def test_a_column_that_comes_out_otherwise_is_asked_with() -> None:
    asking = each(ROWS, Office())
    call = "decide('matrix', {'member': this}).code"
    before = asking.ask(call)
    asking.put("rank", ["officer", "leader", "leader"])

    assert (before[0], asking.ask(call)[1]) == ("r1", "r1")
    assert isinstance(asking.ask(call)[0], CannotBeJudged)


def test_a_table_says_the_same_of_the_same_and_what_it_read_elsewhere() -> None:
    rows = [Hit(line("small", "n < 5 && in_force('mandates', 'x', n)")), Hit(line("any"))]
    judged, office = Judged(table(), rows), Office()
    office.reads = {"mandates:7": 1}

    first = judged.of({"n": 6, "other": 1}, cast(Lookups, office))
    again = judged.of({"n": 6, "other": 2}, cast(Lookups, Office()))

    assert [hit.line.code for hit in first[0].hits] == ["any"]
    assert again is first
    assert again[1] == {"mandates:7": 1}
