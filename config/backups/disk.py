"""Files that are there whole or not at all, and words for a disk that does not take them."""
from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.backups.errors import FAILED, UNUSABLE, BackupRefused

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def written_whole(file: Path) -> Iterator[Path]:
    """Yield a file that we alone may read; it takes its name, fsynced, when all went well. Raises BackupRefused."""
    part = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield part
        fsync(part)
        part.rename(file)
        fsync(file.parent)
    except OSError as fault:
        raise unwritable(file, fault) from fault
    finally:
        with suppress(OSError):  # where nothing could be written there is nothing to remove
            part.unlink(missing_ok=True)


def fsync(place: Path) -> None:
    """Wait until the disk holds a file's bytes, or a folder's names."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unwritable(place: Path, fault: OSError) -> BackupRefused:
    """Return why a place cannot be written: a full disk, or a wrong one."""
    if fault.errno in NO_ROOM:
        vi, en = f"Hết chỗ trên đĩa của {place.parent}", f"No room is left on the disk of {place.parent}"
        return BackupRefused("disk_full", vi, en, path=str(place), status=FAILED)
    vi, en = f"Không ghi được {place}: {fault.strerror}", f"Cannot write {place}: {fault.strerror}"
    return BackupRefused("unwritable", vi, en, path=str(place), status=UNUSABLE)
