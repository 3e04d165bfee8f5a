"""The page of a case: what stands, who may see it, what may be done and every reason why not, the history."""
from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client

from accounts.models import Mandate
from cases.models import Attachment, Event
from tests.cases.officers.walk import NOW, Walk, user

SignIn = Callable[[str], Client]


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def case_page(walk: Walk, client: Client, query: str = "") -> str:
    return page(client, f"/cases/{walk.case.code}/{query}")


def offered(html: str) -> list[str]:
    """Return the steps that the page offers as buttons, each once."""
    return list(dict.fromkeys(re.findall(r'data-transition="([^"]+)"', html)))


def reasons(html: str, step: str) -> list[str]:
    """Return the codes of the reasons why a step is not possible."""
    found = re.search(rf'<li data-refused="{re.escape(step)}">(.*?)</ul>', html, re.S)
    return re.findall(r'data-reason-code="([^"]+)"', found[1]) if found else []


def test_who_keeps_passports_in_another_department_sees_no_cases(walk: Walk, signed_in: SignIn) -> None:
    """Hòa, of the department of health, works on her own ledger; Ngân keeps that of the foreign-affairs agency."""
    walk.received()
    assert signed_in("hoa").get(f"/cases/{walk.case.code}/").status_code == 404
    assert signed_in("ngan").get(f"/cases/{walk.case.code}/").status_code == 200
    assert signed_in("hoa").get("/ledgers/passport_custody/").status_code == 200


def test_ha_sees_state_due_day_with_its_days_assignee_and_unit(walk: Walk, signed_in: SignIn) -> None:
    html = case_page(walk.checked(), signed_in("ha"))
    assert 'data-case-state="validity_check"' in html
    for words in ("Kiểm tra tính hợp lệ", "Còn 14 ngày làm việc", "Phòng Hợp tác quốc tế", "Vì sao là ngày này",
                  "Thứ Tư 04/03/2026: ngày thứ 1", walk.case.submission_code):
        assert words in html


def test_the_next_step_is_a_button_and_everything_else_says_why_not(walk: Walk, signed_in: SignIn) -> None:
    walk.checked()
    html = case_page(walk, signed_in("ha"))
    assert {"ask_opinion", "request_supplement"} <= set(offered(html))
    assert "submit_division" not in offered(html)
    assert reasons(html, "receive") == ["not_in_state", "role_missing"]
    assert reasons(html, "make_urgent") == ["role_missing"]
    binh = case_page(walk, signed_in("binh"))
    assert reasons(binh, "ask_opinion") == ["role_missing"]
    assert "make_urgent" in offered(binh)


def test_ha_reads_which_opinions_are_still_open_before_she_tries_to_submit(walk: Walk, signed_in: SignIn) -> None:
    walk.checked()
    html = case_page(walk, signed_in("ha"))
    walk.give("ha", "division_head", "hop_tac_quoc_te")
    assert reasons(html, "make_urgent") == ["role_missing"]
    assert reasons(html, "submit_division") == ["not_in_state", *["consultation"] * 5]


def test_four_eyes_refuse_the_drafter_before_the_click(walk: Walk, signed_in: SignIn) -> None:
    """Hà drafted the submission; given the leader's role as well she still may not sign it."""
    walk.reviewed()
    walk.give("ha", "dept_leader", "foreign_affairs_agency")
    html = case_page(walk, signed_in("ha"))
    assert "four_eyes" in reasons(html, "sign_submission")
    assert "sign_submission" not in offered(html)
    assert "sign_submission" in offered(case_page(walk, signed_in("binh")))


def test_fields_are_shown_to_whom_the_procedure_names_and_say_when_they_are_hidden(
    walk: Walk, signed_in: SignIn
) -> None:
    walk.consulting()
    for who in ("minh", "van"):
        html = case_page(walk, signed_in(who))
        assert "9527.1.1234567" not in html
        assert "Vai trò của bạn không được xem." in html
    ha = case_page(walk, signed_in("ha"))
    assert "9527.1.1234567" not in ha
    assert f'action="/cases/{walk.case.code}/look/account_no/"' in ha


