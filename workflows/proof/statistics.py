"""Statistics: what they are broken down by and what they add up is there."""

from __future__ import annotations

from workflows.definition import Procedure
from workflows.proof.findings import Findings
from workflows.statistics import GROUPS, asked_at, columns_of


def prove_statistics(procedure: Procedure, findings: Findings) -> None:
    """Add an error for every group and column that no statistic could find."""
    base = {*GROUPS, *procedure.facts.get("case", ()), *(field.name for field in procedure.fields)}
    for statistic in procedure.statistics:
        columns = {column.name for column in columns_of(statistic, procedure)}
        asked = asked_at(procedure) if statistic.measure == "events" else {}
        key = f"statistics.{statistic.code}"
        findings.unknown(f"{key}.by", statistic.by, {*base, *columns, *asked}, "trường hoặc cột / field or column")
        added = (statistic.column,) if statistic.column is not None else ()
        findings.unknown(f"{key}.column", added, columns, "cột / column")
