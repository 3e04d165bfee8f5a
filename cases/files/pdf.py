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
MOST_UNPACKED = 32 * 1024 * 1024
LONGEST_DICTIONARY = 8 * 1024
CHUNK = 64 * 1024
END = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF")
TABLES = (b"\nxref", b"\rxref", b" xref", b"/XRef")
STREAM = re.compile(rb"stream\r?\n")
OBJECT = re.compile(rb"\d\s+\d+\s+obj\b")
STRINGS = re.compile(rb"\((?:\\.|[^()\\])*\)|%[^\r\n]*", re.DOTALL)  # in which anything may be written
REFERENCE = rb"\s*(?:<<|\[|\d+\s+\d+\s+R)"


def _name(text: str) -> bytes:
    """Return the pattern of a PDF name without its slash, each letter plain or as #hh."""
    letters = (f"(?:{c}|#{ord(c):02x}|#{ord(c):02X})" for c in text)
    return "".join(letters).encode() + rb"(?![A-Za-z0-9#])"


def _any(*names: str) -> bytes:
    return b"|".join(map(_name, names))


# One pass over the file: the first thing found is what the person is told.
FOUND = re.compile(
    rb"/(?:(?P<file_locked>" + _name("Encrypt") + REFERENCE + rb")"
    rb"|(?P<file_active>" + _any("JavaScript", "Launch", "ImportData", "SubmitForm", "RichMedia", "GoToE")
    + b"|" + _name("XFA") + REFERENCE + rb")"
    rb"|(?P<file_object>" + _any("EmbeddedFile", "EmbeddedFiles") + rb"))"
)  # fmt: skip
PACKED = re.compile(rb"/(?:" + _name("ObjStm") + b"|" + _name("First") + rb"\s*\d)")
FLATE = re.compile(rb"/" + _name("FlateDecode"))
FILTERED = re.compile(rb"/" + _name("Filter"))
OTHERWISE = re.compile(rb"/(?:" + _any("Predictor", "LZWDecode", "ASCII85Decode", "ASCIIHexDecode", "Crypt") + b")")


def check_pdf(path: Path) -> None:
    """Judge a PDF. Raises Unsafe."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as body:
        _check_frame(body)
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
    table = any(body.rfind(mark) >= 0 for mark in TABLES)
    if not table or int(ends[-1][1]) >= len(body):  # readers repair a place that is a little off
        raise Unsafe("file_damaged")


def _check_names(body: mmap.mmap | bytes) -> None:
    found = FOUND.search(body)
    if found is not None:
        raise Unsafe(str(found.lastgroup))


def _object_streams(body: mmap.mmap) -> Iterator[bytes]:
    left = MOST_UNPACKED
    for found in STREAM.finditer(body):
        window = body[max(0, found.start() - LONGEST_DICTIONARY) : found.start()]
        if window.endswith(b"end") or not (b"ObjStm" in window or b"First" in window or b"#" in window):
            continue
        dictionary = _dictionary_in(window)
        if PACKED.search(dictionary):
            unpacked = _unpacked(body, found.end(), dictionary, left)
            left -= len(unpacked)
            yield unpacked


def _dictionary_in(window: bytes) -> bytes:
    """Return what stands between the beginning of the last object and its stream."""
    text = STRINGS.sub(b"", window)
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
