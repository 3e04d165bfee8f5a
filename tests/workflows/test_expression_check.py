"""A slip in an expression is found when the folder is loaded, and named so that its author can mend it."""

from __future__ import annotations

import pytest

from tests.workflows.sample_procedure import procedure, sample, transition
from workflows.definition import Procedure
from workflows.expression_check import check_expression
from workflows.fact_types import BOOL, DAY, INT, TEXT, Type, Types, list_of, named, types_of


@pytest.fixture(scope="module")
def permit() -> Procedure:
    return procedure()


@pytest.fixture(scope="module")
def types(permit: Procedure) -> Types:
    return types_of(permit)


@pytest.mark.parametrize(
    "text",
    [
        "case.state == 'draft' && !case.signed",
        "dossier.purpose in ['visit', 'study']",
        "dossier.host == null || dossier.host.startsWith('T')",
        "parts.opinion.all(p, p.closed || p.verdict != 'object')",
        "parts.opinion.filter(p, p.verdict == 'agree').size() <= config.max_rounds",
        "days_between(dossier.start_on, now_day) > config.reply.n",
        "dossier.start_on + 3 > now_day && now_day - dossier.start_on < 5",
        "dossier.amount.minor * 2 > 5 && dossier.amount.currency == 'USD'",
        "dossier.members.exists(m, m.nights > 3)",
        "row('travellers', dossier.members[0].name, now_day).anything.at_all == 3",
        "papers.decision.signed && attachments.passport.present",
        "office.modes['consular'] == 'full' && office.modes.consular == 'full'",
        "max_of(dossier.members.map(m, m.nights)) > 2",
        "distinct(dossier.members.map(m, m.name)).size() == dossier.members.size()",
        "sum(dossier.members.map(m, m.nights)) == 3",
        "dossier.purpose == 'visit' ? dossier.host != null : true",
        "'specialist' in actor.roles",
    ],
)
def test_a_sound_rule_has_no_faults(types: Types, text: str) -> None:
    assert check_expression(text, types, want="bool") == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("dosier.purpose == 'visit'", "unknown name: dosier"),
        ("dossier.purpos == 'visit'", "no such path: dossier.purpos"),
        ("dossier.amount.major > 1", "no such path: dossier.amount.major"),
        ("parts.opinions.all(p, p.closed)", "no such path: parts.opinions"),
        ("parts.opinion.all(p, p.colsed)", "no such path: p.colsed"),
        ("parts.opinion.state == 'asked'", "has no fields: parts.opinion"),
        ("papers.letter.signed", "no such path: papers.letter"),
        ("config.max_round == 1", "no such path: config.max_round"),
        ("dossier.purpose == 'vist'", "'vist' ∉ enum(visit, study)"),
        ("dossier.purpose != 'vist'", "'vist' ∉ enum(visit, study)"),
        ("dossier.purpose in ['visit', 'work']", "'work' ∉ enum(visit, study)"),
        ("parts.opinion.exists(p, p.verdict == 'yes')", "'yes' ∉ enum(agree, object)"),
        ("dossier.start_on == '2026-01-01'", "never equal"),
        ("dossier.members != 3", "never equal"),
        ("dossier.host == dossier.start_on", "never equal"),
        ("dossier.host > 3", "cannot be compared"),
        ("dossier.amount < dossier.amount", "cannot be compared"),
        ("dossier.host + 1 == 2", "cannot be computed"),
        ("dossier.start_on * 2 > 3", "cannot be computed"),
        ("case.attempt / 2.5 > 1.0", "cannot be computed"),
        ("dossier.host && true", "text ≠ bool"),
        ("!dossier.host", "text ≠ bool"),
        ("-dossier.host == 1", "text ≠ int"),
        ("dossier.host ? true : false", "text ≠ bool"),
        ("(dossier.host == null ? 1 : 'a') == 1", "answers of two types"),
        ("dossier.host.all(c, c == 'a')", "wants a list"),
        ("dossier.members.all(case, case.nights > 1)", "already means something else"),
        ("dossier.members.map(m, m.nights)", "list(int) ≠ bool"),
        ("dossier.members.all(m, m.nights)", "int ≠ bool"),
        ("dossier.host.trim() == ''", "unknown method: .trim()"),
        ("dossier.start_on.size() == 1", "has no size"),
        ("today() == now_day", "unknown function: today()"),
        ("given_row('a', 'b', now_day)", "unknown function: given_row()"),
        ("add_cd(now_day) > 1", "wrong number of values"),
        ("add_cd(dossier.host, 1) > now_day", "text ≠ day"),
        ("sum(dossier.members) == 3", "list(record) ≠ list(int)"),
        ("has(dossier)", "cannot be read"),
        ("dossier.members['x'].nights == 1", "wrong index"),
        ("dossier.host in dossier.purpose", "not a list"),
        ("3 in dossier.members.map(m, m.name)", "never equal"),
        ("[1, 'a'].size() == 2", "mixed list"),
        ("{1: 2}.size() == 2", "a key is a quoted name"),
        ("null == dossier.host", "null is only allowed"),
        ("dossier.host == null ? null : true", "never null"),
        ("null", "never null"),
        ("case.state", "text ≠ bool"),
        ("case.state ==", "cannot be read"),
        ("part.state == 'asked'", "unknown name: part"),
        ("ask.reason == ''", "unknown name: ask"),
    ],
)
def test_a_slip_is_named(types: Types, text: str, fault: str) -> None:
    found = check_expression(text, types, want="bool")
    assert any(fault in f for f in found), found
    assert all(f.endswith(repr(text)) for f in found)


