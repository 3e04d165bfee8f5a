"""Bytes by content below MEDIA_ROOT: sha256/ab/cdef… The name is the hash, so no file is ever overwritten.

A file lies whole on the disk (it and its folders fsynced) before any row names it; what no row names does no harm
and is swept a day later. Hashes are checked at every reading: the disk is not trusted, and a hash opens nothing.
"""
from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

from cases.models import Blob

CHUNK = 1024 * 1024
READ_ONLY = 0o440
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
GRACE = dt.timedelta(hours=24)


class Readable(Protocol):
    """Whatever gives bytes piece by piece: an open file, an upload."""

    def read(self, size: int, /) -> bytes: ...


class StoreFailed(Exception):
    """The folder of files cannot be written; nothing is stored (503, exit 1)."""


class StoreFull(StoreFailed):
    """No room is left on the disk; nothing is stored, the person tries again later (507, exit 1)."""


class TooLarge(Exception):
    """The stream is longer than the caller allows; nothing is stored."""


class BlobMissing(Exception):
    """The bytes are not where they belong (exit 11)."""


class BlobChanged(Exception):
    """The bytes are not those that the hash names (exit 10)."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that has come in and waits for its checks; not in the store yet."""

    path: Path
    sha256: str
    size: int

    def keep(self) -> None:
        """Take the file into the store; the same content twice is one file. Raises StoreFull, StoreFailed."""
        place = path_of(self.sha256)
        with _writing():
            _make_folder(place.parent)
            self.path.chmod(READ_ONLY)
            self.path.replace(place)
            _fsync(place.parent)


def folder() -> Path:
    """Return the root of the store."""
    return Path(settings.MEDIA_ROOT)


def path_of(sha256: str) -> Path:
    """Return where the bytes of a hash lie."""
    return folder() / "sha256" / sha256[:2] / sha256[2:]


@contextlib.contextmanager
def received(stream: Readable, limit: int) -> Iterator[Incoming]:
    """Write a stream beside the store, at most `limit` bytes, fsynced; it is gone afterwards unless kept.

    Raises TooLarge, StoreFull, StoreFailed.
    """
    path = waiting_place()
    try:
        yield _written(stream, path, limit)
    finally:
        path.unlink(missing_ok=True)


def waiting_place() -> Path:
    """Return an unused path on the store's own file system, for a file that is not in it yet."""
    with _writing():
        _make_folder(folder() / "incoming")
    return folder() / "incoming" / secrets.token_hex(16)


def put(stream: Readable, limit: int) -> tuple[str, int]:
    """Store a stream; return its SHA-256 and size. Raises TooLarge, StoreFull, StoreFailed."""
    with received(stream, limit) as incoming:
        incoming.keep()
    return incoming.sha256, incoming.size


def open_blob(blob: Blob) -> BinaryIO:
    """Return the bytes of a blob, already checked against its hash, from the row or from the store.

    Raises BlobMissing, BlobChanged.
    """
    opened = io.BytesIO(bytes(blob.body)) if blob.body is not None else _opened(blob.sha256)
    if _hash_of(opened) != blob.sha256:
        opened.close()
        raise BlobChanged(blob.sha256)
    opened.seek(0)
    return opened


def read_blob(blob: Blob) -> bytes:
    """Return all bytes of a small blob. Raises BlobMissing, BlobChanged."""
    with open_blob(blob) as opened:
        return opened.read()


def move_to_store(blob: Blob) -> None:
    """Move the bytes of a paper from its row to the store; a second call does nothing.

    Raises BlobChanged, StoreFull, StoreFailed.
    """
    if blob.body is None:
        return
    with open_blob(blob) as opened:
        put(opened, blob.size)
    Blob.objects.filter(pk=blob.pk).update(body=None)
    blob.body = None


@dataclass(slots=True)
class Scrub:
    """What a look at every file found; `corrupt` and `missing` are hashes that rows name."""

    checked: int = 0
    corrupt: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)


def scrub(now: dt.datetime) -> Scrub:
    """Hash every blob and look for files that no row names; changes nothing."""
    found = Scrub(orphans=[path.parent.name + path.name for path in orphans(now)])
    for blob in Blob.objects.order_by("pk").iterator(chunk_size=200):
        found.checked += 1
        try:
            open_blob(blob).close()
        except BlobMissing:
            found.missing.append(blob.sha256)
        except BlobChanged:
            found.corrupt.append(blob.sha256)
    return found


def orphans(now: dt.datetime) -> Iterator[Path]:
    """Yield the files older than a day that no row names: their transaction never came to be."""
    for shelf in sorted((folder() / "sha256").glob("??")):
        old = [path for path in shelf.iterdir() if _is_old(path, now)]
        named = set(Blob.objects.filter(pk__startswith=shelf.name).values_list("pk", flat=True)) if old else set()
        yield from (path for path in sorted(old) if shelf.name + path.name not in named)


def sweep(now: dt.datetime) -> int:
    """Remove orphans, and what broken uploads left beside the store; return how many files went."""
    left = [path for path in (folder() / "incoming").glob("*") if _is_old(path, now)]
    gone = 0
    for path in (*left, *orphans(now)):
        # A file stored anew since we looked is young again: keeping it replaces it, which renews its time.
        if _is_old(path, now):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _is_old(path: Path, now: dt.datetime) -> bool:
    try:
        return path.stat().st_mtime < (now - GRACE).timestamp()
    except FileNotFoundError:
        return False


def _written(stream: Readable, path: Path, limit: int) -> Incoming:
    digest, size = hashlib.sha256(), 0
    with _writing(), path.open("xb") as out:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise TooLarge(limit)
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return Incoming(path, digest.hexdigest(), size)


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        if fault.errno in NO_ROOM:
            raise StoreFull from fault
        raise StoreFailed(errno.errorcode.get(fault.errno or 0, "")) from fault


def _make_folder(path: Path) -> None:
    """Make a folder and those above it; each new name is fsynced in the folder that holds it."""
    if path.is_dir():
        return
    _make_folder(path.parent)
    path.mkdir(mode=0o750, exist_ok=True)
    _fsync(path.parent)


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _opened(sha256: str) -> io.BufferedReader:
    try:
        return path_of(sha256).open("rb")
    except OSError as fault:
        raise BlobMissing(sha256) from fault


def _hash_of(opened: io.BytesIO | io.BufferedReader) -> str:
    return hashlib.file_digest(opened, "sha256").hexdigest()
