"""Who is told of a step, and who is not."""
from __future__ import annotations

import datetime as dt

from accounts.models import Absence, RoleHeld, User
from cases.models import OutboxEntry
from notifications.models import IN_APP, Message
from tests.notifications.scene import HOUR, NOW, TODAY, Scene, agrees, member, names, readers, user


def away(person: User, substitute: User | None) -> None:
    Absence.objects.create(user=person, substitute=substitute, reason="công tác", valid_from=TODAY, valid_to=TODAY)


def test_lan_is_told_that_her_case_was_received_and_son_that_it_waits_for_him(scene: Scene) -> None:
    event = scene.step("receive", scene.minh)
    assert readers(scene.tell(event, "case_received", ["applicant"])) == names(scene.lan)
    assert readers(scene.tell(event, "work_for_you", ["division_head"])) == names(scene.son)


def test_the_other_division_hears_nothing(scene: Scene) -> None:
    told = scene.tell(scene.step("assign", scene.son), "work_for_you", ["specialist", "division_head"])
    assert readers(told) == names(scene.ha)


def test_while_nobody_handles_the_case_every_specialist_of_its_division_hears(scene: Scene) -> None:
    scene.set(assignee=None)
    told = scene.tell(scene.step("apologise", scene.minh), "apology", ["specialist"])
    assert readers(told) == names(scene.ha, scene.dung)


def test_before_receipt_no_division_is_woken(scene: Scene) -> None:
    scene.set(assignee=None, unit=None, case_code=None, state="submitted")
    told = scene.tell(scene.step("answer", scene.lan), "supplement_answered", ["intake", "specialist", "division_head"])
    assert readers(told) == names(*scene.counter)


def test_ha_who_acted_is_not_told_of_her_own_act(scene: Scene) -> None:
    told = scene.tell(scene.step("record_answer", scene.ha), "opinion_in", ["specialist", "division_head"])
    assert readers(told) == names(scene.son)


def test_ha_is_not_told_of_what_followed_by_itself_from_her_own_act(scene: Scene) -> None:
    scene.step("record_answer", scene.ha, part="opinion-1")
    told = scene.tell(scene.step("opinions_done"), "opinion_in", ["specialist"])
    assert readers(told) == set()


def test_an_hour_later_a_timer_tells_ha_as_anybody_else(scene: Scene) -> None:
    scene.step("record_answer", scene.ha)
    told = scene.tell(scene.step("warn", at=NOW + HOUR), "nearly_due", ["specialist", "division_head"])
    assert readers(told) == names(scene.ha, scene.son)


def test_lan_who_filed_is_not_told_that_she_filed_but_her_colleague_hong_is(scene: Scene) -> None:
    member(scene.hong, scene.case)
    told = scene.tell(scene.step("submit", scene.lan), "case_filed", ["applicant", "intake"])
    assert readers(told) == names(scene.hong, *scene.counter)


def test_who_left_the_organisation_hears_no_more(scene: Scene) -> None:
    organisation = member(scene.hong, scene.case)
    yesterday = TODAY - dt.timedelta(days=1)
    organisation.memberships.filter(user=scene.hong).update(valid_from=yesterday, valid_to=yesterday)
    assert readers(scene.tell(scene.step("x", scene.minh), "apology", ["applicant"])) == names(scene.lan)


def test_a_person_with_several_roles_reads_it_once(scene: Scene) -> None:
    RoleHeld.objects.create(user=scene.ha, role="intake", unit=scene.division, valid_from=TODAY)
    told = scene.tell(scene.step("stop", scene.binh), "stopped", ["specialist", "intake", "applicant"])
    mine = [m for m in told if m.recipient == scene.ha]
    assert [m.role for m in mine] == ["specialist"]
    assert readers(told) == names(scene.ha, scene.lan, *scene.counter)


def test_minh_reads_once_what_a_step_and_its_automatic_follower_both_tell(scene: Scene) -> None:
    answered = scene.step("answer", scene.lan, part="supplement-1")
    followed = scene.step("provide_supplement")
    told = scene.tell(answered, "supplement_answered", ["intake", "specialist"])
    assert readers(told) == names(scene.ha, *scene.counter)
    assert scene.tell(followed, "supplement_answered", ["specialist", "intake"]) == []


