"""Timers: caught up when missed, never twice, stale when the matter has moved on, patient when not allowed."""
from __future__ import annotations

import datetime as dt

from cases.models import Case, Event, IdempotencyKey, OutboxEntry
from cases.services.outbox import Delivery, deliver
from tests.cases.outbox.conftest import NOW, Complaint

DAY = dt.timedelta(days=1)
MONTHS_LATER = NOW + 90 * DAY


def test_time_to_supplement_ends_by_itself_and_only_once(complaint: Complaint) -> None:
    complaint.supplement_asked()
    (lapse,) = complaint.timers("lapse")
    complaint.deliver_due(lapse.due - dt.timedelta(seconds=1))
    assert complaint.part("supplement-1").state == "asked"
    complaint.deliver_due(lapse.due)
    assert complaint.part("supplement-1").state == "lapsed"
    complaint.deliver_due(MONTHS_LATER)
    assert (complaint.events("lapse"), complaint.events("remind")) == (1, 1)
    assert Event.objects.get(case=complaint.case, name="lapse").actor == "system"


def test_a_reminder_comes_before_the_end(complaint: Complaint) -> None:
    complaint.supplement_asked()
    (remind,), (lapse,) = complaint.timers("remind"), complaint.timers("lapse")
    assert NOW < remind.due < lapse.due
    complaint.deliver_due(remind.due)
    assert (complaint.events("remind"), complaint.part("supplement-1").state) == (1, "asked")


def test_a_missed_timer_is_caught_up(complaint: Complaint) -> None:
    complaint.supplement_asked()
    complaint.deliver_due(MONTHS_LATER)
    assert complaint.part("supplement-1").state == "lapsed"


def test_a_timer_of_a_part_that_was_answered_does_nothing(complaint: Complaint) -> None:
    part = complaint.supplement_asked()
    items = [{**item, "answered": True} for item in part.fields["items"]]
    complaint.do("lan", "answer", NOW + DAY, part="supplement-1", part_fields={"items": items})
    complaint.deliver_due(MONTHS_LATER)
    assert (complaint.events("lapse"), complaint.part("supplement-1").state) == (0, "answered")
    (lapse,) = complaint.timers("lapse")
    assert lapse.done_at is not None


def test_a_process_that_died_after_the_step_does_not_repeat_it(complaint: Complaint) -> None:
    """The worker was killed between the commit of the step and its own 'done'."""
    complaint.supplement_asked()
    (remind,) = complaint.timers("remind")
    complaint.deliver_due(remind.due)
    OutboxEntry.objects.filter(pk=remind.pk).update(done_at=None, lease_until=remind.due)
    assert deliver(remind.pk, now=remind.due + DAY) is Delivery.DONE
    assert complaint.events("remind") == 1


def test_an_old_act_is_not_repeated_when_its_idempotency_key_has_gone(complaint: Complaint) -> None:
    complaint.supplement_asked()
    (remind,) = complaint.timers("remind")
    complaint.deliver_due(remind.due)
    IdempotencyKey.objects.all().delete()
    OutboxEntry.objects.filter(pk=remind.pk).update(done_at=None)
    assert deliver(remind.pk, now=remind.due + DAY) is Delivery.DONE
    assert complaint.events("remind") == 1


def test_being_late_is_told_once_however_often_the_case_moves_on(complaint: Complaint) -> None:
    complaint.received()
    (late,) = complaint.timers("mark_overdue")
    complaint.deliver_due(late.due)
    complaint.case.refresh_from_db()
    assert (complaint.case.overdue, complaint.events("mark_overdue")) == (True, 1)
    complaint.do("son", "assign", late.due + DAY, assignee="ha@lamgiang.example")
    complaint.deliver_due(late.due + 2 * DAY)
    assert complaint.events("mark_overdue") == 1


def test_a_timer_whose_step_is_not_allowed_waits_until_it_is(complaint: Complaint) -> None:
    """The clock of the case stands while Lan supplements: nothing is overdue before it runs again."""
    complaint.received()
    (late,) = complaint.timers("mark_overdue")
    Case.objects.filter(pk=complaint.case.pk).update(clock="pause")
    assert deliver(late.pk, now=late.due) is Delivery.POSTPONED
    waiting = OutboxEntry.objects.get(pk=late.pk)
    assert waiting.due > late.due
    assert (waiting.attempts, complaint.events("mark_overdue")) == (0, 0)
    assert waiting.last_error == "DeliveryPostponed: not_in_state"
    Case.objects.filter(pk=complaint.case.pk).update(clock="run")
    assert deliver(late.pk, now=waiting.due) is Delivery.DONE
    assert complaint.events("mark_overdue") == 1


def test_a_timer_whose_moment_has_moved_is_stale(complaint: Complaint) -> None:
    complaint.received()
    (late,) = complaint.timers("mark_overdue")
    Case.objects.filter(pk=complaint.case.pk).update(due_on=late.due.date() + 7 * DAY)
    assert deliver(late.pk, now=late.due) is Delivery.DONE
    assert complaint.events("mark_overdue") == 0


def test_a_timer_of_a_case_that_is_not_there_is_given_up(complaint: Complaint) -> None:
    complaint.received()
    (late,) = complaint.timers("mark_overdue")
    OutboxEntry.objects.filter(pk=late.pk).update(case_id="00000000-0000-7000-8000-000000000000")
    assert deliver(late.pk, now=late.due) is Delivery.DEAD
