"""What an expression answers, and that nothing absent ever passes a guard."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.cel_syntax import SyntaxFault
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled
from workflows.functions import day_number

TODAY = day_number(date(2026, 11, 24))

FACTS: dict[str, Any] = {
    "case": {"state": "assigned", "signed": False, "due_on": TODAY + 5},
    "dossier": {
        "purpose": "viec_cong",
        "amount": {"minor": 1_250_050, "currency": "USD"},
        "members": [{"name": "Trần Thị Lan", "row_no": 1, "leader": True}, {"name": "Lê Văn Minh", "row_no": 2}],
        "flags": ["dau_tu"],
    },
    "parts": {
        "opinion": [{"state": "answered", "agency": "police"}, {"state": "asked", "agency": "finance"}],
        "duty": [],
    },
    "papers": {"decision": {"draft": True, "signed": False, "issued": False, "stale": False}},
    "links": {"complaint": []},
    "config": {"limit": 2, "term": {"n": 10, "u": "WD"}},
    "now_day": TODAY,
}


class Tables:
    """Look-ups over two small tables and a calendar without weekends."""

    def __init__(self) -> None:
        self.reads: dict[str, int] = {}

    def row(self, table: str, key: Any, day: int) -> Mapping[str, Any] | None:
        if table == "broken":
            raise OSError("the database is away")
        rows = {"travellers": {"012": {"trips": [1, 2], "until": TODAY + 1, "note": None}}}
        return rows.get(table, {}).get(key) if day >= 0 else None

    def decide(self, table: str, facts: Mapping[str, Any]) -> Any:
        return {"route": "chair" if facts["kind"] == "cong" else None} if table == "matrix" else None

    def add_wd(self, day: int, n: int) -> int:
        return day + n

    def wd_between(self, first: int, last: int) -> int:
        return last - first


def value(text: str, facts: Mapping[str, Any] = FACTS) -> Any:
    return compiled(text).evaluate(facts, Tables())  # type: ignore[arg-type] # the look-ups that expressions call


def judged(text: str, facts: Mapping[str, Any] = FACTS) -> bool:
    return compiled(text).judge(facts, Tables())  # type: ignore[arg-type] # the same


def unjudged(text: str, facts: Mapping[str, Any] = FACTS) -> str:
    with pytest.raises(CannotBeJudged) as caught:
        compiled(text).judge(facts, Tables())  # type: ignore[arg-type] # the same
    return caught.value.path


class TestAnswers:
    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("case.state == 'assigned' && !case.signed", True),
            ("case.state in ['draft', 'submitted']", False),
            ("parts.opinion.all(p, p.state != 'dropped')", True),
            ("parts.opinion.filter(p, p.state == 'answered').size() < config.limit", True),
            ("size(parts.duty) == 0 && links.complaint.all(l, l.closed)", True),
            ("parts.opinion.exists(p, p.agency == 'finance' && p.state == 'asked')", True),
            ("'dau_tu' in dossier.flags", True),
            ("config.term.u == 'WD' ? config.term.n == 10 : false", True),
            ("dossier.members.filter(m, m.row_no == 2)[0].name.startsWith('Lê')", True),
        ],
    )
    def test_a_rule_is_judged_on_the_facts(self, text: str, answer: bool) -> None:
        assert judged(text) is answer

    def test_a_list_comes_back_as_plain_values(self) -> None:
        assert value("dossier.members.filter(m, m.row_no > 1)") == [{"name": "Lê Văn Minh", "row_no": 2}]

    def test_a_record_comes_back_as_a_plain_record(self) -> None:
        found = value("{'minor': sum(dossier.members.map(m, m.row_no)), 'currency': 'VND'}")
        assert found == {"minor": 3, "currency": "VND"}
        assert type(found) is dict

    def test_null_as_the_result_means_that_there_is_no_value(self) -> None:
        assert value("size(parts.duty) == 0 ? null : 3") is None

    def test_a_value_of_a_row_that_is_the_result_may_be_null(self) -> None:
        row = "{'name': 'Lan', 'leader': dossier.country == null ? null : 1}"
        made = f"dossier.members.filter(m, m.row_no > 1) + [{row}]"
        changed = "dossier.members.map(m, m.row_no == 1 ? m : {'name': m.name, 'row_no': null})"
        assert value(made)[-1] == {"name": "Lan", "leader": None}
        assert value(changed)[-1] == {"name": "Lê Văn Minh", "row_no": None}

    def test_only_the_roots_that_are_named_are_taken_from_lazy_facts(self) -> None:
        taken: list[str] = []

        class Lazy(Mapping[str, Any]):
            def __getitem__(self, root: str) -> Any:
                taken.append(root)
                return FACTS[root]

            def __iter__(self) -> Iterator[str]:
                return iter(FACTS)

            def __len__(self) -> int:
                return len(FACTS)

            def __contains__(self, root: object) -> bool:
                return root in FACTS

        assert judged("case.state == 'assigned' && parts.duty.size() == 0", Lazy())
        assert sorted(taken) == ["case", "parts"]

    def test_the_roots_are_known_without_running(self) -> None:
        assert compiled("parts.opinion.all(p, p.state == ask.state)").roots == {"parts", "ask"}

    def test_an_expression_is_compiled_once(self) -> None:
        assert compiled("case.signed") is compiled("case.signed")

    def test_many_threads_share_one_expression(self) -> None:
        def run(n: int) -> bool:
            return judged(
                "case.n == ask.n && row('travellers', '012', now_day).until > now_day",
                {**FACTS, "case": {"n": n}, "ask": {"n": n}},
            )

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(run, range(2000)))

    def test_the_engine_does_not_load_the_parser_of_the_loader(self) -> None:
        code = "import sys, workflows.expressions; sys.exit('celpy' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestAbsentValues:
    @pytest.mark.parametrize(
        ("text", "path"),
        [
            ("dossier.country == 'LA'", "dossier.country"),
            ("dossier.country != 'LA'", "dossier.country"),
            ("!(dossier.country == 'LA')", "dossier.country"),
            ("dossier.country in ['LA']", "dossier.country"),
            ("!(dossier.country in ['LA'])", "dossier.country"),
            ("dossier.country.size() < 3", "dossier.country"),
            ("dossier.amount.rate < 3", "dossier.amount.rate"),
            ("parts.opinion.all(p, p.verdict != 'no')", "parts.opinion.verdict"),
            ("dossier.members.exists(m, m.leader && m.row_no == 2)", "dossier.members.leader"),
            ("dossier.members.all(m, parts.opinion.all(p, p.verdict != m.name))", "parts.opinion.verdict"),
            ("case.signed || dossier.country == 'LA'", "dossier.country"),
            ("!case.signed && dossier.country != 'LA'", "dossier.country"),
            ("dossier.flags[3] == 'x'", "dossier.flags"),
            ("ask.reason == 'x'", "ask"),
            ("row('travellers', '012', now_day).note != 'x'", "row('travellers', '012', now_day).note"),
        ],
    )
    def test_an_absent_value_refuses_and_the_reason_names_its_path(self, text: str, path: str) -> None:
        assert unjudged(text) == path

    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("dossier.country == 'LA' || case.state == 'assigned'", True),
            ("case.state == 'assigned' || dossier.country == 'LA'", True),
            ("dossier.country == 'LA' && case.signed", False),
            ("case.signed && dossier.country == 'LA'", False),
            ("dossier.members.exists(m, m.leader)", True),
            ("parts.duty.all(d, d.nothing == 1)", True),
            ("case.signed ? dossier.country == 'LA' : true", True),
        ],
    )
    def test_or_and_and_decide_without_an_absent_value_in_either_order(self, text: str, answer: bool) -> None:
        assert judged(text) is answer

    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("dossier.country == null", True),
            ("dossier.country != null", False),
            ("dossier.purpose != null", True),
            ("dossier.visit.host.name == null", True),
            ("dossier.amount.minor != null", True),
            ("dossier.country != null && dossier.country == 'LA'", False),
            ("dossier.members.filter(m, m.leader == null).size() == 1", True),
            ("dossier.members[1].leader == null", True),
            ("row('travellers', '999', now_day) == null", True),
            ("row('travellers', '012', now_day).note == null", True),
            ("row('travellers', '999', now_day).note != null", False),
            ("decide('matrix', {'kind': 'cong'}).route != null", True),
            ("decide('matrix', {'kind': 'tu'}).route != null", False),
            ("max_of(parts.duty.map(d, d.day)) == null", True),
            ("(dossier.country) == null", True),
        ],
    )
    def test_null_asks_whether_a_value_is_there(self, text: str, answer: bool) -> None:
        assert judged(text) is answer

    @pytest.mark.parametrize(
        "text",
        [
            "null == dossier.country",
            "dossier.flags == [null]",
            "dossier.purpose in [null]",
            "case == {'a': null}",
            "!case.signed == null",
            "dossier.purpose + 'a' == null",
            "dossier.flags.exists(f, f == null)",
            "decide('matrix', {'kind': null}) == 1",
            "dossier.country < null",
            "size(null) == 0",
            "(size(parts.duty) == 0 ? null : 3) == 3",
        ],
    )
    def test_every_other_null_is_refused(self, text: str) -> None:
        with pytest.raises(SyntaxFault):
            compiled(text)

    @pytest.mark.parametrize(
        "text", ["dossier.country != 'LA'", "dossier.members.all(m, m.country != 'LA')", "case != dossier.country"]
    )
    def test_a_null_that_slipped_into_the_facts_is_absent_and_not_a_value(self, text: str) -> None:
        facts = {"case": {}, "dossier": {"country": None, "members": [{"country": None}]}}
        unjudged(text, facts)

    def test_null_asks_whether_an_input_of_a_decision_table_is_there(self) -> None:
        assert judged("country == null", {}) is True
        assert judged("country == null", {"country": None}) is True
        assert judged("country != null && country.closed", {"country": {"closed": True}}) is True

    def test_an_input_that_a_look_up_does_not_find_is_absent_for_the_decision_table(self) -> None:
        seen: list[Any] = []

        class Deciding(Tables):
            def decide(self, table: str, facts: Mapping[str, Any]) -> Any:
                seen.append(facts)
                return "r1"

        text = "decide('matrix', {'who': row('travellers', 'x', now_day), 'what': dossier.purpose}) == 'r1'"
        assert compiled(text).judge(FACTS, Deciding()) is True  # type: ignore[arg-type] # what expressions call
        assert seen == [{"what": "viec_cong"}]

    def test_a_root_that_is_null_is_absent(self) -> None:
        assert unjudged("value != 'a'", {"value": None}) == "value"

    def test_a_function_that_finds_nothing_never_passes_an_inequality(self) -> None:
        assert unjudged("max_of([]) != 3") == "max_of"
        assert unjudged("decide('nothing', {}) != 'a'") == "decide(nothing)"

    def test_a_result_that_is_neither_yes_nor_no_refuses(self) -> None:
        assert unjudged("case.state") == "case.state"
        assert unjudged("dossier.members.size()") == "dossier.members"

    @pytest.mark.parametrize(
        "text",
        [
            "case.state > 3",
            "case.state + 1 == 2",
            "10 / 0 == 1",
            "9223372036854775807 + 1 > 0",
            "nonsense(1)",
            "dossier.amount.minor * dossier.huge > 1",
            "-case.state == 1",
        ],
    )
    def test_what_does_not_compute_refuses(self, text: str) -> None:
        facts = {**FACTS, "dossier": {**FACTS["dossier"], "huge": 10**30}}
        unjudged(text, facts)

    def test_a_reason_never_carries_a_value(self) -> None:
        with pytest.raises(CannotBeJudged) as caught:
            judged("row('travellers', dossier.members[0].name, now_day).trips == []")
        assert "Lan" not in f"{caught.value} {caught.value.path}"

    def test_a_failing_look_up_is_a_failure_and_no_refusal(self) -> None:
        with pytest.raises(OSError, match="away"):
            judged("in_force('broken', 'x', now_day)")
        with pytest.raises(OSError, match="away"):
            judged("in_force('broken', 'x', now_day) || true")

    @given(
        st.lists(
            st.sampled_from(["true", "false", "dossier.gone", "!dossier.gone", "dossier.gone != 'a'"]),
            min_size=1,
            max_size=5,
        ),
        st.lists(st.sampled_from(["&&", "||"]), min_size=4, max_size=4),
    )
    def test_a_rule_passes_only_if_it_passes_whatever_the_absent_value_is(
        self, terms: list[str], signs: list[str]
    ) -> None:
        text = " ".join(x for pair in zip(terms, signs, strict=False) for x in pair).rsplit(" ", 1)[0]
        worlds = [{"dossier": {"gone": gone}} for gone in (True, False)]
        try:
            answer = judged(text, {"dossier": {}})
        except CannotBeJudged:
            return
        assert {judged(text, world) for world in worlds} == {answer}


class TestFunctions:
    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("day('2026-11-24')", TODAY),
            ("days_between(day('2026-11-24'), day('2026-12-01'))", 7),
            ("wd_between(now_day, add_wd(now_day, 3))", 3),
            ("add_cd(day('2026-02-28'), 1) == day('2026-03-01')", True),
            ("add_months(day('2026-01-31'), 1) == day('2026-02-28')", True),
            ("add_months(day('2024-01-31'), 1) == day('2024-02-29')", True),
            ("add_months(day('2026-01-15'), -36) == day('2023-01-15')", True),
            ("add_months(day('2026-12-31'), 2) == day('2027-02-28')", True),
            ("age_on(day('2000-11-24'), now_day)", 26),
            ("age_on(day('2000-11-25'), now_day)", 25),
            ("age_on(day('2000-02-29'), day('2021-02-28'))", 20),
            ("in_force('travellers', '012', now_day)", True),
            ("in_force('travellers', '013', now_day)", False),
            ("row('travellers', '012', now_day).trips", [1, 2]),
            ("row('travellers', '013', now_day)", None),
            ("decide('matrix', {'kind': 'cong'}).route", "chair"),
            ("decide('nothing', {})", None),
            ("sum(dossier.members.map(m, m.row_no))", 3),
            ("sum([])", 0),
            ("min_of([3, 1, 2])", 1),
            ("max_of([3, 1, 2])", 3),
            ("min_of([])", None),
            ("distinct(['b', 'a', 'b'])", ["b", "a"]),
            ("to_vnd(dossier.amount.minor, dossier.amount.currency, '25400')", 317_512_700),
            ("to_vnd(1, 'USD', '50')", 1),
            ("to_vnd(1, 'USD', '49.999')", 0),
            ("to_vnd(7, 'JPY', '168.5')", 1180),
            ("to_vnd(1500, 'KWD', '82000')", 123_000),
            ("to_vnd(5, 'VND', '1')", 5),
        ],
    )
    def test_a_function_answers(self, text: str, answer: Any) -> None:
        assert value(text) == answer

    @pytest.mark.parametrize(
        ("text", "path"),
        [
            ("day('24/11/2026') > 0", "day"),
            ("to_vnd(1, 'USD', '25 400') > 0", "to_vnd"),
            ("to_vnd(1, 'USD', '1e3') > 0", "to_vnd"),
            ("to_vnd(1, 'USD', '0') > 0", "to_vnd"),
            ("to_vnd(1, 'USD', '-5') > 0", "to_vnd"),
            ("sum(['a']) > 0", "sum"),
            ("sum([1.5]) > 0", "sum"),
            ("add_cd(now_day, case.signed) > 0", "add_cd"),
            ("add_months(now_day, 999999) > 0", "add_months"),
            ("row('travellers', 'x', now_day).until > 0", "row(travellers)"),
            ("row('travellers', 'x').until > 0", "row(travellers)"),
        ],
    )
    def test_a_function_that_cannot_answer_refuses(self, text: str, path: str) -> None:
        assert unjudged(text) == path

    @given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-600, 600))
    def test_a_month_later_is_in_that_month_and_never_on_a_later_day(self, start: date, months: int) -> None:
        later = date(1970, 1, 1) + timedelta(value(f"add_months({day_number(start)}, {months})"))
        assert later.year * 12 + later.month == start.year * 12 + start.month + months
        assert later.day == start.day or (later.day < start.day and (later + timedelta(days=1)).day == 1)

    @given(st.integers(0, 10**15), st.decimals("0.0001", 100000, places=4))
    def test_dong_are_never_more_than_half_a_dong_away(self, minor: int, rate: Any) -> None:
        exact = minor * int(rate.scaleb(4))  # in millionths of a đồng
        assert abs(value(f"to_vnd({minor}, 'USD', '{rate:f}')") * 10**6 - exact) * 2 <= 10**6
