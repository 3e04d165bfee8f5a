"""How many pixels a picture may have, told from its first bytes before anything is decoded. No Django, no Pillow."""
from __future__ import annotations

import struct

MOST_PIXELS = {"jpg": 120_000_000, "png": 40_000_000}  # a JPEG can be decoded at a fraction of its size, a PNG not
PNG = b"\x89PNG\r\n\x1a\n"


def flooded(head: bytes) -> bool:
    """Whether the bytes begin a PNG of more pixels than are taken."""
    if not head.startswith(PNG) or len(head) < 24:
        return False
    width, height = struct.unpack("!II", head[16:24])
    return bool(width * height > MOST_PIXELS["png"])
