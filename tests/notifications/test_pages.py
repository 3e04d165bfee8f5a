"""Pages of messages: a person's own, the trial's mails, what could not be delivered, the panel of a case."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from accounts.models import AccountEvent
from cases.effects import carriage_of
from cases.models import OutboxEntry
from cases.panels import panels
from cases.services.outbox import Delivery, deliver
from notifications import handlers
from notifications.models import IN_APP, Message
from notifications.queries import panel_context, unread_count
from tests.notifications.scene import HOUR, NOW, Scene, agrees, entry_of, fresh, mail_of, sent, signed_in
from tests.sink import SmtpSink


def received(scene: Scene, at: Any = NOW) -> Message:
    """Tell Lan that her case was received; return what she reads."""
    told = scene.tell(scene.step("receive", scene.minh, at=at), "case_received", ["applicant"], now=at)
    return next(m for m in told if m.channel == IN_APP)


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_lan_sees_at_the_top_of_every_page_that_there_is_something_to_read(scene: Scene) -> None:
    received(scene)
    page = text_of(signed_in(scene.lan), "/")
    assert 'href="/notifications/"' in page
    assert "chưa đọc" in page


def test_lan_reads_what_happened_and_opens_her_case_from_there(scene: Scene) -> None:
    message, browser = received(scene), signed_in(scene.lan)
    page = text_of(browser, "/notifications/")
    assert "Đã tiếp nhận hồ sơ, ngày hẹn trả" in page
    assert "Ngày hẹn trả kết quả: 25/03/2026." in page
    assert 'data-message-read="no"' in page
    answer = browser.post(f"/notifications/{message.pk}/", {"case": "1"})
    assert (answer.status_code, answer["Location"]) == (302, "/cases/H99.14-260305-0001/")
    assert browser.get(answer["Location"]).status_code == 200
    assert fresh(message).read_at == NOW
    assert 'data-message-read="no"' not in text_of(browser, "/notifications/")


def test_reading_twice_keeps_the_first_moment(scene: Scene, clock: Any) -> None:
    message, browser = received(scene), signed_in(scene.lan)
    browser.post(f"/notifications/{message.pk}/")
    clock(NOW + HOUR)
    browser.post(f"/notifications/{message.pk}/")
    assert fresh(message).read_at == NOW


def test_lan_marks_everything_as_read_but_not_what_others_have(scene: Scene) -> None:
    scene.tell(scene.step("stop", scene.binh), "stopped", ["applicant", "specialist"])
    received(scene)
    assert signed_in(scene.lan).post("/notifications/read/").status_code == 302
    assert (unread_count(scene.lan), unread_count(scene.ha)) == (0, 1)


def test_hong_can_neither_see_nor_mark_lans_messages(scene: Scene) -> None:
    message, browser = received(scene), signed_in(scene.hong)
    assert message.title not in text_of(browser, "/notifications/")
    assert browser.post(f"/notifications/{message.pk}/").status_code == 404
    assert fresh(message).read_at is None


def test_a_stranger_is_asked_to_sign_in(scene: Scene) -> None:
    for answer in (Client().get("/notifications/"), Client().post("/notifications/read/")):
        assert answer.status_code == 302
        assert "/accounts/login/" in answer["Location"]


def test_marking_takes_a_post(scene: Scene) -> None:
    assert signed_in(scene.lan).get("/notifications/read/").status_code == 405


def test_twenty_messages_a_page_the_newest_first(scene: Scene) -> None:
    for number in range(21):
        received(scene, NOW + number * HOUR)
    browser = signed_in(scene.lan)
    first = text_of(browser, "/notifications/")
    assert first.count("data-message=") == 20
    assert first.index("05:00, 06/03/2026") < first.index("10:00, 05/03/2026")
    assert text_of(browser, "/notifications/?page=2").count("data-message=") == 1


def test_the_inbox_takes_a_fixed_number_of_statements(scene: Scene, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        received(scene, NOW + number * HOUR)
    browser = signed_in(scene.lan)
    with django_assert_max_num_queries(14):
        browser.get("/notifications/")


def test_english_pages_speak_english(scene: Scene) -> None:
    agrees(scene.lan, "en")
    received(scene)
    page = text_of(signed_in(scene.lan), "/notifications/")
    assert "Your case is received; promised day" in page
    assert "Mark all as read" in page
    assert "Promised day: 25/03/2026." in page


# ------------------------------------------------------------------------------------------------- mails of the trial
@pytest.fixture
def trial(settings: Any, tmp_path: Path) -> Path:
    settings.DEMO = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


def test_whoever_tries_the_product_reads_its_mails_on_a_page(scene: Scene, trial: Path) -> None:
    agrees(scene.lan)
    received(scene)
    assert sent(mail_of(scene.lan)) is Delivery.DONE
    mail.send_mail("Thư sau", "Nội dung <b>sau</b> https://x.example/", "a@x.example", ["b@x.example"])
    page = text_of(Client(), "/mail/")
    assert page.count("data-mail") == 2
    assert page.index("Thư sau") < page.index("Đã tiếp nhận hồ sơ, ngày hẹn trả")
    assert scene.lan.email in page
    assert "&lt;b&gt;sau&lt;/b&gt;" in page
    assert 'href="https://x.example/"' in page


@pytest.mark.django_db
def test_before_the_first_mail_the_page_says_so(trial: Path) -> None:
    assert "Chưa có thư nào" in text_of(Client(), "/mail/")


@pytest.mark.django_db
def test_a_real_office_has_no_such_page(trial: Path, settings: Any) -> None:
    settings.DEMO = False
    assert Client().get("/mail/").status_code == 404


@pytest.mark.django_db
def test_a_trial_with_a_mail_server_has_no_such_page(settings: Any) -> None:
    settings.DEMO = True
    del settings.EMAIL_FILE_PATH
    assert Client().get("/mail/").status_code == 404


# ----------------------------------------------------------------------------------------------- given-up deliveries
@pytest.fixture
def refused(scene: Scene, post_office: SmtpSink) -> Message:
    """A mail to Lan that the mail server refused for ever."""
    agrees(scene.lan)
    received(scene)
    post_office.refuse = 550
    assert sent(mail_of(scene.lan)) is Delivery.DEAD
    post_office.refuse = 0
    return mail_of(scene.lan)


def test_the_administrator_sees_what_was_given_up_and_why_and_tries_again(
    scene: Scene, refused: Message, post_office: SmtpSink
) -> None:
    browser, entry = signed_in(scene.admin), entry_of(refused)
    page = text_of(browser, "/office/deliveries/")
    assert all(words in page for words in ("H99.14-260305-0001", "smtp_550", scene.lan.full_name, "Thư điện tử"))
    assert browser.post(f"/office/deliveries/{entry.pk}/again/").status_code == 302
    event = AccountEvent.objects.get(what="delivery_retried")
    assert (event.who, event.details["entry"], event.details["kind"]) == (scene.admin, entry.pk, "mail")
    assert sent(refused) is Delivery.DONE
    assert len(post_office.messages) == 1
    assert "Mọi việc đều đã gửi được" in text_of(browser, "/office/deliveries/")


def test_a_second_click_tries_nothing_twice(scene: Scene, refused: Message) -> None:
    browser, entry = signed_in(scene.admin), entry_of(refused)
    for _ in range(2):
        browser.post(f"/office/deliveries/{entry.pk}/again/")
    assert AccountEvent.objects.filter(what="delivery_retried").count() == 1


def test_for_others_the_page_does_not_exist(scene: Scene, refused: Message) -> None:
    entry = entry_of(refused)
    for person in (scene.ha, scene.binh, scene.an, scene.lan):
        browser = signed_in(person)
        assert browser.get("/office/deliveries/").status_code == 404
        assert browser.post(f"/office/deliveries/{entry.pk}/again/").status_code == 404
    entry.refresh_from_db()
    assert entry.dead_at is not None
    assert signed_in(scene.admin).post("/office/deliveries/999999/again/").status_code == 404


def test_a_notice_with_an_unknown_text_lies_there_too(scene: Scene) -> None:
    entry = scene.promise(scene.step("receive", scene.minh), "no_such_notice", ["applicant"])
    assert deliver(entry.pk, now=NOW) is Delivery.DEAD
    page = text_of(signed_in(scene.admin), "/office/deliveries/")
    assert "no_such_notice" in page
    assert "Thông báo đến mọi người nhận" in page


def test_many_given_up_deliveries_take_no_more_statements(scene: Scene, django_assert_max_num_queries: Any) -> None:
    for number in range(10):
        moments = {"due": NOW, "created_at": NOW, "dead_at": NOW}
        OutboxEntry.objects.create(key=f"k{number}", kind="link", case_id=scene.case.pk, **moments)
    browser = signed_in(scene.admin)
    with django_assert_max_num_queries(16):
        assert browser.get("/office/deliveries/").content.count(b"data-delivery") == 10


# ---------------------------------------------------------------------------------------------------- panel of a case
def panel(scene: Scene, viewer: Any, language: str = "vi") -> str:
    """Return the panel as a case page shows it to a person."""
    (mine,) = (p for p in panels() if p.code == "notifications")
    with translation.override(language):
        return render_to_string(mine.template, dict(mine.context_for(scene.case, viewer)))


def test_ha_sees_on_the_case_who_was_told_and_whether_it_arrived(scene: Scene, refused: Message) -> None:
    scene.tell(scene.step("stop", scene.binh), "stopped", ["specialist"])
    seen = panel(scene, scene.ha)
    assert 'data-message-status="failed"' in seen
    assert all(words in seen for words in ("Không gửi được", "smtp_550", scene.lan.full_name, scene.ha.full_name))
    assert "Chưa đọc" in seen
    assert "A mail could not be sent" in panel(scene, scene.an, "en")


def test_lan_and_an_agency_see_no_panel(scene: Scene, refused: Message) -> None:
    scene.part("opinion", fields={"agency": "provincial_police"})
    for viewer in (scene.lan, scene.hong, scene.police):
        assert panel_context(scene.case, viewer) == {}
        assert panel(scene, viewer).strip() == ""


def test_handlers_stand_at_the_door() -> None:
    assert (carriage_of("notice").handler, carriage_of("notice").together) == (handlers.tell, True)
    assert (carriage_of("mail").handler, carriage_of("mail").buried) == (handlers.send_mail, handlers.bury_mail)
    assert carriage_of("service").handler is handlers.serve


def test_a_mail_without_its_message_is_given_up_at_once(scene: Scene) -> None:
    entry = OutboxEntry.objects.create(
        key="k", kind="mail", case_id=scene.case.pk, payload={"message": "gone"}, due=NOW, created_at=NOW
    )
    assert deliver(entry.pk, now=NOW) is Delivery.DEAD
