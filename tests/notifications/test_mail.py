"""Mails over a real wire: what they carry, when they go, and what a mail server's moods do to them."""
from __future__ import annotations

import asyncio
import datetime as dt
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from cases.models import Event, OutboxEntry, TableRow
from cases.procedures import definition_of
from cases.services.outbox import LAST_ATTEMPT, Delivery
from notifications.channels.email import message_id
from notifications.models import EMAIL, Message
from notifications.services import try_again
from tests.notifications.scene import HOUR, NOW, Scene, agrees, entry_of, fresh, mail_of, member, sent, worked_off
from tests.services import free_port
from tests.sink import SmtpSink

NIGHT = NOW + 12 * HOUR  # 21:00
MORNING = NOW + 22 * HOUR  # 07:00
LONG = dt.timedelta(days=2)


def received_by(scene: Scene, person: User, language: str = "vi", now: dt.datetime = NOW) -> Message:
    """Promise the person the mail that the case was received."""
    agrees(person, language)
    scene.tell(scene.step("receive", scene.minh), "case_received", ["applicant"], now=now)
    return mail_of(person)


def test_lan_gets_one_plain_mail_with_the_code_and_nothing_else_of_hers(scene: Scene, post_office: SmtpSink) -> None:
    message = received_by(scene, scene.lan)
    assert sent(message) is Delivery.DONE
    message = fresh(message)
    (got,) = post_office.messages
    letter = got.message
    body = letter.get_content()
    assert got.recipients == (scene.lan.email,)
    procedure = definition_of(scene.case.definition_id).vi
    assert str(letter["Subject"]).strip() == f"[H99.14-260305-0001] {procedure} - Đã tiếp nhận hồ sơ, ngày hẹn trả"
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content_charset() == "utf-8"
    assert letter["Message-ID"] == message.message_id
    assert letter["Auto-Submitted"] == "auto-generated"
    assert str(letter["From"]) == "Sở Ngoại vụ tỉnh Lam Giang <hoso@lamgiang.example>"
    assert "Ngày hẹn trả kết quả: 25/03/2026." in body
    assert "http://127.0.0.1:8000/cases/H99.14-260305-0001/" in body
    assert "http://127.0.0.1:8000/accounts/profile/" in body
    assert unicodedata.is_normalized("NFC", body)
    assert not any(secret in body + str(letter["Subject"]) for secret in ("Lan", scene.lan.phone, scene.lan.email))
    assert (message.status, message.sent_at, message.attempts) == ("sent", NOW, 1)


def test_hong_reads_english_and_lan_vietnamese(scene: Scene, post_office: SmtpSink) -> None:
    member(scene.hong, scene.case)
    agrees(scene.hong, "en")
    received_by(scene, scene.lan)
    worked_off(NOW)
    letters = {m.recipients[0]: m.message for m in post_office.messages}
    english, vietnamese = letters[scene.hong.email], letters[scene.lan.email]
    assert str(english["Subject"]).endswith(" - Your case is received; promised day")
    assert "Promised day: 25/03/2026." in english.get_content()
    assert "Department of Foreign Affairs of Lam Giang province" in str(english["From"])
    assert english["Content-Language"] == "en"
    assert "please do not reply" in english.get_content()
    assert "vui lòng không trả lời" in vietnamese.get_content()


def test_without_consent_there_is_no_mail(scene: Scene) -> None:
    scene.tell(scene.step("receive", scene.minh), "case_received", ["applicant"])
    assert not Message.objects.filter(channel=EMAIL).exists()
    assert not OutboxEntry.objects.filter(kind="mail").exists()


def test_consent_taken_back_overnight_keeps_the_mail_in(scene: Scene, post_office: SmtpSink) -> None:
    message = received_by(scene, scene.lan, now=NIGHT)
    scene.lan.mail_consent_at = None
    scene.lan.save()
    assert sent(message, MORNING) is Delivery.DONE
    message = fresh(message)
    assert post_office.messages == []
    assert (message.status, message.last_error) == ("withheld", "no_consent")


def test_a_mail_of_the_night_goes_out_at_seven(scene: Scene, post_office: SmtpSink) -> None:
    message = received_by(scene, scene.lan, now=NIGHT)
    assert entry_of(message).due == MORNING
    assert sent(message, NIGHT) is Delivery.TAKEN
    message = fresh(message)
    OutboxEntry.objects.update(due=NIGHT)  # as after a retry that falls into the night
    assert sent(message, NIGHT) is Delivery.POSTPONED
    message = fresh(message)
    entry = entry_of(message)
    assert (entry.due, entry.attempts, message.status) == (MORNING, 0, "queued")
    assert sent(message, MORNING) is Delivery.DONE
    message = fresh(message)
    assert len(post_office.messages) == 1


def test_an_urgent_mail_does_not_wait_for_the_morning(scene: Scene, post_office: SmtpSink) -> None:
    scene.set(urgent=True)
    message = received_by(scene, scene.lan, now=NIGHT)
    assert sent(message, NIGHT) is Delivery.DONE
    message = fresh(message)
    assert len(post_office.messages) == 1


def test_later_says_the_server_and_later_it_goes_out(scene: Scene, post_office: SmtpSink) -> None:
    message = received_by(scene, scene.lan)
    post_office.refuse = 451
    assert sent(message) is Delivery.AGAIN
    message = fresh(message)
    assert (message.status, message.last_error) == ("queued", "smtp_451")
    post_office.refuse = 0
    assert sent(message, entry_of(message).due) is Delivery.DONE
    message = fresh(message)
    assert (message.status, message.attempts, message.last_error) == ("sent", 2, "")
    assert [m.message["Message-ID"] for m in post_office.messages] == [message.message_id]


