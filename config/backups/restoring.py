"""Bring an installation back from a backup: everything is checked before anything is touched."""
from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection

from cases.models import Heartbeat, OutboxEntry
from cases.protection import install, protection_present
from cases.store import StoreFailed, put
from cases.store import folder as store_folder
from config.backups.archive import Manifest, file_hash, read_manifest, stored_hash, walk
from config.backups.disk import unwritable
from config.backups.engines import Engine, engine, migrations_known
from config.backups.errors import FAILED, BackupRefused
from config.backups.making import fingerprint
from workflows.errors import Reason


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was brought back; `aside` says where what stood there before is kept."""

    manifest: Manifest
    aside: str
    files: int  # that the store lacked
    waiting: tuple[str, ...]  # migrations that this version adds: run upgrade
    warnings: tuple[Reason, ...]


def restore_backup(file: Path, *, now: dt.datetime, force: bool = False) -> Restored:
    """Put the installation of a backup in place of the present one. Raises BackupRefused, and then nothing changed."""
    means, manifest = engine(), read_manifest(file)
    fits(manifest, means)
    if not means.is_empty() and not force:
        vi = "Cơ sở dữ liệu đang có dữ liệu; thêm --force để thay (bản cũ được giữ lại bên cạnh)"
        raise BackupRefused("not_empty", vi, "The database holds data; --force replaces it (the old one is kept aside)")
    if means.in_use():
        vi, en = "Hệ thống đang chạy: dừng máy chủ web và tiến trình nền trước", "Stop the web server and workers first"
        raise BackupRefused("in_use", vi, en)
    aside, files = _brought_back(file, manifest, means, f"{now:%Y%m%dT%H%M%S%fZ}")
    _made_ready()
    waiting = tuple(sorted(migrations_known() - set(manifest.migrations)))
    return Restored(manifest, aside, files, waiting, tuple(_warnings(manifest)))


def fits(manifest: Manifest, means: Engine) -> None:
    """Raise BackupRefused when this installation cannot hold the backup."""
    if manifest.vendor != connection.vendor:
        vi = f"Bản sao lưu của {manifest.vendor}, cơ sở dữ liệu ở đây là {connection.vendor}"
        en = f"The backup is of {manifest.vendor}, the database here is {connection.vendor}"
        raise BackupRefused("other_database", vi, en)
    theirs, ours = (tuple(map(int, v.split(".")[:1])) for v in (manifest.database_version, means.version()))
    if theirs > ours:
        said = f"{connection.vendor} {means.version()} < {manifest.database_version}"
        raise BackupRefused("older_database", f"Máy chủ cũ hơn bản sao lưu: {said}", f"The server is older: {said}")
    unknown = sorted(set(manifest.migrations) - migrations_known())
    if unknown:
        vi = f"Bản sao lưu của phiên bản {manifest.version}, mới hơn phiên bản này: {', '.join(unknown[:3])}"
        en = f"The backup is of version {manifest.version}, newer than this one: {', '.join(unknown[:3])}"
        raise BackupRefused("newer_product", vi, en)


def _brought_back(file: Path, manifest: Manifest, means: Engine, stamp: str) -> tuple[str, int]:
    """Store files first: without the database they are orphans, which do no harm. Return what is kept, files added."""
    try:
        with tempfile.TemporaryDirectory(dir=settings.VAR_DIR, prefix=".hoso-restore-") as scratch:
            copy, added = Path(scratch) / means.COPY, 0

            def take(name: str, opened: IO[bytes]) -> None:
                nonlocal added
                if name == means.COPY:
                    with copy.open("xb") as out:
                        shutil.copyfileobj(opened, out)
                elif stored_hash(name) and not _there(name):
                    put(opened, limit=manifest.store_bytes)
                    added += 1

            walk(file, take)
            aside = means.replace(copy, stamp)
            _counted(manifest, means, aside)
            return aside, added
    except StoreFailed as fault:
        cause = fault.__cause__
        raise unwritable(store_folder(), cause if isinstance(cause, OSError) else OSError()) from fault
    except OSError as fault:
        raise unwritable(Path(settings.VAR_DIR), fault) from fault


def _there(name: str) -> bool:
    """Return whether the store holds these very bytes already."""
    place = store_folder() / name.removeprefix("store/")
    return place.exists() and file_hash(place) == stored_hash(name)


def _counted(manifest: Manifest, means: Engine, aside: str) -> None:
    """Put the former database back when the new one does not hold what the manifest counted."""
    there = set(connection.introspection.table_names())
    wrong = sorted(table for table, count in manifest.rows.items() if table not in there or rows_of(table) != count)
    if wrong:
        means.put_back(aside)
        vi, en = f"Số dòng khác bản sao lưu: {', '.join(wrong)}", f"Row counts differ: {', '.join(wrong)}"
        raise BackupRefused("rows_differ", vi, en, status=FAILED)


def rows_of(table: str) -> int:
    """Return how many rows a table of ours has."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  # the name stands in the schema
        count: int = cursor.fetchone()[0]
        return count


def _made_ready() -> None:
    """Protect events, take leases from workers that are no more, and let everybody sign in anew.

    A session of the copied day may have been ended since; a lease of then belongs to nobody.
    """
    install(connection)
    OutboxEntry.objects.filter(done_at=None, lease_until__isnull=False).update(lease_until=None)
    Heartbeat.objects.all().delete()
    Session.objects.all().delete()


def _warnings(manifest: Manifest) -> list[Reason]:
    said = []
    if manifest.data_key != fingerprint(settings.DATA_KEY):
        vi = "HOSO_DATA_KEY khác với khóa lúc sao lưu: giá trị mã hóa không đọc được, hãy đặt lại khóa cũ"
        en = "HOSO_DATA_KEY differs from the key of the backup: encrypted values cannot be read, set the old key"
        said.append(Reason("other_data_key", vi, en, "HOSO_DATA_KEY"))
    lost = [*manifest.missing, *manifest.damaged]
    if lost:
        vi, en = f"{len(lost)} tệp đã thiếu hoặc hỏng lúc sao lưu", f"{len(lost)} files were missing or damaged already"
        said.append(Reason("files_lost", vi, en, ", ".join(lost[:5])))
    if protection_present(connection):
        vi, en = "Sự kiện chưa được bảo vệ; chạy upgrade", "Events are not protected; run upgrade"
        said.append(Reason("unprotected", vi, en, ""))
    return said
