"""Deadlines and states: what a message says to whom."""
from __future__ import annotations

import datetime as dt

from cases.models import Task
from tests.notifications.scene import HOUR, NOW, Scene, agrees, mail_of


def test_the_deadline_of_a_task_stands_in_the_mail_of_who_has_to_do_it(scene: Scene) -> None:
    agrees(scene.ha)
    Task.objects.create(case=scene.case, state="assigned", role="specialist", opened_at=NOW, due_at=NOW + 5 * HOUR)
    scene.tell(scene.step("assign", scene.son), "work_for_you", ["specialist"])
    assert "Hạn của bước này: 14:00, 05/03/2026." in mail_of(scene.ha).body
    assert "trạng thái: " in mail_of(scene.ha).body


def test_the_reply_by_date_of_an_opinion_stands_in_the_request(scene: Scene) -> None:
    scene.part("opinion", fields={"agency": "provincial_police", "reply_by": "2026-03-13"}, due_on=dt.date(2026, 3, 13))
    (told,) = scene.tell(scene.step("send_opinion_request", scene.van), "opinion_asked", ["consultee"])
    assert "Hạn cuối: 13/03/2026." in told.body
    assert "http" not in told.body


def test_the_last_day_of_a_supplement_counts_from_the_service_that_this_message_is(scene: Scene) -> None:
    """Ten working days from 05/03/2026 (Thursday): 19/03."""
    scene.part("supplement", fields={"stage": "processing", "items": []})
    (told,) = scene.tell(scene.step("request_supplement", scene.ha), "supplement_asked", ["applicant"])
    assert "Hạn cuối: 19/03/2026." in told.body


def test_the_applicant_reads_the_state_in_the_words_of_the_portal_officers_in_ours(scene: Scene) -> None:
    told = scene.tell(scene.step("withdraw", scene.binh), "withdraw_decided", ["applicant", "specialist"])
    bodies = {m.recipient: m.body for m in told}
    assert "Đang xử lý" in bodies[scene.lan]
    assert "Đang xử lý" not in bodies[scene.ha]
