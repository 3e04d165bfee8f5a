"""Types of files by their ending and by how their bytes begin; the two must agree. No Django: the child imports it."""
from __future__ import annotations

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "png": "image/png",
}
SAME = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg"}
PICTURES = frozenset({"jpg", "png"})
OFFICE = frozenset({"docx", "xlsx"})
HEAD = 4096  # what is read of a file to tell its type

HEIC_ENDINGS = frozenset({"heic", "heif", "avif"})
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif")
SCRIPTED = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<body", b"<iframe")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
_MAGIC = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (ZIP, "zip"), (OLE, "ole"))


def type_named(extension: str) -> str:
    """Return the type that an ending stands for, the ending itself when it is none of ours."""
    return SAME.get(extension, extension)


def type_of(head: bytes) -> str:
    """Return the type that the first bytes show: one of ours, zip, ole, heic, scripted, or empty for anything else."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return "heic"
    return "scripted" if is_scripted(head) else ""


def is_scripted(head: bytes) -> bool:
    """Whether a browser could take the bytes for a page or a drawing with scripts."""
    letters = head.replace(b"\0", b"").lower()  # UTF-16 has a NUL beside each letter
    return any(word in letters for word in SCRIPTED)
