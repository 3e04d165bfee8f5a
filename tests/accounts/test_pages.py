from __future__ import annotations

import re

import pytest
from django.contrib import admin as django_admin
from django.test import Client

from accounts.models import AccountEvent, Mandate, OrgUnit, User
from tests.accounts.conftest import NOW, TODAY, signed_in

pytestmark = pytest.mark.django_db
OFFICE = ("people/", "people/new/", "units/", "units/new/")


def test_the_administrators_pages_ask_strangers_to_sign_in() -> None:
    for page in OFFICE:
        assert Client().get(f"/admin-office/{page}").headers["Location"].startswith("/accounts/login/"), page


def test_the_administrators_pages_do_not_exist_for_others(ha: User, lan: User, admin: User) -> None:
    pages = [*OFFICE, f"people/{admin.pk}/", f"people/{admin.pk}/disable/", "units/1/close/"]
    for somebody in (ha, lan):
        for page in pages:
            assert signed_in(somebody).get(f"/admin-office/{page}").status_code == 404, page
            assert signed_in(somebody).post(f"/admin-office/{page}").status_code == 404, page


def test_the_pages_close_when_the_role_ends(admin: User) -> None:
    admin.roles.update(valid_to="2026-11-23")
    assert signed_in(admin).get("/admin-office/people/").status_code == 404


def test_a_superuser_flag_opens_nothing(lan: User) -> None:
    lan.is_superuser = lan.is_staff = True
    lan.save()
    assert signed_in(lan).get("/admin-office/people/").status_code == 404
    assert signed_in(lan).get("/admin/", follow=True).status_code == 404


def test_the_raw_tables_are_read_only_and_show_no_password(admin: User, ha: User) -> None:
    here = signed_in(admin)
    assert here.get("/admin/accounts/user/").status_code == 200
    page = here.get(f"/admin/accounts/user/{ha.pk}/change/").content.decode()
    assert ha.password not in page
    assert 'name="_save"' not in page
    assert here.post(f"/admin/accounts/user/{ha.pk}/delete/", {"post": "yes"}).status_code == 403


def test_no_table_of_this_room_can_be_edited_by_hand(admin: User) -> None:
    here = signed_in(admin)
    for model in django_admin.site._registry:
        if model._meta.app_label in {"accounts", "account", "usersessions", "auth"}:
            assert here.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/add/").status_code == 403, model


def test_the_list_finds_people_and_says_what_they_hold(admin: User, ha: User) -> None:
    page = signed_in(admin).get("/admin-office/people/", {"q": "Thu Hà"}).content.decode()
    assert "Lê Thu Hà" in page
    assert "Chuyên viên thụ lý – Sở Ngoại vụ" in page
    assert "Nguyễn Quản Trị</a></th>" not in page


def test_a_role_is_granted_and_ended_on_the_page(admin: User, ha: User, department: OrgUnit) -> None:
    here = signed_in(admin)
    form = {"role": "clerk", "unit": department.pk, "valid_from": TODAY.isoformat(), "valid_to": ""}
    here.post(f"/admin-office/people/{ha.pk}/grant-role/", form)
    held = ha.roles.get(role="clerk")
    here.post(f"/admin-office/people/{ha.pk}/end-role/{held.pk}/", {"last_day": TODAY.isoformat()})
    held.refresh_from_db()
    assert held.valid_to == TODAY


def test_a_bad_period_comes_back_with_what_was_typed(admin: User, ha: User, department: OrgUnit) -> None:
    form = {"role": "clerk", "unit": department.pk, "valid_from": "2026-11-24", "valid_to": "2026-11-01"}
    page = signed_in(admin).post(f"/admin-office/people/{ha.pk}/grant-role/", form)
    text = page.content.decode()
    assert page.status_code == 422
    assert "Ngày kết thúc 01/11/2026 ở trước ngày bắt đầu 24/11/2026." in text
    assert 'value="2026-11-01"' in text


def test_a_mandate_is_recorded_and_revoked_on_the_page(admin: User, binh: User, son: User) -> None:
    here = signed_in(admin)
    form = {
        "grantee": son.pk, "role": "dept_leader", "form": "tuq", "document_no": "12/UQ-SNgV",
        "document_date": "2026-11-02", "valid_from": "2026-11-24", "valid_to": "2026-12-31",
        "procedures": "ngo_aid, conference_permit", "acts": "",
    }
    assert here.post(f"/admin-office/people/{binh.pk}/give-mandate/", form).status_code == 302
    made = Mandate.objects.get()
    assert made.procedures == ["conference_permit", "ngo_aid"]
    here.post(f"/admin-office/people/{binh.pk}/revoke-mandate/{made.pk}/", {"from_day": "2026-11-25"})
    made.refresh_from_db()
    assert made.revoked_on is not None


