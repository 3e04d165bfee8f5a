from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import NotForYou, PeopleRefused
from accounts.models import Absence, AccountEvent, EventIsFinal, Mandate, OrgUnit, RoleHeld, User, unit_on, unit_path
from accounts.roles import holders, roles_of, stands_in_for, substitutes_of
from accounts.services import (
    close_unit,
    create_officer,
    end_absence,
    end_role,
    grant_role,
    open_unit,
    record_absence,
    rename_unit,
)
from tests.accounts.conftest import NOW, TODAY, officer

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
WEEK = 7 * DAY


def held_by(user: User, day: dt.date = TODAY) -> list[str]:
    return [role for role, _ in roles_of(user, day)]


def refused(refusal: pytest.ExceptionInfo[PeopleRefused]) -> list[str]:
    return [r.code for r in refusal.value.reasons]


def test_a_role_is_held_from_its_first_to_its_last_day(ha: User, department: OrgUnit) -> None:
    term = {"valid_from": TODAY, "valid_to": TODAY + WEEK}
    grant_role(user=ha, role="clerk", unit=department, **term, actor=None, now=NOW)
    days = [TODAY - DAY, TODAY, TODAY + WEEK, TODAY + WEEK + DAY]
    assert ["clerk" in held_by(ha, day) for day in days] == [False, True, True, False]


def test_one_person_holds_several_roles(ha: User, department: OrgUnit) -> None:
    grant_role(user=ha, role="clerk", unit=department, valid_from=TODAY, actor=None, now=NOW)
    assert held_by(ha) == ["specialist", "clerk"]


def test_the_same_role_in_the_same_unit_is_not_held_twice_at_a_time(ha: User, department: OrgUnit) -> None:
    with pytest.raises(PeopleRefused) as refusal:
        grant_role(user=ha, role="specialist", unit=department, valid_from=TODAY, actor=None, now=NOW)
    assert refused(refusal) == ["role_overlaps"]
    assert "từ 01/01/2026 đến …" in refusal.value.reasons[0].vi


def test_a_period_that_ends_before_it_begins_is_refused_with_both_days(ha: User, department: OrgUnit) -> None:
    with pytest.raises(PeopleRefused) as refusal:
        grant_role(
            user=ha, role="clerk", unit=department, valid_from=TODAY, valid_to=TODAY - DAY, actor=None, now=NOW
        )
    assert refusal.value.reasons[0].vi == "Ngày kết thúc 23/11/2026 ở trước ngày bắt đầu 24/11/2026."


def test_the_database_refuses_a_reversed_period_too(ha: User, binh: User, department: OrgUnit) -> None:
    term = {"valid_from": TODAY, "valid_to": TODAY - DAY}
    paper = {"role": "clerk", "document_no": "1", "document_date": TODAY}
    wrong = [
        RoleHeld(user=ha, role="clerk", unit=department, **term),
        Absence(user=ha, reason="nghỉ phép", **term),
        Mandate(grantor=binh, grantee=ha, **paper, **term),
        OrgUnit(code="cu", name="Phòng cũ", kind="division", **term),
    ]
    for row in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


def test_a_role_is_not_taken_away_in_the_past(ha: User) -> None:
    with pytest.raises(PeopleRefused) as refusal:
        end_role(held=ha.roles.get(), last_day=TODAY - WEEK, actor=None, now=NOW)
    assert refused(refusal) == ["back_dated"]


def test_a_role_that_has_ended_does_not_end_again(ha: User) -> None:
    end_role(held=ha.roles.get(), last_day=TODAY - DAY, actor=None, now=NOW)
    with pytest.raises(PeopleRefused) as refusal:
        end_role(held=ha.roles.get(), last_day=TODAY, actor=None, now=NOW)
    assert refused(refusal) == ["already_ended"]


def test_nobody_is_made_applicant_or_system(ha: User, department: OrgUnit) -> None:
    for role in ("applicant", "system", "Chuyên viên", ""):
        with pytest.raises(PeopleRefused) as refusal:
            grant_role(user=ha, role=role, unit=department, valid_from=TODAY, actor=None, now=NOW)
        assert refused(refusal) == ["role_unknown"]


def test_the_last_administrator_stays(admin: User) -> None:
    with pytest.raises(PeopleRefused) as refusal:
        end_role(held=admin.roles.get(), last_day=TODAY, actor=None, now=NOW)
    assert refused(refusal) == ["last_administrator"]


def test_only_an_administrator_opens_accounts_and_grants_roles(ha: User, department: OrgUnit) -> None:
    with pytest.raises(NotForYou):
        create_officer(email="x@lamgiang.example", full_name="X", actor=ha, now=NOW)
    with pytest.raises(NotForYou):
        grant_role(user=ha, role="administrator", unit=department, valid_from=TODAY, actor=ha, now=NOW)


def test_holders_are_found_by_role_and_unit(ha: User, department: OrgUnit) -> None:
    assert list(holders("specialist", "snv", TODAY)) == [ha]
    assert list(holders("specialist", "", TODAY)) == [ha]
    assert not holders("specialist", "khac", TODAY)


def test_a_disabled_person_holds_nothing(ha: User) -> None:
    ha.is_active = False
    ha.save()
    assert held_by(ha) == []


def test_people_of_a_closed_unit_lose_their_rights_the_day_after(ha: User, department: OrgUnit) -> None:
    close_unit(unit=department, last_day=TODAY, successor=None, actor=None, now=NOW)
    assert [held_by(ha, day) for day in (TODAY, TODAY + DAY)] == [["specialist"], []]


