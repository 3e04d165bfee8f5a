"""The auditor's pages: search, the history of a case, the check, the look that is recorded, CSV; for nobody else."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit.search import Search, page_of
from audit.table import csv_lines
from cases.models import Case, Event, RefusedAttempt, ViewLog
from cases.protection import lift
from tests.audit.intruder import CRIMES
from tests.audit.scene import COMPLAINT, NOW, PHONE, user

PAGES = ("/history/", "/history/export.csv", "/history/statistics/", "/history/statistics.csv")


@pytest.fixture
def as_person(told: Case) -> Callable[[str], Client]:
    """`as_person("an")`: a browser in which somebody of the trial province is signed in."""

    def client(name: str) -> Client:
        found = Client()
        found.force_login(user(name))
        return found

    return client


@pytest.fixture
def an(as_person: Callable[[str], Client]) -> Client:
    """The browser of Ngô Văn An, auditor."""
    return as_person("an")


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def csv_of(answer: Any) -> list[dict[str, str]]:
    body = b"".join(answer.streaming_content).decode()
    assert body.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(body.removeprefix("\ufeff"))))


class TestForAuditorsOnly:
    @pytest.mark.parametrize("name", ["lan", "ha", "son", "binh", "quang", "cong-an", "admin"])
    def test_for_others_the_pages_do_not_exist(self, as_person: Callable[[str], Client], told: Case, name: str) -> None:
        browser = as_person(name)
        case = reverse("case_history", args=[told.code])
        assert {browser.get(path).status_code for path in (*PAGES, case)} == {404}
        assert browser.post(f"{case}verify/").status_code == 404
        assert browser.post(f"{case}look/2/applicant_id_no/", {"purpose": "xem thử"}).status_code == 404
        assert browser.post("/history/people/", {"q": "Bình"}).status_code == 404

    def test_a_stranger_is_asked_to_sign_in(self, told: Case) -> None:
        for path in PAGES:
            answer = Client().get(path)
            assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")

    def test_an_whose_role_has_ended_sees_nothing(self, an: Client) -> None:
        user("an").roles.update(valid_to="2025-12-31")
        assert an.get("/history/").status_code == 404


class TestSearch:
    def test_an_sees_every_event_newest_first(self, an: Client, told: Case) -> None:
        page = an.get("/history/")
        seqs = [int(n) for n in re.findall(r'data-event="(\d+)"', page.content.decode())]
        assert len(seqs) == Event.objects.count()
        assert seqs[-1] == 1
        assert "Ký văn bản trả lời" in text_of(page)
        assert "Lương Hải Yến" in text_of(page)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"name": "sign_answer"}, {"sign_answer"}),
            ({"name": "submit", "procedure": "complaint"}, {"submit"}),
            ({"first": "2026-03-03", "last": "2026-03-03", "name": "receive"}, {"receive"}),
            ({"first": "2026-03-04"}, set()),
            ({"last": "2026-03-02"}, set()),
            ({"unit": "lanh_su_bien_gioi"}, set()),
        ],
    )
    def test_an_narrows_by_what_and_when(self, an: Client, query: dict[str, str], found: set[str]) -> None:
        rows = csv_of(an.get("/history/export.csv", query))
        assert {row["Mã việc"] for row in rows} == found

    def test_an_finds_a_person_by_name_and_the_name_is_not_in_the_address(self, an: Client) -> None:
        answer = an.post("/history/people/", {"q": "Hải Yến", "filters": "procedure=complaint&who=x&older=1_2_3"})
        assert answer.status_code == 302
        assert f"who={user('yen').pk}" in answer["Location"]
        assert "procedure=complaint" in answer["Location"]
        assert "Y%E1%BA%BFn" not in answer["Location"]
        rows = csv_of(an.get("/history/export.csv", {"who": str(user("yen").pk)}))
        assert [row["Mã việc"] for row in rows] == ["sign_answer"]

    def test_a_name_of_many_asks_which_one(self, an: Client) -> None:
        page = an.post("/history/people/", {"q": "Thị"})
        assert page.status_code == 200
        assert "Bùi Thị Vân" in text_of(page)
        assert "Không tìm thấy ai" in text_of(an.post("/history/people/", {"q": "không có người này"}))

    def test_one_case_is_found_by_either_code(self, an: Client, told: Case) -> None:
        for code in (told.code, told.submission_code.lower()):
            rows = csv_of(an.get("/history/export.csv", {"code": code}))
            assert len(rows) == told.head_seq
            assert {row["Mã hồ sơ"] for row in rows} == {told.code}

    def test_what_cannot_be_read_is_said(self, an: Client) -> None:
        for query in ({"code": "KHÔNG-CÓ"}, {"first": "31/31/2026"}, {"first": "2026-03-05", "last": "2026-03-01"},
                      {"name": "drop table"}, {"who": "Nguyễn"}):  # fmt: skip
            answer = an.get("/history/", query)
            assert answer.status_code == 422, query
            assert "Có mục cần sửa" in text_of(answer)

    def test_a_mark_of_nonsense_shows_the_newest(self, an: Client) -> None:
        for mark in ("x", "1_2_3", "99999999999999999999_00_1", "-1_" + "0" * 32 + "_1"):
            assert an.get("/history/", {"older": mark}).status_code == 200

    def test_pages_follow_one_another_without_gap_or_repetition(self, told: Case) -> None:
        whole = [e.pk for e in Event.objects.order_by("-at", "-case_id", "-seq")]
        page = page_of(Search(), size=10)
        down, pages = [event.pk for event in page.events], [page]
        while page.older:
            page = page_of(Search(), older=page.older, size=10)
            down += [event.pk for event in page.events]
            pages.append(page)
        assert down == whole
        assert not pages[0].newer
        back = page_of(Search(), newer=pages[2].newer, size=10)
        assert [event.pk for event in back.events] == [event.pk for event in pages[1].events]

    def test_notable_things_stand_out(self, an: Client) -> None:
        rows = csv_of(an.get("/history/export.csv", {"notable": "on"}))
        marks = {row["Mã việc"]: row["Đáng chú ý"] for row in rows}
        assert marks == {
            "issue_result": "Phải báo người kiểm tra",  # the procedure of complaints has it so
            "sign_answer": "Ký thay, có lý do",
            "make_urgent": "Phải báo người kiểm tra",
        }

    def test_in_english_everything_is_english(self, an: Client) -> None:
        user_an = user("an")
        user_an.language = "en"
        user_an.save()
        said = text_of(an.get("/history/"))
        assert "History of cases" in said
        assert "Sign the answer" in said
        assert "Signed as a deputy, with a reason" in said
        rows = csv_of(an.get("/history/export.csv", {"name": "sign_answer"}))
        assert rows[0]["What"] == "Sign the answer"


class TestCsv:
    def test_it_is_exactly_what_is_filtered_under_a_name_with_diacritics(self, an: Client) -> None:
        answer = an.get("/history/export.csv", {"name": "attach"})
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert "filename*=utf-8''L%E1%BB%8Bch%20s%E1%BB%AD" in answer["Content-Disposition"]
        rows = csv_of(answer)
        assert [row["Việc"] for row in rows] == ["Đính kèm tệp"] * 2
        assert rows[0]["Thời điểm"].startswith("2026-03-03 ")

    def test_it_names_officers_and_nobody_else(self, an: Client) -> None:
        answer: Any = an.get("/history/export.csv")
        body = b"".join(answer.streaming_content).decode()
        assert "Lê Thu Hà" in body
        for personal in ("Trần Thị Lan", PHONE, COMPLAINT, "079190000123", "Bờ Sông"):
            assert personal not in body

    @pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\n=1", "\x00=1"])
    def test_no_cell_is_a_formula(self, cell: str) -> None:
        line = "".join(csv_lines(["đầu"], [[cell, 5, None]]))
        read = list(csv.reader(io.StringIO(line.removeprefix("\ufeff"))))
        assert read[1][0].startswith("'")
        assert read[1][1:] == ["5", ""]
        assert "\x00" not in line


class TestOneCase:
    def test_an_reads_the_whole_history_with_hashes(self, an: Client, told: Case) -> None:
        page = text_of(an.get(f"/history/{told.code}/"))
        for event in Event.objects.filter(case=told):
            assert f'data-event="{event.seq}"' in page
            assert event.hash in page
        assert told.head_hash in page

    def test_an_sees_inputs_as_far_as_the_role_may_and_commitments_of_the_rest(self, an: Client, told: Case) -> None:
        page = text_of(an.get(f"/history/{told.code}/"))
        assert "Chủ tịch yêu cầu trả lời ngay." in page  # a reason
        assert "Người đứng đầu vắng mặt" in page  # why a deputy signed
        assert "Đã đóng dấu" in page  # what the clerk confirmed
        assert "079190000123" not in page  # sensitive: only after saying what for
        assert "cam kết" in page

    def test_a_sensitive_value_is_shown_once_it_is_said_what_for_and_the_look_is_recorded(
        self, an: Client, told: Case
    ) -> None:
        before = ViewLog.objects.count()
        address = f"/history/{told.code}/look/2/applicant_id_no/"
        asked = an.post(address)
        assert (asked.status_code, "079190000123" in text_of(asked)) == (200, False)
        assert an.post(address, {"purpose": " x "}).status_code == 422
        assert ViewLog.objects.count() == before
        shown = an.post(address, {"purpose": "Đối chiếu khiếu nại"})
        assert "079190000123" in text_of(shown)
        last = ViewLog.objects.order_by("-pk")[0]
        assert (last.person, last.what, last.purpose) == (
            str(user("an").pk), "event:2.applicant_id_no", "Đối chiếu khiếu nại",
        )  # fmt: skip
        page = text_of(an.get(f"/history/{told.code}/"))
        assert "event:2.applicant_id_no" in page
        assert an.get(address).status_code == 405

    def test_an_unknown_input_or_case_does_not_exist(self, an: Client, told: Case) -> None:
        for path in (f"/history/{told.code}/look/2/nothing/", f"/history/{told.code}/look/99/wanted/"):
            assert an.post(path, {"purpose": "thử xem sao"}).status_code == 404
        assert an.get("/history/H00-000000-0000/").status_code == 404

    def test_a_draft_keeps_its_values_from_the_auditor(self, an: Client, told: Case) -> None:
        Case.objects.filter(pk=told.pk).update(state="draft")
        page = text_of(an.get(f"/history/{told.code}/"))
        assert COMPLAINT not in page
        assert "không thuộc quyền xem" in page

    def test_refused_attempts_are_told_with_their_reasons(self, an: Client, told: Case) -> None:
        RefusedAttempt.objects.create(
            case=told, person=user("son"), name="sign_answer", at=NOW,
            reasons=[{"code": "role_missing", "vi": "Việc của: Lãnh đạo", "en": "For the leader", "path": ""}],
        )  # fmt: skip
        page = text_of(an.get(f"/history/{told.code}/"))
        assert 'data-reason-code="role_missing"' in page
        assert "Việc của: Lãnh đạo" in page

    def test_the_check_says_that_all_is_well_and_what_it_cannot_show(self, an: Client, told: Case) -> None:
        page = text_of(an.post(f"/history/{told.code}/verify/"))
        assert 'data-verdict="ok"' in page
        assert "Không phát hiện được một hồ sơ đã bị xóa trọn vẹn" in page
        assert an.get(f"/history/{told.code}/verify/").status_code == 405

    def test_the_check_names_what_was_tampered_with(self, an: Client, told: Case) -> None:
        lift(connection)
        CRIMES["the_bytes_of_a_document_are_altered"].commit(told)
        page = text_of(an.post(f"/history/{told.code}/verify/"))
        assert 'data-verdict="tampered"' in page
        assert 'data-fault="paper_altered"' in page

    def test_an_event_that_cannot_be_read_does_not_hide_the_others(self, an: Client, told: Case) -> None:
        lift(connection)
        Event.objects.filter(case=told, seq=5).update(body=b"nonsense")
        page = text_of(an.get(f"/history/{told.code}/"))
        assert "Không đọc được sự kiện" in page
        assert 'data-event="6"' in page
        assert an.get("/history/").status_code == 200


def test_the_administrators_tables_do_not_know_events(as_person: Callable[[str], Client]) -> None:
    assert Event not in admin.site._registry
