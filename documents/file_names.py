"""File names in a header: RFC 6266 with the Vietnamese name in UTF-8 and a plain one for old clients."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|]+')


def disposition(name: str) -> str:
    """Return the value of Content-Disposition for saving a file under that name."""
    safe = _UNSAFE.sub("-", unicodedata.normalize("NFC", name)).strip(" .-") or "van-ban.docx"
    letters = unicodedata.normalize("NFD", safe.replace("Đ", "D").replace("đ", "d"))
    plain = letters.encode("ascii", "ignore").decode()
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
