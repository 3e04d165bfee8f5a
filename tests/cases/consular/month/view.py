"""A case as the people of the desk see it at a moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from cases.models import Case, Part

ROW = {"paper": "row_no", "original": "row_no", "correction": "row_key"}


@dataclass(frozen=True)
class View:
    """A case as the people of the desk see it at a moment."""

    case: Case
    parts: list[Part]
    mode: str  # of the office today
    free: list[str]  # blanks in the stock
    today: dt.date
    forgets: bool  # whether the applicant leaves questions unanswered

    def of(self, kind: str) -> list[Part]:
        return [part for part in self.parts if part.kind == kind]

    def row(self, part: Part) -> dict[str, Any]:
        rows: list[dict[str, Any]] = self.case.dossier["papers"]
        return next(row for row in rows if row["row_no"] == part.fields[ROW[part.kind]])

    def paper_of(self, part: Part) -> Part | None:
        number = part.fields[ROW[part.kind]]
        return next((p for p in self.of("paper") if p.fields["row_no"] == number), None)

    @property
    def frozen(self) -> str:
        return str(self.case.attributes.get("mode_at_receipt", ""))


def rare(may: bool) -> float:
    """Return a weight: what the rules let happen is usual, what they refuse is tried all the same, now and then."""
    return 1 if may else 0.03
