from __future__ import annotations

from workflows.errors import Reason

FAILED, UNUSABLE, REFUSED, TAMPERED = 1, 2, 3, 10


class BackupRefused(Exception):
    """A copy is not made or not brought back; what was begun is put back. `status` is the exit code."""

    def __init__(self, code: str, vi: str, en: str, *, path: str = "", status: int = REFUSED) -> None:
        super().__init__(f"{vi} / {en}")
        self.reason = Reason(code, vi, en, path)
        self.status = status
