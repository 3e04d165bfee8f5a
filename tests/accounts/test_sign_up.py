from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
FORM = {
    "full_name": "  Trần   Thị Lan ", "email": "Lan@lamgiang.example", "phone": "+84 912 345 678",
    "password1": PASSWORD, "password2": PASSWORD,
}


def link(text: object) -> str:
    found = re.search(r"https?://testserver(\S+)", str(text))
    assert found, text
    return found.group(1)


def test_lan_signs_up_confirms_her_address_and_signs_in(client: Client) -> None:
    assert client.post("/accounts/signup/", FORM).headers["Location"] == "/accounts/confirm-email/"
    client.post(link(mail.outbox[0].body))
    answer = client.post("/accounts/login/", {"login": "lan@lamgiang.example", "password": PASSWORD})
    assert answer.status_code == 302
    assert "_auth_user_id" in client.session


def test_the_account_keeps_name_and_telephone_in_one_form(client: Client) -> None:
    client.post("/accounts/signup/", FORM)
    lan = User.objects.get()
    assert (lan.full_name, lan.phone, lan.email) == ("Trần Thị Lan", "0912345678", "lan@lamgiang.example")


def test_a_name_in_decomposed_letters_is_kept_composed(client: Client) -> None:
    client.post("/accounts/signup/", FORM | {"full_name": "Tr\u00e2\u0300n Thi\u0323 Lan"})
    assert User.objects.get().full_name == "Trần Thị Lan"


def test_nobody_signs_in_before_the_address_is_confirmed(client: Client) -> None:
    client.post("/accounts/signup/", FORM)
    client.post("/accounts/login/", {"login": FORM["email"], "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_the_mail_is_vietnamese_and_written_by_a_machine(client: Client) -> None:
    client.post("/accounts/signup/", FORM)
    sent = mail.outbox[0]
    assert sent.subject == "Xác nhận địa chỉ thư điện tử"
    assert "Để xác nhận, hãy mở liên kết" in sent.body
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_the_mail_names_nobody(client: Client) -> None:
    client.post("/accounts/signup/", FORM)
    assert "Lan" not in str(mail.outbox[0].body) + str(mail.outbox[0].subject)


def test_a_wrong_telephone_number_is_refused_with_an_example(client: Client) -> None:
    answer = client.post("/accounts/signup/", FORM | {"phone": "12345"})
    assert "ví dụ 0912345678" in answer.content.decode()
    assert not User.objects.exists()


def test_a_password_that_everybody_uses_is_refused_in_vietnamese(client: Client) -> None:
    answer = client.post("/accounts/signup/", FORM | {"password1": "password1", "password2": "password1"})
    assert "Mật khẩu này quá phổ biến" in answer.content.decode()


def test_a_taken_address_gets_the_same_answer_and_a_mail_that_says_so(client: Client, hong: User) -> None:
    fresh = client.post("/accounts/signup/", FORM)
    taken = Client().post("/accounts/signup/", FORM | {"email": hong.email})
    assert (fresh.status_code, fresh.headers["Location"]) == (taken.status_code, taken.headers["Location"])
    assert [m.subject for m in mail.outbox] == ["Xác nhận địa chỉ thư điện tử", "Bạn đã có tài khoản"]


def test_a_used_confirmation_link_says_so(client: Client) -> None:
    client.post("/accounts/signup/", FORM)
    address = link(mail.outbox[0].body)
    client.post(address)
    assert "đã dùng" in Client().get(address).content.decode()


def test_who_reads_english_gets_english_pages_and_mails(client: Client) -> None:
    client.post("/accounts/language/", {"language": "en", "next": "/"})
    assert "Sign up" in client.get("/accounts/signup/").content.decode()
    client.post("/accounts/signup/", FORM)
    assert mail.outbox[0].subject == "Confirm your e-mail address"
    assert User.objects.get().language == "en"
