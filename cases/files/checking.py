"""May this upload lie in a case? Type and size first, then its structure in a child process, then the virus scanner."""
from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cases.errors import FileRefused
from cases.files.antivirus import Finding, scan
from cases.files.child import ROWS
from cases.files.faults import SENTENCES
from cases.files.kinds import HEAD, HEIC_ENDINGS, MEDIA_TYPES, OFFICE, is_scripted, type_named, type_of
from cases.files.names import extension_of
from workflows.errors import Reason

HOME = Path(__file__).resolve().parent.parent.parent
OLD_OFFICE = frozenset({"doc", "xls", "ppt", "rtf"})
PATIENCE = 30  # seconds on the wall, for a machine with much else to do; the child's own limit is of its work
MACRO_ENDINGS = frozenset({"docm", "xlsm", "dotm", "xltm", "xlsb", "xlam"})
LOCKED_OFFICE = "EncryptedPackage".encode("utf-16-le")
_BY_HEAD = {"heic": "file_heic", "scripted": "file_scripted"}
_SCANNED = {Finding.INFECTED: "file_virus", Finding.UNKNOWN: "file_not_scanned"}


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one place of a case takes: types by their ending, and how large."""

    types: Sequence[str]
    max_mb: int

    @property
    def limit(self) -> int:
        return self.max_mb * 1024 * 1024


def check_file(path: Path, name: str, allowed: Allowed, shown: Path) -> str:
    """Return the media type of a file that may be taken; the copy of a picture lies at `shown` then.

    `name` is clean already. Raises FileRefused.
    """
    kind = type_named(extension_of(name))
    code = _by_name_and_head(path, kind, allowed) or _in_child(kind, path, shown) or _SCANNED.get(scan(path), "")
    if code:
        raise refusal(code, name, allowed)
    return MEDIA_TYPES[kind]


def read_rows(path: Path, name: str, allowed: Allowed, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rows of an .xlsx as `cases.files.rows` finds them; `name` is clean already. Raises FileRefused."""
    code = _by_name_and_head(path, type_named(extension_of(name)), allowed)
    found = {"fault": code} if code else _answer_of(ROWS, path, path, json.dumps(wanted))
    code = found["fault"] or _SCANNED.get(scan(path), "")
    if code:
        raise refusal(code, name, allowed)
    return found


def check_name(name: str, allowed: Allowed) -> None:
    """Refuse by its ending what would be refused anyway, before its bytes are read. Raises FileRefused."""
    code = _by_ending(type_named(extension_of(name)), allowed)
    if code:
        raise refusal(code, name, allowed)


def refusal(code: str, name: str, allowed: Allowed) -> FileRefused:
    """Return the refusal in both languages."""
    types = ", ".join(type_.upper() for type_ in allowed.types)
    vi, en = (text.format(name=name, most=allowed.max_mb, types=types) for text in SENTENCES[code])
    return FileRefused(Reason(code, vi, en, "file"), too_large=code == "file_too_large")


def _by_ending(kind: str, allowed: Allowed) -> str:
    if kind in {type_named(type_) for type_ in allowed.types} and kind in MEDIA_TYPES:
        return ""
    if kind in HEIC_ENDINGS:
        return "file_heic"
    if kind in ("svg", "html", "htm", "xhtml", "mht", "xml"):
        return "file_scripted"
    if kind in OLD_OFFICE:
        return "file_old_office"
    return "file_macro" if kind in MACRO_ENDINGS else "file_type"


def _by_name_and_head(path: Path, kind: str, allowed: Allowed) -> str:
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        return "file_empty"
    found = type_of(head)
    if found == kind or (found == "zip" and kind in OFFICE):
        return _by_ending(kind, allowed)
    if found == "ole" and kind in OFFICE:
        return "file_locked" if LOCKED_OFFICE in path.read_bytes() else "file_old_office"
    by_ending = _by_ending(kind, allowed)
    return by_ending or _BY_HEAD.get(found, "file_scripted" if is_scripted(head) else "file_not_its_type")


def _in_child(kind: str, path: Path, shown: Path) -> str:
    fault: str = _answer_of(kind, path, shown)["fault"]
    return fault


def _answer_of(kind: str, path: Path, shown: Path, given: str = "") -> dict[str, Any]:
    """Return what the child found; a child that was ended by its limits could not check the file."""
    try:
        child = subprocess.run(  # noqa: S603  # our own interpreter and module; paths and type are ours, not the person's
            [sys.executable, "-m", "cases.files.child", kind, str(path), str(shown)],
            input=given.encode(), capture_output=True, timeout=PATIENCE, cwd=HOME, env={}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"fault": "file_too_complex"}
    if child.returncode != 0:
        return {"fault": "file_too_complex"}
    answer: dict[str, Any] = json.loads(child.stdout)
    return answer
