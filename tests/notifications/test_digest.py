"""The leaders' mail of the morning: when it goes, to whom, what it says, and that it goes once."""
from __future__ import annotations

import datetime as dt

import pytest

from accounts.clock import LOCAL
from cases.models import OutboxEntry, Task
from cases.services.housekeeping import keep_house
from notifications.digest import DIGEST, DIGESTS
from tests.notifications.scene import HOUR, Scene, agrees, worked_off
from tests.sink import SmtpSink

EIGHT = dt.datetime(2026, 3, 5, 8, 0, tzinfo=LOCAL)  # a Thursday


@pytest.fixture
def son(scene: Scene) -> Scene:
    """Sơn, head of the division, reads mail; a task of his is a day late, another ends today."""
    agrees(scene.son)
    for due in (EIGHT - 24 * HOUR, EIGHT + 8 * HOUR):
        Task.objects.create(
            case=scene.case, role="division_head", assignee=scene.son, state="appraising", opened_at=EIGHT, due_at=due
        )
    return scene


def morning(now: dt.datetime = EIGHT) -> None:
    """A carrier keeps the house and delivers what is due."""
    keep_house(now)
    worked_off(now)


def test_son_is_told_at_eight_what_is_late_and_what_ends_today(son: Scene, post_office: SmtpSink) -> None:
    son.set(overdue=True, due_on=dt.date(2026, 3, 2))
    morning(EIGHT - dt.timedelta(minutes=1))
    assert post_office.messages == []
    morning()
    (got,) = post_office.messages
    body = got.message.get_content().replace("\r\n", "\n")
    assert got.recipients == (son.son.email,)
    assert "05/03/2026: 1 việc quá hạn, 1 việc hết hạn hôm nay, 1 hồ sơ trễ hẹn" in str(got.message["Subject"])
    assert "Việc của bạn đã quá hạn: 1\n- [H99.14-260305-0001] " in body
    assert "08:00, 04/03/2026" in body
    assert "Hồ sơ đã quá ngày hẹn trả: 1" in body
    assert "http://127.0.0.1:8000/queue/" in body
    assert "Lan" not in body


def test_it_goes_once_a_day_whoever_carries(son: Scene, post_office: SmtpSink) -> None:
    morning()
    morning(EIGHT + HOUR)
    assert len(post_office.messages) == 1
    morning(EIGHT + 24 * HOUR)
    assert len(post_office.messages) == 2


def test_a_carrier_that_was_away_in_the_morning_sends_it_when_it_comes(son: Scene, post_office: SmtpSink) -> None:
    morning(EIGHT + 5 * HOUR)
    assert len(post_office.messages) == 1


@pytest.mark.parametrize("now", [EIGHT + 48 * HOUR, EIGHT + 12 * HOUR], ids=["a Saturday", "the evening"])
def test_nothing_on_days_off_and_in_the_evening(son: Scene, post_office: SmtpSink, now: dt.datetime) -> None:
    keep_house(now)
    assert not OutboxEntry.objects.filter(kind__in=[DIGESTS, DIGEST]).exists()


def test_binh_who_has_nothing_late_hears_nothing_and_ha_is_no_leader(son: Scene, post_office: SmtpSink) -> None:
    agrees(son.binh)
    agrees(son.ha)
    morning()
    assert {m.recipients for m in post_office.messages} == {(son.son.email,)}


def test_consent_taken_back_overnight_is_respected(son: Scene, post_office: SmtpSink) -> None:
    keep_house(EIGHT)
    son.son.mail_consent_at = None
    son.son.save(update_fields=["mail_consent_at"])
    worked_off(EIGHT)
    assert post_office.messages == []


def test_a_leader_who_reads_english_gets_english(son: Scene, post_office: SmtpSink) -> None:
    agrees(son.son, "en")
    morning()
    (got,) = post_office.messages
    assert "1 late, 1 due today" in str(got.message["Subject"])
    assert "Your tasks that are late: 1" in got.message.get_content()
