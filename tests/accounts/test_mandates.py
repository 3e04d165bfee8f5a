from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from accounts.errors import PeopleRefused
from accounts.mandates import mandate_for
from accounts.models import Mandate, OrgUnit, RoleHeld, User
from accounts.services import close_unit, disable_user, end_role, give_mandate, grant_role, rename_unit, revoke_mandate
from tests.accounts.conftest import NOW, TODAY, YEAR, officer

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def given(grantor: User, grantee: User, **more: Any) -> Mandate:
    values: dict[str, Any] = {
        "role": "dept_leader", "form": "tuq", "document_no": "12/UQ-SNgV", "document_date": dt.date(2026, 1, 5),
        "valid_from": dt.date(2026, 1, 10), "valid_to": dt.date(2026, 12, 31),
    }
    return give_mandate(grantor=grantor, grantee=grantee, actor=None, now=NOW, **{**values, **more})


def holds(grantee: User, grantor: User, day: dt.date = TODAY, procedure: str = "ngo_aid", act: str = "approve") -> bool:
    return mandate_for(grantee, grantor, procedure, act, day) is not None


def test_son_may_act_for_binh_within_the_term(binh: User, son: User) -> None:
    given(binh, son)
    assert holds(son, binh)


def test_both_ends_of_the_term_count_and_the_days_outside_do_not(binh: User, son: User) -> None:
    made = given(binh, son)
    inside = [made.valid_from, made.valid_to]
    assert [holds(son, binh, day) for day in inside] == [True, True]
    assert [holds(son, binh, day) for day in (made.valid_from - DAY, made.valid_to + DAY)] == [False, False]


def test_an_expired_mandate_gives_nothing(binh: User, son: User) -> None:
    given(binh, son, valid_to=TODAY - DAY)
    assert not holds(son, binh)


def test_a_revoked_mandate_gives_nothing_from_the_day_of_revocation(binh: User, son: User) -> None:
    revoke_mandate(mandate=given(binh, son), from_day=TODAY, actor=None, now=NOW)
    assert [holds(son, binh, day) for day in (TODAY - DAY, TODAY)] == [True, False]


def test_a_mandate_ends_when_binh_leaves_office(binh: User, son: User) -> None:
    given(binh, son)
    end_role(held=binh.roles.get(), last_day=TODAY, actor=None, now=NOW)
    assert [holds(son, binh, day) for day in (TODAY, TODAY + DAY)] == [True, False]


def test_a_mandate_does_not_come_back_when_binh_is_appointed_again(
    binh: User, son: User, department: OrgUnit
) -> None:
    given(binh, son)
    end_role(held=binh.roles.get(), last_day=TODAY, actor=None, now=NOW)
    later = TODAY + 7 * DAY
    grant_role(user=binh, role="dept_leader", unit=department, valid_from=later, actor=None, now=NOW)
    assert not holds(son, binh, later)


def test_a_mandate_ends_when_the_account_of_either_is_disabled(admin: User, binh: User, son: User) -> None:
    given(binh, son)
    disable_user(user=son, actor=admin, now=NOW)
    assert not holds(son, binh)


def test_a_mandate_ends_with_the_unit_in_which_binh_held_office(binh: User, son: User, department: OrgUnit) -> None:
    given(binh, son)
    close_unit(unit=department, last_day=TODAY, successor=None, actor=None, now=NOW)
    assert not holds(son, binh, TODAY + DAY)


def test_a_mandate_survives_a_new_name_of_the_unit(binh: User, son: User, department: OrgUnit) -> None:
    given(binh, son)
    name = {"name": "Sở Ngoại vụ và Hội nhập", "name_en": "", "symbol": "SNVHN"}
    rename_unit(unit=department, **name, from_day=TODAY, actor=None, now=NOW)
    assert holds(son, binh)


def test_a_mandate_for_one_procedure_and_one_step_covers_nothing_else(binh: User, son: User) -> None:
    given(binh, son, procedures=["ngo_aid"], acts=["approve"])
    assert holds(son, binh)
    assert not holds(son, binh, procedure="outbound_delegation")
    assert not holds(son, binh, act="refuse")


def reasons(refusal: pytest.ExceptionInfo[PeopleRefused]) -> list[str]:
    return [r.code for r in refusal.value.reasons]


def test_who_does_not_hold_the_office_gives_no_mandate_not_even_under_a_mandate(
    binh: User, son: User, ha: User
) -> None:
    given(binh, son)
    with pytest.raises(PeopleRefused) as refusal:
        given(son, ha)
    assert reasons(refusal) == ["grantor_not_in_office"]


def test_nobody_gives_a_mandate_to_themselves(binh: User) -> None:
    with pytest.raises(PeopleRefused) as refusal:
        given(binh, binh)
    assert reasons(refusal) == ["unfit_grantee"]


def test_an_auditor_gets_no_mandate(binh: User, department: OrgUnit) -> None:
    an = officer("Ngô Văn An", "an", "auditor", department)
    with pytest.raises(PeopleRefused) as refusal:
        given(binh, an)
    assert "Người kiểm tra" in refusal.value.reasons[0].vi


def test_every_fault_of_a_mandate_is_named_at_once(ha: User, son: User) -> None:
    with pytest.raises(PeopleRefused) as refusal:
        given(ha, son, document_no=" ", document_date=dt.date(2026, 2, 1), valid_to=dt.date(2026, 1, 1))
    assert reasons(refusal) == ["required", "period_reversed", "document_too_late", "grantor_not_in_office"]


def test_a_mandate_is_not_revoked_in_the_past(binh: User, son: User) -> None:
    with pytest.raises(PeopleRefused) as refusal:
        revoke_mandate(mandate=given(binh, son), from_day=YEAR[0], actor=None, now=NOW)
    assert reasons(refusal) == ["back_dated"]


def test_the_list_of_mandates_in_force_is_one_question_to_the_database(
    binh: User, son: User, django_assert_num_queries: Any
) -> None:
    given(binh, son)
    with django_assert_num_queries(1):
        assert len(Mandate.objects.in_force(TODAY)) == 1
    assert RoleHeld.objects.in_force(TODAY).count() == 2