def test_ha_looks_at_the_account_only_with_a_purpose_and_the_look_is_recorded(walk: Walk, signed_in: SignIn) -> None:
    address = f"/cases/{walk.checked().case.code}/look/account_no/"
    ha = signed_in("ha")
    refused = ha.post(address, {"purpose": " "})
    assert refused.status_code == 422
    assert "9527.1.1234567" not in refused.content.decode()
    shown = ha.post(address, {"purpose": "Đối chiếu tài khoản tiếp nhận"})
    assert "9527.1.1234567" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store, private"
    assert walk.looks() == [("field:account_no", "Đối chiếu tài khoản tiếp nhận")]
    version = walk.case.version
    walk.case.refresh_from_db()
    assert walk.case.version == version  # nobody's open form turns stale because somebody looked


def test_who_may_not_see_a_value_gets_the_answer_of_what_is_not_there(walk: Walk, signed_in: SignIn) -> None:
    code = walk.checked().case.code
    assert signed_in("minh").post(f"/cases/{code}/look/account_no/", {"purpose": "x"}).status_code == 404
    assert signed_in("ha").post(f"/cases/{code}/look/title_vi/", {"purpose": "x"}).status_code == 404
    assert signed_in("ha").post(f"/cases/{code}/look/opinion-9.content/", {"purpose": "x"}).status_code == 404
    assert signed_in("ha").get(f"/cases/{code}/look/account_no/").status_code == 405
    assert signed_in("nga").post(f"/cases/{code}/look/account_no/", {"purpose": "x"}).status_code == 404


def test_attachments_are_listed_and_given(walk: Walk, signed_in: SignIn) -> None:
    walk.checked()
    ha = signed_in("ha")
    letter = Attachment.objects.get(case=walk.case, kind="request_letter")
    address = f"/cases/{walk.case.code}/files/{letter.pk}/"
    assert f'href="{address}"' in case_page(walk, ha)
    answer = ha.get(address)
    assert answer.getvalue().startswith(b"%PDF")
    assert answer["Content-Disposition"] == 'inline; filename="request_letter.pdf"'
    assert signed_in("nga").get(address).status_code == 404
    assert ha.get(f"/cases/{walk.case.code}/files/{walk.case.pk}/").status_code == 404


def test_an_agency_sees_its_own_question_and_none_of_the_office_s_work(walk: Walk, signed_in: SignIn) -> None:
    walk.consulting().answered(["department_of_finance"])
    html = case_page(walk, signed_in("cong-an"))
    assert "Công an tỉnh" in html
    for secret in ("Thống nhất với nội dung", "Sở Tài chính", "Lê Thu Hà", "Lịch sử", "Đang chờ ai", "Các bước ở"):
        assert secret not in html, secret
    assert offered(html) == ["opinion-1.answer"]
    other = walk.opinion("department_of_finance").key
    assert page(signed_in("cong-an"), f"/cases/{walk.case.code}/parts/{other}/do/answer/", 404)


def test_opinions_show_verdict_number_and_state(walk: Walk, signed_in: SignIn) -> None:
    walk.consulting().answered(["provincial_police"])
    html = case_page(walk, signed_in("ha"))
    assert 'data-part="opinion-1" data-part-state="answered"' in html
    assert "88/CAT-ANĐN" in html
    assert "Còn 5 ngày làm việc" in html  # for those who have not answered
    assert "opinion-2.record_answer" in offered(html)
    assert "/parts/opinion-2/do/drop/" in page(signed_in("ha"), f"/cases/{walk.case.code}/parts/opinion-2/")


