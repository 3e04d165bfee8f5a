"""The directory of a zip, judged before anything is unpacked: how much, how many, which names, laid how."""
from __future__ import annotations

import re
import stat
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from cases.files.faults import Unsafe

MOST_ENTRIES = 2_000
MOST_DIRECTORY = 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_RATIO = 100
SMALL = 1024 * 1024  # below this a high ratio is ordinary XML
END = b"PK\x05\x06"
END_SIZE = 22
LOCAL = struct.Struct("<4s5H3I2H")
GAP = 24  # a data descriptor after the bytes of a member
TAIL_GAP = 128  # the zip64 end records
ENCRYPTED = 0x1
ELSEWHERE = 0xFFFFFFFF  # zip64: the number stands in another record
_BAD_NAME = re.compile(r"(^|/)\.\.?(/|$)|^/|//|[\\:\x00-\x1f\x7f]")


def opened_zip(path: Path) -> zipfile.ZipFile:
    """Return the zip of a file that begins with its first member and ends with its directory. Raises Unsafe."""
    with path.open("rb") as file:
        _check_end(file, path.stat().st_size)
    try:
        opened = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as fault:
        raise Unsafe("file_damaged") from fault
    check_directory(opened, path)
    return opened


def check_directory(opened: zipfile.ZipFile, path: Path) -> None:
    """Judge every entry by what the directory says of it. Raises Unsafe."""
    entries = opened.infolist()
    if not entries:
        raise Unsafe("file_damaged")
    if len(entries) > MOST_ENTRIES:
        raise Unsafe("file_bomb")
    _check_sizes(entries)
    for entry in entries:
        _check_entry(entry)
    names = [entry.filename.lower() for entry in entries]
    if len(set(names)) != len(names):
        raise Unsafe("file_names_inside")
    _check_layout(entries, opened.start_dir, path)


def ends_as_zip(tail: bytes) -> bool:
    """Whether the last bytes of a file hold the end of a zip directory: a second face that an unpacker would see."""
    at = tail.rfind(END)
    return at >= 0 and len(tail) - at >= END_SIZE and tail[at + 4 : at + 8] == b"\0\0\0\0"


def _check_end(file: BinaryIO, size: int) -> None:
    file.seek(max(0, size - END_SIZE))
    tail = file.read(END_SIZE)
    if not tail.startswith(END):
        raise Unsafe("file_mixed" if _ends_earlier(file, size) else "file_damaged")
    count, length, offset = struct.unpack("<10xHII2x", tail)
    if count > MOST_ENTRIES or MOST_DIRECTORY < length < ELSEWHERE:
        raise Unsafe("file_bomb")
    if ELSEWHERE not in (length, offset) and not 0 <= size - END_SIZE - offset - length <= TAIL_GAP:
        raise Unsafe("file_mixed")


def _ends_earlier(file: BinaryIO, size: int) -> bool:
    file.seek(max(0, size - 66_000))
    return ends_as_zip(file.read())


def _check_sizes(entries: Sequence[zipfile.ZipInfo]) -> None:
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise Unsafe("file_bomb")
    for entry in entries:
        if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise Unsafe("file_bomb")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & ENCRYPTED:
        raise Unsafe("file_locked")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unsafe("file_damaged")
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Unsafe("file_names_inside")  # a symbolic link, a device
    if _BAD_NAME.search(entry.orig_filename) or len(entry.filename) > 250:
        raise Unsafe("file_names_inside")


def _check_layout(entries: Sequence[zipfile.ZipInfo], directory: int, path: Path) -> None:
    """Members follow one another from the first byte on: none overlaps, nothing lies between or before them."""
    end = 0
    with path.open("rb") as file:
        for entry in sorted(entries, key=lambda e: e.header_offset):
            gap = entry.header_offset - end
            if gap < 0:
                raise Unsafe("file_bomb")
            if gap > GAP or (gap and end == 0):
                raise Unsafe("file_mixed")
            end = entry.header_offset + _span(file, entry)
    if not 0 <= directory - end <= GAP:
        raise Unsafe("file_bomb" if directory < end else "file_mixed")


def _span(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    file.seek(entry.header_offset)
    header = file.read(LOCAL.size)
    if len(header) < LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise Unsafe("file_damaged")
    name, extra = LOCAL.unpack(header)[-2:]
    return int(LOCAL.size + name + extra + entry.compress_size)
