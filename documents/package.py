"""A .docx as a list of members, and a zip writer whose bytes depend on nothing but them.

`zipfile` stamps every member with the present time; evidence needs the same bytes for the same content, on
every machine, in every time zone. So the writer is our own: fixed date, fixed order, fixed attributes.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CONTENT_TYPES = "[Content_Types].xml"
DOS_DATE = (1980 - 1980) << 9 | 1 << 5 | 1  # 1980-01-01, the first day that a zip can name
LEVEL = 6


@dataclass(frozen=True, slots=True)
class Packed:
    """One member, deflated once: what the zip directory says of it and its digest for the content hash."""

    name: str
    deflated: bytes
    size: int
    crc: int
    digest: str


def packed(name: str, data: bytes) -> Packed:
    """Deflate a member (raw deflate, level 6)."""
    squeeze = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
    deflated = squeeze.compress(data) + squeeze.flush()
    return Packed(name, deflated, len(data), zlib.crc32(data), hashlib.sha256(data).hexdigest())


def pack(members: Iterable[Packed]) -> bytes:
    """Return the zip file of the members in the order given; same members, same bytes."""
    body, directory, count, offset = [], [], 0, 0
    for member in members:
        name = member.name.encode()
        known = struct.pack(
            "<HHHHHIIIHH",
            20, 0x800, 8, 0, DOS_DATE, member.crc, len(member.deflated), member.size, len(name), 0,
        )  # fmt: skip
        local = b"PK\x03\x04" + known + name + member.deflated
        place = struct.pack("<HHHII", 0, 0, 0, 0, offset)
        directory.append(b"PK\x01\x02" + struct.pack("<H", 20) + known + place + name)
        body.append(local)
        offset += len(local)
        count += 1
    index = b"".join(directory)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(index), offset, 0)
    return b"".join((*body, index, end))


def hash_of(members: Iterable[Packed]) -> str:
    """Return the content hash: SHA-256 over `name NUL digest LF` of the members, sorted by name.

    It survives another zlib; the file's own SHA-256 does not.
    """
    lines = sorted(f"{m.name}\0{m.digest}\n" for m in members)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def content_hash(document: bytes) -> str:
    """Return the content hash of a .docx as it lies in the store."""
    return hash_of(packed(name, data) for name, data in unpack(document).items())


def unpack(document: bytes) -> dict[str, bytes]:
    """Return the members of a zip file, in the order in which they lie in it. Raises zipfile.BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(document)) as opened:
        return {info.filename: opened.read(info) for info in opened.infolist() if not info.is_dir()}


def repacked(members: Mapping[str, bytes]) -> bytes:
    """Return members as a .docx in canonical order: the content types first, as the format wants, then by name."""
    names = sorted(members, key=lambda name: (name != CONTENT_TYPES, name))
    return pack(packed(name, members[name]) for name in names)