def test_the_row_of_another_person_is_not_ended_through_this_page(admin: User, ha: User, son: User) -> None:
    other = son.roles.get()
    page = signed_in(admin).post(f"/admin-office/people/{ha.pk}/end-role/{other.pk}/", {"last_day": "2026-11-24"})
    assert page.status_code == 404


def test_an_unknown_act_is_no_page(admin: User, ha: User) -> None:
    assert signed_in(admin).get(f"/admin-office/people/{ha.pk}/promote/").status_code == 404
    assert signed_in(admin).get(f"/admin-office/people/{ha.pk}/grant-role/7/").status_code == 404


def test_an_absence_with_its_substitute_is_recorded_on_the_page(admin: User, ha: User, son: User) -> None:
    form = {"substitute": son.pk, "reason": "nghỉ phép", "valid_from": "2026-11-24", "valid_to": "2026-11-27"}
    signed_in(admin).post(f"/admin-office/people/{ha.pk}/record-absence/", form)
    page = signed_in(admin).get(f"/admin-office/people/{ha.pk}/").content.decode()
    assert "người thay: Phạm Văn Sơn" in page


def test_units_are_opened_renamed_and_closed_on_the_page(admin: User, department: OrgUnit) -> None:
    here = signed_in(admin)
    form = {"code": "phong_hop_tac", "name": "Phòng Hợp tác", "kind": "division", "parent": department.pk}
    here.post("/admin-office/units/new/", form | {"valid_from": "2026-11-01"})
    room = OrgUnit.objects.get(code="phong_hop_tac")
    here.post(f"/admin-office/units/{room.pk}/rename/", {"name": "Phòng Hội nhập", "from_day": "2026-11-24"})
    renamed = OrgUnit.objects.get(code="phong_hop_tac", valid_to=None)
    here.post(f"/admin-office/units/{renamed.pk}/close/", {"last_day": "2026-11-30"})
    page = here.get("/admin-office/units/").content.decode()
    assert "Phòng Hội nhập" in page
    assert "Đã đóng hoặc đã đổi tên" in page


def test_lan_changes_her_particulars_and_the_event_keeps_no_value(lan: User) -> None:
    form = {"full_name": "Trần Thị Ngọc Lan", "phone": "0987 654 321", "language": "en", "mail_consent": "on"}
    signed_in(lan).post("/accounts/profile/", form)
    lan.refresh_from_db()
    assert (lan.phone, lan.language, lan.mail_consent_at) == ("0987654321", "en", NOW)
    event = AccountEvent.objects.get()
    assert event.details == {"fields": ["full_name", "language", "mail_consent_at", "phone"]}


def test_consent_is_never_given_by_default_and_can_be_withdrawn(lan: User) -> None:
    form = {"full_name": lan.full_name, "phone": "", "language": "vi"}
    assert "checked" not in re.findall(r'<input[^>]*name="mail_consent"[^>]*>', page_of(lan))[0]
    signed_in(lan).post("/accounts/profile/", form | {"mail_consent": "on"})
    signed_in(lan).post("/accounts/profile/", form)
    lan.refresh_from_db()
    assert not lan.mail_consent


def page_of(user: User) -> str:
    return signed_in(user).get("/accounts/profile/").content.decode()


def test_an_empty_name_is_refused(lan: User) -> None:
    page = signed_in(lan).post("/accounts/profile/", {"full_name": " ", "language": "vi"})
    assert page.status_code == 422


def test_a_name_with_markup_is_shown_as_text(admin: User, lan: User) -> None:
    User.objects.filter(pk=lan.pk).update(full_name="<b>Lan</b>")
    page = signed_in(admin).get(f"/admin-office/people/{lan.pk}/").content.decode()
    assert "<b>Lan</b>" not in page
    assert "&lt;b&gt;Lan&lt;/b&gt;" in page


def test_every_page_of_this_room_reads_in_english_too(admin: User, ha: User) -> None:
    admin.language = "en"
    admin.save()
    here = signed_in(admin)
    for page in (*OFFICE, f"people/{ha.pk}/", f"people/{ha.pk}/grant-role/", f"people/{ha.pk}/give-mandate/"):
        body = here.get(f"/admin-office/{page}").content.decode().split("<main", 1)[1].split("</main>", 1)[0]
        assert not re.search(r"Người|Ngày|Vai trò|Đơn vị trực|Từ ngày", body), page
