from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from config.answers import INCOMPLETE, OK, REFUSED, TAMPERED

# Warnings that an office must settle before it opens; the others are to be looked after.
BEFORE_OPENING = frozenset({"delivery", "mail", "backup", "procedures", "unconfirmed", "staffing"})

Level = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `code` is for machines and stays; `details` are names and counts, never personal data."""

    code: str
    level: Level
    vi: str
    en: str
    details: tuple[str, ...] = ()
    status: int = OK  # exit code that it asks for

    def as_dict(self) -> dict[str, Any]:
        """Return the finding for programs."""
        said = {"code": self.code, "level": self.level, "vi": self.vi, "en": self.en}
        return {**said, "details": list(self.details)}


def fine(code: str, vi: str, en: str) -> Finding:
    """Return that a check found nothing wrong."""
    return Finding(code, "ok", vi, en)


def warning(code: str, vi: str, en: str, details: Iterable[str] = ()) -> Finding:
    """Return something to look after; the office works."""
    return Finding(code, "warning", vi, en, tuple(details))


def fault(code: str, vi: str, en: str, details: Iterable[str] = (), status: int = REFUSED) -> Finding:
    """Return something that keeps the office from working as promised."""
    return Finding(code, "fault", vi, en, tuple(details), status)


def grave(found: Finding, *, golive: bool) -> Finding:
    """Return a warning as the fault that it is for an office about to open."""
    if not golive or found.level != "warning" or found.code not in BEFORE_OPENING:
        return found
    return Finding(found.code, "fault", found.vi, found.en, found.details, REFUSED)


def status_of(found: Iterable[Finding]) -> int:
    """Return the exit code of all findings: altered evidence first, then lost bytes, then any fault."""
    asked = {finding.status for finding in found}
    return next((status for status in (TAMPERED, INCOMPLETE, REFUSED) if status in asked), OK)
