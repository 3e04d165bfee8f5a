"""The page of a step: its consequences, what it asks, the draft, every refusal with what was typed, its statuses."""
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Attachment, Event, Part
from tests.cases.officers.walk import AGENCIES, PDF, Walk, user

SignIn = Callable[[str], Client]
QUESTIONS = {"consultee_list": AGENCIES, "questions": "1. Sự phù hợp với quy hoạch?", "reply_by": "12/03/2026"}


def text(answer: Any, status: int = 200) -> str:
    html: str = answer.content.decode()
    assert answer.status_code == status, html[html.find('id="main"') :][:1500]
    return html


def codes(html: str) -> list[str]:
    return re.findall(r'data-reason-code="([^"]+)"', html)


def hidden(html: str) -> dict[str, str]:
    """Return what the form carries unseen."""
    return dict(re.findall(r'<input type="hidden" name="(_\w+)" value="([^"]*)">', html))


def step(walk: Walk, name: str, part: str = "") -> str:
    return f"/cases/{walk.case.code}/" + (f"parts/{part}/" if part else "") + f"do/{name}/"


def ticked(walk: Walk, answer: str = "yes") -> dict[str, str]:
    return {f"checklist-{code}": answer for code in walk.checklist}


# ---------------------------------------------------------------------------------------------- looking before doing
def test_minh_reads_what_receiving_will_do_before_he_does_it(walk: Walk, signed_in: SignIn) -> None:
    html = text(signed_in("minh").get(step(walk.submitted(), "receive")))
    for words in ("Đã nộp, chờ kiểm tra → <strong>Đã tiếp nhận</strong>", "Hồ sơ được cấp mã",
                  "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Tiếp theo</dt><dd>Trưởng phòng chuyên môn",
                  "Tệp đọc được, đúng giấy tờ, đủ trang"):
        assert words in html, words
    assert hidden(html)["_version"] == str(walk.case.version)
    assert len(hidden(html)["_key"]) >= 8


def test_son_sees_who_may_be_given_the_case_and_how_much_each_has_in_hand(walk: Walk, signed_in: SignIn) -> None:
    html = text(signed_in("son").get(step(walk.received(), "assign")))
    assert "Lê Thu Hà (đang giữ 0 việc)" in html
    assert "Mai Tiến Dũng" in html
    assert "Cao Thị Nga" not in html  # another division


def test_the_agencies_that_must_be_asked_are_ticked_beforehand(walk: Walk, signed_in: SignIn) -> None:
    html = text(signed_in("ha").get(step(walk.checked(), "ask_opinion")))
    chosen = re.findall(r'name="consultee_list" value="(\w+)"[^>]*checked', html)
    assert sorted(chosen) == sorted(AGENCIES)


def test_ha_reads_the_letter_as_it_will_be_and_nothing_of_it_is_stored(walk: Walk, signed_in: SignIn) -> None:
    address, ha = step(walk.checked(), "ask_opinion"), signed_in("ha")
    events = Event.objects.filter(case=walk.case).count()
    html = text(ha.post(address, {**QUESTIONS, **hidden(text(ha.get(address))), "preview": "1"}))
    sheet = html[html.index('data-draft="opinion_request"') :]
    for words in ("DỰ THẢO", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "1. Sự phù hợp với quy hoạch?", "Công an tỉnh"):
        assert words in sheet, words
    assert 'value="12/03/2026"' in html  # what was typed is still there
    assert 'form="step-form" name="preview" value="opinion_request"' in html
    assert Event.objects.filter(case=walk.case).count() == events
    word = ha.post(address, {**QUESTIONS, "preview": "opinion_request"})
    assert word.content.startswith(b"PK")
    assert word["Content-Disposition"] == 'attachment; filename="du-thao-opinion_request.docx"'


