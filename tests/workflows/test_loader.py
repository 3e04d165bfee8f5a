"""What an author is told of a folder: file, line, key and the nearest valid name; all faults at once."""
from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflows.folder_of_permit import PROCEDURE, permit_folder
from workflows.errors import DefinitionError, Fault
from workflows.registry import SHIPPED, all_folders, load


def faults_of(root: Path, code: str = "permit", folder: str = "") -> list[Fault]:
    with pytest.raises(DefinitionError) as told:
        load(code, folder, [root])
    return list(told.value.faults)


def only_fault(root: Path) -> Fault:
    found = faults_of(root)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


def line_of(text: str, file: str = PROCEDURE) -> int:
    return file[: file.index(text)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "key", "nearest"),
    [
        ("require: [{builtin: four_eyes}, long_enough]", "requires: [long_enough]", "requires", "require"),
        ("from: [dept_review]", "from: [dept_revew]", "from", "dept_review"),
        ("to: signed", "to: singed", "to", "signed"),
        ("by: [dept_leader]", "by: [dept_leadr]", "by", "dept_leader"),
        ("long_enough]", "long_enugh]", "require", "long_enough"),
        ("{builtin: four_eyes}", "{builtin: four_eye}", "builtin", "four_eyes"),
        ("ask: [signing_form,", "ask: [signing_from,", "ask", "signing_form"),
        ("confirm: [read_before_signing]", "confirm: [read_before_singing]", "confirm", "read_before_signing"),
        ("{to: clerk,", "{to: clark,", "to", "clerk"),
        ("notice: to_number", "notice: to_numbr", "notice", "to_number"),
        ("sign: [permit]", "sign: [permitt]", "papers", "permit"),
        ("within: {share: 0.2}", "within: config.visit_tim", "within", "config.visit_time"),
    ],
)
def test_a_misspelled_name_is_told_with_its_line_and_the_nearest_valid_name(
    tmp_path: Path, old: str, new: str, key: str, nearest: str
) -> None:
    permit_folder(tmp_path, procedure=(old, new))

    fault = only_fault(tmp_path)

    assert fault.file == "permit/v1/procedure.yaml"
    assert fault.key.endswith(key)
    assert fault.nearest == nearest
    assert abs(fault.line - line_of(old)) <= 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("by: [dept_leader]", "by: dept_leader", "a list of names"),
        ("within: {share: 0.2}", "within: {share: 1.2}", "a share lies in 0 to 1"),
        ("within: {share: 0.2}", "within: {n: 0.3, u: WD}", "only halves"),
        ("within: {share: 0.2}", "within: {n: 1, u: DAY}", "one of: WD"),
        ("within: {share: 0.2}", "within: {n: 1}", "a duration needs n and u"),
        ("vi: Ký giấy phép", "vi: ''", "text"),
        ("    vi: Ký giấy phép\n", "", "missing key"),
        ("    src: D\n  - name: issue_result", "    when: auto\n  - name: issue_result", "only the system"),
        ("by: [dept_leader]", "by: [auditor]", "an auditor never acts"),
        ('from: "2026-01-01"', "from: 01/01/2026", "no day"),
        ('{from: "2026-01-01"}', "{from: 2026-02-01, to: 2026-01-01}", "ends before it begins"),
        ("effective: {from:", "effective: {since:", "unknown key"),
        ("procedure: permit", "procedure: permits", "differs from the folder"),
        ("version: first", "version: first\ninclude: [pmm]", "no fragment"),
        ("version: first", "version: first\ninclude: [pm]", "needs ppc"),
        ("version: first", "version: first\nextends: v7", "no folder v7"),
        ("version: first", "version: first\nextends: v1", "in a circle"),
        ("version: first", "version: first\nversion: second", "duplicate key"),
        ("version: first", "version: first\ndisable: {states: [singed]}", "no singed"),
        ("version: first", "version: first\nalso_from: {archve: [issued]}", "no transition archve"),
        ("version: first", "version:\tfirst", "a tab"),
        ("version: first", "version: [first", "broken YAML"),
        ("version: first", "version: first\nconfig_: 1", "unknown key"),
        ("{cel: \"dossier.nights > 1\", vi: Ở quá ngắn,", "{cel: \"dossier.nights > 1\",", "missing key"),
        ("{builtin: four_eyes}", "{builtin: four_eyes, with: {who: x}}", "unknown parameter"),
        ("{builtin: four_eyes}", "{builtin: form_complete}", "missing parameter"),
    ],
)
def test_each_fault_is_told_in_words(tmp_path: Path, old: str, new: str, words: str) -> None:
    permit_folder(tmp_path, procedure=(old, new))

    assert any(words in str(f) for f in faults_of(tmp_path)), "\n".join(map(str, faults_of(tmp_path)))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  study: {vi: Học, en: Study}\n", "", "value without label: study"),
        ("{vi: Học, en: Study}", "{vi: Học}", "value without label: study"),
        ("type: int,", "type: integer,", "unknown type: integer"),
        ("type: int,", "type: table,", "a table without columns"),
        ('"enum(visit, study)"', '"enum(visit, visit)"', "repeated value"),
        ("required: true, src: D", "needed: true, src: D", "unknown key"),
        ("name: nights", "name: purpose", "the same name twice"),
        ("name: nights", "name: Nights", "lower_snake_case"),
        ("type: int, required: true", "type: int, required: true, visible_to: [boss]", "unknown role: boss"),
        ("type: int, required: true", "type: int, required_from: approved", "unknown step: approved"),
        ("type: int, required: true", "type: int, validate: [not_futur]", "nearest: not_future"),
    ],
)
def test_each_fault_of_a_dossier_is_told(tmp_path: Path, old: str, new: str, words: str) -> None:
    permit_folder(tmp_path, dossier=(old, new))

    assert any(words in str(f) for f in faults_of(tmp_path)), "\n".join(map(str, faults_of(tmp_path)))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("family: nd30", "family: nd31", "one of: nd30, form"),
        ("issuer: agency", "issuer: agenci", "nearest: agency"),
        ("signer: dept_leader", "signer: nobody_there", "unknown role"),
        ("legal_basis: [nd118_2025]", "legal_basis: [nd118_2024]", "nearest: nd118_2025"),
        ("applicant_name, nights]", "aplicant_name, nights]", "nearest: applicant_name"),
        ("    series_key: agency\n", "", "series_key missing"),
        ("    gist: who may stay and how long\n", "", "missing key"),
        ("addressee: [applicant]", "addressee: [aplicant]", "nearest: applicant"),
    ],
)
def test_each_fault_of_a_paper_is_told(tmp_path: Path, old: str, new: str, words: str) -> None:
    permit_folder(tmp_path, papers=(old, new))

    assert any(words in str(f) for f in faults_of(tmp_path)), "\n".join(map(str, faults_of(tmp_path)))


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    permit_folder(
        tmp_path,
        procedure=("to: signed", "to: singed"),
        dossier=("type: int,", "type: integer,"),
        papers=("family: nd30", "family: nd31"),
    )

    assert {f.file for f in faults_of(tmp_path)} == {
        "permit/v1/procedure.yaml", "permit/v1/dossier.yaml", "permit/v1/papers.yaml",
    }  # fmt: skip


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = permit_folder(tmp_path)
    (folder / "dossier.yaml").write_bytes("fields:\n  - {name: x, vi: Mục}\n".encode("utf-16"))

    assert any("UTF-8" in f.message and f.file.endswith("dossier.yaml") for f in faults_of(tmp_path))


