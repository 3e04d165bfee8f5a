"""A PDF, judged by its bytes: whole, of one type only, openable by everybody, and nothing in it acts by itself.

Names are looked for in the whole file and in unpacked object streams, where PDF 1.5 keeps its dictionaries; a name
may be spelled with #41 for a letter.
"""
from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from cases.files.faults import Unsafe
from cases.files.kinds import is_scripted
from cases.files.zips import ends_as_zip

TAIL = 66_000
MOST_AFTER_END = 64
MOST_UNPACKED = 64 * 1024 * 1024
LONGEST_DICTIONARY = 8 * 1024
CHUNK = 64 * 1024
END = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF")
TABLE = re.compile(rb"\bxref\b|/XRef\b")
STREAM = re.compile(rb"\bstream\r?\n")
OBJECT = re.compile(rb"\d\s+\d+\s+obj\b")
STRINGS = re.compile(rb"\((?:\\.|[^()\\])*\)|%[^\r\n]*", re.DOTALL)  # in which anything may be written


def _name(text: str) -> bytes:
    """Return the pattern of a PDF name, each letter plain or as #hh."""
    letters = (f"(?:{c}|#{ord(c):02x}|#{ord(c):02X})" for c in text)
    return b"/" + "".join(letters).encode() + rb"(?![A-Za-z0-9#])"


ACTIVE = re.compile(b"|".join(map(_name, ("JavaScript", "Launch", "ImportData", "SubmitForm", "RichMedia", "GoToE"))))
FORM = re.compile(_name("XFA") + rb"\s*(\[|\d+\s+\d+\s+R)")
INSIDE = re.compile(b"|".join(map(_name, ("EmbeddedFile", "EmbeddedFiles"))))
LOCKED = re.compile(_name("Encrypt") + rb"\s*(<<|\d+\s+\d+\s+R)")
PACKED = re.compile(b"|".join((_name("ObjStm"), _name("First") + rb"\s*\d")))
FLATE = re.compile(_name("FlateDecode"))
FILTERED = re.compile(_name("Filter"))
OTHERWISE = re.compile(b"|".join(map(_name, ("Predictor", "LZWDecode", "ASCII85Decode", "ASCIIHexDecode", "Crypt"))))


def check_pdf(path: Path) -> None:
    """Judge a PDF. Raises Unsafe."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as body:
        _check_frame(body)
        if LOCKED.search(body):
            raise Unsafe("file_locked")
        _check_names(body)
        for unpacked in _object_streams(body):
            _check_names(unpacked)


def _check_frame(body: mmap.mmap) -> None:
    """It begins as a PDF and ends as one: an end mark, the place of the cross-reference table, nothing after it."""
    tail = body[max(0, len(body) - TAIL) :]
    ends = list(END.finditer(tail))
    if not ends:
        raise Unsafe("file_damaged")
    after = tail[ends[-1].end() :]
    if len(after.strip(b"\0\r\n\t ")) > MOST_AFTER_END or ends_as_zip(tail) or is_scripted(body[:1024]):
        raise Unsafe("file_mixed")
    if int(ends[-1][1]) >= len(body) or not TABLE.search(body):  # readers repair a place that is a little off
        raise Unsafe("file_damaged")


def _check_names(body: mmap.mmap | bytes) -> None:
    if ACTIVE.search(body) or FORM.search(body):
        raise Unsafe("file_active")
    if INSIDE.search(body):
        raise Unsafe("file_object")


def _object_streams(body: mmap.mmap) -> Iterator[bytes]:
    left = MOST_UNPACKED
    for found in STREAM.finditer(body):
        dictionary = _dictionary_before(body, found.start())
        if PACKED.search(dictionary):
            unpacked = _unpacked(body, found.end(), dictionary, left)
            left -= len(unpacked)
            yield unpacked


def _dictionary_before(body: mmap.mmap, end: int) -> bytes:
    """Return what stands between the beginning of the object and its stream."""
    text = STRINGS.sub(b"", body[max(0, end - LONGEST_DICTIONARY) : end])
    begun = list(OBJECT.finditer(text))
    return text[begun[-1].end() :] if begun else text


def _unpacked(body: mmap.mmap, start: int, dictionary: bytes, left: int) -> bytes:
    if OTHERWISE.search(dictionary):
        raise Unsafe("file_too_complex")
    if not FILTERED.search(dictionary):
        end = body.find(b"endstream", start)
        return body[start : end if end >= 0 else len(body)]
    if not FLATE.search(dictionary):
        raise Unsafe("file_too_complex")
    try:
        unpacked = b"".join(_inflated(body, start, left))
    except zlib.error as fault:
        raise Unsafe("file_damaged") from fault
    return unpacked


def _inflated(body: mmap.mmap, start: int, left: int) -> Iterator[bytes]:
    inflate = zlib.decompressobj()
    for at in range(start, len(body), CHUNK):
        piece = inflate.decompress(body[at : at + CHUNK], left + 1)
        left -= len(piece)
        if left < 0:
            raise Unsafe("file_bomb")
        yield piece
        if inflate.eof:
            return
