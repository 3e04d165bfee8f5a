"""A procedure is proved before it is published: every way to break the sample is refused, and told where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.workflows.sample_procedure import both, field, procedure, rule, sample, state, step, transition
from workflows.definition import BuiltinSpec, Machine, Procedure
from workflows.errors import Fault
from workflows.proof.findings import Findings
from workflows.proof.graph import edges, prove_machines
from workflows.registry import Folder, all_folders, draft, load
from workflows.soundness import prove, prove_draft

BUILTINS = {
    "four_eyes": BuiltinSpec(vi="bốn mắt", en="four eyes"),
    "assignable": BuiltinSpec(vi="giao được", en="assignable", params={"person": "cel: person", "role": "text: role"}),
}
Change = Callable[[dict[str, Any]], object]


def proved(change: Change, **more: Any) -> tuple[Fault, ...]:
    changed = sample()
    change(changed)
    return prove(procedure(changed), builtins=BUILTINS, **more)


def errors(change: Change) -> list[str]:
    return [f"{f.key}: {f.message}" for f in proved(change) if f.level == "error"]


def warnings(change: Change) -> list[str]:
    return [f"{f.key}: {f.message}" for f in proved(change) if f.level == "warning"]


def changing(name: str, **keys: Any) -> Change:
    return lambda p: transition(p, name).update(keys)


def adding(*steps: dict[str, Any], states: tuple[dict[str, Any], ...] = ()) -> Change:
    def change(p: dict[str, Any]) -> None:
        p["machine"]["transitions"] += steps
        p["machine"]["states"] += states

    return change


def dropping(name: str) -> Change:
    return lambda p: p["machine"]["transitions"].remove(transition(p, name))


def answer(p: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = p["parts"][0]["machine"]["transitions"][0]
    return found


def test_the_sample_is_sound() -> None:
    assert prove(procedure(), builtins={}) == ()



def decision_table(code: str, inputs: dict[str, str], condition: str) -> dict[str, Any]:
    rows = [{"code": "r1", "if": condition}]
    return {"code": code, **both(code), "kind": "decision", "hit": "first", "inputs": inputs, "rows": rows}


class TestMachines:
    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (dropping("sign"), "state signed is never reached"),
            (dropping("issue"), "signed cannot finish"),
            (adding(states=(state("orphan", public=1),)), "state orphan is never reached"),
            (
                adding(step("lose", ["review"], "lost", ["clerk"]), states=(state("lost", public=4),)),
                "lost cannot finish",
            ),
            (
                adding(
                    step("ping", ["review"], "here", ["clerk"]),
                    step("pong", ["here"], "there", ["clerk"]),
                    step("back", ["there"], "here", ["clerk"]),
                    states=(state("here", public=4), state("there", public=4)),
                ),
                "here cannot finish",
            ),
            (adding(step("undo", ["issued"], "review", ["clerk"])), "terminal issued has exits"),
            (
                adding(
                    step("hold", ["review", "lost"], "held", ["clerk"]),
                    step("resume", ["held"], "@return", ["clerk"]),
                    states=(state("held", public=7), state("lost", public=4)),
                ),
                "state lost is never reached",
            ),
            (lambda p: [s.update(terminal=False) for s in p["machine"]["states"]], "no terminal state"),
            (lambda p: p["machine"]["states"][1].update(initial=True), "exactly one initial state"),
            (lambda p: p["machine"]["states"].append(state("draft")), "the same name twice"),
            (adding(step("submit", ["review"], "signed", ["clerk"])), "the same name twice"),
            (lambda p: p["machine"]["acts"].append({**p["machine"]["acts"][0], "name": "sign"}), "the same name twice"),
            (changing("sign", to="sigend"), "no state sigend"),
            (changing("sign", **{"from": ["reviewed"]}), "no state reviewed"),
            (changing("withdraw", **{"from": []}), "starts in no state"),
            (changing("withdraw", require=[rule("never", "case.state == 'draft'")]), "can never be taken"),
            (changing("issue", require=[rule("never", "case.closed")]), "signed cannot finish"),
            (
                lambda p: p["machine"]["acts"][0].update(allowed_when="case.state == 'issued' && !case.closed"),
                "can never be taken",
            ),
            (lambda p: answer(p).update({"from": ["answered"], "to": "asked"}), "part"),
            (lambda p: p["parts"][0]["machine"]["states"].append(state("lost")), "state lost is never reached"),
            (changing("submit", open=[]), "no step opens this part"),
            (changing("submit", open=[{"part": "opinoin"}]), "no part kind opinoin"),
            (changing("withdraw", close=["opinions"]), "no part kind opinions"),
        ],
    )
    def test_a_machine_that_cannot_be_walked_is_refused(self, change: Change, fault: str) -> None:
        assert any(fault in e for e in errors(change)), errors(change)

    def test_every_edge_that_alone_leads_somewhere_is_missed(self) -> None:
        needed = {"submit", "review", "sign", "issue", "withdraw"}
        for name in needed:
            assert errors(dropping(name)), name

    def test_a_way_back_to_where_it_came_from_is_walked(self) -> None:
        def change(p: dict[str, Any]) -> None:
            adding(
                step("hold", ["received", "review"], "held", ["clerk"]),
                step("resume", ["held"], "@return", ["clerk"]),
                states=(state("held", public=7),),
            )(p)

        assert errors(change) == []

    def test_the_nearest_name_is_told(self) -> None:
        found = proved(changing("sign", to="sigend"))
        assert [f.nearest for f in found if "no state sigend" in f.message] == ["signed"]

    def test_a_fault_stands_where_its_author_wrote_it(self) -> None:
        places = {"transitions.sign": ("permit/v1/procedure.yaml", 42)}
        found = proved(changing("sign", require=[rule("odd", "dossier.nothing == 1")]), places=places)
        assert [(f.file, f.line) for f in found if "nothing" in f.message] == [("permit/v1/procedure.yaml", 42)]

    def test_errors_come_before_warnings(self) -> None:
        levels = [
            f.level for f in proved(lambda p: (p.update(unconfirmed=["x"]), transition(p, "sign").update(to="x")))
        ]
        assert levels == sorted(levels)
        assert {"error", "warning"} == set(levels)


class TestAutomaticSteps:
    AUTO = {"when": "auto", "require": [rule("always", "!case.closed")]}

    def test_a_loop_of_automatic_steps_is_refused(self) -> None:
        change = adding(
            step("there", ["received"], "review", ["system"], **self.AUTO),
            step("back", ["review"], "received", ["system"], **self.AUTO),
        )
        assert any("automatic steps loop" in e for e in errors(change))

    def test_a_loop_whose_conditions_exclude_each_other_is_none(self) -> None:
        change = adding(
            step("there", ["received"], "review", ["system"], when="auto", require=[rule("no", "case.state == 'x'")]),
            step("back", ["review"], "received", ["system"], **self.AUTO),
        )
        assert not any("loop" in e for e in errors(change))

    @pytest.mark.parametrize(
        ("keys", "fault"),
        [
            ({"by": ["system"], "when": "auto"}, "needs a condition"),
            ({"by": ["clerk"], **AUTO}, "the system's alone"),
            ({"by": ["clerk"], "when": "timer", "timer": {"after": {"n": 1, "u": "CD"}}}, "the system's alone"),
            ({"by": ["system"], "when": "timer"}, "a timer needs"),
            (
                {"by": ["system"], "when": "timer", "timer": {"after": {"n": 1, "u": "CD"}, "of": "case.due"}},
                "no such path",
            ),
            (
                {"by": ["system"], "when": "timer", "timer": {"after": {"n": 1, "u": "CD"}, "of": "case.state"}},
                "≠ day",
            ),
            ({"by": ["system"], "ask": [field("why", "text")]}, "the system cannot answer"),
        ],
    )
    def test_a_step_of_the_system_is_well_formed(self, keys: dict[str, Any], fault: str) -> None:
        change = adding({**step("auto", ["received"], "withdrawn", []), **keys})
        assert any(fault in e for e in errors(change)), errors(change)

    def test_an_act_is_never_automatic(self) -> None:
        def change(p: dict[str, Any]) -> None:
            p["machine"]["acts"][0].update(by=["system"], **self.AUTO)

        assert any("an act is never automatic" in e for e in errors(change))


class TestPeople:
    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (changing("sign", by=["dept_leder"]), "no role dept_leder"),
            (changing("sign", recorded_by="secretary"), "no role secretary"),
            (changing("sign", cosign="secretary"), "no role secretary"),
            (changing("withdraw", by=[]), "nobody may take this step"),
            (changing("withdraw", by=["applicant", "auditor"]), "an auditor never acts"),
            (changing("withdraw", cosign="auditor"), "an auditor never acts"),
            (changing("withdraw", notify=[{"to": ["boss"], "notice": "received"}]), "no role boss"),
            (changing("withdraw", notify=[{"to": ["clerk"], "notice": "gone"}]), "no notice gone"),
            (lambda p: p["notices"]["received"].update(en=" "), "Vietnamese or English is missing"),
            (lambda p: p["notices"]["received"].update(body_vi="Chào"), "Vietnamese or English is missing"),
            (lambda p: p["fields"][0].update(visible_to=["everybody"]), "no role everybody"),
            (lambda p: p["papers"][0].update(issuer="nowhere"), "no issuing office nowhere"),
        ],
    )
    def test_whoever_is_named_is_known(self, change: Change, fault: str) -> None:
        assert any(fault in e for e in errors(change)), errors(change)


class TestExpressions:
    @pytest.mark.parametrize(
        ("change", "key"),
        [
            (changing("sign", require=[rule("odd", "dossier.purpos == 'visit'")]), "transitions.sign.require.odd"),
            (changing("sign", require=[rule("odd", "dossier.purpose == 'vist'")]), "transitions.sign.require.odd"),
            (changing("sign", require=[rule("odd", "dossier.host")]), "transitions.sign.require.odd"),
            (changing("sign", require=[rule("odd", "ask.why == 'x'")]), "transitions.sign.require.odd"),
            (changing("sign", ask=[field("why", "text", required="ask.reason == 'x'")]), "transitions.sign.ask.why"),
            (changing("sign", set={"result_kind": "now_day"}), "transitions.sign.set.result_kind"),
            (changing("sign", set={"result_knd": "'x'"}), "transitions.sign"),
            (changing("submit", open=[{"part": "opinion", "for_each": "dossier.host"}]), "transitions.submit.open"),
            (
                changing("submit", open=[{"part": "opinion", "set": {"verdict": "'maybe'"}}]),
                "transitions.submit.open.verdict",
            ),
            (changing("submit", open=[{"part": "opinion", "set": {"verdct": "'agree'"}}]), "transitions.submit"),
            (lambda p: p["machine"]["acts"][0].update(allowed_when="case.opened"), "acts.note"),
            (lambda p: p["fields"][2].update(required="dossier.purpse == 'visit'"), "fields.host"),
            (lambda p: p["fields"][5].update(computed="dossier.host"), "fields.nights"),
            (lambda p: p["fields"][4]["columns"][2].update(computed="this.night * 2"), "fields.members.cost"),
            (lambda p: p["fields"][1].update(validate=[rule("odd", "value == 'x'")]), "fields.start_on.odd"),
            (lambda p: p["attachments"][0].update(required="dossier.host"), "attachments.passport"),
            (lambda p: p["terms"][0].update({"if": "dossier.host"}), "terms.usual"),
            (lambda p: p["papers"][1].update(applies="dossier.nothing"), "papers.decision"),
            (
                lambda p: p.update(consultees=[{"code": "police", **both("police"), "mandatory": "dossier.host"}]),
                "consultees.police",
            ),
            (
                lambda p: p.update(
                    links=[{"kind": "next", "procedure": "permit", "on": "issue", "carries": {"a": "dossier.b"}}]
                ),
                "links.next",
            ),
            (
                lambda p: p.update(
                    statistics=[{"code": "s", **both("s"), "measure": "cases", "where": "period.day > 1"}]
                ),
                "statistics.s",
            ),
            (
                changing("withdraw", notify=[{"to": ["clerk"], "notice": "received", "if": "case.state"}]),
                "transitions.withdraw.notify.received",
            ),
            (
                lambda p: p.update(tables=[decision_table("fees", {"n": "int"}, "m > 1")]),
                "tables.fees.r1",
            ),
            (
                lambda p: p.update(tables=[decision_table("f", {"m": "row of dossier.members"}, "m.night > 1")]),
                "tables.f.r1",
            ),
            (lambda p: answer(p).update(set={"verdict": "'yes'"}), "parts.opinion.transitions.answer.set.verdict"),
            (
                changing(
                    "sign",
                    require=[
                        {
                            "code": "assignable",
                            **both("x"),
                            "builtin": "assignable",
                            "params": {"person": "ask.nobody", "role": "clerk"},
                        }
                    ],
                ),
                "transitions.sign.require.assignable",
            ),
            (changing("sign", require=[{"code": "x", **both("x"), "builtin": "four_ears"}]), "transitions.sign"),
            (
                changing("sign", require=[{"code": "x", **both("x"), "builtin": "four_eyes", "params": {"a": 1}}]),
                "transitions.sign",
            ),
            (
                changing(
                    "sign", require=[{"code": "x", **both("x"), "builtin": "assignable", "params": {"role": "a"}}]
                ),
                "transitions.sign",
            ),
            (changing("sign", require=[{"code": "x", **both("x")}]), "transitions.sign"),
        ],
    )
    def test_every_expression_is_typed(self, change: Change, key: str) -> None:
        assert any(e.startswith(f"{key}:") for e in errors(change)), errors(change)

    def test_an_act_for_a_row_sets_a_column_of_it(self) -> None:
        def change(p: dict[str, Any]) -> None:
            p["machine"]["acts"][0].update(set={"dossier.members.nights": "3"})

        assert errors(change) == []


class TestStatistics:
    @pytest.mark.parametrize(
        ("keys", "fault"),
        [
            ({"measure": "cases", "by": ["nobody_knows"]}, "no field or column nobody_knows"),
            ({"measure": "cases", "of": "dossier.lines", "by": ["paid"]}, "no field or column paid"),
            ({"measure": "sum", "of": "dossier.lines", "column": "piad"}, "no column piad"),
            ({"measure": "events", "events": ["sign"], "by": ["paid"]}, "no field or column paid"),
        ],
    )
    def test_a_group_that_nothing_gives_is_refused(self, keys: dict[str, Any], fault: str) -> None:
        table = {"name": "lines", **both("lines"), "type": "table", "columns": [field("paid", "int")]}

        def change(p: dict[str, Any]) -> None:
            p["fields"] += [table]
            p["statistics"] = [{"code": "s", **both("s"), **keys}]

        assert any(fault in error for error in errors(change))

    def test_groups_of_the_engine_columns_and_fields_are_known(self) -> None:
        table = {"name": "lines", **both("lines"), "type": "table", "columns": [field("paid", "int")]}
        by = ["procedure", "year", "period", "paid", "lines"]

        def change(p: dict[str, Any]) -> None:
            p["fields"] += [table]
            p["statistics"] = [{"code": "s", **both("s"), "measure": "rows", "of": "dossier.lines", "by": by}]

        assert not [error for error in errors(change) if error.startswith("statistics")]


class TestPapers:
    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (changing("sign", papers={"sign": ["decison"]}), "no paper decison"),
            (changing("sign", by=["clerk"]), "who does not act here"),
            (changing("sign", by=["dept_leader", "system"]), "the system never signs"),
            (
                changing("sign", papers={"sign": ["decision"], "issue": ["decision"]}),
                "signs and numbers decision in one step",
            ),
            (lambda p: p["papers"][1].update(origin="recorded"), "another body's"),
            (changing("sign", papers={}), "no step has it under papers.sign: decision"),
            (changing("review", papers={}), "no step has it under papers.prepare: decision"),
            (changing("review", require=[rule("odd", "papers.decision.draft")]), "asks for papers.decision.draft"),
            (
                changing("sign", require=[rule("odd", "case.attempt == 2 || papers.decision.signed")]),
                "asks for papers.decision.signed",
            ),
            (
                changing("issue", require=[rule("odd", "case.signed && papers.decision.issued")]),
                "asks for papers.decision.issued",
            ),
            (
                lambda p: (
                    transition(p, "sign").update(papers={}),
                    transition(p, "withdraw").update(by=["dept_leader"], papers={"sign": ["decision"]}),
                ),
                "no path to this step has sign of decision",
            ),
            (lambda p: p["papers"][1]["merge"].append("why"), "prints why, which is not there on every path"),
        ],
    )
    def test_a_paper_that_cannot_be_made_is_refused(self, change: Change, fault: str) -> None:
        assert any(fault in e for e in errors(change)), errors(change)

    @pytest.mark.parametrize("cel", ["!papers.decision.signed", "!papers.decision.signed || case.attempt == 1"])
    def test_a_guard_may_ask_that_it_is_not_made_yet(self, cel: str) -> None:
        assert errors(changing("sign", require=[rule("first", cel)])) == []

    def test_a_recorded_signature_is_typed_in_by_another_role(self) -> None:
        assert errors(changing("sign", by=["clerk"], recorded_by="clerk")) == []

    def test_a_value_asked_on_one_of_two_paths_is_not_there(self) -> None:
        shortcut = step("shortcut", ["received"], "review", ["specialist"])
        assert any(
            "review_note" in e
            for e in errors(
                lambda p: (
                    adding(shortcut)(p),
                    transition(p, "review").update(papers={}),
                    transition(p, "sign").update(papers={"prepare": ["decision"], "sign": ["decision"]}),
                )
            )
        )

    def test_a_value_asked_before_on_every_path_is_there(self) -> None:
        def change(p: dict[str, Any]) -> None:
            transition(p, "submit")["ask"] = [field("why", "text")]
            p["papers"][1]["merge"].append("why")

        assert errors(change) == []

    def test_a_value_asked_when_the_paper_was_drafted_is_there_when_it_is_issued(self) -> None:
        def change(p: dict[str, Any]) -> None:
            p["machine"]["transitions"][4]["from"] = ["signed", "review"]

        assert errors(change) == []

    def test_a_part_has_what_was_asked_before_it_was_opened(self) -> None:
        def change(p: dict[str, Any]) -> None:
            transition(p, "submit")["ask"] = [field("why", "text")]
            answer(p)["papers"] = {"issue": ["receipt"]}
            p["papers"][0]["merge"] = ["why", "verdict"]

        assert errors(change) == []

    def test_a_part_has_not_what_is_asked_after_it_was_opened(self) -> None:
        def change(p: dict[str, Any]) -> None:
            answer(p)["papers"] = {"issue": ["receipt"]}
            p["papers"][0]["merge"] = ["review_note"]

        assert any("prints review_note" in e for e in errors(change))

    def test_a_value_that_the_generator_makes_is_always_there(self) -> None:
        def change(p: dict[str, Any]) -> None:
            p["papers"][0]["merge"] = ["case_code"]
            p["merge_values"] = ["case_code"]

        assert errors(change) == []

    def test_a_paper_that_nobody_issues_is_a_warning(self) -> None:
        change = changing("issue", papers={})
        assert errors(change) == []
        assert any("nobody issues decision" in w for w in warnings(change))


class TestTimes:
    def test_a_step_longer_than_the_term_is_refused(self) -> None:
        assert any("longer than the term" in e for e in errors(changing("sign", within={"n": 11, "u": "WD"})))
        assert any("longer than the term" in e for e in errors(changing("sign", within={"n": 1, "u": "MONTH"})))

    def test_a_step_that_is_taken_when_the_clock_stands_may_be_long(self) -> None:
        def change(p: dict[str, Any]) -> None:
            transition(p, "withdraw").update(within={"n": 365, "u": "CD"})
            for code in (1, 2):
                p["machine"]["states"][code]["clock"] = "pause"

        assert errors(change) == []

    def test_a_share_lies_between_nothing_and_the_whole(self) -> None:
        assert any("between 0 and 1" in e for e in errors(changing("sign", within={"share": 1.2})))

    def test_a_golden_path_longer_than_the_term_is_a_warning_with_the_days(self) -> None:
        found = warnings(changing("sign", within={"n": 6, "u": "WD"}))
        assert any("11.0 working days of 10.0: review 4 WD, sign 6 WD, issue 1 WD" in w for w in found), found

    def test_shares_count_towards_the_golden_path(self) -> None:
        found = warnings(changing("sign", within={"share": 0.6}))
        assert any("11.0 working days of 10.0" in w for w in found), found

    @pytest.mark.parametrize(
        ("path", "fault"),
        [
            (["submit", "sign"], "sign does not start in received"),
            (["submit", "approve"], "no step approve"),
            (["submit", "opinion.reply"], "no step opinion.reply"),
            (["submit", "review"], "ends in review, which is not closed"),
        ],
    )
    def test_a_golden_path_can_be_walked(self, path: list[str], fault: str) -> None:
        assert any(fault in e for e in errors(lambda p: p["golden_paths"][0].update(path=path)))

    def test_a_golden_path_names_a_term_that_exists(self) -> None:
        assert any("no term slow" in e for e in errors(lambda p: p["golden_paths"][0].update(term="slow")))


class TestWarnings:
    def test_unconfirmed_values_are_told(self) -> None:
        def change(p: dict[str, Any]) -> None:
            p["unconfirmed"] = ["reply"]
            p["terms"][0]["confirmed"] = False
            p["papers"][1]["legal_basis"] = [{"text": "Nghị định 1", "src": "G"}]

        told = " ".join(warnings(change))
        assert errors(change) == []
        assert all(words in told for words in ("reply", "usual", "Nghị định 1"))

    def test_a_link_to_an_unpublished_procedure_is_told(self) -> None:
        def change(p: dict[str, Any]) -> None:
            p["links"] = [{"kind": "next", "procedure": "monitor", "on": "issue"}]

        assert any("not published: monitor" in w for w in warnings(change))
        assert proved(change, published=["monitor"]) == ()

    def test_a_public_status_is_needed_where_the_portal_follows(self) -> None:
        def change(p: dict[str, Any]) -> None:
            p["machine"]["states"][2]["public"] = None

        def untracked(p: dict[str, Any]) -> None:
            change(p)
            p["portal_tracked"] = False

        assert any("public status is missing" in e for e in errors(change))
        assert errors(untracked) == []
        assert any("1 to 10" in e for e in errors(lambda p: p["machine"]["states"][2].update(public=11)))


@pytest.fixture(scope="module")
def aid() -> Procedure:
    return load("ngo_aid", "v1")


class TestShippedFolders:
    @pytest.mark.parametrize("folder", all_folders(), ids=lambda f: f"{f.code}-{f.name}")
    def test_every_shipped_folder_is_sound(self, folder: Folder) -> None:
        assert [str(f) for f in prove_draft(draft(folder)) if f.level == "error"] == []

    def test_a_state_without_the_steps_that_lead_to_it_is_missed(self, aid: Procedure) -> None:
        for state_ in aid.machine.states:
            kept = tuple(t for t in aid.machine.transitions if t.target != state_.code)
            if not state_.initial:
                assert machine_errors(aid, aid.machine.model_copy(update={"transitions": kept})), state_.code

    def test_a_state_without_the_steps_that_leave_it_is_missed(self, aid: Procedure) -> None:
        for state_ in aid.machine.states:
            kept = tuple(
                t.model_copy(update={"sources": tuple(s for s in t.sources if s != state_.code)})
                for t in aid.machine.transitions
            )
            if not state_.terminal:
                assert machine_errors(aid, aid.machine.model_copy(update={"transitions": kept})), state_.code

    def test_an_automatic_step_turned_round_is_a_loop(self, aid: Procedure) -> None:
        autos = [t for t in aid.machine.transitions if t.when == "auto" and t.target != "@return"]
        assert autos
        for one in autos:
            back = one.model_copy(
                update={"name": "back", "sources": (one.target,), "target": one.sources[0], "require": ()}
            )
            changed = aid.machine.model_copy(update={"transitions": (*aid.machine.transitions, back)})
            assert any("loop" in e for e in machine_errors(aid, changed)), one.name

    def test_a_step_taken_away_is_missed_unless_another_does_its_work(self, aid: Procedure) -> None:
        pairs = {(e.source, e.target) for e in edges(aid.machine, "case")}
        for one in aid.machine.transitions:
            rest = aid.machine.model_copy(
                update={"transitions": tuple(t for t in aid.machine.transitions if t is not one)}
            )
            left = {(e.source, e.target) for e in edges(rest, "case")}
            lonely = {b for _, b in pairs} - {b for _, b in left} | {a for a, _ in pairs} - {a for a, _ in left}
            assert bool(machine_errors(aid, rest)) or not lonely, one.name

    def test_a_folder_that_cannot_be_read_tells_its_own_faults(self) -> None:
        broken = draft(all_folders()[0])
        broken.full["vi"] = None
        del broken.full["vi"]
        broken.full.places.pop("vi", None)
        assert any(f.key == "vi" for f in prove_draft(broken))


def machine_errors(aid: Procedure, machine: Machine) -> list[str]:
    findings = Findings(aid, {})
    prove_machines(aid.model_copy(update={"machine": machine}), findings)
    return [f.message for f in findings.faults]
