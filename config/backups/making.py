"""Make a backup: the database at one moment first, then the store, which only ever grows."""
from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from cases.models import Blob
from cases.store import folder as store_folder
from config.backups.archive import STORE, Manifest, add_file, add_manifest, file_hash, stored_hash
from config.backups.disk import written_whole
from config.backups.engines import engine, migrations_applied
from config.backups.errors import BackupRefused

SUFFIX, PATTERN = ".tar", "hoso-*.tar"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made."""

    file: Path
    size: int
    sha256: str
    manifest: Manifest

    @property
    def whole(self) -> bool:
        """Whether every file that rows name is in it, as it was put there."""
        return not (self.manifest.missing or self.manifest.damaged)


@dataclass(frozen=True, slots=True)
class Shelved:
    """What of the store went into a backup."""

    files: frozenset[str]
    bytes: int
    damaged: tuple[str, ...]


def make_backup(target: Path, *, now: dt.datetime, force: bool = False, keep: int = 0) -> Backup:
    """Write the whole installation to `target`, a file, or a name made from the moment in a folder.

    `keep`: how many of the backups in that folder stay; older ones go once this one is whole. Raises BackupRefused.
    """
    file = place_for(target, now)
    if file.exists() and not force:
        vi, en = f"{file} đã có; thêm --force để ghi đè", f"{file} exists; --force overwrites it"
        raise BackupRefused("exists", vi, en, path=str(file))
    with written_whole(file) as part:
        manifest = _written(part, now)
    made = Backup(file, file.stat().st_size, file_hash(file), manifest)
    if keep and made.whole:
        forget_older(file.parent, keep)
    return made


def place_for(target: Path, now: dt.datetime) -> Path:
    """Return the file to write: the target itself, or one named by the moment in the folder that it names."""
    if target.is_dir() or not target.suffix:
        return target.absolute() / f"hoso-{now:%Y%m%dT%H%M%SZ}{SUFFIX}"
    return target.absolute()


def forget_older(folder: Path, keep: int) -> None:
    """Remove all but the newest `keep` backups of a folder; their names sort by moment."""
    for old in sorted(folder.glob(PATTERN))[:-keep]:
        old.unlink()


def fingerprint(key: str) -> str:
    """Return what tells two keys apart without telling either."""
    return hashlib.sha256(b"hoso data key\0" + key.encode()).hexdigest()[:16] if key else ""


def _written(part: Path, now: dt.datetime) -> Manifest:
    means = engine()
    with tempfile.TemporaryDirectory(dir=part.parent, prefix=".hoso-backup-") as scratch:
        copy = Path(scratch) / means.COPY
        rows = means.snapshot(copy)
        named = set(Blob.objects.filter(body=None).values_list("pk", flat=True))  # their files are in the store by now
        _room_for(copy, part.parent)
        with tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as archive:
            database_sha256, _ = add_file(archive, means.COPY, copy)
            shelved = _add_store(archive)
            manifest = Manifest(
                version=settings.PRODUCT_VERSION, made_at=now.isoformat(), vendor=connection.vendor,
                database_version=means.version(), database_sha256=database_sha256,
                migrations=tuple(migrations_applied()), rows=rows, store_files=len(shelved.files),
                store_bytes=shelved.bytes, data_key=fingerprint(settings.DATA_KEY), damaged=shelved.damaged,
                missing=tuple(sorted(named - shelved.files - set(shelved.damaged))),
            )  # fmt: skip
            add_manifest(archive, manifest)
    return manifest


def _room_for(copy: Path, folder: Path) -> None:
    """Raise at once when the disk cannot take what is coming."""
    coming = copy.stat().st_size + sum(path.stat().st_size for path in _store_files())
    if shutil.disk_usage(folder).free < coming:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _store_files() -> list[Path]:
    return sorted((store_folder() / "sha256").glob("??/*"))


def _add_store(archive: tarfile.TarFile) -> Shelved:
    """Add every sound file of the store."""
    files, stored, damaged = set(), 0, []
    for path in _store_files():
        name = f"{STORE}sha256/{path.parent.name}/{path.name}"
        named = stored_hash(name)
        if named and file_hash(path) == named:
            stored += add_file(archive, name, path)[1]
            files.add(named)
        elif named:
            damaged.append(named)
    return Shelved(frozenset(files), stored, tuple(damaged))