def test_the_history_tells_who_did_what_and_why_newest_first(walk: Walk, signed_in: SignIn) -> None:
    walk.received().do("binh", "make_urgent", urgent_reason="lich_moi_gap", reason="Đoàn khách đến sớm hơn dự kiến.")
    html = case_page(walk, signed_in("son"))
    history = html[html.index('id="history"') :]
    assert history.index("Xử lý khẩn") < history.index("Tiếp nhận") < history.index("Nộp hồ sơ")
    for words in ("Đỗ Thanh Bình (Lãnh đạo cơ quan ngoại vụ)", "Đoàn khách đến sớm hơn dự kiến.", "Lịch mời gấp",
                  "Đã nộp, chờ kiểm tra → Đã tiếp nhận", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả (ban hành"):
        assert words in history, words
    assert ">Khẩn</span>" in html


def test_a_recorded_document_is_told_as_recorded_never_as_done_by_the_signer(walk: Walk, signed_in: SignIn) -> None:
    walk.consulting()
    part = walk.opinion("friendship_union").key
    scan = walk.file("ask:outside_scan", who="van", part=part)
    walk.do("van", "record_answer", part, verdict="dong_y", content="Thống nhất.", outside_no="7/LHHN",
            outside_date="2026-03-02", outside_signer="Tô Thị Hạnh", outside_scan=scan)
    html = case_page(walk, signed_in("ha"))
    assert "Ghi nhận văn bản của Tô Thị Hạnh" in html
    assert "Bùi Thị Vân (Văn thư cơ quan ngoại vụ)" in html


def test_acting_for_somebody_is_offered_and_both_names_stand_in_the_history(walk: Walk, signed_in: SignIn) -> None:
    walk.letter_proposed()
    Mandate.objects.create(
        grantor=user("binh"), grantee=user("son"), role="dept_leader", form="tl", document_no="12/QĐ-SNgV",
        document_date=NOW.date(), valid_from=NOW.date(), valid_to=NOW.date().replace(month=12),
    )
    html = case_page(walk, signed_in("son"))
    assert f'do/sign_opinion_request/?for={user("binh").pk}"' in html
    assert "thay mặt Đỗ Thanh Bình" in html
    form = {"signing_form": "kt", "deputy_reason": "vang_mat", "confirm": "read_before_signing",
            "_for": str(user("binh").pk)}
    answer = signed_in("son").post(f"/cases/{walk.case.code}/do/sign_opinion_request/", form)
    assert answer.status_code == 303, answer.content.decode()[:3000]
    assert "Phạm Văn Sơn, thay mặt Đỗ Thanh Bình" in case_page(walk, signed_in("ha"))


def test_refused_attempts_are_for_the_auditor_alone(walk: Walk, signed_in: SignIn) -> None:
    walk.received()
    assert signed_in("van").post(f"/cases/{walk.case.code}/do/assign/").status_code == 422
    audit = case_page(walk, signed_in("an"))
    assert "Những lần bị từ chối" in audit
    assert "Bùi Thị Vân" in audit
    assert Event.objects.filter(case=walk.case).latest("seq").hash in audit
    assert "Những lần bị từ chối" not in case_page(walk, signed_in("son"))


def test_the_auditor_reads_everything_and_may_do_nothing(walk: Walk, signed_in: SignIn) -> None:
    assert offered(case_page(walk.checked(), signed_in("an"))) == []


def test_a_draft_and_another_division_s_case_do_not_exist(walk: Walk, signed_in: SignIn) -> None:
    walk.drafted()
    assert page(signed_in("son"), f"/cases/{walk.case.code}/", 404)
    walk.do("lan", "submit")
    walk.do("minh", "receive", checklist=dict.fromkeys(walk.checklist, "yes"))
    assert page(signed_in("kien"), f"/cases/{walk.case.code}/", 404)
    assert Client().get(f"/cases/{walk.case.code}/").status_code == 302


def test_the_page_is_complete_in_english(walk: Walk, signed_in: SignIn) -> None:
    walk.consulting().answered(["provincial_police"])
    ha = user("ha")
    ha.language = "en"
    ha.save()
    html = case_page(walk, signed_in("ha"))
    body = html[html.index('<main id="main"') : html.index("</main>")]
    for words in ("What you can do", "The dossier", "Who is awaited", "Why this day", "Not now, and why", "History",
                  "Collecting opinions", "Agrees", "This is for: "):
        assert words in body, words
    for words in ("Việc có thể làm", "Hồ sơ", "Ý kiến của", "ngày thứ", "Trạng thái", "Không", "Người "):
        assert words not in body, body[max(0, body.find(words) - 200) : body.find(words) + 100]
