from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from accounts.models import AccountEvent, User
from accounts.services import create_officer, disable_user, enable_user
from tests.accounts.conftest import NOW, signed_in

pytestmark = pytest.mark.django_db
OWN = "bến nước con đò"


@pytest.fixture
def minh(admin: User) -> tuple[User, str]:
    made = create_officer(email="Minh@lamgiang.example", full_name="Hoàng Văn Minh", actor=admin, now=NOW)
    return made.user, made.first_password


def sign_in(client: Client, user: User, password: str) -> None:
    client.post("/accounts/login/", {"login": user.email, "password": password})


def change(client: Client, old: str, new: str) -> Client:
    client.post("/accounts/password/change/", {"oldpassword": old, "password1": new, "password2": new})
    return client


def test_minhs_first_login_leads_to_the_change_of_the_password_and_nowhere_else(
    client: Client, minh: tuple[User, str]
) -> None:
    sign_in(client, *minh)
    assert client.get("/accounts/profile/").headers["Location"] == "/accounts/password/change/"
    assert client.post("/accounts/profile/", {}).headers["Location"] == "/accounts/password/change/"
    assert "lần đầu bạn đăng nhập" in client.get("/accounts/password/change/").content.decode()


def test_after_the_change_minh_works(client: Client, minh: tuple[User, str]) -> None:
    sign_in(client, *minh)
    assert change(client, minh[1], OWN).get("/accounts/profile/").status_code == 200


def test_the_first_password_is_no_new_password(client: Client, minh: tuple[User, str]) -> None:
    sign_in(client, *minh)
    assert change(client, minh[1], minh[1]).get("/accounts/profile/").status_code == 302


def test_a_first_password_lapses_after_a_week(
    client: Client, minh: tuple[User, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSO_CLOCK", (NOW + dt.timedelta(days=8)).isoformat())
    sign_in(client, *minh)
    assert client.get("/accounts/password/change/").headers["Location"] == "/accounts/login/"
    assert "đã hết hạn" in client.get("/accounts/login/").content.decode()


def test_the_first_password_is_shown_once_and_kept_nowhere(admin: User) -> None:
    form = {"email": "van@lamgiang.example", "full_name": "Bùi Thị Vân", "title": "Văn thư", "phone": ""}
    page = signed_in(admin).post("/admin-office/people/new/", form)
    shown = re.search(r"data-first-password>([^<]+)<", page.content.decode())
    assert shown
    van = User.objects.get(email="van@lamgiang.example")
    assert van.check_password(shown.group(1))
    assert shown.group(1) not in str(list(AccountEvent.objects.values()))
    assert "no-store" in page.headers["Cache-Control"]


def test_an_address_with_an_account_is_refused_with_what_to_do(admin: User, lan: User) -> None:
    page = signed_in(admin).post("/admin-office/people/new/", {"email": "LAN@lamgiang.example", "full_name": "Lan"})
    assert page.status_code == 422
    assert "mở trang của người đó để giao vai trò" in page.content.decode()


def test_a_disabled_person_is_signed_out_at_once(admin: User, ha: User) -> None:
    working = signed_in(ha)
    assert working.get("/accounts/profile/").status_code == 200
    signed_in(admin).post(f"/admin-office/people/{ha.pk}/disable/")
    assert working.get("/accounts/profile/").status_code == 302


def test_old_sessions_stay_dead_when_the_account_is_opened_again(admin: User, ha: User) -> None:
    working = signed_in(ha)
    disable_user(user=ha, actor=admin, now=NOW)
    enable_user(user=ha, actor=admin, now=NOW)
    assert working.get("/accounts/profile/").headers["Location"].startswith("/accounts/login/")


def test_the_last_administrator_and_oneself_cannot_be_disabled(admin: User) -> None:
    page = signed_in(admin).post(f"/admin-office/people/{admin.pk}/disable/")
    text = page.content.decode()
    assert page.status_code == 422
    assert "tài khoản của chính mình" in text
    assert "ít nhất một quản trị viên" in text