def test_a_preview_says_what_keeps_the_paper_from_being_made(walk: Walk, signed_in: SignIn) -> None:
    late = {**QUESTIONS, "reply_by": "12/12/2026", "preview": "1"}
    html = text(signed_in("ha").post(step(walk.checked(), "ask_opinion"), late), 422)
    assert "reply_by_in_term" in codes(html)
    assert "data-draft" not in html


# ------------------------------------------------------------------------------------------------------------- doing
def test_minh_receives_and_is_told_what_happened(walk: Walk, signed_in: SignIn) -> None:
    minh = signed_in("minh")
    answer = minh.post(step(walk.submitted(), "receive"), ticked(walk))
    walk.case.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, f"/cases/{walk.case.case_code}/?done={walk.case.head_seq}")
    html = text(minh.get(answer["Location"]))
    banner = html[html.index("data-done=") : html.index('data-case-state="received"')]
    for words in ("Đã thực hiện: Tiếp nhận", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Trưởng phòng chuyên môn"):
        assert words in banner, words
    assert "data-done" not in text(signed_in("son").get(answer["Location"]))  # it was not he who did it


def test_every_fault_is_told_at_once_and_nothing_typed_is_lost(walk: Walk, signed_in: SignIn) -> None:
    form = {"consultee_list": ["provincial_police"], "questions": "  ", "reply_by": "31/02/2026"}
    html = text(signed_in("ha").post(step(walk.checked(), "ask_opinion"), form), 422)
    assert "<title>Lỗi: " in html
    assert 'value="31/02/2026"' in html
    assert "phải là một ngày có thật" in html.lower()
    form |= {"questions": "1. Có phù hợp quy hoạch không?", "reply_by": "12/03/2026"}
    html = text(signed_in("ha").post(step(walk, "ask_opinion"), form), 422)
    assert codes(html) == ["consultation"] * 4
    assert "Có phù hợp quy hoạch không?" in html


def test_an_item_that_fails_is_named_and_the_answers_stay(walk: Walk, signed_in: SignIn) -> None:
    walk.submitted()
    html = text(signed_in("minh").post(step(walk, "receive"), {**ticked(walk), "checklist-files_readable": "no"}), 422)
    assert codes(html) == ["checklist_complete"]
    assert "Tệp đọc được, đúng giấy tờ, đủ trang: không đạt" in html
    assert html.count(" checked") == len(walk.checklist)


def test_an_unticked_confirmation_is_named_where_it_is_ticked(walk: Walk, signed_in: SignIn) -> None:
    walk.letter_proposed()
    answer = signed_in("binh").post(step(walk, "sign_opinion_request"), {"signing_form": "truc_tiep"})
    html = text(answer, 422)
    assert codes(html) == ["confirm_missing"]
    assert 'id="confirm-read_before_signing"' in html


def test_a_stale_form_is_told_who_decided_what_and_when(walk: Walk, signed_in: SignIn) -> None:
    address = step(walk.letter_proposed(), "opinion_send_back")
    carried = hidden(text(signed_in("yen").get(address)))
    assert signed_in("binh").post(step(walk, "sign_opinion_request"), {
        "signing_form": "truc_tiep", "confirm": "read_before_signing"}).status_code == 303
    html = text(signed_in("yen").post(address, {**carried, "reason": "Cần hỏi thêm Sở Y tế trước khi ký."}), 409)
    assert "Đỗ Thanh Bình" in html
    assert "Ký công văn lấy ý kiến" in html
    assert f'href="/cases/{walk.case.code}/"' in html


def test_a_stale_form_is_refused_before_its_file_is_stored(walk: Walk, signed_in: SignIn) -> None:
    walk.consulting()
    part = walk.opinion("provincial_police").key
    thang, address = signed_in("cong-an"), step(walk, "answer", part)
    carried = hidden(text(thang.get(address)))
    walk.answered(["provincial_police"])
    before = Attachment.objects.filter(case=walk.case).count()
    text(thang.post(address, {**answer_form(), **carried}), 409)
    assert Attachment.objects.filter(case=walk.case).count() == before


def test_the_same_form_twice_counts_once_and_other_content_under_its_key_is_refused(
    walk: Walk, signed_in: SignIn
) -> None:
    ha, address = signed_in("ha"), step(walk.assigned(), "start_validity_check")
    carried = hidden(text(ha.get(address)))
    first, second = ha.post(address, carried), ha.post(address, carried)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first["Location"] == second["Location"]
    assert Event.objects.filter(case=walk.case, name="start_validity_check").count() == 1


def test_a_used_key_with_other_content_is_refused(walk: Walk, signed_in: SignIn) -> None:
    binh, address = signed_in("binh"), step(walk.received(), "make_urgent")
    carried = hidden(text(binh.get(address)))
    form = {**carried, "urgent_reason": "lich_moi_gap", "reason": "Đoàn khách đến sớm hơn dự kiến."}
    assert binh.post(address, form).status_code == 303
    html = text(binh.post(address, {**form, "reason": "Một lý do khác hẳn lý do ban đầu."}), 422)
    assert "key_reused" in codes(html)


def test_the_wrong_role_is_refused_with_the_role_and_remembered(walk: Walk, signed_in: SignIn) -> None:
    walk.received()
    html = text(signed_in("van").get(step(walk, "assign")), 422)
    assert codes(html) == ["role_missing"]
    assert "Việc của: Trưởng phòng chuyên môn" in html
    text(signed_in("van").post(step(walk, "assign"), {"assignee": "x"}), 422)
    assert [row.name for row in walk.case.refusals.all()] == ["assign"]


def test_what_is_invisible_does_not_exist_and_what_nobody_takes_is_refused(walk: Walk, signed_in: SignIn) -> None:
    walk.received()
    assert signed_in("kien").get(step(walk, "assign")).status_code == 404
    assert signed_in("son").get("/cases/H99.14-000000-0000/do/assign/").status_code == 404
    assert signed_in("son").get(step(walk, "answer", "opinion-1")).status_code == 404
    assert "Không ai thực hiện bước này" in text(signed_in("son").get(step(walk, "mark_overdue")), 422)
    html = text(signed_in("son").post(step(walk, "asign")), 422)
    assert "gần nhất: assign" in html
    assert signed_in("son").put(step(walk, "assign")).status_code == 405
    assert signed_in("son").delete(step(walk, "assign")).status_code == 405
    assert Client().get(step(walk, "assign")).status_code == 302


# ---------------------------------------------------------------------------------------------- findings and opinions
def test_findings_are_kept_before_the_step_is_taken(walk: Walk, signed_in: SignIn) -> None:
    ha, address = signed_in("ha"), step(walk.answered(), "submit_division")
    form = {"appraisal_form": "lay_y_kien", "appraisal_result": "dat", **points("Tính hợp pháp của hồ sơ")}
    assert ha.post(address, {**form, "save": "1"})["Location"] == address
    walk.case.refresh_from_db()
    assert (walk.case.state, walk.case.dossier["appraisal_result"]) == ("appraising", "dat")
    html = text(ha.get(address))
    assert 'value="Tính hợp pháp của hồ sơ"' in html
    assert "Đã lưu nội dung" in html
    note = {"review_note": "Hồ sơ đủ, hợp lệ, các cơ quan đều thống nhất."}
    assert ha.post(address, {**form, **note}).status_code == 303
    walk.case.refresh_from_db()
    assert walk.case.state == "division_review"


def test_a_further_row_is_a_button_that_judges_nothing(walk: Walk, signed_in: SignIn) -> None:
    html = text(signed_in("ha").post(step(walk.answered(), "submit_division"), {
        **points("Tính hợp pháp"), "appraisal_points-add": "1"}))
    assert html.count('class="row-card"') == 2
    assert "data-reason-code" not in html


def test_thang_of_the_police_answers_on_one_page_with_the_letter_in_front_of_him(
    walk: Walk, signed_in: SignIn
) -> None:
    walk.consulting()
    part, thang = walk.opinion("provincial_police").key, signed_in("cong-an")
    address = step(walk, "answer", part)
    html = text(thang.get(address))
    for words in ("1. Sự phù hợp với quy hoạch?", "Trả lời trước hết ngày 12/03/2026", "Green River Foundation"):
        assert words in html, words
    assert "9527.1.1234567" not in html
    answer = thang.post(address, answer_form())
    assert answer.status_code == 303, answer.content.decode()[:3000]
    kept = Part.objects.get(case=walk.case, key=part)
    assert (kept.state, kept.fields["verdict"]) == ("answered", "dong_y")
    assert "Đã thực hiện: Trả lời ý kiến" in text(thang.get(answer["Location"]))


def test_a_wrong_file_is_named_and_a_good_one_is_not_asked_for_again(walk: Walk, signed_in: SignIn) -> None:
    walk.consulting()
    thang, address = signed_in("cong-an"), step(walk, "answer", walk.opinion("provincial_police").key)
    bad = SimpleUploadedFile("y-kien.exe", b"MZ not a paper")
    html = text(thang.post(address, {**answer_form(), "file": bad}), 422)
    assert "y-kien.exe" in html
    empty = {**answer_form(), "verdict": ""}
    html = text(thang.post(address, empty), 422)
    kept = re.search(r'name="file-kept" value="([^"]+)"', html)
    assert kept is not None
    again = {**answer_form(), "file-kept": kept[1]}
    again.pop("file")
    assert thang.post(address, again).status_code == 303


def test_minh_ticks_the_papers_that_came_in_at_the_counter(walk: Walk, signed_in: SignIn) -> None:
    item = {"item": "Văn bản nhất trí", "why": "Chưa ký", "basis": "NĐ 313", "how": "Nộp bản có chữ ký"}
    walk.submitted().do("minh", "request_supplement_intake", items=[item, {**item, "item": "Danh mục hàng hóa"}])
    address, minh = step(walk, "answer", "supplement-1"), signed_in("minh")
    assert "Văn bản nhất trí: Chưa ký" in text(minh.get(address))
    html = text(minh.post(address, {"item-items": ["0"]}), 422)
    assert codes(html) == ["every_item_answered"]
    assert minh.post(address, {"item-items": ["0", "1"]}).status_code == 303
    walk.case.refresh_from_db()
    assert walk.case.state == "submitted"


# --------------------------------------------------------------------------------------------------- the second yes
def propose(walk: Walk, client: Client) -> None:
    rows: dict[str, Any] = {"items-rows": "1", "items-0-item": "Văn bản nhất trí", "items-0-why": "Chưa có chữ ký",
                            "items-0-basis": "Nghị định 313/2025/NĐ-CP", "items-0-how": "Nộp bản có chữ ký"}
    answer = client.post(step(walk, "request_supplement"), rows)
    assert answer.status_code == 303, answer.content.decode()[:3000]


def test_a_supplement_waits_for_the_second_yes_which_is_never_the_first_person_s(
    walk: Walk, signed_in: SignIn
) -> None:
    ha, son = signed_in("ha"), signed_in("son")
    walk.checked()
    assert "Chỉ có hiệu lực khi Trưởng phòng chuyên môn đồng ý" in text(ha.get(step(walk, "request_supplement")))
    propose(walk, ha)
    html = text(ha.get(f"/cases/{walk.case.code}/"))
    assert "đang chờ người thứ hai đồng ý" in html
    assert "do/take_back/" in html
    assert "do/agree/" not in html
    assert codes(text(ha.get(step(walk, "agree")), 422)) == ["cosign_pending"]
    assert codes(text(ha.post(step(walk, "agree")), 422)) == ["separation_of_duties", "role_missing"]
    draft = text(son.post(step(walk, "agree"), {"preview": "1"}))
    assert "Nộp bản có chữ ký" in draft[draft.index("data-draft=") :]
    answer = son.post(step(walk, "agree"), hidden(text(son.get(step(walk, "agree")))))
    assert answer.status_code == 303
    walk.case.refresh_from_db()
    assert walk.case.state == "supplement_processing"
    assert "Đã thực hiện: Yêu cầu bổ sung" in text(son.get(answer["Location"]))
    assert "Người thứ hai đồng ý: Phạm Văn Sơn" in text(ha.get(f"/cases/{walk.case.code}/"))


def test_son_declines_with_a_reason_and_ha_may_take_back_what_she_proposed(walk: Walk, signed_in: SignIn) -> None:
    ha, son = signed_in("ha"), signed_in("son")
    walk.checked()
    propose(walk, ha)
    assert codes(text(son.post(step(walk, "decline"), {"reason": " "}), 422)) == ["ask_missing"]
    assert son.post(step(walk, "decline"), {"reason": "Giấy này đã có trong hồ sơ."}).status_code == 303
    html = text(ha.get(f"/cases/{walk.case.code}/"))
    assert "Yêu cầu bổ sung: không đồng ý" in html
    assert "Giấy này đã có trong hồ sơ." in html
    propose(walk, ha)
    assert ha.post(step(walk, "take_back")).status_code == 303
    walk.case.refresh_from_db()
    assert (walk.case.state, walk.case.proposal) == ("validity_check", None)


# ------------------------------------------------------------------------------------------------------------- acts
def test_acts_go_through_the_same_page(walk: Walk, signed_in: SignIn) -> None:
    walk.assigned()
    son = signed_in("son")
    form = {"assignee": str(user("dung").pk), "reason": "Chị Hà nghỉ ốm dài ngày, cần người thay."}
    assert son.post(step(walk, "reassign"), form).status_code == 303
    walk.case.refresh_from_db()
    assert walk.case.assignee == user("dung")
    form = {"original_of": "Văn bản đề nghị", "original_event": "nhan", "original_place": "Tủ số 2"}
    assert signed_in("minh").post(step(walk, "record_original"), form).status_code == 303
    html = text(signed_in("minh").get(f"/cases/{walk.case.code}/"))
    assert "Tủ số 2" in html


def test_a_proposed_change_is_shown_beside_what_stands_and_accepted(walk: Walk, signed_in: SignIn) -> None:
    walk.checked().do("lan", "propose_change", reason="Bên tài trợ đổi thời gian kết thúc.",
                      changes={"end_date": "2028-06-30"})
    ha = signed_in("ha")
    html = text(ha.get(f"/cases/{walk.case.code}/"))
    change = html[html.index('data-part="change-1"') :]
    for words in ("Thời gian kết thúc", "31/12/2027", "30/06/2028", "Bên tài trợ đổi thời gian kết thúc."):
        assert words in change, words
    assert ha.post(step(walk, "accept", "change-1")).status_code == 303
    walk.case.refresh_from_db()
    assert walk.case.dossier["end_date"] == "2028-06-30"


def test_the_step_page_is_complete_in_english(walk: Walk, signed_in: SignIn) -> None:
    binh = user("binh")
    binh.language = "en"
    binh.save()
    html = text(signed_in("binh").get(step(walk.letter_proposed(), "sign_opinion_request")))
    body = html[html.index("<h1>") : html.index("</main>")]
    for words in ("Sign the letter", "What will happen", "awaits its number", "Preview the papers", "You confirm"):
        assert words.lower() in body.lower(), words
    for words in ("Hình thức", "Điều sẽ", "Ký ", "Xem trước", "Trạng thái"):
        assert words not in body, words


def points(point: str) -> dict[str, str]:
    return {"appraisal_points-rows": "1", "appraisal_points-0-point": point, "appraisal_points-0-finding": "dat"}


def answer_form() -> dict[str, Any]:
    return {"verdict": "dong_y", "content": "Thống nhất.", "outside_no": "88/CAT-ANĐN", "outside_date": "02/03/2026",
            "file": SimpleUploadedFile("y-kien.pdf", PDF, content_type="application/pdf")}
