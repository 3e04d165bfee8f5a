"""How layers become one definition, and that its hash is the same everywhere."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflows.folder_of_permit import permit_folder
from workflows.definition import Duration, PartKind, Procedure, Share, Step
from workflows.errors import DefinitionError
from workflows.registry import all_folders, load

FOLDERS = all_folders()


def step_of(owner: Procedure | PartKind, name: str) -> Step:
    found = owner.machine.step(name)
    assert found is not None, name
    return found


@pytest.fixture(scope="module")
def aid() -> Procedure:
    return load("ngo_aid", "v2")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f"{f.code}-{f.name}")
def test_canonical_json_reads_back_to_the_same_definition(folder) -> None:
    procedure = load(folder.code, folder.name)

    back = Procedure.model_validate_json(procedure.canonical())

    assert back == procedure
    assert back.canonical() == procedure.canonical()


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_the_hash_is_the_same_in_every_process(seed: str, aid: Procedure) -> None:
    code = "from workflows.registry import load; print(load('ngo_aid', 'v2').hash())"
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": seed},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == aid.hash()


def test_a_fifth_folder_needs_nothing_outside_itself(tmp_path: Path) -> None:
    permit_folder(tmp_path)

    permit = load("permit", "", [tmp_path])

    assert step_of(permit, "approve").target == "signed"
    assert permit.paper("permit").legal_basis[0].text == "Nghị định 118/2025/NĐ-CP"
    assert ("permit", "v1") in {(f.code, f.name) for f in all_folders([tmp_path])}
    assert "permit" not in {f.code for f in all_folders()}


def test_an_entry_that_exists_keeps_the_keys_that_are_not_spelled(aid: Procedure) -> None:
    step = step_of(aid, "issue_result")

    assert step.sources == ("signed",)
    assert step.by == ("ppc_clerk", "clerk")
    assert step.papers.issue == ("approval_decision",)
    assert [n.notice for n in step.notify] == ["result_ready", "result_copy"]


def test_states_of_also_from_come_on_top_of_those_of_the_fragments(aid: Procedure) -> None:
    sources = set(step_of(aid, "request_withdraw").sources)

    assert {"received", "consulting", "ppc_review", "pm_review", "explaining"} <= sources


def test_a_disabled_state_takes_the_steps_that_lead_there_with_it() -> None:
    complaint = load("complaint")

    assert complaint.machine.step("issue_refusal_correction") is None
    assert step_of(complaint, "return_result").sources == ("issued",)
    assert "refused" not in {s.code for s in complaint.machine.states}


def test_rules_asks_confirms_and_builtins_are_expanded(aid: Procedure) -> None:
    submit = step_of(aid, "submit")

    assert [g.code for g in submit.require][:2] == ["form_complete", "value_adds_up"]
    assert submit.require[0].builtin == "form_complete"
    assert submit.require[0].params == {"stage": "submit"}
    assert submit.require[0].revision == 3
    assert submit.require[1].vi.startswith("Tiền, hiện vật")
    assert submit.confirm[0].code == "data_notice"


def test_a_duration_of_the_configuration_is_resolved(aid: Procedure) -> None:
    assert step_of(aid, "explained").within == Duration(n=10, u="CD")
    assert step_of(aid, "submit_division").within == Share(share=0.14)
    assert step_of(aid.part("opinion"), "answer").within == Duration(n=7, u="CD")
    lapse = step_of(aid.part("supplement"), "lapse").timer
    assert lapse is not None
    assert lapse.after == Duration(n=10, u="WD")


def test_a_folder_that_extends_another_changes_only_what_it_names() -> None:
    old, new = load("ngo_aid", "v1"), load("ngo_aid", "v2")

    assert old.paper("approval_decision").legal_basis[-1].text == "Nghị định 80/2020/NĐ-CP"
    assert new.paper("approval_decision").legal_basis[-1].text == "Nghị định 313/2025/NĐ-CP"
    assert old.terms[0].confirmed is True
    assert new.terms[0].confirmed is False
    assert (old.effective.to, new.effective.from_, new.effective.to) == ("2025-12-07", "2025-12-08", None)
    assert old.machine == new.machine


def test_what_one_layer_has_not_confirmed_stays_unconfirmed(aid: Procedure) -> None:
    assert {"terms", "explanation_time", "max_supplement_intake", "duty_time"} <= set(aid.unconfirmed)
    assert "unconfirmed" not in aid.config


def test_null_takes_a_value_of_the_configuration_away(tmp_path: Path) -> None:
    permit_folder(tmp_path, procedure=("config: {visit_time: {n: 3, u: WD}}", "config: {reopen_days: null}"))

    assert "reopen_days" not in load("permit", "", [tmp_path]).config


def test_every_value_of_an_enum_has_words_in_both_languages(aid: Procedure) -> None:
    fields = [*aid.fields, *(f for p in aid.parts for f in p.fields), *(f for s in steps(aid) for f in s.ask)]
    columns = [c for f in fields for c in f.columns]

    for field in (*fields, *columns):
        assert set(field.labels) == set(field.values), field.name
        assert all(words["vi"] and words["en"] for words in field.labels.values())


def test_attributes_that_steps_write_have_words_too(aid: Procedure) -> None:
    assert aid.labels["stop_reason"]["khong_bo_sung"]["vi"] == "Không bổ sung, không giải trình"
    assert aid.labels["result_kind"]["chap_thuan_mot_phan"]["en"] == "Approved in part"


def test_every_notice_has_a_message_in_both_languages_and_only_known_merge_values(aid: Procedure) -> None:
    allowed = {"{code}", "{procedure}", "{state}", "{due_on}", "{link}", "{deadline}"}
    for code, notice in aid.notices.items():
        for key in ("body_vi", "body_en"):
            braces = {"{" + word.split("}")[0] + "}" for word in notice[key].split("{")[1:]}
            assert braces <= allowed, (code, braces)
            assert "{link}" in braces


def test_a_standalone_procedure_takes_words_and_rules_of_the_common_layer_and_no_steps(tmp_path: Path) -> None:
    folder = tmp_path / "ledger" / "v1"
    folder.mkdir(parents=True)
    (folder / "procedure.yaml").write_text(STANDALONE, encoding="utf-8")

    ledger = load("ledger", "", [tmp_path])

    assert ledger.kind == "standalone"
    assert [s.code for s in ledger.machine.states] == ["open", "done"]
    assert ledger.fields == ()
    assert ledger.config == {"opinion_time": {"n": 7, "u": "WD"}}  # its own, nothing of the common layer
    assert step_of(ledger, "finish").ask[0].name == "reason"
    assert [p.code for p in ledger.parts] == ["opinion"]


STANDALONE = """\
procedure: ledger
version: first
vi: Sổ
en: Ledger
standalone: true
effective: {from: "2026-01-01"}
config: {opinion_time: {n: 7, u: WD}}
facts: {case: {archived: bool}}
states:
  - {code: open, vi: Mở, en: Open, public: null, clock: off, initial: true}
  - {code: done, vi: Xong, en: Done, public: null, clock: stop, closed: true, terminal: true}
