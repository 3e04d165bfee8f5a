"""Whoever acts, signs, is told or is shown something is known; nobody does what is not theirs."""

from __future__ import annotations

from workflows.definition import Field, Procedure, Step
from workflows.proof.findings import Findings, steps

ROLE = "vai trò / role"


def prove_people(procedure: Procedure, findings: Findings) -> None:
    """Add the faults of roles and notices."""
    for key, _, step in steps(procedure):
        _prove_step(procedure, key, step, findings)
    for paper in procedure.papers:
        findings.unknown(f"papers.{paper.code}", [paper.issuer], procedure.offices, "cơ quan ban hành / issuing office")
    for key, field in _fields(procedure):
        findings.unknown(key, field.visible_to, procedure.roles, ROLE)
    for code, words in procedure.notices.items():
        _prove_notice(f"notices.{code}", words, findings)


def _prove_step(procedure: Procedure, key: str, step: Step, findings: Findings) -> None:
    acting = [*step.by, *(r for r in (step.recorded_by, step.cosign) if r)]
    findings.unknown(key, acting, procedure.roles, ROLE)
    if not step.by:
        findings.error(key, "không ai thực hiện được bước này", "nobody may take this step")
    if "auditor" in acting:
        findings.error(key, "người kiểm tra không bao giờ xử lý hồ sơ", "an auditor never acts")
    if step.by == ("system",) and (step.ask or step.confirm or step.cosign):
        findings.error(key, "hệ thống không trả lời được điều bước này hỏi", "the system cannot answer what is asked")
    for told in step.notify:
        findings.unknown(key, told.to, procedure.roles, ROLE)
        findings.unknown(key, [told.notice], procedure.notices, "thông báo / notice")


def _prove_notice(key: str, words: dict[str, str], findings: Findings) -> None:
    for pair in (("vi", "en"), ("body_vi", "body_en")):
        there = [bool(str(words.get(name) or "").strip()) for name in pair]
        if any(there) != all(there) or (pair[0] == "vi" and not any(there)):
            findings.error(key, "thiếu tiếng Việt hoặc tiếng Anh", "Vietnamese or English is missing")


def _fields(procedure: Procedure) -> list[tuple[str, Field]]:
    found = [(f"fields.{f.name}", f) for f in procedure.fields]
    for part in procedure.parts:
        found += [(f"parts.{part.code}.fields.{f.name}", f) for f in part.fields]
    found += [(f"{key}.{c.name}", c) for key, f in found for c in f.columns]
    return found
