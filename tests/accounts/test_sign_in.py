from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
NEW = "mùa gặt tháng mười"


def attempt(client: Client, email: str, password: str) -> str:
    return client.post("/accounts/login/", {"login": email, "password": password}).content.decode()


def test_five_wrong_passwords_lock_the_account_for_a_while(client: Client, lan: User) -> None:
    answers = [attempt(client, lan.email, "sai") for _ in range(6)]
    assert all("không đúng" in text for text in answers[:5])
    assert "quá nhiều lần" in answers[5]


def test_the_right_password_does_not_help_while_the_account_is_locked(client: Client, lan: User) -> None:
    for _ in range(5):
        attempt(client, lan.email, "sai")
    attempt(client, lan.email, PASSWORD)
    assert "_auth_user_id" not in client.session


def test_the_lock_follows_the_account_over_addresses(lan: User) -> None:
    for n in range(5):
        Client(REMOTE_ADDR=f"10.0.0.{n}").post("/accounts/login/", {"login": lan.email, "password": "sai"})
    assert "quá nhiều lần" in attempt(Client(REMOTE_ADDR="10.0.0.99"), lan.email, "sai")


def test_an_unknown_address_is_answered_and_locked_like_a_known_one(client: Client, lan: User) -> None:
    def said(email: str) -> list[str]:
        texts = [attempt(Client(), email, "sai") for _ in range(6)]
        return [re.sub(r'value="[^"]*"', "", t) for t in texts]

    assert said(lan.email) == said("khong-ai@lamgiang.example")


def test_reset_answers_the_same_for_known_and_unknown_addresses(client: Client, lan: User) -> None:
    known = client.post("/accounts/password/reset/", {"email": lan.email})
    unknown = Client().post("/accounts/password/reset/", {"email": "khong-ai@lamgiang.example"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert [m.subject for m in mail.outbox] == ["Đặt lại mật khẩu", "Chưa có tài khoản với địa chỉ này"]


def reset_link() -> str:
    found = re.search(r"https?://testserver(\S+)", str(mail.outbox[0].body))
    assert found
    return found.group(1)


def test_lan_resets_her_password_and_signs_in_with_the_new_one(client: Client, lan: User) -> None:
    client.post("/accounts/password/reset/", {"email": lan.email})
    form = client.get(reset_link(), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    attempt(client, lan.email, NEW)
    assert "_auth_user_id" in client.session


def test_a_reset_link_works_once(client: Client, lan: User) -> None:
    client.post("/accounts/password/reset/", {"email": lan.email})
    form = client.get(reset_link(), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert "đã dùng" in Client().get(reset_link(), follow=True).content.decode()


def test_a_changed_password_ends_the_other_sessions_and_is_told_by_mail(lan: User) -> None:
    here, elsewhere = signed_in(lan), signed_in(lan)
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert here.get("/accounts/profile/").status_code == 200
    assert elsewhere.get("/accounts/profile/").status_code == 302
    assert mail.outbox[0].subject == "Mật khẩu đã đổi"


def test_signing_out_needs_post(lan: User) -> None:
    client = signed_in(lan)
    client.get("/accounts/logout/")
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_lan_sees_her_sessions_and_ends_the_others(client: Client, lan: User) -> None:
    elsewhere = Client()
    for one in (client, elsewhere):
        attempt(one, lan.email, PASSWORD)
    assert "Kết thúc các phiên khác" in client.get("/accounts/sessions/").content.decode()
    client.post("/accounts/sessions/")
    assert elsewhere.get("/accounts/profile/").status_code == 302
    assert client.get("/accounts/profile/").status_code == 200


def test_a_new_address_counts_once_it_is_confirmed(client: Client, lan: User) -> None:
    attempt(client, lan.email, PASSWORD)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"action_add": "", "email": "lan.moi@lamgiang.example"})
    lan.refresh_from_db()
    assert lan.email == "lan@lamgiang.example"
    client.post(reset_link())
    lan.refresh_from_db()
    assert lan.email == "lan.moi@lamgiang.example"


def test_the_address_is_changed_only_by_who_knows_the_password(lan: User) -> None:
    asked = signed_in(lan).post("/accounts/email/", {"action_add": "", "email": "lan.moi@lamgiang.example"})
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")


def test_every_page_of_the_entrance_holds_no_inline_script_or_style(client: Client) -> None:
    for page in ("login", "signup", "password/reset", "password/reset/done", "confirm-email"):
        text = client.get(f"/accounts/{page}/").content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text), page


def test_the_language_of_the_profile_wins_over_the_browser(lan: User) -> None:
    client = signed_in(lan)
    client.post("/accounts/language/", {"language": "en", "next": "/accounts/profile/"})
    elsewhere = signed_in(lan)
    assert 'lang="en"' in elsewhere.get("/accounts/profile/", headers={"accept-language": "vi"}).content.decode()


def test_the_language_is_changed_by_post_only_and_leads_back_to_our_pages(client: Client) -> None:
    assert client.get("/accounts/language/").status_code == 405
    answer = client.post("/accounts/language/", {"language": "en", "next": "https://example.org/"})
    assert answer.headers["Location"] == "/"
