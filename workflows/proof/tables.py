"""Declared tables: their rows are sound, their own tests hold, and who names one names one that is there."""

from __future__ import annotations

from workflows.definition import Procedure, Table
from workflows.fact_types import named, types_of
from workflows.proof.findings import Findings, steps
from workflows.table_faults import faults_of

NAMED = {"table_decided": "decision", "limits_pass": "decision", "eligible": "decision"}  # built-in -> kind of table


def prove_tables(procedure: Procedure, findings: Findings) -> None:
    """Add the faults of declared tables, warnings for rows that the office has to confirm."""
    types = types_of(procedure)
    for table in procedure.tables:
        for name, kind in table.inputs.items():
            if not _is_input(kind, procedure):
                words = f"đầu vào {name} không có kiểu {kind}", f"input {name} has no type {kind}"
                findings.error(f"tables.{table.code}", *words)
        for fault in faults_of(table, table.rows, types):
            findings.say(_key(table, fault.row), fault.message)
        _warn_unconfirmed(table, findings)
    for key, _, step in steps(procedure):
        for guard in step.require:
            if guard.builtin in NAMED:
                names = [t.code for t in procedure.tables if t.kind == NAMED[guard.builtin]]
                findings.unknown(key, [str(guard.params.get("table", ""))], names, "bảng quyết định / decision table")


def _is_input(kind: str, procedure: Procedure) -> bool:
    rows = kind.removeprefix("row of dossier.")
    if rows != kind:
        found = procedure.field(rows)
        return found is not None and found.base == "table"
    return kind in ("dossier", "case", "config", "office") or named(kind) is not None


def _key(table: Table, row: str) -> str:
    return f"tables.{table.code}.{row}" if row else f"tables.{table.code}"


def _warn_unconfirmed(table: Table, findings: Findings) -> None:
    open_rows = [line.code for line in table.rows if not line.confirmed]
    if open_rows:
        rows = ", ".join(open_rows)
        words = f"dòng chưa được xác nhận: {rows}", f"rows not confirmed: {rows}"
        findings.warning(f"tables.{table.code}", *words)
