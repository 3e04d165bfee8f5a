"""Lan follows her papers on her page: each paper's way, what comes next for her, and nothing before it is decided."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from cases.models import Case
from tests.cases.consular.desk import GOLDEN, PROCEDURE, scenario, until
from tests.cases.pages.conftest import page, signed_in
from tests.procedures.runner import Walk, walked

pytestmark = pytest.mark.usefixtures("at_consular_desk")
PARTLY = "three papers, one altered - a result for a part of them (L6)"
ONLINE = "filed online with one original on paper and one electronic paper (L11)"
REFERRED = "nine papers of twelve count, three are referred to Apostille (L5)"
VERIFIED = "one of three papers is verified, the others go on, and the apology is made in time (L10)"




@pytest.fixture(autouse=True)
def _a_day_of_the_walks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", "2026-12-01T09:00:00+07:00")


def told(walk: Walk, language: str = "vi") -> str:
    client = signed_in("lan")
    client.post("/accounts/language/", {"language": language, "next": "/"})
    return unescape(page(client, f"/cases/{Case.objects.get(pk=walk.case.pk).code}/"))


def block(text: str) -> str:
    found = re.search(r'<section class="next .*?</section>', text, re.S)
    assert found is not None
    return re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<[^>]+>", " ", found[0], flags=re.S))


def row(text: str, number: int) -> str:
    found = re.search(rf'data-row="{number}".*?(?=data-row="|</section>)', text, re.S)
    assert found is not None
    return re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<[^>]+>", " ", found[0], flags=re.S))


def test_she_reads_how_much_to_pay_where_until_when_and_a_code_to_scan() -> None:
    walk = until("ask_fee")
    text = told(walk)

    for words in ("Việc bạn cần làm", "30.000 đồng", "0299000012345", "Hạn cuối: 07/12/2026", "Số 12 đường Bờ Sông"):
        assert words in block(text), words
    assert "HS " in block(text)
    assert text.count('class="payment__code"') == 1
    for words in ("Pay the fee", "Last day: 07/12/2026", "Monday to Friday"):
        assert words in block(told(walk, "en"))


def test_once_it_is_paid_no_payment_is_asked_and_she_reads_the_expected_day() -> None:
    text = told(until("pay"))

    assert "Bạn chưa phải làm gì. Dự kiến có kết quả ngày 01/12/2026." in block(text)
    assert "payment__code" not in text


def test_she_brings_the_one_original_that_is_awaited_and_no_other() -> None:
    text = block(told(until("await_originals", ONLINE)))

    for words in ("Mang đến", "Giấy chứng nhận xuất xứ hàng hóa", "Hạn cuối: 07/12/2026", "7:30–11:30", "bến phà"):
        assert words in text, words
    assert "lưu hành tự do" not in text


def test_each_paper_has_its_country_its_way_and_its_day() -> None:
    text = told(until("assign", VERIFIED))

    assert "Giấy phép xuất khẩu" in row(text, 2)
    assert "Lào" in row(text, 2)
    assert "Chứng nhận lãnh sự" in row(text, 2)
    assert "Đang xử lý" in row(text, 2)
    assert "Dự kiến có kết quả: 01/12/2026" in row(text, 2)


def test_a_paper_that_is_verified_says_who_has_it_while_the_others_go_on() -> None:
    text = told(until("send_verification", VERIFIED))

    assert "Đang xác minh với cơ quan cấp" in row(text, 1)
    assert "Đang xử lý" in row(text, 2)


def test_a_paper_for_japan_is_led_to_the_apostille_portal() -> None:
    text = told(until("hand_back_papers", REFERRED))

    assert "Nhật Bản" in row(text, 10)
    assert "apostille.lanhsuvietnam.gov.vn" in row(text, 10)


def test_a_refusal_is_not_told_before_the_leader_has_signed_it() -> None:
    text = told(until("propose_refusal", PARTLY))

    assert "Ngày cấp trên giấy tờ bị sửa" not in text
    assert "Đang xử lý" in row(text, 3)


def test_a_refused_paper_says_on_what_ground_and_why() -> None:
    refused = row(told(until("refuse_paper", PARTLY)), 3)
    for words in ("Bị từ chối", "Sửa chữa, tẩy xóa không được đính chính", "Ngày cấp trên giấy tờ bị sửa"):
        assert words in refused


def test_a_refusal_that_the_leader_declined_leaves_no_ground_behind() -> None:
    fields = until("decline_refusal", PARTLY).case.parts.get(key="paper-3").fields

    assert {"refusal_code", "refusal_text"}.isdisjoint(fields)


def test_she_is_told_what_to_bring_and_which_originals_come_back() -> None:
    found = scenario(PARTLY)
    walk = walked(PROCEDURE, found.model_copy(update={"steps": found.steps[:-3]}))
    text = block(told(walk))

    for words in ("Đến nhận kết quả", "giấy tờ tùy thân", "Trả lại bạn", "Giấy phép xuất khẩu"):
        assert words in text, words
    assert "Hóa đơn thương mại" not in text, "its original is back already"


def test_when_all_is_handed_over_nothing_is_left_to_do() -> None:
    found = scenario(GOLDEN)
    walk = walked(PROCEDURE, found.model_copy(update={"steps": found.steps[:-1]}))

    assert "không còn việc gì phải làm" in block(told(walk))


def test_what_the_authority_asks_about_one_paper_is_asked_of_her() -> None:
    text = told(until("record_authority_question", "the authority asks and the applicant answers"))

    assert "Việc bạn cần làm" in block(text)
    assert 'data-transition="addition_in"' in text
    assert "Rút giấy tờ này" not in block(text), "nobody asks her to give up"


def test_without_an_account_each_paper_has_a_status_and_no_name() -> None:
    walk = until("send_verification", VERIFIED)
    answer = Client().post("/track/", {"code": str(Case.objects.get(pk=walk.case.pk).case_code), "factor": "5678"})
    text = unescape(answer.content.decode())

    assert answer.status_code == 200
    assert text.count("Giấy tờ đề nghị 1") == 1
    assert text.count("Giấy tờ đề nghị 3") == 1
    for hidden in ("Giấy phép xuất khẩu", "Sở Công Thương", "Trần Thị Lan", "xác minh"):
        assert hidden not in text[text.index("<main") : text.index("</main>")], hidden


def test_without_an_account_one_reads_until_when_the_fee_is_to_be_paid() -> None:
    walk = until("ask_fee")
    answer = Client().post("/track/", {"code": walk.case.submission_code, "factor": "5678"})
    text = unescape(answer.content.decode())

    for words in ("Nộp phí, lệ phí", "Hạn cuối: 07/12/2026", "Số 12 đường Bờ Sông"):
        assert words in text, words
    assert "0299000012345" not in text
