from __future__ import annotations

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.errors import NotForYou, PeopleRefused
from accounts.models import Membership, Organisation, User
from accounts.services import add_member, end_member, register_organisation
from tests.accounts.conftest import NOW, TODAY, person, signed_in

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def school(lan: User) -> Organisation:
    return register_organisation(name="Trường Đại học Lam Giang", manager=lan, now=NOW)


def invite(manager: User, school: Organisation, email: str) -> str:
    signed_in(manager).post(f"/accounts/organisations/{school.code}/invite/", {"email": email})
    found = re.search(r"https?://testserver(\S+)", str(mail.outbox[-1].body))
    assert found
    return found.group(1)


def members(school: Organisation, day: dt.date = TODAY) -> set[User]:
    return set(school.members_in_force(day))


def test_lan_registers_her_organisation_and_manages_it(lan: User) -> None:
    form = {"name": "Trường Đại học Lam Giang", "name_en": "", "tax_code": "0123456789", "address": "Phường Bến Lam"}
    page = signed_in(lan).post("/accounts/organisations/new/", form, follow=True)
    assert "Mời thành viên" in page.content.decode()


def test_a_wrong_tax_code_is_refused_beside_its_field(lan: User) -> None:
    page = signed_in(lan).post("/accounts/organisations/new/", {"name": "Trường", "tax_code": "12"})
    assert page.status_code == 422
    assert "gồm 10, 12 hoặc 13 chữ số" in page.content.decode()


def test_hong_is_invited_by_mail_and_joins(lan: User, hong: User, school: Organisation) -> None:
    address = invite(lan, school, hong.email)
    joining = signed_in(hong)
    assert "Trường Đại học Lam Giang" in joining.get(address).content.decode()
    joining.post(address)
    assert members(school) == {lan, hong}


def test_an_invitation_works_once(lan: User, hong: User, school: Organisation) -> None:
    address = invite(lan, school, hong.email)
    signed_in(hong).post(address)
    assert signed_in(hong).post(address).status_code == 404
    assert school.memberships.filter(user=hong).count() == 1


def test_an_invitation_is_for_its_own_address(lan: User, hong: User, school: Organisation) -> None:
    address = invite(lan, school, "ai-do@lamgiang.example")
    assert signed_in(hong).post(address).status_code == 404


def test_an_unconfirmed_address_accepts_nothing(lan: User, hong: User, school: Organisation) -> None:
    address = invite(lan, school, hong.email)
    EmailAddress.objects.filter(user=hong).update(verified=False)
    assert signed_in(hong).post(address).status_code == 404


def test_a_newer_invitation_replaces_the_older(lan: User, hong: User, school: Organisation) -> None:
    older = invite(lan, school, hong.email)
    newer = invite(lan, school, hong.email)
    assert signed_in(hong).get(older).status_code == 404
    assert signed_in(hong).get(newer).status_code == 200


