"""What is answered where the facts stand, and what is left to the evaluator."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.test_expressions import FACTS, Tables
from workflows.cel_direct import Scope
from workflows.cel_values import Unsure
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled
from workflows.lookups import Lookups

LARGE = 2**63


def directly(text: str, facts: dict[str, Any]) -> Any:
    return compiled(text).directly(Scope(facts, cast(Lookups, Tables())))


def evaluated(text: str, facts: dict[str, Any]) -> Any:
    return compiled(text).by_evaluator(facts, cast(Lookups, Tables()))


@pytest.mark.parametrize(
    "text",
    [
        "case.state == 'assigned' && !case.signed",
        "dossier.members.exists(m, m.row_no == 2 && m.name == 'Lê Văn Minh')",
        "dossier.members.filter(m, m.row_no > 1).map(m, {'no': m.row_no})",
        "dossier.members.all(m, dossier.members.exists(o, o.row_no == m.row_no))",
        "size(parts.duty) == 0 ? null : 3",
        "dossier.members[0].leader == null || 'dau_tu' in dossier.flags",
        "case['state'] + '/' + string(config.limit * 2 - 1)",
        "row('travellers', '012', now_day) != null && row('travellers', '012', now_day).until > now_day",
        "decide('matrix', {'kind': 'cong', 'who': row('travellers', '099', now_day)}).route",
        "dossier.amount",
    ],
)
def test_both_say_the_same(text: str) -> None:
    found: Any = Unsure
    try:
        found = directly(text, FACTS)
    except Unsure:
        assert "[0]" in text  # a place in a list is left to the evaluator

    assert found in (evaluated(text, FACTS), Unsure)


@pytest.mark.parametrize(
    "text",
    [
        "dossier.country == 'LA'",  # absent
        "case.state == 1",  # kinds that differ
        "case.due_on == case.signed",
        "dossier.amount == dossier.amount",  # neither text nor number
        "dossier.large + 1 > 0",
        "dossier.members.exists(m, m.leader)",  # absent in one row, true in none before it
        "row('travellers', '099', now_day).until",  # nothing found
        "add_cd(case.state, 1)",
    ],
)
def test_what_is_not_sure_is_left_to_the_evaluator(text: str) -> None:
    rows = [{"row_no": 2}, {"row_no": 1, "leader": True}]
    facts = {**FACTS, "dossier": {**FACTS["dossier"], "large": LARGE, "members": rows}}

    with pytest.raises((Unsure, CannotBeJudged, TypeError)):
        directly(text, facts)


class Many(dict[str, Any]):
    """Facts that keep common answers, as those of a case do."""

    def __init__(self, facts: dict[str, Any]) -> None:
        super().__init__(facts)
        self.common: dict[Any, Any] = {}


LOOKS = (
    "rows.all(r, r.n != part.n)", "rows.exists(r, r.n == part.n && r.good)", "rows.filter(r, r.n == part.n).size()",
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=40), st.integers(0, 9))
def test_rows_that_are_found_by_a_column_are_those_that_have_it(rows: list[tuple[int, bool]], wanted: int) -> None:
    facts = {"rows": [{"n": n, "good": good} for n, good in rows], "part": {"n": wanted}}

    for text in LOOKS:
        assert compiled(text).evaluate(Many(facts), cast(Lookups, Tables())) == evaluated(text, facts)
