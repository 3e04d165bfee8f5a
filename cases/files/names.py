"""Names of uploaded files: what a person called the file, without what deceives a reader or a file system."""
from __future__ import annotations

import re
import unicodedata

LONGEST_BYTES = 200  # file systems take 255; the browser that saves the file may add " (12)"
NAMELESS = "tệp"
# Control characters, marks that turn the reading direction ("exe" shown as "txt.exe" backwards), halves of a pair.
UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_PATH = re.compile(r".*[/\\]", re.DOTALL)
_BLANKS = re.compile(r"\s+")


def clean_name(raw: str) -> str:
    """Return the name in NFC, without path, control and direction characters, cut to length; never empty."""
    text = _PATH.sub("", _BLANKS.sub(" ", raw))
    plain = "".join(letter for letter in text if unicodedata.category(letter) not in UNSEEN)
    stem, extension = _split(unicodedata.normalize("NFC", _BLANKS.sub(" ", plain)).rstrip(" ."))
    return _cut(stem.strip(" .") or NAMELESS, LONGEST_BYTES - len(extension.encode())) + extension


def extension_of(name: str) -> str:
    """Return the letters after the last dot, small; empty when there are none."""
    return _split(name)[1][1:].lower()


def _split(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    if not dot or not extension.isalnum() or len(extension) > 10:
        return name, ""
    return stem, dot + extension


def _cut(text: str, longest: int) -> str:
    """Cut between letters, not between bytes of one."""
    return text.encode()[:longest].decode(errors="ignore").rstrip(" .")