def test_an_invitation_lapses_after_a_week(
    lan: User, hong: User, school: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = invite(lan, school, hong.email)
    monkeypatch.setenv("HOSO_CLOCK", (NOW + dt.timedelta(days=7, seconds=1)).isoformat())
    assert signed_in(hong).get(address).status_code == 404


def test_an_invitation_taken_back_is_void(lan: User, hong: User, school: Organisation) -> None:
    address = invite(lan, school, hong.email)
    asked = school.invitations.get()
    signed_in(lan).post(f"/accounts/organisations/{school.code}/invitations/{asked.pk}/take-back/")
    assert signed_in(hong).get(address).status_code == 404


def test_a_stranger_who_opens_an_invitation_is_asked_to_sign_in(lan: User, hong: User, school: Organisation) -> None:
    answer = Client().get(invite(lan, school, hong.email))
    assert answer.headers["Location"].startswith("/accounts/login/?next=/accounts/invitations/")


def test_inviting_tells_nothing_about_whether_the_address_has_an_account(
    lan: User, hong: User, school: Organisation
) -> None:
    here = signed_in(lan)
    url = f"/accounts/organisations/{school.code}/invite/"
    known, unknown = (here.post(url, {"email": e}) for e in (hong.email, "khong-ai@lamgiang.example"))
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert len({m.subject for m in mail.outbox}) == 1


def test_lan_is_replaced_and_the_organisation_goes_on_with_hong(lan: User, hong: User, school: Organisation) -> None:
    add_member(organisation=school, user=hong, manager=True, valid_from=TODAY, actor=lan, now=NOW)
    mine = Membership.objects.get(organisation=school, user=lan)
    url = f"/accounts/organisations/{school.code}/members/{mine.pk}/end/"
    signed_in(hong).post(url, {"last_day": TODAY.isoformat()})
    assert members(school, TODAY + DAY) == {hong}
    assert signed_in(hong).get(f"/accounts/organisations/{school.code}/").status_code == 200


def test_who_left_no_longer_sees_the_organisation(
    lan: User, hong: User, school: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = add_member(organisation=school, user=hong, valid_from=TODAY, actor=lan, now=NOW)
    end_member(membership=theirs, last_day=TODAY, actor=lan, now=NOW)
    monkeypatch.setenv("HOSO_CLOCK", (NOW + DAY).isoformat())
    assert signed_in(hong).get(f"/accounts/organisations/{school.code}/").status_code == 404


def test_somebody_who_manages_must_remain(lan: User, hong: User, school: Organisation) -> None:
    add_member(organisation=school, user=hong, valid_from=TODAY, actor=lan, now=NOW)
    with pytest.raises(PeopleRefused) as refusal:
        end_member(membership=school.memberships.get(user=lan), last_day=TODAY, actor=lan, now=NOW)
    assert refusal.value.reasons[0].code == "last_manager"


def test_a_member_who_does_not_manage_neither_invites_nor_ends(lan: User, hong: User, school: Organisation) -> None:
    add_member(organisation=school, user=hong, valid_from=TODAY, actor=lan, now=NOW)
    here = signed_in(hong)
    mine = school.memberships.get(user=lan)
    assert here.post(f"/accounts/organisations/{school.code}/invite/", {"email": "x@y.example"}).status_code == 404
    assert here.get(f"/accounts/organisations/{school.code}/members/{mine.pk}/end/").status_code == 404
    with pytest.raises(NotForYou):
        end_member(membership=mine, last_day=TODAY, actor=hong, now=NOW)


def test_the_organisation_does_not_exist_for_strangers(hong: User, school: Organisation) -> None:
    assert signed_in(hong).get(f"/accounts/organisations/{school.code}/").status_code == 404


def test_nobody_is_a_member_twice_at_a_time(lan: User, school: Organisation) -> None:
    with pytest.raises(PeopleRefused) as refusal:
        add_member(organisation=school, user=lan, valid_from=TODAY, actor=lan, now=NOW)
    assert refusal.value.reasons[0].code == "member_already"


def test_a_former_member_may_come_back(lan: User, school: Organisation) -> None:
    Organisation.objects.update(valid_from=TODAY - DAY)
    huy = person("Lý Quang Huy", "huy")
    first = add_member(organisation=school, user=huy, valid_from=TODAY - DAY, actor=lan, now=NOW)
    end_member(membership=first, last_day=TODAY - DAY, actor=lan, now=NOW)
    add_member(organisation=school, user=huy, valid_from=TODAY, actor=lan, now=NOW)
    assert huy in members(school)


def test_a_subject_with_a_line_break_in_the_name_stays_one_line(lan: User, hong: User) -> None:
    school = register_organisation(name="Trường\r\nBcc: x@y.example", manager=lan, now=NOW)
    invite(lan, school, hong.email)
    assert "\n" not in mail.outbox[-1].subject
    assert mail.outbox[-1].recipients() == [hong.email]
