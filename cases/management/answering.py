"""How a command ends: an error of the services becomes one exit code and one JSON object (design §9)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from cases.errors import (
    CaseChanged,
    CaseNotFound,
    FileRefused,
    InputFaults,
    KeyReused,
    PaperImpossible,
    ProcedureUnknown,
)
from cases.sheets import SheetRefused
from cases.store import StoreFailed
from workflows.errors import Reason, TransitionRefused

OK, UNEXPECTED, UNUSABLE, REFUSED, STALE, NOT_FOUND = range(6)
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ending:
    """Exit code, the object of `--json`, and the words for people."""

    status: int
    answer: Answer
    text: str


class Unusable(Exception):
    """What was typed on the command line cannot be used (exit 2)."""


def ended(work: Callable[[], Ending]) -> Ending:
    """Return how the work ended, its errors put into exit code, object and words."""
    try:
        return work()
    except Unusable as fault:
        return Ending(UNUSABLE, {"error": "input", "reasons": [_reason("usage", str(fault))]}, str(fault))
    except (CaseNotFound, ProcedureUnknown):
        text = "Không tìm thấy, hoặc bạn không được xem / not found, or not visible to you"
        return Ending(NOT_FOUND, {"error": "not_found"}, text)
    except CaseChanged as changed:
        return Ending(STALE, {"error": "stale", **_changed(changed)}, stale_words(changed))
    except DatabaseError:
        text = "Cơ sở dữ liệu không trả lời; chưa có gì thay đổi / the database does not answer; nothing has changed"
        return Ending(UNEXPECTED, {"error": "unavailable"}, text)
    except StoreFailed:
        text = "Kho tệp đầy hoặc không ghi được; chưa có gì thay đổi / the store of files is full or broken; no change"
        return Ending(UNEXPECTED, {"error": "unavailable"}, text)
    except (TransitionRefused, PaperImpossible, InputFaults, SheetRefused, FileRefused, KeyReused) as refused:
        return _refused(refused)


def _refused(refused: Exception) -> Ending:
    if isinstance(refused, TransitionRefused | PaperImpossible):
        return _with_reasons(REFUSED, "refused", refused.reasons)
    if isinstance(refused, InputFaults | SheetRefused):
        return _with_reasons(UNUSABLE, "input", refused.reasons)
    if isinstance(refused, FileRefused):
        return _with_reasons(UNUSABLE, "input", [refused.reason])
    reused = Reason("key_reused", "Khóa này đã dùng cho nội dung khác", "This key came with another payload")
    return _with_reasons(UNUSABLE, "input", [reused])


def _with_reasons(status: int, error: str, reasons: Iterable[Reason]) -> Ending:
    listed = [reason.as_dict() for reason in reasons]
    return Ending(status, {"error": error, "reasons": listed}, "\n".join(f"{r['vi']} / {r['en']}" for r in listed))


def _reason(code: str, text: str) -> dict[str, str]:
    return Reason(code, text, text).as_dict()


def _changed(changed: CaseChanged) -> Answer:
    return {"version": changed.version, "who": changed.who, "what": changed.what_vi, "at": changed.at}


def stale_words(changed: CaseChanged) -> str:
    """Return who was faster, in both languages."""
    vi = f"{changed.who} đã thực hiện “{changed.what_vi}” lúc {changed.at}"
    return f"{vi} / {changed.who} has already done “{changed.what_en}” at {changed.at}"


def end(command: BaseCommand, ending: Ending, *, as_json: bool) -> None:
    """Print the answer and end the process with its exit code."""
    if as_json:
        command.stdout.write(json.dumps(ending.answer, ensure_ascii=False))
    elif ending.text:
        (command.stdout if ending.status == OK else command.stderr).write(ending.text)
    if ending.status != OK:
        sys.exit(ending.status)
