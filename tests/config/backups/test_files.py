"""The file of a backup: who may read it, what is refused, what a disk does. The database does not matter here."""
from __future__ import annotations

import errno
import json
import stat
import tarfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from cases.models import Case
from config.backups import archive, disk
from config.backups.errors import BackupRefused
from tests.config.backups.conftest import lan_files, rewritten

ANOTHER_KEY = "another-key-of-another-machine-0000"


def test_an_existing_file_is_not_overwritten_without_force(office, answered, tmp_path):
    copy = tmp_path / "copy.tar"
    copy.write_text("yesterday's")
    assert answered("backup", str(copy), code=3)["reasons"][0]["code"] == "exists"
    assert copy.read_text() == "yesterday's"
    answered("backup", str(copy), "--force")
    assert tarfile.is_tarfile(copy)


def test_a_folder_keeps_the_newest_copies(office, answered, tmp_path, monkeypatch):
    monkeypatch.setenv("HOSO_TEST", "1")
    for day in ("2026-11-24", "2026-11-25", "2026-11-26"):
        monkeypatch.setenv("HOSO_CLOCK", f"{day}T02:00:00+07:00")
        answered("backup", f"{tmp_path}/nightly", "--keep", "2")
    kept = sorted(path.name for path in (tmp_path / "nightly").iterdir())
    assert kept == ["hoso-20261124T190000Z.tar", "hoso-20261125T190000Z.tar"]


def test_nobody_else_may_read_a_copy(copy):
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_copy_can_be_opened_with_tar_and_says_what_it_is(copy):
    with tarfile.open(copy) as opened:
        names = opened.getnames()
        manifest = json.load(opened.extractfile("manifest.json") or pytest.fail("no manifest"))
    assert names[0].startswith("database.")
    assert (len(names), names[-1]) == (3, "manifest.json")
    assert (manifest["rows"]["cases_event"], len(manifest["data_key"])) == (1, 16)


def test_no_key_lies_in_a_copy(office, answered, settings, tmp_path):
    settings.DATA_KEY = "a-key-that-must-not-be-written-down"
    made = answered("backup", str(tmp_path / "copy.tar"))
    assert settings.DATA_KEY.encode() not in Path(made["file"]).read_bytes()


@pytest.mark.parametrize("kept", [0.5, 0.05, 0.0005])
def test_a_copy_cut_off_on_the_way_is_refused(copy, tmp_path, answered, kept):
    whole = copy.read_bytes()
    (tmp_path / "cut.tar").write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(BackupRefused) as refusal:
        archive.read_manifest(tmp_path / "cut.tar")
    assert refusal.value.status in {2, 10}
    assert Case.objects.count() == 1


def test_a_copy_that_lacks_only_its_manifest_was_cut_off(copy, tmp_path, answered):
    rewritten(copy, tmp_path / "cut.tar", drop="manifest.json")
    assert answered("restore", str(tmp_path / "cut.tar"), "--force", code=10)["reasons"][0]["code"] == "cut_off"


@pytest.mark.parametrize("part", ["database", "store"])
def test_a_copy_with_one_changed_byte_is_refused(copy, tmp_path, answered, part):
    with tarfile.open(copy) as opened:
        entry = next(e for e in opened if e.name.startswith(part))
    whole = bytearray(copy.read_bytes())
    whole[entry.offset_data + 5] ^= 1
    (tmp_path / "changed.tar").write_bytes(whole)
    assert answered("restore", str(tmp_path / "changed.tar"), "--force", code=10)["reasons"][0]["code"] == "altered"


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "store/sha256/ab/short", "manifest.yaml"])
def test_a_foreign_entry_is_refused(office, answered, tmp_path, name):
    with tarfile.open(tmp_path / "foreign.tar", "w") as opened:
        opened.add(__file__, arcname=name)
    assert answered("restore", str(tmp_path / "foreign.tar"), code=3)["reasons"][0]["code"] == "foreign_entry"


