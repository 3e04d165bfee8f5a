"""Papers, the check, filing, and the receipt of the submission code."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Case, Event, LinkedCase, OutboxEntry
from cases.services.outbox import Delivery, deliver
from tests.cases.pages.conftest import complete, draft, field, filed, page, received, save, signed_in, step, user
from tests.cases.pages.grant import pdf

CONFIRMED = {"confirm": "data_notice"}
GRIEVANCE = {
    "applicant_id_no": "079123456789",
    "applicant_address": "Số 5 đường Bờ Sông",
    "return_method": "truc_tiep",
    "about_what": "cham",
    "grievance": "Hồ sơ nộp đã lâu mà chưa có ai trả lời.",
    "wanted": "Trả lời và hẹn ngày.",
}


def upload(name: str = "don.pdf", body: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(name) if body is None else body)


def files_of(case: Case) -> set[str]:
    return set(case.attachments.filter(replaced_at=None).values_list("name", flat=True))


# -------------------------------------------------------------------------------------------------------- papers
def test_lan_uploads_replaces_and_removes_a_paper(lan: Client) -> None:
    case = draft()
    address = f"/cases/{case.submission_code}/files/"
    lan.post(address, {"_kind": "request_letter", "file": upload("một.pdf")})
    lan.post(address, {"_kind": "request_letter", "file": upload("hai.pdf")})
    assert files_of(case) == {"một.pdf", "hai.pdf"}
    lan.post(address, {"_kind": "request_letter", "file": upload("ba.pdf"), "_replace": "1"})
    assert files_of(case) == {"ba.pdf"}
    text = page(lan, address)
    assert "SHA-256" in text
    lan.post(address, {"_remove": re.findall(r'name="_remove" value="([^"]+)"', text)[0]})
    assert files_of(case) == set()


def test_the_same_file_in_its_own_place_stays(lan: Client) -> None:
    case = draft()
    address = f"/cases/{case.submission_code}/files/"
    for _ in range(2):
        lan.post(address, {"_kind": "request_letter", "file": upload("một.pdf"), "_replace": "1"})
    assert files_of(case) == {"một.pdf"}


BAD_FILES = {
    "nothing": (None, 422, "Chưa chọn tệp nào."),
    "empty": (SimpleUploadedFile("rỗng.pdf", b""), 422, "Chưa chọn tệp nào|trống"),
    "program": (SimpleUploadedFile("virus.exe", b"MZ" + b"x" * 100), 422, "Không nhận loại tệp"),
    "disguised": (SimpleUploadedFile("đơn.pdf", b"MZ" + b"x" * 100), 422, "không đúng với đuôi tệp|Không nhận"),
    "page": (SimpleUploadedFile("trang.pdf", b"<html><script>1</script></html>"), 422, "trang web|không đúng"),
    "iphone": (SimpleUploadedFile("ảnh.heic", b"\x00\x00\x00\x18ftypheic" + b"x" * 100), 422, "HEIC"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_taken_is_told_in_words(lan: Client, name: str) -> None:
    sent, status, words = BAD_FILES[name]
    case = draft()
    if sent is not None:
        sent.seek(0)
    form = {"_kind": "request_letter", **({"file": sent} if sent is not None else {})}
    answer = lan.post(f"/cases/{case.submission_code}/files/", form)
    text = answer.content.decode()
    assert answer.status_code == status
    assert re.search(words, text)
    assert 'href="#upload-request_letter"' in text
    assert files_of(case) == set()


def test_a_file_above_the_limit_is_413(lan: Client) -> None:
    case = draft()
    large = upload("lớn.pdf", pdf() + b"%" * (20 * 1024 * 1024 + 1))
    answer = lan.post(f"/cases/{case.submission_code}/files/", {"_kind": "request_letter", "file": large})
    assert answer.status_code == 413
    assert "lớn hơn 20 MB" in answer.content.decode()


def test_lan_looks_at_her_own_file_and_a_stranger_does_not(lan: Client, phuc: Client) -> None:
    case = complete()
    paper = case.attachments.get(kind="donor_consent")
    address = f"/cases/{case.submission_code}/files/{paper.pk}/"
    assert address in page(lan, f"/cases/{case.submission_code}/files/")
    answer = lan.get(address)
    assert b"".join(answer.streaming_content) == pdf("donor_consent")  # type: ignore[attr-defined]  # a file is streamed
    assert phuc.get(address).status_code == 404


def test_an_unknown_paper_or_file_is_404(lan: Client) -> None:
    address = f"/cases/{draft().submission_code}/files/"
    assert lan.post(address, {"_kind": "nonsense", "file": upload()}).status_code == 404
    for text in ("nonsense", "00000000-0000-0000-0000-000000000000"):
        assert lan.post(address, {"_remove": text}).status_code == 404


def test_a_file_of_another_draft_cannot_be_removed_here(lan: Client) -> None:
    mine, other = complete(), draft()
    file_id = mine.attachments.first().pk  # type: ignore[union-attr]
    assert lan.post(f"/cases/{other.submission_code}/files/", {"_remove": str(file_id)}).status_code == 404
    assert len(files_of(mine)) == 4


# --------------------------------------------------------------------------------------------------------- check
def test_the_check_shows_every_answer_with_the_way_to_change_it(lan: Client) -> None:
    case = complete()
    text = page(lan, f"/cases/{case.submission_code}/check/")
    for answer in ("120.000,00 USD", "Hoa Kỳ", "Phường Bến Lam, Xã An Lam", "20/02/2026", "donor_consent.pdf"):
        assert answer in text, answer
    assert f'href="/cases/{case.submission_code}/edit/matter-3/?back=check#id_amount"' in text
    assert "Không cung cấp" in text
    assert "Còn thiếu" not in text


def test_what_is_missing_is_named_with_a_link_and_the_button_waits(lan: Client) -> None:
    ref = draft().submission_code
    text = page(lan, f"/cases/{ref}/check/")
    assert f'href="/cases/{ref}/edit/matter-1/?back=check#id_title_vi"' in text
    assert f'href="/cases/{ref}/files/?back=check#file-request_letter"' in text
    assert "disabled" in text


def test_a_rule_against_filing_is_told_before_anybody_clicks(lan: Client) -> None:
    case = complete(amount_in_kind={"minor": 1, "currency": "USD"})
    text = page(lan, f"/cases/{case.submission_code}/check/")
    assert "Tiền, hiện vật và kỹ thuật phải cộng đúng bằng giá trị viện trợ" in text
    assert lan.post(f"/cases/{case.submission_code}/check/", CONFIRMED).status_code == 422


def test_lan_files_and_sees_the_submission_code(lan: Client) -> None:
    case = complete()
    text = page(lan, f"/cases/{case.submission_code}/check/")
    form = {name: field(text, name) for name in ("_version", "_key", "_step")}
    answer = lan.post(f"/cases/{case.submission_code}/check/", {**form, **CONFIRMED})
    assert answer.headers["Location"] == f"/cases/{case.submission_code}/done/"
    receipt = page(lan, answer.headers["Location"])
    assert case.submission_code in receipt
    assert "khi hồ sơ được tiếp nhận" in receipt
    case.refresh_from_db()
    assert case.state == "submitted"
    again = lan.post(f"/cases/{case.submission_code}/check/", {**form, **CONFIRMED})
    assert again.headers["Location"] == answer.headers["Location"]
    assert Event.objects.filter(case=case, name="submit").count() == 1


def test_filing_without_the_notice_ticked_is_refused_and_nothing_changes(lan: Client) -> None:
    case = complete()
    answer = lan.post(f"/cases/{case.submission_code}/check/", {})
    assert answer.status_code == 422
    assert 'data-reason-code="confirm_missing"' in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "draft"


def test_a_key_with_other_content_is_refused(lan: Client) -> None:
    case = complete()
    form = {"_key": "the-same-key", "_step": "submit"}
    lan.post(f"/cases/{case.submission_code}/check/", {**form, **CONFIRMED})
    answer = lan.post(f"/cases/{case.submission_code}/check/", {**form, "confirm": ["data_notice", "other"]})
    assert answer.status_code == 422
    assert "key_reused" in answer.content.decode()


def test_filing_again_without_the_key_says_that_it_is_filed(lan: Client) -> None:
    case = filed()
    answer = lan.post(f"/cases/{case.submission_code}/check/", {"_step": "submit", **CONFIRMED})
    assert answer.status_code == 422
    assert 'data-reason-code="not_in_state"' in answer.content.decode()
    assert lan.post(f"/cases/{case.submission_code}/check/", {"_step": "ppc_approve", **CONFIRMED}).status_code == 404
    assert lan.get(f"/cases/{case.submission_code}/check/").status_code == 302


def test_a_check_that_another_window_overtook_is_409_with_the_answers_as_they_stand(lan: Client) -> None:
    case = complete()
    form = {n: field(page(lan, f"/cases/{case.submission_code}/check/"), n) for n in ("_version", "_key", "_step")}
    save(case, "hong", title_vi="Tên do Hồng sửa lại lần cuối")
    answer = lan.post(f"/cases/{case.submission_code}/check/", {**form, **CONFIRMED})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Vũ Thị Hồng" in text
    assert "Tên do Hồng sửa lại lần cuối" in text
    again = {n: field(text, n) for n in ("_version", "_key", "_step")}
    assert lan.post(f"/cases/{case.submission_code}/check/", {**again, **CONFIRMED}).status_code == 302


def test_the_receipt_of_a_draft_leads_to_the_draft(lan: Client) -> None:
    ref = draft().submission_code
    assert lan.get(f"/cases/{ref}/done/").headers["Location"] == f"/cases/{ref}/edit/"


def test_after_receipt_the_confirmation_names_code_and_promised_day(lan: Client) -> None:
    case = received()
    text = page(lan, f"/cases/{case.submission_code}/done/")
    assert str(case.case_code) in text
    assert f"{case.due_on:%d/%m/%Y}" in text


def test_the_picture_leads_to_the_tracking_page_without_anything_personal(lan: Client) -> None:
    case = filed()
    text = page(lan, f"/cases/{case.submission_code}/done/")
    assert "<svg" in text
    assert 'style="' not in text


# ------------------------------------------------------------------------------------------------------ complaint
def carry_out(kind: str) -> None:
    """What the worker does with the rows of a kind."""
    rows = list(OutboxEntry.objects.filter(kind=kind))
    assert rows
    assert [deliver(row.pk, now=row.due) for row in rows] == [Delivery.DONE] * len(rows)


def test_a_complaint_names_the_case_and_is_linked_with_it_once_filed(lan: Client) -> None:
    case = received()
    text = page(lan, f"/cases/{case.case_code}/")
    assert f"/procedures/complaint/new/?about={case.case_code}" in text
    lan.post("/procedures/complaint/new/", {"whose": "-", "about": case.case_code})
    complaint = Case.objects.get(procedure="complaint")
    assert complaint.dossier["about_case"] == case.case_code
    assert not LinkedCase.objects.exists()
    save(complaint, "lan", **GRIEVANCE)
    for _ in range(2):
        lan.post(
            f"/cases/{complaint.submission_code}/check/", {"_key": "once-and-again", "_step": "submit", **CONFIRMED}
        )
    carry_out("named_links")
    link = LinkedCase.objects.get()
    assert (link.case, link.other, link.kind) == (case, complaint, "complaint")
    assert Event.objects.filter(case=case, name="link").count() == 1


def test_a_complaint_about_a_strangers_case_ties_nothing(lan: Client) -> None:
    stranger = received("phuc")
    lan.post("/procedures/complaint/new/", {"whose": "-", "about": stranger.case_code})
    complaint = Case.objects.get(procedure="complaint")
    save(complaint, "lan", **GRIEVANCE)
    step(complaint, "lan", "submit", confirm=["data_notice"])
    carry_out("named_links")
    assert not LinkedCase.objects.exists()


def test_the_applicant_names_an_officer_in_full_and_sees_no_list(lan: Client) -> None:
    lan.post("/procedures/complaint/new/", {"whose": "-"})
    complaint = Case.objects.get(procedure="complaint")
    address = f"/cases/{complaint.submission_code}/edit/matter-1/"
    assert "Hoàng Văn Minh" not in page(lan, address)
    lan.post(address, {"complained_person": "hoàng văn minh"})
    complaint.refresh_from_db()
    assert complaint.dossier["complained_person"] == str(user("minh").pk)
    assert 'value="Hoàng Văn Minh"' in page(lan, address)
    wrong = lan.post(address, {"complained_person": "Hoàng Văn"})
    assert wrong.status_code == 422
    assert "Hoàng Văn Minh" not in wrong.content.decode()


# ----------------------------------------------------------------------------------------------------------- home
def test_home_lists_drafts_apart_from_filed_cases(lan: Client) -> None:
    written, sent = draft(), filed(title_vi="Thiết bị thứ hai cho nhà trường")
    text = page(lan, "/")
    assert f"/cases/{written.submission_code}/edit/" in text
    assert f"/cases/{sent.submission_code}/" in text
    mine = page(lan, "/cases/")
    assert f"/cases/{written.submission_code}/edit/" in mine
    assert "Thiết bị thứ hai cho nhà trường" in mine
    assert "Thiết bị thứ hai" not in page(signed_in("phuc"), "/cases/")


def test_who_only_works_on_cases_is_led_to_the_queue(minh: Client) -> None:
    assert minh.get("/cases/").headers["Location"] == "/queue/"
