"""Following a case without an account: two things to know, one answer for whoever lacks one of them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from tests.cases.pages.conftest import draft, filed, page, received, step, supplement_asked
from tests.cases.pages.grant import GRANT

NOT_FOUND = "Không tìm thấy hồ sơ có mã và thông tin này"


def ask(code: str, factor: str, client: Client | None = None) -> tuple[int, str]:
    answer = (client or Client()).post("/track/", {"code": code, "factor": factor})
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("factor", ["5678", "0912345678", "0912 345 678", "+84912345678", "LAN@lamgiang.example"])
def test_code_and_a_contact_of_the_dossier_show_where_the_case_stands(factor: str) -> None:
    case = filed()
    status, text = ask(case.submission_code.lower(), factor)
    assert status == 200
    assert 'data-public-status="1"' in text
    assert "03/03/2026" in text
    assert "khi hồ sơ được tiếp nhận" in text


def test_after_receipt_both_codes_lead_to_the_promised_day() -> None:
    case = received()
    for code in (
        case.case_code,
        case.submission_code,
        str(case.case_code).removeprefix("H99.14-"),
        case.submission_code.replace("-", ""),
    ):
        status, text = ask(str(code), "5678")
        assert status == 200, code
        assert f"{case.due_on:%d/%m/%Y}" in text


def test_no_name_no_matter_and_no_paper_is_shown() -> None:
    case = received()
    _, text = ask(str(case.case_code), "5678")
    for private in (
        "Trần Thị Lan",
        "Trường Đại học",
        GRANT["title_vi"],
        "Green River",
        "/documents/",
        "0912345678",
        "lan@",
    ):
        assert private not in text, private


def test_what_the_applicant_must_do_is_told_in_general_words() -> None:
    case = supplement_asked()
    _, text = ask(case.submission_code, "5678")
    assert 'data-public-status="5"' in text
    assert "bổ sung hoặc giải trình" in text
    assert "Văn bản nhất trí" not in text


def test_a_wrong_code_and_a_wrong_second_thing_get_the_same_answer() -> None:
    case = filed()
    answers = {
        text.replace(case.submission_code, "X").replace("ABCD-EFGH-JKLM", "X").replace("5678", "Y").replace("1111", "Y")
        for status, text in (
            ask(case.submission_code, "1111"),
            ask("ABCD-EFGH-JKLM", "5678"),
            ask("ABCD-EFGH-JKLM", "1111"),
        )
        if status == 422 and NOT_FOUND in text
    }
    assert len({without_token(text) for text in answers}) == 1


def test_a_wrong_code_costs_as_many_questions_to_the_database_as_a_wrong_second_thing(
    django_assert_num_queries: Any,
) -> None:
    case = filed()
    ask(case.submission_code, "1111")  # what is read once per process is read
    with CaptureQueriesContext(connection) as wrong_factor:
        ask(case.submission_code, "1111")
    with django_assert_num_queries(len(wrong_factor)):
        ask("ABCD-EFGH-JKLM", "5678")


def without_token(text: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


@pytest.mark.parametrize(
    "factor", ["8", "678", "45678", "0000", "0000000000", "nobody@invalid.invalid", "%", "' OR 1=1"]
)
def test_nothing_shorter_and_nothing_else_opens_it(factor: str) -> None:
    assert ask(filed().submission_code, factor)[0] == 422


def test_a_dossier_without_contacts_opens_to_nobodys_contacts() -> None:
    case = filed()
    Case.objects.filter(pk=case.pk).update(dossier={k: v for k, v in GRANT.items() if not k.startswith("contact_")})
    for factor in ("0000", "0000000000", "nobody@invalid.invalid", "None", "null"):
        assert ask(case.submission_code, factor)[0] == 422, factor


def test_a_draft_cannot_be_tracked() -> None:
    assert ask(draft(values=GRANT).submission_code, "5678")[0] == 422


def test_both_fields_are_asked() -> None:
    status, text = ask("", "")
    assert status == 422
    assert 'href="#id_code"' in text
    assert 'href="#id_factor"' in text


def test_a_paper_s_code_fills_the_form_and_asks_for_the_second_thing() -> None:
    case = received()
    text = page(Client(), f"/track/?code={case.case_code}")
    assert f'value="{case.case_code}"' in text
    assert "03/03/2026" not in text
    assert "noindex" in text


def test_one_code_is_not_tried_for_ever() -> None:
    case, answers = filed(), []
    for number in range(12):
        answer = Client(REMOTE_ADDR=f"10.0.0.{number}").post(
            "/track/", {"code": case.submission_code, "factor": "1111"}
        )
        answers.append(answer.status_code)
    assert answers == [422] * 10 + [429] * 2
    late = Client(REMOTE_ADDR="10.1.0.1").post("/track/", {"code": case.submission_code, "factor": "5678"})
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0


def test_one_place_does_not_try_code_after_code() -> None:
    answers = [ask(f"ABCD-EFGH-{number:04d}", "1111")[0] for number in range(32)]
    assert answers == [422] * 30 + [429] * 2


def test_other_methods_are_405() -> None:
    assert Client().put("/track/").status_code == 405


def test_an_extension_is_told_with_the_first_promise() -> None:
    case = received()
    first = case.due_on
    assert first is not None
    step(
        case,
        "binh",
        "extend_with_apology",
        delay_reason="Chờ ý kiến của một cơ quan",
        new_due_on=(first + dt.timedelta(days=10)).isoformat(),
    )
    _, text = ask(str(case.case_code), "5678")
    assert "đã gia hạn" in text
    assert f"{first:%d/%m/%Y}" in text


def test_a_stopped_case_says_so() -> None:
    case = filed()
    step(case, "lan", "withdraw_before_receipt")
    _, text = ask(case.submission_code, "5678")
    assert 'data-public-status="8"' in text