def test_a_link_inside_a_copy_is_refused(office, answered, tmp_path):
    with tarfile.open(tmp_path / "link.tar", "w") as opened:
        link = tarfile.TarInfo("database.sqlite3")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        opened.addfile(link)
    assert answered("restore", str(tmp_path / "link.tar"), code=3)["reasons"][0]["code"] == "foreign_entry"


def test_a_copy_of_a_newer_version_is_refused(copy, tmp_path, answered):
    rewritten(copy, tmp_path / "newer.tar", lambda m: m["migrations"].append("cases.0099_later"))
    assert answered("restore", str(tmp_path / "newer.tar"), "--force", code=3)["reasons"][0]["code"] == "newer_product"


def test_a_copy_of_an_older_version_comes_back_and_asks_for_the_upgrade(copy, tmp_path, answered):
    rewritten(copy, tmp_path / "older.tar", lambda m: m["migrations"].remove("documents.0001_initial"))
    assert answered("restore", str(tmp_path / "older.tar"), "--force")["waiting"] == ["documents.0001_initial"]


def test_a_copy_of_the_other_database_is_refused(copy, tmp_path, answered):
    other = "sqlite" if connection.vendor == "postgresql" else "postgresql"
    rewritten(copy, tmp_path / "other.tar", lambda m: m.update(vendor=other))
    assert answered("restore", str(tmp_path / "other.tar"), "--force", code=3)["reasons"][0]["code"] == "other_database"


def test_a_copy_of_a_newer_server_is_refused(copy, tmp_path, answered):
    rewritten(copy, tmp_path / "other.tar", lambda m: m.update(database_version="99.1"))
    assert answered("restore", str(tmp_path / "other.tar"), "--force", code=3)["reasons"][0]["code"] == "older_database"


def test_a_copy_in_a_later_form_is_refused(copy, tmp_path, answered):
    rewritten(copy, tmp_path / "other.tar", lambda m: m.update(format=2))
    assert answered("restore", str(tmp_path / "other.tar"), "--force", code=3)["reasons"][0]["code"] == "other_format"


def test_another_data_key_is_said(copy, answered, settings):
    settings.DATA_KEY = ANOTHER_KEY
    back = answered("restore", str(copy), "--force")
    assert [w["code"] for w in back["warnings"]] == ["other_data_key"]


def test_a_place_that_cannot_be_written_is_named(office, answered, tmp_path):
    (tmp_path / "file").write_text("")
    assert answered("backup", str(tmp_path / "file" / "copy.tar"), code=2)["reasons"][0]["code"] == "unwritable"


def test_a_file_that_is_not_there_is_named(office, answered, tmp_path):
    assert answered("restore", str(tmp_path / "none.tar"), code=2)["reasons"][0]["code"] == "unreadable"


def test_a_disk_too_small_is_said_at_once_and_nothing_is_left(office, answered, tmp_path, monkeypatch):
    lan_files()
    monkeypatch.setattr("shutil.disk_usage", lambda _: Nothing())
    assert answered("backup", str(tmp_path / "b" / "copy.tar"), code=1)["reasons"][0]["code"] == "disk_full"
    assert list((tmp_path / "b").iterdir()) == []


class Nothing:
    """A disk without room."""

    free = 0


def test_a_disk_that_fills_up_on_the_way_leaves_nothing(tmp_path):
    def fill() -> None:
        with disk.written_whole(tmp_path / "copy.tar") as part:
            part.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(BackupRefused) as refusal:
        fill()
    assert (refusal.value.reason.code, refusal.value.status, list(tmp_path.iterdir())) == ("disk_full", 1, [])


def test_people_are_told_in_words_too(copy, tmp_path, capsys):
    call_command("backup", str(tmp_path / "words.tar"))
    call_command("restore", str(tmp_path / "words.tar"), "--force")
    said = capsys.readouterr().out
    assert "1 hồ sơ / cases" in said
    assert "history verify" in said
    assert User.objects.count() == 1
