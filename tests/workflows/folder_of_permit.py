"""A small procedure as an author writes it, to be copied into a folder and broken one line at a time."""
from __future__ import annotations

from pathlib import Path

PROCEDURE = """\
procedure: permit
version: first
vi: Cấp giấy phép
en: Permit
effective: {from: "2026-01-01"}
terms:
  - {code: usual, n: 5, u: WD, if: "true", src: D}
config: {visit_time: {n: 3, u: WD}}
rules:
  long_enough: {cel: "dossier.nights > 1", vi: Ở quá ngắn, en: The stay is too short}
transitions:
  - name: submit_division
    papers: {prepare: [permit]}
  - name: approve
    vi: Ký giấy phép
    en: Sign the permit
    from: [dept_review]
    to: signed
    by: [dept_leader]
    require: [{builtin: four_eyes}, long_enough]
    ask: [signing_form, deputy_reason]
    confirm: [read_before_signing]
    within: {share: 0.2}
    papers: {sign: [permit]}
    set: {result_kind: "'chap_thuan'"}
    notify: [{to: clerk, notice: to_number}]
    src: D
  - name: issue_result
    papers: {issue: [permit]}
"""
DOSSIER = """\
fields:
  - {name: purpose, vi: Mục đích, en: Purpose, type: "enum(visit, study)", required: true}
  - {name: nights, vi: Số đêm, en: Nights, type: int, required: true}
labels:
  visit: {vi: Thăm, en: Visit}
  study: {vi: Học, en: Study}
attachments:
  - {code: invitation, vi: Thư mời, en: Invitation, required: true, src: D}
"""
PAPERS = """\
papers:
  - code: permit
    vi: Giấy phép
    en: Permit
    family: nd30
    type_code: GP
    issuer: agency
    signer: dept_leader
    addressee: [applicant]
    origin: ours
    series: automatic
    series_key: agency
    legal_basis: [nd118_2025]
    gist: who may stay and how long
    merge: [case_code, applicant_name, nights]
    public: true
    qr: verify
    src: D
"""
FILES = {"procedure.yaml": PROCEDURE, "dossier.yaml": DOSSIER, "papers.yaml": PAPERS}


def permit_folder(root: Path, name: str = "v1", **changed: tuple[str, str]) -> Path:
    """Write the folder `permit/<name>` under a root; `procedure=(old, new)` changes a line of procedure.yaml."""
    folder = root / "permit" / name
    folder.mkdir(parents=True)
    for file, text in FILES.items():
        old, new = changed.get(file.removesuffix(".yaml"), ("", ""))
        assert old in text, f"{file} has no {old!r}"
        (folder / file).write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return folder