def test_a_renamed_unit_keeps_its_people_and_its_old_name_in_the_past(ha: User, department: OrgUnit) -> None:
    words = {"name": "Sở Ngoại vụ và Hội nhập", "name_en": "", "symbol": "SNVHN"}
    rename_unit(unit=department, **words, from_day=TODAY, actor=None, now=NOW)
    names = [unit.name for day in (TODAY - DAY, TODAY) for _, unit in roles_of(ha, day)]
    assert names == ["Sở Ngoại vụ", "Sở Ngoại vụ và Hội nhập"]


def test_the_path_of_a_unit_leads_up_to_the_province(department: OrgUnit) -> None:
    long_ago: dict[str, Any] = {"valid_from": dt.date(2025, 7, 1), "actor": None, "now": NOW}
    province = open_unit(code="ubnd", name="Ủy ban nhân dân tỉnh", kind="province", **long_ago)
    OrgUnit.objects.filter(pk=department.pk).update(parent=province)
    department.refresh_from_db()
    room = open_unit(code="phong_hop_tac", name="Phòng Hợp tác", kind="division", parent=department, **long_ago)
    assert [u.code for u in unit_path(room, TODAY)] == ["phong_hop_tac", "snv", "ubnd"]


def test_a_unit_code_is_used_once_at_a_time(department: OrgUnit) -> None:
    with pytest.raises(PeopleRefused) as refusal:
        open_unit(code="snv", name="Sở khác", kind="department", valid_from=TODAY, actor=None, now=NOW)
    assert refused(refusal) == ["unit_code_in_use"]


def test_a_closed_unit_names_its_successor_which_must_exist(department: OrgUnit) -> None:
    heir = open_unit(code="vp", name="Văn phòng", kind="office", valid_from=TODAY + WEEK, actor=None, now=NOW)
    with pytest.raises(PeopleRefused):
        close_unit(unit=department, last_day=TODAY, successor=heir, actor=None, now=NOW)
    close_unit(unit=department, last_day=TODAY + WEEK, successor=heir, actor=None, now=NOW)
    assert unit_on("snv", TODAY + WEEK + DAY) is None


def test_son_stands_in_for_ha_while_she_is_away(ha: User, son: User) -> None:
    record_absence(
        user=ha, substitute=son, reason="nghỉ phép", valid_from=TODAY, valid_to=TODAY + WEEK, actor=ha, now=NOW
    )
    assert substitutes_of(ha, TODAY) == [son]
    assert stands_in_for(son, TODAY) == [ha]
    assert stands_in_for(son, TODAY + WEEK + DAY) == []


def test_standing_in_gives_no_role(ha: User, son: User) -> None:
    record_absence(user=ha, substitute=son, reason="nghỉ phép", valid_from=TODAY, valid_to=TODAY, actor=ha, now=NOW)
    assert held_by(son) == ["division_head"]


def test_who_is_away_too_or_holds_no_role_is_no_substitute(ha: User, son: User, lan: User) -> None:
    term: dict[str, Any] = {"valid_from": TODAY, "valid_to": TODAY + WEEK, "actor": None, "now": NOW}
    term["reason"] = "công tác"
    record_absence(user=son, substitute=None, **term)
    for substitute in (son, lan, ha):
        with pytest.raises(PeopleRefused) as refusal:
            record_absence(user=ha, substitute=substitute, **term)
        assert refused(refusal) == ["unfit_substitute"]


def test_ha_is_back_earlier(ha: User, son: User) -> None:
    term = {"valid_from": TODAY - WEEK, "valid_to": TODAY + WEEK}
    away = record_absence(user=ha, substitute=son, reason="ốm", **term, actor=None, now=NOW)
    end_absence(absence=away, last_day=TODAY - DAY, actor=ha, now=NOW)
    assert substitutes_of(ha, TODAY) == []


def test_nobody_records_the_absence_of_a_colleague(ha: User, son: User) -> None:
    with pytest.raises(NotForYou):
        record_absence(
            user=ha, substitute=son, reason="ốm", valid_from=TODAY, valid_to=TODAY, actor=son, now=NOW
        )


def test_every_act_leaves_an_event_without_personal_values(admin: User, department: OrgUnit) -> None:
    made = create_officer(
        email="van@lamgiang.example", full_name="Bùi Thị Vân", phone="0912345678", actor=admin, now=NOW
    )
    grant_role(user=made.user, role="clerk", unit=department, valid_from=TODAY, actor=admin, now=NOW)
    events = list(AccountEvent.objects.about(made.user))
    assert [(e.what, e.who) for e in events] == [("role_granted", admin), ("officer_created", admin)]
    kept = str([e.details for e in events])
    assert not any(secret in kept for secret in ("Vân", "van@", "0912", made.first_password))


def test_an_event_is_neither_changed_nor_deleted(admin: User, ha: User, department: OrgUnit) -> None:
    grant_role(user=ha, role="clerk", unit=department, valid_from=TODAY, actor=admin, now=NOW)
    event = AccountEvent.objects.get()
    for attempt in (event.save, event.delete, AccountEvent.objects.all().delete):
        with pytest.raises(EventIsFinal):
            attempt()
    with pytest.raises(EventIsFinal):
        AccountEvent.objects.update(what="khac")


def test_a_person_cannot_be_granted_a_role_after_leaving(ha: User, department: OrgUnit) -> None:
    gone = officer("Đã nghỉ", "gone", "clerk", department, valid_to=TODAY)
    gone.is_active = False
    gone.save()
    with pytest.raises(PeopleRefused) as refusal:
        grant_role(user=gone, role="intake", unit=department, valid_from=TODAY, actor=None, now=NOW)
    assert refused(refusal) == ["account_closed"]