def test_while_ha_is_away_dung_holds_her_work_and_is_told_too(scene: Scene) -> None:
    away(scene.ha, scene.dung)
    told = scene.tell(scene.step("assign", scene.son), "work_for_you", ["specialist"])
    assert readers(told) == names(scene.ha, scene.dung)
    stands_in = next(m for m in told if m.recipient == scene.dung)
    assert (stands_in.absent, stands_in.role) == (scene.ha, "specialist")
    assert "đang giữ việc của một người vắng mặt" in stands_in.body
    assert scene.ha.full_name not in stands_in.body


def test_away_without_a_substitute_changes_nothing(scene: Scene) -> None:
    away(scene.ha, None)
    assert readers(scene.tell(scene.step("assign", scene.son), "work_for_you", ["specialist"])) == names(scene.ha)


def test_a_substitute_does_not_read_of_the_cases_that_somebody_has_as_an_applicant(scene: Scene) -> None:
    away(scene.lan, scene.dung)
    assert readers(scene.tell(scene.step("x", scene.minh), "apology", ["applicant"])) == names(scene.lan)


def test_who_stands_in_and_acted_is_not_told(scene: Scene) -> None:
    away(scene.ha, scene.dung)
    assert readers(scene.tell(scene.step("x", scene.dung), "overdue", ["specialist"])) == names(scene.ha)


def test_only_the_agency_of_the_part_is_reminded(scene: Scene) -> None:
    scene.part("opinion", 1, fields={"agency": "provincial_police"})
    scene.part("opinion", 2, fields={"agency": "military_command"})
    told = scene.tell(scene.step("remind", part="opinion-2"), "opinion_reminder", ["consultee"], "opinion-2")
    assert readers(told) == names(scene.army)


def test_asking_again_tells_only_the_agency_that_this_step_asks(scene: Scene) -> None:
    later = NOW + HOUR
    scene.part("opinion", 1, fields={"agency": "provincial_police"})
    scene.part("opinion", 2, fields={"agency": "military_command"}, at=later)
    told = scene.tell(scene.step("send_opinion_request", scene.van, at=later), "opinion_asked", ["consultee"])
    assert readers(told) == names(scene.army)


def test_the_result_goes_to_every_agency_that_was_asked_but_not_to_one_no_longer_asked(scene: Scene) -> None:
    border = user("bien-phong")
    scene.part("opinion", 1, state="answered", closed=True, fields={"agency": "provincial_police"})
    scene.part("opinion", 2, state="timed_out", closed=True, fields={"agency": "military_command"})
    scene.part("opinion", 3, state="dropped", closed=True, fields={"agency": "border_guard"})
    told = scene.tell(scene.step("issue_result", user("thu"), at=NOW + HOUR), "result_copy", ["consultee"])
    assert readers(told) == names(scene.police, scene.army)
    assert border.full_name not in readers(told)


def test_a_case_filed_at_the_counter_without_an_account_is_told_to_nobody(scene: Scene) -> None:
    scene.set(applicant=None)
    assert scene.tell(scene.step("receive", scene.minh), "case_received", ["applicant"]) == []


def test_a_closed_account_is_told_nothing(scene: Scene) -> None:
    scene.lan.is_active = scene.ha.is_active = False
    scene.lan.save()
    scene.ha.save()
    assert scene.tell(scene.step("stop", scene.binh), "stopped", ["applicant", "specialist"]) == []


def test_two_deliveries_of_the_same_notice_make_one_message_and_one_mail(scene: Scene) -> None:
    agrees(scene.lan)
    event = scene.step("receive", scene.minh)
    first = scene.tell(event, "case_received", ["applicant"])
    again = scene.tell(event, "case_received", ["applicant"], now=NOW + HOUR)
    assert [m.pk for m in first] == [m.pk for m in again]
    assert OutboxEntry.objects.filter(kind="mail").count() == 1
    assert Message.objects.filter(channel=IN_APP).count() == 1
