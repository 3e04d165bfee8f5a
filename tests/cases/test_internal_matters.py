"""Internal matters: opened by whoever takes their first step, put right until then; steps keep what they ask."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.clock import LOCAL
from audit.attempts import Period
from audit.statistics import Result, statistics_of
from cases.models import Case
from cases.procedures import definition_by, in_force
from cases.services import advance_case, open_case
from config.trial import address_of
from documents.models import Document
from tests.cases.files.upload_files import word
from tests.procedures.runner import person
from workflows.errors import TransitionRefused

CODE = "citizen_protection"
NEW = f"/internal/{CODE}/new/"
NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=LOCAL)
TOLD: dict[str, Any] = {
    "matter": "mat_giay_to", "kind": "cong_dan_viet_nam_o_nuoc_ngoai", "life_at_risk": "false",
    "channel_in": "dien_thoai", "asked_by": "Trần Thị Mơ", "asked_by_relation": "mẹ", "asked_by_phone": "0912000001",
    "where_country": "Nhật Bản", "facts_told": "Con trai mất hộ chiếu, cần giấy tờ để về nước.",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _in_province(in_province: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", (NOW + dt.timedelta(hours=1)).isoformat())


def signed_in(who: str) -> Client:
    client = Client()
    client.force_login(person(who))
    return client


def opened(**changed: Any) -> Case:
    """Return a matter that Nga has just opened."""
    values = {**TOLD, "where_country": "JP", **changed}
    return open_case(procedure=CODE, actor=person("nga"), now=NOW, values=values).case


def step(case: Case, who: str, name: str, **data: Any) -> None:
    advance_case(case_id=case.pk, transition=name, actor=person(who), now=NOW, data=data)
    case.refresh_from_db()


def figures() -> dict[str, Result]:
    found = statistics_of(
        definition_by(in_force(CODE, NOW.date()).hash), Period(NOW.date(), NOW.date()), frozenset({"dept_leader"})
    )
    return {result.statistic.code: result for result in found}


def test_nga_opens_a_matter_on_one_page_and_has_no_applicant() -> None:
    nga = signed_in("nga")

    assert f'href="{NEW}"' in nga.get("/queue/").content.decode()
    answer = nga.post(NEW, TOLD)

    case = Case.objects.get(procedure=CODE)
    assert answer.status_code == 303
    assert answer["Location"] == f"/cases/{case.code}/"
    assert (case.state, case.applicant, case.dossier["asked_by"]) == ("new", None, "Trần Thị Mơ")
    page = nga.get(f"/cases/{case.code}/").content.decode()
    assert 'data-transition="take"' in page
    assert "Người nộp" not in page


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_opened() -> None:
    answer = signed_in("nga").post(NEW, {**TOLD, "where_country": "Nước không có", "asked_by": ""})

    assert answer.status_code == 422
    assert 'id="id_where_country_error"' in answer.content.decode()
    assert not Case.objects.filter(procedure=CODE).exists()


@pytest.mark.parametrize("who", ["minh", "son", "lan"])
def test_nobody_else_opens_one_or_knows_of_its_page(who: str) -> None:
    assert signed_in(who).get(NEW).status_code == 404
    assert NEW not in signed_in(who).get("/queue/").content.decode()
    with pytest.raises(TransitionRefused) as refused:
        open_case(procedure=CODE, actor=person(who), now=NOW, values={})
    assert [reason.code for reason in refused.value.reasons] == ["role_missing"]


def test_no_people_file_one_and_none_of_them_sees_it() -> None:
    case, lan = opened(), signed_in("lan")

    assert CODE not in lan.get("/procedures/").content.decode()
    assert lan.get(f"/procedures/{CODE}/").status_code == 404
    assert lan.get(f"/cases/{case.code}/").status_code == 404


@pytest.mark.parametrize(("who", "status"), [("hoa", 404), ("minh", 404), ("tung", 200), ("an", 200), ("binh", 200)])
def test_only_who_has_to_do_with_a_matter_sees_it(who: str, status: int) -> None:
    case = opened()

    assert signed_in(who).get(f"/cases/{case.code}/").status_code == status


def test_what_was_told_is_put_right_and_papers_are_added_until_the_first_step() -> None:
    case, van = opened(), signed_in("van")

    van.post(f"/cases/{case.code}/row/", {**TOLD, "asked_by_phone": "0912000002", "_version": case.version})
    upload = SimpleUploadedFile("don.docx", word())
    van.post(f"/cases/{case.code}/files/", {"_kind": "request_papers", "file": upload})

    case.refresh_from_db()
    assert case.dossier["asked_by_phone"] == "0912000002"
    assert list(case.attachments.values_list("kind", "uploaded_by__email")) == [("request_papers", address_of("van"))]
    assert "Về trang hồ sơ" in van.get(f"/cases/{case.code}/files/").content.decode()
    step(case, "van", "take")
    assert van.get(f"/cases/{case.code}/row/").status_code == 404


def test_steps_keep_what_they_ask_in_the_dossier_and_a_closed_matter_is_handled() -> None:
    going, over = opened(), opened(matter="tai_nan", asked_by="Lê Văn Tư")
    step(going, "nga", "take")
    step(going, "nga", "verify", verified_how="Gọi video.", dossier={"person_name": "Hòa", "person_nationality": "VN"})
    step(over, "nga", "take")
    step(over, "kien", "close_unfounded", reason="Người này đã về nhà an toàn từ hôm qua.")

    assert going.dossier["verified_how"] == "Gọi video."
    assert (over.dossier["outcome"], over.handled_on) == ("khong_co_co_so", NOW.date())
    found = figures()
    assert {key[:2]: f.value for key, f in found["protection_by_matter"].rows} == {
        ("Mất giấy tờ", "Nhật Bản"): 1, ("Tai nạn", "Nhật Bản"): 1,
    }  # fmt: skip
    assert found["protection_persons"].total.value == 1
    assert [(key[0], f.value) for key, f in found["protection_outcomes"].rows] == [("Không có cơ sở hoặc trùng", 1)]


def test_the_page_of_a_matter_leaves_out_what_steps_have_not_set_yet() -> None:
    page = signed_in("nga").get(f"/cases/{opened().code}/").content.decode()

    assert re.findall(r'data-field="(outcome|verified_how|consent)"', page) == []
    assert 'data-field="asked_by"' in page


def test_a_field_that_is_due_later_may_be_blank_on_paper_until_then() -> None:
    case = opened()
    step(case, "nga", "take")

    assert Document.objects.get(case=case, paper="intake_sheet").context["person_name"] == ""