transitions:
  - name: finish
    vi: Kết thúc
    en: Finish
    from: [open]
    to: done
    by: [specialist]
    ask: [reason]
    open: [{part: opinion, set: {agency: "'x'", reply_by: now_day}}]
    src: D
papers:
  - {code: opinion_reply, vi: Trả lời, en: Reply, family: nd30, type_code: null, issuer: consultee, signer: consultee,
     origin: recorded, series: typed_in, series_key: consultee, gist: their own, src: D}
parts:
  - {use: opinion}
"""


def test_a_part_kind_is_changed_in_the_folder_without_repeating_it(tmp_path: Path) -> None:
    more = "version: first\ninclude: [consultation]\nparts:\n  - {code: opinion, clock: out, public: true}"
    permit_folder(tmp_path, procedure=("version: first", more))

    opinion = load("permit", "", [tmp_path]).part("opinion")

    assert (opinion.clock, opinion.public) == ("out", True)
    assert opinion.machine.step("answer") is not None


def test_three_folders_may_extend_one_another(tmp_path: Path) -> None:
    permit_folder(tmp_path)
    for name, base, words in (("v2", "v1", "Giấy phép mới"), ("v3", "v2", None)):
        folder = tmp_path / "permit" / name
        folder.mkdir()
        label = f"vi: {words}\n" if words else ""
        (folder / "procedure.yaml").write_text(f"procedure: permit\nextends: {base}\nversion: {name}\n{label}", "utf-8")

    third = load("permit", "v3", [tmp_path])

    assert (third.version, third.vi, third.folder) == ("v3", "Giấy phép mới", "v3")


def test_the_faults_of_a_folder_that_is_extended_are_told_with_its_file(tmp_path: Path) -> None:
    permit_folder(tmp_path, procedure=("to: signed", "to: singed"))
    second = tmp_path / "permit" / "v2"
    second.mkdir()
    (second / "procedure.yaml").write_text("procedure: permit\nextends: v1\nversion: second\n", "utf-8")

    with pytest.raises(DefinitionError) as told:
        load("permit", "v2", [tmp_path])

    assert told.value.faults[0].file == "permit/v1/procedure.yaml"


def steps(procedure: Procedure):
    for machine in (procedure.machine, *(p.machine for p in procedure.parts)):
        yield from (*machine.transitions, *machine.acts)
