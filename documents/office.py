"""What the office says of itself for its papers: names, symbols, place, signers. Rows of the table `office`.

Keys (columns): `agency`, `ppc`, `ppc_office`, `one_stop` (name, parent_name, symbol, unit_symbol, place, head_title,
collective, body, archive) · `signers` (role -> {name, title}) · `forms` (number -> {page}) · `site` (url) ·
`complaint_guidance` (vi) · `bank` (bin, account, holder, bank). docs/procedure-guide-papers.md describes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cases.errors import PaperImpossible
from workflows.definition import Paper
from workflows.errors import Reason

ISSUERS = {"system": "agency", "sender": "agency", "consultee": "agency", "party": "agency", "outside": "agency"}
Rows = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Issuer:
    """The office in whose name a paper goes out, as it is printed today."""

    name: str
    parent_name: str
    symbol: str
    unit_symbol: str
    place: str
    head_title: str
    collective: bool
    body: str  # the collective body in TM.: Ủy ban nhân dân
    archive: str


def issuer_of(paper: Paper, rows: Rows, unit_symbol: str = "") -> Issuer:
    """Return the issuer of a paper; `unit_symbol`: of the division that drafts. Raises PaperImpossible."""
    key = ISSUERS.get(paper.issuer, paper.issuer)
    row = rows.get(key)
    unit = unit_symbol if key == "agency" and unit_symbol else str((row or {}).get("unit_symbol", ""))
    missing = [f"office.{key}.{column}" for column in _needed(paper, unit) if not (row or {}).get(column)]
    if row is None or missing:
        raise PaperImpossible(paper.code, [_unset(path) for path in missing])
    return Issuer(
        name=row["name"],
        parent_name=row.get("parent_name", ""),
        symbol=row.get("symbol", ""),
        unit_symbol=unit,
        place=row["place"],
        head_title=row.get("head_title", ""),
        collective=bool(row.get("collective")),
        body=row.get("body") or row["name"],
        archive=f"VT, {unit}" if unit else row.get("archive", "VT"),
    )


def _needed(paper: Paper, unit: str) -> list[str]:
    """A công văn has no type code: its symbol is the agency's and that of the unit which drafts it."""
    needed = ["name", "place"]
    if paper.family == "nd30":
        needed += ["symbol"] if paper.type_code or unit else ["symbol", "unit_symbol"]
    return needed


def _unset(path: str) -> Reason:
    return Reason(
        "paper_impossible", f"Cấu hình cơ quan còn thiếu {path}", f"The office configuration lacks {path}", path
    )


def signer_row(paper: Paper, rows: Rows) -> Mapping[str, str]:
    """Return {name, title} of whoever ordinarily signs this paper, empty when the office has not said."""
    found: Mapping[str, str] = rows.get("signers", {}).get(paper.signer, {})
    return found


def site_address(rows: Rows) -> str:
    """Return the address of this system as people type it, without a slash at the end."""
    return str(rows.get("site", {}).get("url", "")).rstrip("/")


def form_page(paper: Paper, rows: Rows) -> str:
    """Return A4 or A5 for a form; the size is dated configuration."""
    row = rows.get("forms", {}).get(paper.number or "", {})
    return "A5" if paper.family == "form" and row.get("page") == "A5" else "A4"