def test_never_says_the_server_and_officers_and_administrators_see_it(scene: Scene, post_office: SmtpSink) -> None:
    message = received_by(scene, scene.lan)
    post_office.refuse = 550
    assert sent(message) is Delivery.DEAD
    message = fresh(message)
    entry = entry_of(message)
    assert (message.status, message.last_error) == ("failed", "smtp_550")
    assert entry.dead_at == NOW
    assert scene.lan.email not in entry.last_error + message.last_error
    assert Event.objects.filter(case=scene.case, name="delivery_given_up").exists()
    post_office.refuse = 0
    assert sent(message, NOW + LONG) is Delivery.TAKEN
    message = fresh(message)
    assert post_office.messages == []


def test_a_server_that_is_away_for_days_is_given_up_after_the_last_attempt(
    scene: Scene, post_office: SmtpSink, settings: Any
) -> None:
    message = received_by(scene, scene.lan)
    settings.EMAIL_PORT = free_port()
    moment, became = NOW, []
    for _ in range(2 * LAST_ATTEMPT + 10):  # with the nights in between
        became.append(sent(message, moment))
        if became[-1] is Delivery.DEAD:
            break
        moment = entry_of(message).due
    message = fresh(message)
    assert became.count(Delivery.AGAIN) == LAST_ATTEMPT - 1
    assert (message.status, message.last_error) == ("failed", "ConnectionRefusedError")


def test_a_revived_mail_goes_out(scene: Scene, post_office: SmtpSink) -> None:
    message = received_by(scene, scene.lan)
    post_office.refuse = 550
    sent(message)
    message = fresh(message)
    post_office.refuse = 0
    assert try_again(entry_id=entry_of(message).pk, actor=scene.admin, now=NOW + HOUR)
    message = fresh(message)
    assert message.status == "queued"
    assert sent(message, NOW + HOUR) is Delivery.DONE
    message = fresh(message)
    assert len(post_office.messages) == 1


class Moody(SmtpSink):
    """A mail server that refuses the address, hangs, or takes the mail and drops the line before saying so."""

    refuse_address = 0
    hang = 0.0
    drops_next = False

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.refuse_address:
            return f"{self.refuse_address} <{address}> not here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.hang)
        answer = await super().handle_DATA(server, session, envelope)
        if self.drops_next:
            self.drops_next = False
            server.transport.abort()
        return answer


@pytest.fixture
def moody(settings: Any, post_office: SmtpSink) -> Iterator[Moody]:
    sink = Moody()
    settings.EMAIL_PORT = sink.controller.port
    yield sink
    sink.stop()


def test_a_refused_address_is_final_and_is_not_kept_in_words(scene: Scene, moody: Moody) -> None:
    message = received_by(scene, scene.lan)
    moody.refuse_address = 550
    assert sent(message) is Delivery.DEAD
    message = fresh(message)
    assert message.last_error == "smtp_550"
    assert "@" not in entry_of(message).last_error


def test_a_full_mailbox_is_tried_again(scene: Scene, moody: Moody) -> None:
    message = received_by(scene, scene.lan)
    moody.refuse_address = 452
    assert sent(message) is Delivery.AGAIN
    message = fresh(message)
    assert message.last_error == "smtp_452"


def test_a_server_that_hangs_holds_a_worker_no_longer_than_its_time_limit(
    scene: Scene, moody: Moody, settings: Any
) -> None:
    message = received_by(scene, scene.lan)
    settings.EMAIL_TIMEOUT, moody.hang = 0.3, 2
    assert sent(message) is Delivery.AGAIN
    message = fresh(message)
    assert message.status == "queued"
    assert message.last_error in ("TimeoutError", "SMTPServerDisconnected")


def test_nobody_knows_whether_it_arrived_so_it_goes_again_under_the_same_id(scene: Scene, moody: Moody) -> None:
    message = received_by(scene, scene.lan)
    moody.drops_next = True
    assert sent(message) is Delivery.AGAIN
    message = fresh(message)
    assert sent(message, entry_of(message).due) is Delivery.DONE
    message = fresh(message)
    ids = [m.message["Message-ID"] for m in moody.messages]
    assert ids == [message.message_id] * 2


def test_a_worker_that_died_while_sending_leaves_a_mail_that_goes_again(scene: Scene, post_office: SmtpSink) -> None:
    message = received_by(scene, scene.lan)
    message.begin(1)
    message.save()
    assert sent(message) is Delivery.DONE
    message = fresh(message)
    assert message.status == "sent"


def test_an_office_name_with_a_line_break_makes_no_header(scene: Scene, post_office: SmtpSink) -> None:
    row = TableRow.objects.get(table="office", key="office")
    row.columns["name"] = "Sở Ngoại vụ\r\nBcc: ke-gian@xau.example"
    row.save()
    message = received_by(scene, scene.lan)
    assert sent(message) is Delivery.DONE
    message = fresh(message)
    (got,) = post_office.messages
    assert got.message["Bcc"] is None
    assert got.recipients == (scene.lan.email,)


def test_an_office_without_an_address_sends_no_broken_link(scene: Scene, post_office: SmtpSink) -> None:
    TableRow.objects.filter(table="office", key="site").delete()
    message = received_by(scene, scene.lan)
    sent(message)
    message = fresh(message)
    body = post_office.messages[0].message.get_content()
    assert "Mở hồ sơ" not in body
    assert "Thôi nhận" not in body
    assert message.message_id.endswith("@lamgiang.example>")


def test_a_message_id_follows_from_the_key_alone() -> None:
    assert message_id("k", "a.example") == message_id("k", "a.example") != message_id("l", "a.example")
