"""Errors of the language and the engine, grouped by what the caller does next."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is refused: a code for machines, a sentence for people, the field it is about."""

    code: str
    vi: str
    en: str
    path: str = ""

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "vi": self.vi, "en": self.en, "path": self.path}


class TransitionRefused(Exception):
    """The step is not possible now; tell the person every reason."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("; ".join(r.vi for r in reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a folder, for its author: where, what, and the nearest valid name."""

    file: str
    line: int
    key: str
    message: str
    nearest: str = ""
    level: str = "error"  # error | warning

    def __str__(self) -> str:
        near = f" – gần nhất / nearest: {self.nearest}" if self.nearest else ""
        return f"{self.file}:{self.line}: {self.key}: {self.message}{near}"


class DefinitionError(Exception):
    """The folder is no valid procedure; tell its author all faults at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(f) for f in faults))
        self.faults = tuple(faults)


class CannotBeJudged(Exception):
    """An expression met an absent value; `path` names it. A guard then refuses, never passes."""

    def __init__(self, path: str, detail: str = "") -> None:
        super().__init__(f"cannot be judged: {path} {detail}".strip())
        self.path = path


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a guard found: nothing against it, or the values that made it refuse."""

    passed: bool
    path: str = ""
    values: dict[str, Any] = field(default_factory=dict)
