"""The applicant's page of a case: the public story, what is asked, and what one may ask."""

from __future__ import annotations

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Case, Published
from tests.cases.pages.conftest import field, filed, page, received, signed_in, step, supplement_asked, user
from tests.cases.pages.grant import pdf


def own(case: Case) -> str:
    return f"/cases/{case.code}/"


# --------------------------------------------------------------------------------------------------------- story
def test_the_page_tells_status_meaning_and_dates(lan: Client) -> None:
    case = received()
    text = page(lan, own(case))
    assert 'data-public-status="2"' in text
    assert "Hồ sơ đã được tiếp nhận" in text
    assert f"{case.due_on:%d/%m/%Y}" in text
    assert str(case.case_code) in text


def test_the_promised_day_is_explained_day_by_day(lan: Client) -> None:
    text = page(lan, own(received()))
    assert "Vì sao là ngày này?" in text
    assert "ngày bắt đầu, không tính" in text
    assert "ngày thứ 20" in text


def test_inner_work_and_officers_names_stay_inside(lan: Client) -> None:
    case = received()
    step(case, "son", "assign", assignee=str(user("ha").pk))
    step(case, "ha", "start_validity_check")
    text = page(lan, own(case))
    for inner in (
        "Lê Thu Hà",
        "Phạm Văn Sơn",
        "Phân công",
        "Bắt đầu kiểm tra",
        "validity_check",
        "Kiểm tra tính hợp lệ",
    ):
        assert inner not in text, inner
    assert "Đang xử lý" in text
    assert "Bộ phận Một cửa" in text


def test_the_story_names_who_filed_and_the_office_alone(lan: Client) -> None:
    text = page(lan, own(received()))
    story = text[text.index('id="story"') :]
    assert "Trần Thị Lan" in story
    assert "Hoàng Văn Minh" not in story
    assert "Hẹn trả kết quả ngày" in story


def test_a_refusal_that_waits_for_a_second_person_is_not_told(lan: Client) -> None:
    case = filed()
    why = {"ground": "wrong_authority", "refusal_reason": "Khoản viện trợ không thuộc thẩm quyền của tỉnh."}
    step(case, "minh", "refuse_intake", **why)
    text = page(lan, own(case))
    assert "Từ chối" not in text
    assert 'data-public-status="1"' in text


def test_the_page_is_complete_in_english(lan: Client) -> None:
    case = received()
    lan.post("/accounts/language/", {"language": "en", "next": "/"})
    text = page(lan, own(case))
    for words in ("Why this day?", "What you filed", "Timeline", "Promised day", "Kind of aid"):
        assert words in text, words


def test_both_codes_lead_to_the_case_and_others_see_none(lan: Client, hong: Client, phuc: Client) -> None:
    case = received()
    for code in (case.case_code, case.submission_code, case.submission_code.lower()):
        assert lan.get(f"/cases/{code}/").status_code == 200
        assert hong.get(f"/cases/{code}/").status_code == 200
        assert phuc.get(f"/cases/{code}/").status_code == 404


# ----------------------------------------------------------------------------------------------------- supplement
def answer_form(client: Client, case: Case) -> tuple[str, dict[str, str]]:
    address = f"{own(case)}parts/supplement-1/do/answer/"
    text = page(client, address)
    return address, {name: field(text, name) for name in ("_version", "_key")}


def test_what_is_asked_stands_on_top_of_the_page(lan: Client) -> None:
    case = supplement_asked()
    text = page(lan, own(case))
    assert "Việc bạn cần làm" in text
    assert f'href="{own(case)}parts/supplement-1/do/answer/"' in text
    assert "Cơ quan yêu cầu bổ sung 2 mục." in text