def test_a_step_sees_what_it_asks_and_a_part_sees_itself(permit: Procedure, types: Types) -> None:
    step = permit.part("opinion").machine.transitions[0]
    inside = types.at_step(permit, step, "opinion")
    assert check_expression("ask.verdict == part.verdict && part.agency != 'x'", inside, want="bool") == []
    assert check_expression("ask.verdict == 'maybe'", inside)


def test_only_a_recorded_step_sees_what_the_engine_asks_of_it(permit: Procedure, types: Types) -> None:
    changed = sample()
    transition(changed, "sign")["recorded_by"] = "clerk"
    for one, faults in ((permit, 1), (procedure(changed), 0)):
        step = one.machine.step("sign")
        assert step is not None
        inside = types.at_step(one, step)
        assert len(check_expression("ask.outside_date <= now_day", inside, want="bool")) == faults


def test_a_column_sees_its_row_and_a_check_its_value(permit: Procedure, types: Types) -> None:
    members, start = permit.field("members"), permit.field("start_on")
    assert members is not None
    assert start is not None
    assert check_expression("this.nights * 2", types.in_row(members), want=INT) == []
    assert check_expression("value > now_day", types.for_value(start), want=BOOL) == []
    assert check_expression("value == 'x'", types.for_value(start))


def test_a_statistic_sees_its_period(types: Types) -> None:
    assert check_expression("case.received_on >= period.from_day", types.in_statistics(), want="bool") == []
    assert check_expression("period.from_day > 1", types)


def test_what_is_computed_must_be_of_the_type_of_its_field(types: Types) -> None:
    verdict = Type("enum", values=("agree", "object"))
    assert check_expression("'agree'", types, want=verdict) == []
    assert check_expression("'yes'", types, want=verdict)
    assert check_expression("case.closed ? 'agree' : 'yes'", types, want=verdict)
    assert check_expression("size(dossier.members) == 0 ? null : 3", types, want="int") == []
    assert check_expression("{'minor': 3, 'currency': 'VND'}", types, want="money") == []
    assert check_expression("{'minor': 3}", types, want="money")


def test_more_roots_may_be_given(types: Types) -> None:
    assert check_expression("item", types, extra={"item": TEXT}, want="text") == []


def test_what_is_no_text_is_no_expression(types: Types) -> None:
    assert check_expression(True, types) == []
    assert check_expression(3, types)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("text", TEXT),
        ("date", DAY),
        ("list(int)", list_of(INT)),
        ("ref(plan_items)", TEXT),
        ("list(enum(a, b))", list_of(Type("enum", values=("a", "b")))),
        ("enum(config.kinds)", TEXT),
        ("map(text)", Type("map", item=TEXT)),
    ],
)
def test_a_written_type_is_read(written: str, kind: Type) -> None:
    assert named(written) == kind


@pytest.mark.parametrize("written", ["texts", "list(texts)", "", "enum", 3])
def test_an_unknown_type_is_none(written: object) -> None:
    assert named(written) is None
