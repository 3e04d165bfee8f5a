"""What may stand on paper: NFC text without control characters, whole numbers, lists and records of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from documents.errors import NotPrintable

# XML 1.0 knows no control characters but tab and line feed; the bidirectional controls let a name print other than
# it reads (letters of right-to-left scripts themselves are welcome); U+FFFE, U+FFFF and surrogates are no characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")


def clean(value: Any, path: str = "") -> Any:
    """Return the value with every text in NFC and line feeds alone. Raises NotPrintable naming the path."""
    kind = type(value)
    if kind is str:
        return clean_text(value, path)
    if kind in (int, bool):
        return value
    if isinstance(value, Mapping):
        return {key: clean(inner, f"{path}.{key}" if path else str(key)) for key, inner in value.items()}
    if kind in (list, tuple):
        return [clean(inner, f"{path}[{n}]") for n, inner in enumerate(value, 1)]
    raise NotPrintable(path, "không phải văn bản, số hay danh sách", f"{kind.__name__} is no plain value")


def clean_text(value: str, path: str) -> str:
    if value.isascii() and value.isprintable():
        return value
    text = _BREAKS.sub("\n", unicodedata.normalize("NFC", value))
    found = _FORBIDDEN.search(text)
    if found:
        sign = f"U+{ord(found.group()):04X}"
        raise NotPrintable(path, f"chứa ký tự điều khiển {sign}", f"contains the control character {sign}")
    return text