def test_lan_answers_item_by_item_and_sends_it_once(lan: Client) -> None:
    case = supplement_asked()
    address, hidden = answer_form(lan, case)
    sent = SimpleUploadedFile("nhất trí.pdf", pdf("signed"))
    first = lan.post(
        address, {**hidden, "_upload": "0", "kind-0": "donor_consent", "file-0": sent, "reply-1": "Đã ghi đơn giá"}
    )
    text = first.content.decode()
    assert first.status_code == 200
    assert "nhất trí.pdf" in text
    assert "Đã ghi đơn giá</textarea>" in text
    form = {**hidden, "reply-1": "Đã ghi đơn giá", "answered-0": "1", "answered-1": "1"}
    for _ in range(2):
        assert lan.post(address, form).headers["Location"] == own(case)
    case.refresh_from_db()
    assert case.state == "submitted"
    items = case.parts.get(key="supplement-1").fields["items"]
    assert [item["answered"] for item in items] == [True, True]
    assert items[1]["reply"] == "Đã ghi đơn giá"


def test_a_case_of_an_earlier_publication_is_answered_by_ticks_and_files_alone(lan: Client) -> None:
    case = supplement_asked()
    body = json.loads(bytes(case.definition.body))
    kind = next(part for part in body["parts"] if part["code"] == "supplement")
    items = next(field for field in kind["fields"] if field["name"] == "items")
    items["columns"] = [column for column in items["columns"] if column["name"] != "reply"]
    Published.objects.filter(pk=case.definition_id).update(body=json.dumps(body).encode(), hash="0" * 64)
    address, hidden = answer_form(lan, case)
    assert 'name="reply-0"' not in page(lan, address)
    answer = lan.post(address, {**hidden, "answered-0": "1", "answered-1": "1"})
    assert answer.headers["Location"] == own(case)


