"""What anybody is asked before filing: fields that exist, that a person fills in, and that are nobody's secret."""

from __future__ import annotations

from workflows.definition import Field, Inquiry, Procedure
from workflows.proof.findings import Findings

NOT_ASKED = frozenset({"file", "table", "person"})


def prove_inquiries(procedure: Procedure, findings: Findings) -> None:
    """Add an error for each name that is no field, and for each field that must not be asked of anybody."""
    known = procedure.fields_by_path()
    for inquiry in procedure.inquiries:
        key = f"inquiries.{inquiry.code}"
        shown = [name for answer in inquiry.answers for name in answer.show]
        findings.unknown(key, [*inquiry.ask, *shown], known, "trường / field")
        attributes = [f"case.{name}" for name in procedure.facts.get("case", {})]
        findings.unknown(key, inquiry.given, [*known, *attributes], "trường / field")
        _one_table(key, inquiry, findings)
        asked = [known[name] for name in inquiry.ask if name in known]
        for spec in (*asked, *inquiry.fields):
            _open_to_all(key, spec, findings)


def _one_table(key: str, inquiry: Inquiry, findings: Findings) -> None:
    tables = {name.partition(".")[0] for name in (*inquiry.ask, *inquiry.given) if "." in name} - {"case"}
    if len(tables) > 1:
        told = ", ".join(sorted(tables))
        findings.error(key, f"chỉ hỏi một dòng của một bảng: {told}", f"asks about one row of one table: {told}")


def _open_to_all(key: str, spec: Field, findings: Findings) -> None:
    if spec.personal or spec.sensitive or spec.visible_to or spec.base in NOT_ASKED or spec.computed is not None:
        vi = f"không hỏi {spec.name} trước khi nộp: là dữ liệu riêng, tệp, bảng hoặc được tính"
        findings.error(key, vi, f"{spec.name} is not asked before filing: private, a file, a table or computed")
