"""The file of a backup: a plain tar of database, store/… and, last, manifest.json: what is in it and its hashes.

Whoever has only `tar` and `sha256sum` can open and check it. A file without its manifest was cut off.
"""
from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from config.backups.errors import TAMPERED, UNUSABLE, BackupRefused

MANIFEST, STORE, FORMAT = "manifest.json", "store/", 1
SHELVED = re.compile(r"store/sha256/([0-9a-f]{2})/([0-9a-f]{62})")
CHUNK = 1024 * 1024
Taker = Callable[[str, IO[bytes]], object]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    version: str  # of the product
    made_at: str
    vendor: str
    database_version: str
    database_sha256: str
    migrations: tuple[str, ...]
    rows: dict[str, int]  # table -> how many rows
    store_files: int
    store_bytes: int
    data_key: str  # fingerprint of HOSO_DATA_KEY; the key itself never lies beside what it opens
    missing: tuple[str, ...] = ()  # hashes that rows name and the store lacks
    damaged: tuple[str, ...] = ()  # hashes whose file holds other bytes; left out
    format: int = FORMAT

    def as_bytes(self) -> bytes:
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1).encode() + b"\n"


class Hashing(io.RawIOBase):
    """Hands on what it reads and hashes it on the way."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.digest, self.size = source, hashlib.sha256(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self.source.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self.digest.update(chunk)
        self.size += len(chunk)
        return len(chunk)


def add_file(archive: tarfile.TarFile, name: str, path: Path) -> tuple[str, int]:
    """Put a file into the archive; return the SHA-256 and size of what went in. Raises FileNotFoundError."""
    with path.open("rb") as opened:
        entry = archive.gettarinfo(arcname=name, fileobj=opened)
        anonymous(entry)
        hashing = Hashing(opened)
        archive.addfile(entry, cast("IO[bytes]", hashing))
    return hashing.digest.hexdigest(), hashing.size


def add_manifest(archive: tarfile.TarFile, manifest: Manifest) -> None:
    """Close the archive with its manifest."""
    body = manifest.as_bytes()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size, entry.mode = len(body), 0o600
    archive.addfile(entry, io.BytesIO(body))


def anonymous(entry: tarfile.TarInfo) -> None:
    """Leave out who owned the file on the machine it comes from."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600


def read_manifest(path: Path) -> Manifest:
    """Read a whole backup, hash by hash, and return its manifest. Raises BackupRefused; nothing is written."""
    hashes: dict[str, tuple[str, int]] = {}
    bodies: list[bytes] = []

    def take(name: str, opened: IO[bytes]) -> None:
        if name == MANIFEST:
            bodies.append(opened.read())
        else:
            hashes[name] = hash_of(opened)

    walk(path, take)
    if not bodies:
        vi, en = "Tệp sao lưu bị cắt cụt: thiếu manifest.json", "The backup is cut off: manifest.json is missing"
        raise BackupRefused("cut_off", vi, en, path=str(path), status=TAMPERED)
    return _agreeing(_parsed(bodies[-1], path), hashes, path)


def walk(path: Path, take: Taker) -> None:
    """Hand every file of the archive to `take`, in order. Raises BackupRefused for what is no backup of ours."""
    try:
        with tarfile.open(path, "r|") as archive:
            for entry in archive:
                opened = archive.extractfile(entry) if entry.isfile() and _ours(entry.name) else None
                if opened is None:
                    raise BackupRefused("foreign_entry", f"Mục lạ: {entry.name}", f"Foreign entry: {entry.name}")
                take(entry.name, opened)
    except tarfile.TarError as fault:
        vi, en = f"Không đọc được tệp sao lưu: {fault}", f"The backup cannot be read: {fault}"
        raise BackupRefused("unreadable", vi, en, path=str(path), status=UNUSABLE) from fault
    except OSError as fault:
        vi, en = f"Không đọc được tệp: {fault.strerror}", f"The file cannot be read: {fault.strerror}"
        raise BackupRefused("unreadable", vi, en, path=str(path), status=UNUSABLE) from fault


def hash_of(opened: IO[bytes]) -> tuple[str, int]:
    """Return the SHA-256 and size of what is left to read."""
    digest, size = hashlib.sha256(), 0
    while chunk := opened.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as opened:
        return hash_of(opened)[0]


def stored_hash(name: str) -> str:
    """Return the hash that the name of a file of the store says; "" for another name."""
    found = SHELVED.fullmatch(name)
    return found.group(1) + found.group(2) if found else ""


def _ours(name: str) -> bool:
    return name in {MANIFEST, "database.sqlite3", "database.dump"} or bool(stored_hash(name))


def _parsed(body: bytes, path: Path) -> Manifest:
    try:
        said = json.loads(body)
        if said["format"] != FORMAT:
            vi = f"Tệp sao lưu dạng {said['format']}, phiên bản này đọc dạng {FORMAT}"
            en = f"Backup of format {said['format']}, this version reads format {FORMAT}"
            raise BackupRefused("other_format", vi, en, path=str(path))
        lists = {name: tuple(said[name]) for name in ("migrations", "missing", "damaged")}
        return Manifest(**{**said, **lists})
    except (ValueError, TypeError, KeyError) as fault:
        vi, en = "manifest.json không đúng dạng", "manifest.json is not of the right form"
        raise BackupRefused("unreadable", vi, en, path=str(path), status=UNUSABLE) from fault


def _agreeing(manifest: Manifest, hashes: dict[str, tuple[str, int]], path: Path) -> Manifest:
    """Return the manifest if the archive holds exactly what it says."""
    store = {name: found for name, found in hashes.items() if name.startswith(STORE)}
    wrong = [name for name, (sha256, _) in store.items() if sha256 != stored_hash(name)]
    database = [sha256 for name, (sha256, _) in hashes.items() if not name.startswith(STORE)]
    if database != [manifest.database_sha256]:
        wrong.append("database")
    if (len(store), sum(size for _, size in store.values())) != (manifest.store_files, manifest.store_bytes):
        wrong.append(STORE)
    if wrong:
        names = ", ".join(sorted(wrong)[:5])
        vi, en = f"Nội dung khác với manifest.json: {names}", f"Contents differ from manifest.json: {names}"
        raise BackupRefused("altered", vi, en, path=str(path), status=TAMPERED)
    return manifest
