"""Filing at the counter: for somebody present or by post, with an account or without."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from cases.models import Case, Event
from cases.procedures import definition_of
from documents.models import Document
from tests.cases.pages.conftest import field, page, put, save, signed_in, step, user
from tests.cases.pages.grant import GRANT, PAPERS, UNIVERSITY, pdf

START = {"procedure": "ngo_aid", "channel": "truc_tiep", "account": ""}


def begun(minh: Client, **changed: str) -> Case:
    """Return the draft that Minh has just opened."""
    answer = minh.post("/counter/", {**START, **changed})
    assert answer.status_code == 302, answer.content.decode()
    ref = answer.headers["Location"].split("/")[2]
    return Case.objects.get(submission_code=ref)


def test_the_counter_is_for_the_one_stop_desk_alone(lan: Client) -> None:
    for client in (lan, signed_in("ha"), signed_in("admin"), signed_in("an")):
        assert client.get("/counter/").status_code == 404
        assert client.post("/counter/", START).status_code == 404
    assert "Nộp tại quầy" in page(signed_in("minh"), "/")


def test_minh_enters_a_case_for_somebody_without_an_account(minh: Client) -> None:
    case = begun(minh)
    assert case.applicant is None
    assert case.opened_by == user("minh")
    assert (case.dossier["filed_for"], case.dossier["channel"]) == ("tai_quay", "truc_tiep")
    address = f"/cases/{case.submission_code}/edit/applicant/"
    assert minh.post(address, {"contact_name": "Bà Sáu", "contact_phone": "0987654321"}).status_code == 302
    case.refresh_from_db()
    assert case.dossier["contact_name"] == "Bà Sáu"


def test_the_address_of_a_counter_draft_leads_to_the_form(minh: Client) -> None:
    case = begun(minh)
    assert minh.get(f"/cases/{case.submission_code}/").headers["Location"] == f"/cases/{case.submission_code}/edit/"
    assert f"/cases/{case.submission_code}/counter/" in page(minh, "/counter/")


def test_a_case_by_post_says_so(minh: Client) -> None:
    case = begun(minh, channel="buu_chinh")
    assert (case.dossier["filed_for"], case.dossier["channel"]) == ("buu_chinh", "buu_chinh")


@pytest.mark.parametrize("account", ["lan@lamgiang.example", "LAN@LAMGIANG.EXAMPLE", "0912345678", "+84 912 345 678"])
def test_an_account_is_found_by_its_whole_address_or_number_and_confirmed(minh: Client, account: str) -> None:
    asked = minh.post("/counter/", {**START, "account": account})
    text = asked.content.decode()
    assert asked.status_code == 200
    assert "Trần Thị Lan" in text
    assert "Bạn chưa nhập mục này" not in text
    assert not Case.objects.exists()
    case = begun(minh, account=account, whose=UNIVERSITY, _found=field(text, "_found"))
    assert case.applicant == user("lan")
    assert case.organisation is not None
    assert case.organisation.code == UNIVERSITY
    assert case.dossier["applicant_name"] == "Trường Đại học Lam Giang"
    assert minh.get(f"/cases/{case.submission_code}/edit/").status_code == 200


@pytest.mark.parametrize(
    "account", ["lan", "lan@", "12345678", "nobody@lamgiang.example", "ha@lamgiang.example", "0900000000"]
)
def test_no_other_account_is_found(minh: Client, account: str) -> None:
    answer = minh.post("/counter/", {**START, "account": account})
    assert answer.status_code == 422
    assert "Không có tài khoản nào" in answer.content.decode()


def test_a_number_of_two_accounts_names_neither(minh: Client) -> None:
    User.objects.filter(email="phuc@lamgiang.example").update(phone="0912345678")
    assert minh.post("/counter/", {**START, "account": "0912345678"}).status_code == 422


@pytest.mark.parametrize(
    "wrong", [{"procedure": ""}, {"procedure": "nonsense"}, {"channel": ""}, {"channel": "truc_tuyen"}]
)
def test_what_is_not_chosen_is_asked_again(minh: Client, wrong: dict[str, str]) -> None:
    assert minh.post("/counter/", {**START, **wrong}).status_code == 422
    assert not Case.objects.exists()


def test_a_double_click_opens_one_draft(minh: Client) -> None:
    first, second = begun(minh, _key="the-same-key"), begun(minh, _key="the-same-key")
    assert first == second


def test_another_officer_of_the_desk_does_not_see_a_draft_for_an_account(minh: Client) -> None:
    found = field(minh.post("/counter/", {**START, "account": "0912345678"}).content.decode(), "_found")
    case = begun(minh, account="0912345678", whose="-", _found=found)
    assert signed_in("ha").get(f"/cases/{case.submission_code}/edit/").status_code == 404
    assert signed_in("lan").get(f"/cases/{case.submission_code}/edit/").status_code == 200


def test_minh_files_and_receives_it_and_form_01_is_there(minh: Client) -> None:
    case = begun(minh)
    save(case, "minh", **{name: value for name, value in GRANT.items() if name not in ("filed_for", "channel")})
    upload(minh, case)
    text = page(minh, f"/cases/{case.submission_code}/check/")
    assert 'name="filed_how"' in text
    assert "checked" in text
    form = {name: field(text, name) for name in ("_version", "_key", "_step")}
    answer = minh.post(
        f"/cases/{case.submission_code}/check/", {**form, "filed_how": "truc_tiep", "confirm": "data_notice"}
    )
    assert answer.headers["Location"] == f"/cases/{case.submission_code}/done/"
    assert "Báo mã này cho người nộp" in page(minh, answer.headers["Location"])
    case.refresh_from_db()
    assert case.state == "submitted"
    checklist = {item.code: "yes" for item in definition_of(case.definition_id).checklists["intake"]}
    step(case, "minh", "receive", checklist=checklist)
    receipt = Document.objects.get(case=case, paper="form_01_receipt")
    assert minh.get(f"/documents/{receipt.pk}/").status_code == 200
    assert Event.objects.get(case=case, name="file_at_counter").actor == str(user("minh").pk)


def upload(minh: Client, case: Case) -> None:
    for kind in PAPERS:
        sent = {"_kind": kind, "file": SimpleUploadedFile(f"{kind}.pdf", pdf(kind))}
        assert minh.post(f"/cases/{case.submission_code}/files/", sent).status_code == 302


def test_how_it_was_filed_must_be_said(minh: Client) -> None:
    case = begun(minh)
    save(case, "minh", **{name: value for name, value in GRANT.items() if name not in ("filed_for", "channel")})
    for kind in PAPERS:
        put(case, "minh", kind)
    answer = minh.post(f"/cases/{case.submission_code}/check/", {"confirm": "data_notice"})
    assert answer.status_code == 422
    assert 'href="#id_filed_how"' in answer.content.decode()


def test_the_filer_follows_the_case_without_an_account(minh: Client) -> None:
    case = begun(minh)
    values = {name: value for name, value in GRANT.items() if name not in ("filed_for", "channel")}
    save(case, "minh", **{**values, "contact_phone": "0987654321"})
    for kind in PAPERS:
        put(case, "minh", kind)
    step(case, "minh", "file_at_counter", filed_how="truc_tiep", confirm=["data_notice"])
    assert Client().post("/track/", {"code": case.submission_code, "factor": "4321"}).status_code == 200
