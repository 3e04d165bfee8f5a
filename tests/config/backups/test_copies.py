"""A copy of an office in one file, and the way back from it; on the database of the run."""
from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from cases.models import Case, Event, OutboxEntry
from cases.protection import protection_present
from tests.config.backups.conftest import LETTER, lan_files, letter_arrives, rewritten
from tests.databases import server_url
from tests.services import wait_until


def test_an_office_comes_back_whole_on_another_machine(office, answered, elsewhere, tmp_path):
    case, place = lan_files(), letter_arrives()
    made = answered("backup", str(tmp_path / "copy.tar"))
    assert (made["cases"], made["events"], made["store"]["files"]) == (1, 1, 1)
    there = elsewhere()
    back = answered("restore", made["file"])
    assert (back["cases"], back["files"], back["aside"], back["waiting"], back["warnings"]) == (1, 1, "", [], [])
    assert Case.objects.get().pk == case.pk
    assert (there / "store" / place.relative_to(office / "store")).read_bytes() == LETTER


def test_events_of_a_restored_office_are_final(office, answered, elsewhere, tmp_path):
    lan_files()
    made = answered("backup", str(tmp_path / "copy.tar"))
    elsewhere()
    answered("restore", made["file"])
    assert protection_present(connection) == []
    with pytest.raises(IntegrityError, match="events are final"), transaction.atomic():
        Event.objects.update(actor="nobody")


def test_no_lease_of_the_copied_day_holds_delivery_back(office, answered, elsewhere, tmp_path):
    lan_files()
    made = answered("backup", str(tmp_path / "copy.tar"))
    elsewhere()
    answered("restore", made["file"])
    assert [(e.lease_until, e.attempts) for e in OutboxEntry.objects.all()] == [(None, 1)]


def test_data_that_is_there_is_not_replaced_without_force(office, answered, tmp_path):
    made = answered("backup", str(tmp_path / "copy.tar"))
    lan_files()
    assert answered("restore", made["file"], code=3)["reasons"][0]["code"] == "not_empty"
    assert Case.objects.count() == 1


def test_what_is_replaced_by_force_is_kept_aside(office, answered, tmp_path):
    made = answered("backup", str(tmp_path / "copy.tar"))
    lan_files()
    back = answered("restore", made["file"], "--force")
    assert Case.objects.count() == 0
    assert cases_in(back["aside"]) == 1


def cases_in(aside: str) -> int:
    """Return how many cases the former database or schema holds."""
    if connection.vendor == "sqlite":
        with sqlite3.connect(aside) as former:
            return int(former.execute("SELECT count(*) FROM cases_case").fetchone()[0])
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{aside}".cases_case')
        return int(cursor.fetchone()[0])


def test_a_restored_office_can_be_copied_and_restored_again(office, answered, tmp_path):
    lan_files()
    letter_arrives()
    for n in range(2):
        made = answered("backup", str(tmp_path / f"{n}.tar"))
        answered("restore", made["file"], "--force")
    assert (Case.objects.count(), protection_present(connection)) == (1, [])


def test_an_office_at_work_is_not_replaced_under_its_workers(office, answered, tmp_path):
    lan_files()
    made = answered("backup", str(tmp_path / "copy.tar"))
    name = connection.settings_dict["NAME"]
    other = sqlite3.connect(name) if connection.vendor == "sqlite" else psycopg.connect(to_server(str(name)))
    other.execute("SELECT count(*) FROM cases_case").fetchone()  # a worker that waits, in no transaction
    other.commit()
    assert answered("restore", made["file"], "--force", code=3)["reasons"][0]["code"] == "in_use"
    left = other.info.backend_pid if isinstance(other, psycopg.Connection) else 0
    other.close()
    wait_until(lambda: not served(left), "the end of its process")
    answered("restore", made["file"], "--force")


def served(pid: int) -> bool:
    """Whether PostgreSQL still keeps the process of a connection: it outlives the connection by a moment."""
    if not pid:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [pid])
        return bool(cursor.fetchone()[0])


def to_server(name: str) -> str:
    return f"{server_url(connection.settings_dict).rpartition('/')[0]}/{name}"


def test_a_damaged_upload_is_left_out_and_the_exit_code_tells(office, answered, tmp_path):
    place = letter_arrives()
    place.chmod(0o600)
    place.write_bytes(b"other bytes")
    made = answered("backup", str(tmp_path / "copy.tar"), code=10)
    assert made["store"] == {"files": 0, "bytes": 0, "missing": [], "damaged": [place.parent.name + place.name]}


def test_a_lost_upload_is_named_when_copied_and_when_brought_back(office, answered, tmp_path):
    place = letter_arrives()
    place.unlink()
    made = answered("backup", str(tmp_path / "copy.tar"), code=11)
    assert made["store"]["missing"] == [place.parent.name + place.name]
    back = answered("restore", made["file"], "--force")
    assert [w["code"] for w in back["warnings"]] == ["files_lost"]


def test_a_damaged_upload_is_healed_by_a_copy_that_still_has_it(office, answered, tmp_path):
    place = letter_arrives()
    made = answered("backup", str(tmp_path / "copy.tar"))
    place.chmod(0o600)
    place.write_bytes(b"other bytes")
    assert answered("restore", made["file"], "--force")["files"] == 1
    assert place.read_bytes() == LETTER


def test_losses_keep_older_copies_from_being_forgotten(office, answered, tmp_path):
    folder = tmp_path / "nightly"
    folder.mkdir()
    (folder / "hoso-20200101T000000Z.tar").write_text("the last whole one")
    letter_arrives().unlink()
    answered("backup", str(folder), "--keep", "1", code=11)
    assert len(list(folder.iterdir())) == 2


def test_a_copy_is_of_one_moment_while_others_write(office, answered, own_database, tmp_path):
    """The counts of the manifest are those of the copied database, whatever came after."""
    lan_files()
    made = answered("backup", str(tmp_path / "copy.tar"))
    lan_files("hong")
    back = answered("restore", str(Path(made["file"])), "--force")
    assert back["cases"] == Case.objects.count() == 1


def test_a_copy_that_lost_rows_is_not_left_in_place(copy, tmp_path, answered):
    rewritten(copy, tmp_path / "wrong.tar", lambda m: m["rows"].update(cases_case=7, gone=1))
    lan_files("hong")
    assert answered("restore", str(tmp_path / "wrong.tar"), "--force", code=1)["reasons"][0]["code"] == "rows_differ"
    assert Case.objects.count() == 2


def test_a_database_that_cannot_be_read_is_not_left_in_place(copy, tmp_path, answered):
    rewritten(copy, tmp_path / "broken.tar", database=b"PGDMP SQLite format 3\0 but not really")
    ended = 1 if connection.vendor == "postgresql" else 10
    refusal = answered("restore", str(tmp_path / "broken.tar"), "--force", code=ended)
    assert refusal["reasons"][0]["code"] in {"tool_failed", "database_damaged"}
    assert Case.objects.count() == 1
