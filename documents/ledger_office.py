"""In whose name a ledger's papers go out: the agency that keeps the row, in books of its own."""

from __future__ import annotations

from dataclasses import replace

from accounts.models import OrgUnit
from cases.ledger_access import agencies, row_spec
from cases.models import Case
from documents.office import Issuer, Rows
from workflows.definition import Paper, Procedure

OFFICE = "agency"  # the office's own books and names


def other_keeper(case: Case, rows: Rows) -> OrgUnit | None:
    """Return the agency that keeps a row, when it is another one than the office; None for a case."""
    if not case.in_ledger or case.unit is None:
        return None
    own = str(rows.get("office", {}).get("lead_agency", ""))
    places = agencies()
    return None if places.get(case.unit.code) == places.get(own, own) else case.unit


def issued_by(issuer: Issuer, keeper: OrgUnit | None) -> Issuer:
    """Return the issuer as the keeping agency writes itself; the place is the office's, it is the same province."""
    if keeper is None:
        return issuer
    parent = keeper.parent.name if keeper.parent is not None else ""
    own = {"name": keeper.name, "parent_name": parent, "symbol": keeper.symbol, "unit_symbol": ""}
    return replace(issuer, **own, head_title="", collective=False, body=keeper.name, archive="VT")


def series_in(paper: Paper, definition: Procedure, case: Case, rows: Rows) -> str:
    """Return the book that numbers a paper. In a ledger each agency has its own; a series that is named like the
    ledger's field of the agency is that agency's ordinary one."""
    series = paper.series_key or paper.issuer
    if not case.in_ledger:
        return series
    if series == row_spec(definition).agency:
        series = OFFICE
    keeper = other_keeper(case, rows)
    return series if keeper is None else f"{series}:{keeper.code}"[:60]