def test_text_that_is_not_nfc_is_refused(tmp_path: Path) -> None:
    permit_folder(tmp_path, procedure=("vi: Cấp giấy phép", "vi: Cấp giấy phe\u0301p"))

    assert any("NFC" in f.message and f.line == 3 for f in faults_of(tmp_path))


def test_a_key_may_stand_in_one_file_only(tmp_path: Path) -> None:
    folder = permit_folder(tmp_path)
    (folder / "extra.yaml").write_text("labels: {}\n", encoding="utf-8")

    fault = only_fault(tmp_path)

    assert "stands already in permit/v1/dossier.yaml" in fault.message


def test_a_folder_without_procedure_yaml_says_so(tmp_path: Path) -> None:
    (permit_folder(tmp_path) / "procedure.yaml").unlink()

    assert any("procedure.yaml" in f.message for f in faults_of(tmp_path))


def test_aliases_and_tags_are_refused(tmp_path: Path) -> None:
    permit_folder(tmp_path, procedure=("by: [dept_leader]", "by: &who [dept_leader]\n    close: *who"))
    assert any("no aliases" in f.message for f in faults_of(tmp_path))

    permit_folder(tmp_path, "v2", procedure=("version: first", "version: !python/name:os.system first"))
    assert any("no tags" in f.message for f in faults_of(tmp_path, folder="v2"))


def test_words_that_yaml_reads_as_yes_and_no_stay_words(tmp_path: Path) -> None:
    text = "links:\n  - {kind: visit, procedure: visit, on: issue_result, src: D}\n"
    folder = permit_folder(tmp_path)
    (folder / "links.yaml").write_text(text, encoding="utf-8")

    assert load("permit", "", [tmp_path]).links[-1].on == "issue_result"


def test_an_unknown_procedure_names_the_nearest(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "ngo_ade")[0].nearest == "ngo_aid"
    assert faults_of(tmp_path, "ngo_aid", "v9")[0].nearest in ("v1", "v2")


def test_a_deeply_nested_file_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    folder = permit_folder(tmp_path)
    (folder / "deep.yaml").write_text("tables: " + "[" * 200 + "]" * 200 + "\n", encoding="utf-8")

    assert any("nested deeper" in f.message for f in faults_of(tmp_path))


@pytest.mark.parametrize("folder", all_folders(), ids=lambda f: f"{f.code}-{f.name}")
def test_every_shipped_folder_loads(folder) -> None:
    procedure = load(folder.code, folder.name)

    assert procedure.kind != "case" or procedure.machine.initial.code == "draft"


def test_the_common_layer_is_no_procedure() -> None:
    assert SHIPPED.joinpath("_common").is_dir()
    assert "_common" not in {f.code for f in all_folders()}