def test_an_item_that_is_not_ticked_keeps_the_answer_back_and_nothing_is_lost(lan: Client) -> None:
    case = supplement_asked()
    address, hidden = answer_form(lan, case)
    answer = lan.post(address, {**hidden, "reply-0": "Đã nộp bản ký", "answered-0": "1"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'data-reason-code="every_item_answered"' in text
    assert "Đã nộp bản ký</textarea>" in text
    assert re.search(r'name="answered-0"[^>]*checked', text)
    case.refresh_from_db()
    assert case.state == "supplement_intake"


@pytest.mark.parametrize(
    ("name", "body", "kind", "status"),
    [
        ("x.exe", b"MZ123", "donor_consent", 422),
        ("ký.pdf", pdf("k"), "", 422),
        ("ký.pdf", pdf("k"), "nonsense", 422),
        ("lớn.pdf", pdf() + b"%" * (20 * 1024 * 1024 + 1), "donor_consent", 413),
    ],
)
def test_a_file_that_cannot_be_taken_is_told_at_its_item(
    lan: Client, name: str, body: bytes, kind: str, status: int
) -> None:
    case = supplement_asked()
    address, hidden = answer_form(lan, case)
    sent = {**hidden, "_upload": "0", "kind-0": kind, "file-0": SimpleUploadedFile(name, body), "reply-0": "Kèm tệp"}
    answer = lan.post(address, sent)
    assert answer.status_code == status
    assert 'href="#file-0"' in answer.content.decode()
    assert "Kèm tệp</textarea>" in answer.content.decode()


def test_an_answer_that_the_counter_has_already_entered_is_409(lan: Client) -> None:
    case = supplement_asked()
    address, hidden = answer_form(lan, case)
    step(case, "minh", "answer", part="supplement-1", part_fields={"items": [{"answered": True}, {"answered": True}]})
    answer = lan.post(address, {**hidden, "reply-0": "Tôi cũng trả lời", "answered-0": "1", "answered-1": "1"})
    assert answer.status_code in (409, 422)
    assert "Tôi cũng trả lời" in answer.content.decode()


def test_a_colleague_answers_too_and_a_stranger_does_not(hong: Client, phuc: Client) -> None:
    case = supplement_asked()
    address = f"/cases/{case.code}/parts/supplement-1/do/answer/"
    assert hong.get(address).status_code == 200
    assert phuc.get(address).status_code == 404
    assert phuc.post(address, {}).status_code == 404


def test_an_unknown_part_is_404_and_an_unknown_step_422(lan: Client) -> None:
    case = supplement_asked()
    assert lan.get(f"{own(case)}parts/supplement-9/do/answer/").status_code == 404
    for name in ("nonsense", "receive", "ppc_approve"):
        answer = lan.get(f"{own(case)}do/{name}/")
        assert answer.status_code == 422, name
    assert lan.delete(f"{own(case)}do/withdraw_before_receipt/").status_code == 405


# ------------------------------------------------------------------------------------------------- change, withdraw
def test_lan_proposes_a_change_after_looking_at_the_difference(lan: Client) -> None:
    case = received()
    address = f"{own(case)}do/propose_change/"
    hidden = {name: field(page(lan, address), name) for name in ("_version", "_key")}
    typed = form_of(case) | {"title_vi": "Thiết bị phòng thí nghiệm vật lý"}
    look = lan.post(address, {**hidden, **typed, "_look": "1"})
    text = look.content.decode()
    assert look.status_code == 200
    assert "Thiết bị phòng thí nghiệm hóa học" in text
    assert '<ins class="changed">Thiết bị phòng thí nghiệm vật lý</ins>' in text
    assert text.count("<tr>") == 2
    short = lan.post(address, {**hidden, **typed, "reason": "ngắn"})
    assert short.status_code == 422
    assert "Phải có ít nhất 20 ký tự" in short.content.decode()
    sent = lan.post(address, {**hidden, **typed, "reason": "Nhà trường đổi nội dung theo đề nghị của bên cung cấp."})
    assert sent.headers["Location"] == own(case)
    part = case.parts.get(kind="change")
    assert part.fields["changes"] == {"title_vi": "Thiết bị phòng thí nghiệm vật lý"}
    after = page(lan, own(case))
    assert "Thay đổi bạn đề nghị" in after
    assert f'href="{own(case)}parts/change-1/do/take_back/"' in after


def form_of(case: Case) -> dict[str, object]:
    """Return the dossier as the form types it, as far as these tests need it."""
    kept = {n: v for n, v in case.dossier.items() if isinstance(v, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", v)}
    days = {
        n: "/".join(reversed(v.split("-"))) for n, v in case.dossier.items() if n not in kept and isinstance(v, str)
    }
    flags = {n: "true" if v else "false" for n, v in case.dossier.items() if isinstance(v, bool)}
    money: dict[str, object] = {}
    for name, value in case.dossier.items():
        if isinstance(value, dict):
            money |= {name: f"{value['minor'] // 100},00", f"{name}-currency": value["currency"]}
    return {**kept, **days, **flags, **money, "sites": case.dossier["sites"], "donor_country": "Hoa Kỳ"}


def test_nothing_changed_is_told(lan: Client) -> None:
    case = received()
    answer = lan.post(f"{own(case)}do/propose_change/", {**form_of(case), "_look": "1"})
    assert answer.status_code == 422
    assert "Chưa có nội dung nào được thay đổi" in answer.content.decode()


def test_a_wrong_value_in_a_change_comes_back(lan: Client) -> None:
    case = received()
    typed = {**form_of(case), "rate_date": "31/02/2026", "title_vi": "Một tên khác hẳn"}
    answer = lan.post(f"{own(case)}do/propose_change/", {**typed, "_look": "1"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="31/02/2026"' in text
    assert 'value="Một tên khác hẳn"' in text


def test_lan_takes_the_change_back(lan: Client) -> None:
    case = received()
    step(
        case,
        "lan",
        "propose_change",
        reason="Nhà trường đổi nội dung theo đề nghị.",
        changes={"title_vi": "Một tên khác hẳn"},
    )
    address = f"{own(case)}parts/change-1/do/take_back/"
    assert lan.get(address).status_code == 200
    assert lan.post(address, {}).headers["Location"] == own(case)
    assert case.parts.get(key="change-1").state == "taken_back"
    assert lan.get(address).status_code == 422


def test_before_receipt_lan_withdraws_at_once_after_being_warned(lan: Client) -> None:
    case = filed()
    address = f"{own(case)}do/withdraw_before_receipt/"
    assert "Việc này dừng giải quyết hồ sơ" in page(lan, address)
    assert lan.post(address, {}).headers["Location"] == own(case)
    text = page(lan, own(case))
    assert 'data-public-status="8"' in text
    assert lan.post(address, {}).status_code == 422


def test_after_receipt_lan_asks_to_withdraw(lan: Client) -> None:
    case = received()
    text = page(lan, own(case))
    assert f'href="{own(case)}do/request_withdraw/"' in text
    assert "withdraw_before_receipt" not in text
    lan.post(f"{own(case)}do/request_withdraw/", {})
    assert 'data-public-status="7"' in page(lan, own(case))


def test_a_step_on_a_stale_page_is_409_and_keeps_what_was_typed(lan: Client) -> None:
    case = received()
    address = f"{own(case)}do/propose_change/"
    hidden = {name: field(page(lan, address), name) for name in ("_version", "_key")}
    step(case, "son", "assign", assignee=str(user("ha").pk))
    typed = {
        **form_of(case),
        "title_vi": "Thiết bị phòng thí nghiệm vật lý",
        "reason": "Nhà trường đổi nội dung viện trợ.",
    }
    answer = lan.post(address, {**hidden, **typed})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Thiết bị phòng thí nghiệm vật lý" in text
    assert "Phạm Văn Sơn" not in text
    again = {name: field(text, name) for name in ("_version", "_key")}
    assert lan.post(address, {**again, **typed}).status_code == 302


def test_an_officer_gets_the_officers_page_at_the_same_address() -> None:
    case = filed()
    text = page(signed_in("minh"), own(case))
    assert "Bạn có thể" not in text
    assert 'data-transition="receive"' in text or "/do/receive/" in text


# ---------------------------------------------------------------------------------------------------------- explain
def explaining() -> Case:
    """A case in which an agency dissents and the owner has been asked to explain, with twenty days left."""
    case = received()
    attributes = {**case.attributes, "explanation_due": "2026-03-23"}
    Case.objects.filter(pk=case.pk).update(state="explaining", attributes=attributes, assignee=user("ha"))
    case.refresh_from_db()
    return case


def test_lan_explains_with_a_letter_and_the_office_goes_on(lan: Client) -> None:
    case = explaining()
    address = f"{own(case)}do/explained/"
    assert f'href="{address}"' in page(lan, own(case))
    hidden = {name: field(page(lan, address), name) for name in ("_version", "_key")}
    letter = SimpleUploadedFile("giải trình.pdf", pdf("explanation"), "application/pdf")
    typed = {"content": "Vốn đối ứng đã được bố trí trong dự toán năm 2026.", "file": letter}
    assert lan.post(address, {**hidden, **typed}).headers["Location"] == own(case)
    case.refresh_from_db()
    assert case.state == "appraising"
    assert [f.name for f in case.attachments.filter(kind__startswith="ask:")] == ["giải trình.pdf"]


def test_an_explanation_without_its_letter_comes_back_with_what_was_written(lan: Client) -> None:
    case = explaining()
    address = f"{own(case)}do/explained/"
    hidden = {name: field(page(lan, address), name) for name in ("_version", "_key")}
    written = "Vốn đối ứng đã được bố trí trong dự toán năm 2026."
    answer = lan.post(address, {**hidden, "content": written})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert written in text
    assert 'href="#id_file"' in text
    case.refresh_from_db()
    assert case.state == "explaining"


def test_several_photographs_answer_one_item(lan: Client) -> None:
    case = supplement_asked()
    address, hidden = answer_form(lan, case)
    taken = [SimpleUploadedFile(f"trang {n}.pdf", pdf(f"page {n}")) for n in (1, 2)]
    text = lan.post(address, {**hidden, "_upload": "0", "kind-0": "donor_consent", "file-0": taken}).content.decode()
    assert 'multiple accept="' in text
    for name in ("trang 1.pdf", "trang 2.pdf"):
        assert name in text
