"""Words of a notice: merge values into lines, and one line for a subject. Pure functions."""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from notifications.errors import UnknownMergeValue
from workflows.definition import Procedure

MERGE_VALUES = frozenset({"code", "procedure", "state", "due_on", "deadline", "link"})
PLACE = re.compile(r"\{([^{}]*)\}")
BREAKS = frozenset({"Cc", "Zl", "Zp"})
INVISIBLE = frozenset({"Cf", "Cs"})  # joiners and marks that turn the direction of writing


def written(template: str, values: Mapping[str, str]) -> str:
    """Return the text with its values; a line that needs an empty one is left out. Raises UnknownMergeValue."""
    lines = (_line(line, values) for line in unicodedata.normalize("NFC", template).splitlines())
    return "\n".join(line for line in lines if line is not None).strip()


def _line(line: str, values: Mapping[str, str]) -> str | None:
    named = PLACE.findall(line)
    for name in named:
        if name not in MERGE_VALUES:
            raise UnknownMergeValue(f"merge value {name!r}")
    if not all(values[name] for name in named):
        return None
    return PLACE.sub(lambda found: values[found[1]], line)


def one_line(text: str) -> str:
    """Return the text in NFC on one line: no break that could start a header of its own, nothing invisible."""
    kinds = ((letter, unicodedata.category(letter)) for letter in unicodedata.normalize("NFC", text))
    kept = (" " if kind in BREAKS else letter for letter, kind in kinds if kind not in INVISIBLE)
    return " ".join("".join(kept).split())


def subject(code: str, procedure: str, title: str) -> str:
    """Return `[code] procedure - title`: the code is the only thing in it that belongs to somebody."""
    return one_line(f"[{code}] {procedure} - {title}")


def told_by(notice: Mapping[str, Any], language: str, values: Mapping[str, str]) -> tuple[str, str]:
    """Return title and body of a notice in a language. Raises UnknownMergeValue."""
    title = one_line(written(str(notice[language]), values))
    return title, written(str(notice.get(f"body_{language}") or ""), values)


def faults_of(procedure: Procedure) -> Iterator[str]:
    """Yield `notice: what is wrong` for every notice whose words name a value that does not exist."""
    every = dict.fromkeys(MERGE_VALUES, "–")
    for code, notice in procedure.notices.items():
        for language in ("vi", "en"):
            try:
                told_by(notice, language, every)
            except UnknownMergeValue as fault:
                yield f"{code}: {fault}"
