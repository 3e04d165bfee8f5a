"""Errors of the case floor, grouped by what the caller does next. HTTP status and exit code: design §9."""
from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from workflows.errors import Reason


class CaseNotFound(Exception):
    """The case or part does not exist or is invisible to the person (404, exit 5)."""


class ProcedureUnknown(Exception):
    """No procedure of this code takes cases on that day (404, exit 5)."""

    def __init__(self, code: str) -> None:
        super().__init__(f"no procedure {code} in force")
        self.code = code


@dataclass(frozen=True, slots=True)
class CaseChanged(Exception):
    """Somebody was faster (409, exit 4): who did what, when."""

    version: int
    who: str
    what_vi: str
    what_en: str
    at: str  # ISO, UTC


class InputFaults(Exception):
    """Values are missing or wrong (422, exit 2); one reason per value, `path` names it."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("; ".join(f"{r.path}: {r.vi}" for r in reasons))
        self.reasons = tuple(reasons)


class KeyReused(Exception):
    """The idempotency key came with another payload (422, exit 2)."""


class PaperImpossible(Exception):
    """A paper that the step must make cannot be made; the whole step is refused (422, exit 3)."""

    def __init__(self, paper: str, reasons: Sequence[Reason]) -> None:
        super().__init__("; ".join(r.vi for r in reasons))
        self.paper = paper
        self.reasons = tuple(reasons)


class FileRefused(Exception):
    """An upload is not taken (422, or 413 when too large; exit 2)."""

    def __init__(self, reason: Reason, *, too_large: bool = False) -> None:
        super().__init__(reason.vi)
        self.reason = reason
        self.too_large = too_large


class DeliveryPostponed(Exception):
    """An effect cannot happen yet; try again later (at `until`, when known) without counting an attempt."""

    def __init__(self, why: str = "", *, until: dt.datetime | None = None) -> None:
        super().__init__(why)
        self.until = until


class DeliveryImpossible(Exception):
    """An effect will never happen; the row goes to the dead letters at once."""
