"""How commands over several rooms answer: one JSON object or words, refusals in both languages, exit codes."""
from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import BaseCommand

from workflows.errors import Reason

OK, FAILED, UNUSABLE, REFUSED, STALE, TAMPERED, INCOMPLETE = 0, 1, 2, 3, 4, 10, 11
ERRORS = {FAILED: "failed", UNUSABLE: "input", REFUSED: "refused", STALE: "stale", TAMPERED: "tampered"}
Options = Mapping[str, Any]


def answer(command: BaseCommand, options: Options, said: Mapping[str, Any], text: str, status: int = OK) -> None:
    """Say it, and end the process unless all is well."""
    if options["json"]:
        command.stdout.write(json.dumps(said, ensure_ascii=False))
    else:
        (command.stdout if status == OK else command.stderr).write(text)
    if status != OK:
        sys.exit(status)


def refuse(command: BaseCommand, options: Options, reasons: Iterable[Reason], status: int) -> None:
    """Say every reason and end the process."""
    told = list(reasons)
    said = {"error": ERRORS[status], "reasons": [reason.as_dict() for reason in told]}
    answer(command, options, said, "\n".join(f"{r.vi} / {r.en}" for r in told), status)
