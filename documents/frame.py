"""The frame values of a paper: who writes, to whom, on what basis, who signs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from cases.names import Names
from documents.layout_frame import ADDRESSED as ADDRESSED_TO
from documents.merge import Source
from documents.office import ISSUERS, site_address
from documents.signing import Signature
from workflows.definition import Basis, Paper

READ_IN_THE_RULE = "S:"


def frame_of(source: Source, signature: Signature) -> dict[str, Any]:
    """Return the frame of a paper without what is set at each rendering (merge.LATE)."""
    issuer, job = source.issuer, source.job
    recipients = names_of(source, source.paper.addressee)
    copied = names_of(source, source.paper.copies_to) if source.paper.family == "nd30" else []
    return {
        "agency_name": issuer.name,
        "parent_agency_name": issuer.parent_name,
        "agency_symbol": issuer.symbol,
        "unit_symbol": issuer.unit_symbol,
        "place_name": issuer.place,
        "archive_line": issuer.archive,
        "recipients": recipients,
        # Whoever stands under Kính gửi is "Như trên".
        "copies": [n for n in copied if source.paper.type_code not in ADDRESSED_TO or n not in recipients],
        "legal_basis_lines": basis_lines(source.paper, source.names),
        "tracking_url": tracking_address(source),
        "officer_name": job.actor.full_name if job.actor is not None else "",
        "proposer": proposer(source),
        "procedure_name": job.definition.vi,
        "foreign_agency_name": "".join(_agency(source)),
        "ppc_name": "".join(_ppc(source)),
        **signature.as_context(),
    }


def basis_lines(paper: Paper, names: Names) -> list[str]:
    """Return the căn cứ that may print: confirmed by the office (row of the table `bases`) or read in the rule."""
    return [basis.text for basis in paper.legal_basis if may_print(basis, names)]


def may_print(basis: Basis, names: Names) -> bool:
    read = any(mark.strip().startswith(READ_IN_THE_RULE) for mark in basis.src.split(";"))
    return basis.confirmed or read or bool(names.row("bases", basis.text).get("confirmed"))


def names_of(source: Source, roles: Iterable[str]) -> list[str]:
    """Return the names that a letter is addressed or copied to, role by role; inner roles print nothing."""
    found: list[str] = []
    for role in roles:
        found += [name for name in ADDRESSED.get(role, _nobody)(source) if name and name not in found]
    return found


def _nobody(source: Source) -> list[str]:
    del source
    return []


def _applicant(source: Source) -> list[str]:
    return [str(source.job.case.dossier.get("applicant_name") or source.job.case.applicant_name)]


def _consultees(source: Source) -> list[str]:
    """Those asked in this step, else those asked before."""
    asked = source.job.ask.get("consultee_list") or source.job.case.attributes.get("consultees_to_ask") or []
    if not asked:
        asked = [p.fields["agency"] for p in source.job.parts if p.kind == "opinion" and p.fields.get("agency")]
    return [source.names("consultees", code) for code in asked]


def _ppc(source: Source) -> list[str]:
    return [str(source.rows.get("ppc", {}).get("name", ""))]


def _intake(source: Source) -> list[str]:
    return [str(source.rows.get("one_stop", {}).get("name", ""))]


def _agency(source: Source) -> list[str]:
    return [str(source.rows.get("agency", {}).get("name", ""))]


ADDRESSED: dict[str, Callable[[Source], list[str]]] = {
    "applicant": _applicant,
    "consultee": _consultees,
    "ppc_chair": _ppc,
    "intake": _intake,
    "dept_leader": _agency,
}


def tracking_address(source: Source) -> str:
    """Return the address on which the applicant follows the case; the page asks for a second thing."""
    site = site_address(source.rows)
    return f"{site}/track/?code={quote(source.job.case.code)}" if site else ""


def proposer(source: Source) -> str:
    """Return who proposes a decision of another body: Giám đốc Sở Ngoại vụ."""
    row = source.rows.get(ISSUERS["system"], {})
    return f"{row.get('head_title', '')} {row.get('name', '')}".strip()
