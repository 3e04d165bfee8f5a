"""What doctor says about files, disk, mail, broker and delivery."""
from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import pytest

from accounts.clock import now
from cases.models import OutboxEntry
from cases.services.heartbeat import beat
from config.doctor import delivery, machine
from tests.config.backups.conftest import letter_arrives
from tests.services import free_port

MINUTE = dt.timedelta(minutes=1)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


class Usage(NamedTuple):
    """What shutil says of a disk."""

    free: int


def row(key: str, **values: Any) -> OutboxEntry:
    return OutboxEntry.objects.create(**{"key": key, "kind": "notice", "due": now(), "created_at": now(), **values})


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("every_file", [False, True])
def test_a_sound_store_is_well(office, every_file):
    letter_arrives()
    assert machine.store(now(), every_file=every_file).level == "ok"


@pytest.mark.parametrize("every_file", [False, True])
def test_an_altered_file_is_tampering_and_a_lost_one_incomplete(office, every_file):
    place = letter_arrives()
    place.chmod(0o600)
    place.write_bytes(b"other")
    found = machine.store(now(), every_file=every_file)
    assert (found.level, found.status, found.details) == ("fault", 10, (place.parent.name + place.name,))
    place.unlink()
    assert machine.store(now(), every_file=every_file).status == 11


@pytest.mark.parametrize(("free", "level"), [(2 * machine.GIB, "ok"), (machine.GIB // 2, "warning"), (1000, "fault")])
def test_a_disk_that_fills_up_is_told_before_it_is_full(office, monkeypatch, free, level):
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(free))
    assert machine.disk().level == level


def test_a_real_office_is_reminded_of_its_backup(office, settings):
    settings.BACKUP_DIR = office / "backups"
    assert machine.backup(now()).level == "ok"  # a trial
    settings.PRODUCTION = True
    assert machine.backup(now()).level == "warning"
    settings.BACKUP_DIR.mkdir()
    (settings.BACKUP_DIR / "hoso-20261124T190000Z.tar").write_text("")
    assert machine.backup(now()).level == "ok"
    assert machine.backup(now() + dt.timedelta(days=3)).level == "warning"


# --- mail and broker ------------------------------------------------------------------------------------------------


def test_a_listening_mail_server_is_well_and_gets_no_message(office, settings, smtp_sink):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, smtp_sink.env["EMAIL_HOST"]
    settings.EMAIL_PORT = int(smtp_sink.env["EMAIL_PORT"])
    assert machine.mail().level == "ok"
    assert smtp_sink.messages == []


def test_a_mail_server_out_of_reach_is_a_fault_with_its_address(office, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", free_port()
    found = machine.mail()
    assert (found.level, found.details) == ("fault", ("ConnectionRefusedError",))
    assert str(settings.EMAIL_PORT) in found.vi


def test_mail_to_files_is_for_trials(office, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert machine.mail().level == "ok"
    settings.PRODUCTION = True
    assert machine.mail().level == "warning"


@pytest.mark.redis
def test_a_broker_answers_or_is_a_fault(settings, redis_url):
    settings.REDIS_URL = redis_url
    assert machine.broker().level == "ok"
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert machine.broker().level == "fault"


# --- delivery -------------------------------------------------------------------------------------------------------


def test_nobody_carrying_is_a_warning_while_nothing_waits(office):
    assert delivery.delivery(now()).level == "warning"
    beat("worker@one-stop:1", now())
    assert delivery.delivery(now()).level == "ok"


def test_a_worker_that_lives_and_carries_nothing_is_a_fault(office):
    beat("worker@one-stop:1", now())
    row("a", due=now() - 7 * MINUTE)
    found = delivery.delivery(now())
    assert (found.level, found.details) == ("fault", ("worker@one-stop:1",))
    assert "7 phút" in found.vi


def test_effects_that_fail_and_are_tried_again_are_told(office):
    beat("worker@one-stop:1", now())
    row("a", due=now() + MINUTE, attempts=2, last_error="SMTPServerDisconnected")
    assert delivery.delivery(now()).level == "warning"


def test_dead_letters_are_listed_without_what_they_carry(office):
    assert delivery.dead_letters().level == "ok"
    dead = row("a", dead_at=now(), last_error="UnknownKind", payload={"notice": "received", "to": ["lan@example.vn"]})
    found = delivery.dead_letters()
    assert found.details == (f"#{dead.pk} notice UnknownKind",)
