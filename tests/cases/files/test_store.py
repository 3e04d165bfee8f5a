"""Files by content: whole or not at all, read only when they are what their name says, swept when nobody names them."""
from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cases.models import Blob
from cases.store import (
    BlobChanged,
    BlobMissing,
    StoreFailed,
    StoreFull,
    TooLarge,
    move_to_store,
    open_blob,
    orphans,
    path_of,
    put,
    read_blob,
    scrub,
    sweep,
)

NOW = dt.datetime(2026, 3, 5, 2, 0, tzinfo=dt.UTC)
BODY = "Văn bản đề nghị".encode() * 1000
SHA256 = hashlib.sha256(BODY).hexdigest()
MB = 1024 * 1024


def blob(body: bytes = BODY, *, in_row: bool = False) -> Blob:
    if not in_row:
        put(io.BytesIO(body), MB)
    sha256 = hashlib.sha256(body).hexdigest()
    return Blob.objects.create(
        sha256=sha256, size=len(body), media_type="application/pdf", body=body if in_row else None, created_at=NOW
    )


def aged(path: Path, hours: float) -> Path:
    moment = (NOW - dt.timedelta(hours=hours)).timestamp()
    os.utime(path, (moment, moment))
    return path


def files_in(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


# --- storing ----------------------------------------------------------------------------------------------------


def test_a_file_lies_under_its_hash_and_nobody_may_write_it(store: Path) -> None:
    assert put(io.BytesIO(BODY), MB) == (SHA256, len(BODY))
    assert files_in(store) == [f"sha256/{SHA256[:2]}/{SHA256[2:]}"]
    assert path_of(SHA256).read_bytes() == BODY
    assert path_of(SHA256).stat().st_mode & 0o777 == 0o440


def test_the_same_bytes_twice_are_one_file(store: Path) -> None:
    put(io.BytesIO(BODY), MB)
    put(io.BytesIO(BODY), MB)
    assert len(files_in(store)) == 1


def test_a_stream_that_is_too_long_leaves_nothing(store: Path) -> None:
    with pytest.raises(TooLarge):
        put(io.BytesIO(BODY), len(BODY) - 1)
    assert files_in(store) == []


def test_a_stream_that_breaks_off_leaves_nothing(store: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(10) or (1 // 0) * b""

    with pytest.raises(ZeroDivisionError):
        put(Broken(b"x" * 25), MB)
    assert files_in(store) == []


def test_a_full_disk_is_told_and_leaves_nothing_half_stored(tmp_path: Path) -> None:
    """T38: the system itself refuses to write more than 64 KB into a file, as a full disk would."""
    told = limited(tmp_path, "put(io.BytesIO(b'x' * 200_000), 10**9)")
    assert told == "StoreFull"
    assert files_in(tmp_path / "store") == []


def test_room_again_means_work_again(tmp_path: Path) -> None:
    assert limited(tmp_path, "put(io.BytesIO(b'x' * 200_000), 10**9)") == "StoreFull"
    assert limited(tmp_path, "put(io.BytesIO(b'x' * 20_000), 10**9)") == ""
    assert len(files_in(tmp_path / "store")) == 1


def limited(folder: Path, work: str) -> str:
    """Do the work in a process that may write 64 KB a file; return the name of what it raised."""
    program = (
        "import io, os, resource, signal, django\n"
        "from django.conf import settings\n"
        f"settings.configure(MEDIA_ROOT={str(folder / 'store')!r}, INSTALLED_APPS=['django.contrib.contenttypes',"
        "'django.contrib.auth', 'accounts', 'cases'], AUTH_USER_MODEL='accounts.User')\n"
        "django.setup()\n"
        "from cases.store import *\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"try:\n    {work}\n    print('')\n"
        "except Exception as fault:\n    print(type(fault).__name__)\n"
    )
    root = Path(__file__).resolve().parents[3]
    ran = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


@pytest.mark.parametrize("place", ["incoming", "sha256"])
def test_a_folder_that_is_none_is_told(store: Path, place: str) -> None:
    store.mkdir()
    (store / place).write_text("ở đây lẽ ra là thư mục")
    with pytest.raises(StoreFailed) as fault:
        put(io.BytesIO(BODY), MB)
    assert not isinstance(fault.value, StoreFull)


# --- reading ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_row", [True, False])
def test_bytes_come_back_from_the_row_and_from_the_store(db: None, store: Path, in_row: bool) -> None:
    with open_blob(blob(in_row=in_row)) as opened:
        assert opened.read() == BODY


@pytest.mark.parametrize("in_row", [True, False])
def test_changed_bytes_are_never_given(db: None, store: Path, in_row: bool) -> None:
    made = blob(in_row=in_row)
    if in_row:
        Blob.objects.update(body=b"khac")
        made.refresh_from_db()
    else:
        path_of(SHA256).chmod(0o640)
        path_of(SHA256).write_bytes(BODY[:-1] + b"x")
    with pytest.raises(BlobChanged):
        open_blob(made)


def test_missing_bytes_are_told(db: None, store: Path) -> None:
    made = blob()
    path_of(SHA256).unlink()
    with pytest.raises(BlobMissing):
        read_blob(made)


# --- moving papers ----------------------------------------------------------------------------------------------


def test_a_paper_moves_from_its_row_to_the_store_once(db: None, store: Path) -> None:
    made = blob(in_row=True)
    move_to_store(made)
    move_to_store(made)
    made.refresh_from_db()
    assert made.body is None
    assert read_blob(made) == BODY


def test_a_paper_that_was_altered_in_its_row_does_not_move(db: None, store: Path) -> None:
    made = blob(in_row=True)
    Blob.objects.update(body=b"khac")
    made.refresh_from_db()
    with pytest.raises(BlobChanged):
        move_to_store(made)
    made.refresh_from_db()
    assert made.body is not None


def test_a_paper_stays_in_its_row_when_the_disk_refuses(db: None, store: Path) -> None:
    made = blob(in_row=True)
    store.write_text("không phải thư mục")
    with pytest.raises(StoreFailed):
        move_to_store(made)
    made.refresh_from_db()
    assert bytes(made.body or b"") == BODY


# --- scrubbing and sweeping -------------------------------------------------------------------------------------


def test_one_corrupt_one_missing_one_orphan_are_found_among_many(db: None, store: Path) -> None:
    """T41, with three hundred files here."""
    made = [blob(b"tep %d" % n) for n in range(300)]
    path_of(made[7].sha256).chmod(0o640)
    body = path_of(made[7].sha256).read_bytes()
    path_of(made[7].sha256).write_bytes(bytes([body[0] ^ 1]) + body[1:])
    path_of(made[8].sha256).unlink()
    stray, _ = put(io.BytesIO(b"khong ai nhan"), MB)
    aged(path_of(stray), 25)
    found = scrub(NOW)
    assert (found.checked, found.corrupt, found.missing, found.orphans) == (
        300, [made[7].sha256], [made[8].sha256], [stray],
    )  # fmt: skip


def test_sweeping_takes_old_strays_and_broken_uploads_only(db: None, store: Path) -> None:
    kept = blob()
    aged(path_of(kept.sha256), 1000)
    old, young = put(io.BytesIO(b"cu"), MB)[0], put(io.BytesIO(b"moi"), MB)[0]
    aged(path_of(old), 25)
    aged(path_of(young), 23)
    for name, hours in (("dang-nhan", 1), ("bo-do", 30)):
        (store / "incoming" / name).write_bytes(b"x")
        aged(store / "incoming" / name, hours)
    assert list(orphans(NOW)) == [path_of(old)]
    assert sweep(NOW) == 2
    assert sweep(NOW) == 0
    assert read_blob(kept) == BODY
    assert path_of(young).exists()
    assert files_in(store / "incoming") == ["dang-nhan"]


def test_a_stray_that_is_stored_anew_is_young_again(db: None, store: Path) -> None:
    """An upload between its storing and its commit must not lose its file to the sweep."""
    stray, _ = put(io.BytesIO(b"nop lai"), MB)
    aged(path_of(stray), 48)
    put(io.BytesIO(b"nop lai"), MB)
    really_now = dt.datetime.fromtimestamp(path_of(stray).stat().st_mtime, dt.UTC)
    assert sweep(really_now + dt.timedelta(minutes=5)) == 0
    assert path_of(stray).exists()


def test_an_empty_store_has_nothing_to_sweep(db: None, store: Path) -> None:
    assert sweep(NOW) == 0
    assert scrub(NOW).checked == 0
