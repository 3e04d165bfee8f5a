"""The one-stop desk on one page: a known applicant, papers in rows, the fee, filing, originals, the slip."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.clock import LOCAL
from cases.models import Case, Event, ViewLog
from tests.cases.consular.desk import PROCEDURE, until
from tests.cases.pages.conftest import field
from tests.cases.pages.grant import pdf
from tests.documents.reading import opened, whole_text
from tests.procedures.runner import person

pytestmark = pytest.mark.usefixtures("at_consular_desk")
NOW = dt.datetime(2026, 12, 1, 8, 30, tzinfo=LOCAL)
START = {"procedure": PROCEDURE, "channel": "truc_tiep"}
PAPER = {
    "origin": "vn", "kind": "thuong_mai", "title": "Quyết định", "issuing_org": "Sở Công Thương",
    "signer_name": "Lưu Thị Thoa", "signer_title": "Giám đốc", "issue_date": "02/11/2026", "pages": "2",
    "extra_copies": "0", "form": "ban_chinh", "language": "vi", "has_correction": "false",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", NOW.isoformat())


@pytest.fixture
def minh() -> Client:
    client = Client()
    client.force_login(person("minh"))
    return client


def begun(minh: Client, known: str, **chosen: str) -> Case:
    """Return the draft that Minh opens for somebody whom the counter knows."""
    asked = minh.post("/counter/", {**START, "account": known}).content.decode()
    answer = minh.post("/counter/", {**START, "account": known, "_found": field(asked, "_found"), **chosen})
    assert answer.status_code == 302, answer.content.decode()
    return Case.objects.get(submission_code=answer.headers["Location"].split("/")[2])


def address(case: Case) -> str:
    return f"/cases/{case.submission_code}/counter/"


def form_of(minh: Client, case: Case) -> dict[str, Any]:
    """Return the fields of the page as a browser would send them back."""
    page = minh.get(address(case))
    form = page.context["form"]
    said = {bound.html_name: bound.value() for bound in form if bound.name != "papers"}
    return {
        **{name: value for name, value in said.items() if value is not None}, "_version": page.context["version"],
        "_key": page.context["key"], "papers-rows": "1",
    }  # fmt: skip


def scans(*kinds: str) -> dict[str, Any]:
    return {f"file-{kind}": SimpleUploadedFile(f"{kind}.pdf", pdf(kind)) for kind in kinds}


def rows(*papers: dict[str, str]) -> dict[str, str]:
    cells = {f"papers-{n}-{name}": value for n, paper in enumerate(papers) for name, value in paper.items()}
    return {**cells, "papers-rows": str(len(papers))}


MATTER = {"return_method": "truc_tiep", "want": "cnls", "country": "LA", "purpose_of_use": "lao_dong"}
SCANS = ("application_form", "papers_file", "identity_shown")
FILED = {"_file": "1", "filed_how": "truc_tiep", "confirm": "data_notice"}


@pytest.mark.parametrize("known", ["0912345678", "+84 912 345 678"])
def test_somebody_who_has_filed_before_is_found_and_what_is_known_comes_along(minh: Client, known: str) -> None:
    earlier = until("submit").case

    draft = begun(minh, known, whose="-")

    for name in ("applicant_name", "applicant_id_no", "applicant_address", "contact_phone"):
        assert draft.dossier[name] == earlier.dossier[name]
    assert "papers" not in draft.dossier
    looked = ViewLog.objects.filter(case=earlier, person=str(person("minh").pk))
    assert "applicant_id_no" in looked.get().what
    assert f"/cases/{draft.submission_code}/edit/copy/{earlier.code}/" in minh.get(address(draft)).content.decode()


def test_somebody_without_an_account_is_known_by_the_number_of_identity(minh: Client) -> None:
    first = begun_for_nobody(minh)
    filed = file_it(minh, first)

    again = begun(minh, "079185000999", party=filed.code)

    assert (again.applicant, again.dossier["applicant_name"]) == (None, "Bà Phạm Thị Sáu")
    assert minh.post("/counter/", {**START, "account": "079185000998"}).status_code == 422


def begun_for_nobody(minh: Client) -> Case:
    answer = minh.post("/counter/", {**START, "account": ""})
    return Case.objects.get(submission_code=answer.headers["Location"].split("/")[2])


NOBODY = {
    "applicant_kind": "ca_nhan", "applicant_name": "Bà Phạm Thị Sáu", "applicant_id_no": "079185000999",
    "applicant_address": "Số 1 đường Bờ Sông", "contact_name": "Phạm Thị Sáu", "contact_phone": "0987654321",
    "applicant_role": "chinh_chu", "applicant_birth_date": "01/02/1960",
}  # fmt: skip


def file_it(minh: Client, draft: Case, *papers: dict[str, str]) -> Case:
    """File a draft with all that it needs in one go."""
    sent = {**form_of(minh, draft), **NOBODY, **MATTER, **rows(*(papers or (PAPER,))), **scans(*SCANS), **FILED}
    answer = minh.post(address(draft), sent)
    assert answer.status_code == 303, answer.context["form"].errors
    draft.refresh_from_db()
    return draft


def test_one_page_saves_files_and_files_the_case(minh: Client) -> None:
    case = file_it(minh, begun_for_nobody(minh))

    assert (case.state, case.dossier["filed_for"]) == ("submitted", "tai_quay")
    assert sorted(case.attachments.values_list("kind", flat=True)) == sorted(SCANS)
    assert Event.objects.filter(case=case, name="file_at_counter", actor=str(person("minh").pk)).count() == 1


def test_the_fee_is_shown_as_papers_are_added_and_a_row_like_the_last_begins_filled(minh: Client) -> None:
    draft = begun_for_nobody(minh)
    one = {**form_of(minh, draft), **NOBODY, **MATTER, **rows(PAPER)}

    page = minh.post(address(draft), {**one, "papers-again": "1"})

    assert page.status_code == 200
    text = page.content.decode()
    assert text.count("Sở Công Thương") == 2
    assert "papers" not in Case.objects.get(pk=draft.pk).dossier, "a button between the rows saves nothing"
    assert costs(text) == ["60.000 đồng"]
    saved = minh.post(address(draft), {**one, **rows(PAPER, PAPER, PAPER)}, follow=True).content.decode()
    assert costs(saved) == ["90.000 đồng"]
    assert 'data-missing="3"' in saved, "the scans"


def costs(text: str) -> list[str]:
    return re.findall(r"data-cost>([^<]+)<", text)


def test_what_is_missing_is_told_and_a_scan_that_came_is_kept(minh: Client) -> None:
    draft = begun_for_nobody(minh)

    sent = {**form_of(minh, draft), **NOBODY, **rows(PAPER), **scans("papers_file"), **FILED}
    answer = minh.post(address(draft), sent)

    assert answer.status_code == 422
    assert draft.attachments.get().kind == "papers_file"
    draft.refresh_from_db()
    assert (draft.state, draft.dossier["applicant_name"]) == ("draft", "Bà Phạm Thị Sáu")
    for place in ("#id_want", "#id_country", "#upload-application_form"):
        assert f'href="{place}"' in answer.content.decode()


def test_a_scan_that_is_none_is_refused_in_words_and_nothing_typed_is_lost(minh: Client) -> None:
    draft = begun_for_nobody(minh)
    wrong = {"file-papers_file": SimpleUploadedFile("anh.pdf", b"no pdf at all")}

    answer = minh.post(address(draft), {**form_of(minh, draft), **NOBODY, **MATTER, **rows(PAPER), **wrong, **FILED})

    assert answer.status_code in (415, 422)
    assert 'id="fault-papers_file"' in answer.content.decode()
    draft.refresh_from_db()
    assert draft.dossier["papers"][0]["title"] == "Quyết định"


def test_after_filing_the_originals_come_next_all_in_one_form_then_the_fee(minh: Client) -> None:
    case = file_it(minh, begun_for_nobody(minh), PAPER, {**PAPER, "title": "Giấy khai sinh"})
    done = minh.get(f"/cases/{case.code}/done/").content.decode()
    batch = f"/cases/{case.code}/batch/original/record_original/"
    assert f'href="{batch}" data-following="record_original" autofocus' in done
    shown = minh.get(batch).content.decode()
    assert "1. Quyết định" in shown
    assert "2. Giấy khai sinh" in shown

    told = minh.post(batch, {"_key": field(shown, "_key"), "all": "1", "place": "mot_cua", "condition": "tốt"})

    assert told.content.decode().count('data-done="yes"') == 2
    assert set(case.parts.filter(kind="original").values_list("state", flat=True)) == {"held"}
    assert 'data-following="ask_fee"' in minh.get(f"/cases/{case.code}/done/").content.decode()


def test_the_slip_lists_papers_originals_fee_day_and_code_on_page_and_in_word_of_both_sizes(minh: Client) -> None:
    case = file_it(minh, begun_for_nobody(minh))
    page = minh.get(f"/cases/{case.code}/slip/").content.decode()
    half, whole = (minh.get(f"/cases/{case.code}/slip.docx?size={size}").content for size in ("a5", "a4"))

    for text in (page, whole_text(half), whole_text(whole)):
        for part in (case.code, "Bà Phạm Thị Sáu", "1. Quyết định", "Chờ nhận bản gốc", "30.000 đồng", "chưa nộp"):
            assert part in text
        assert "079185000999" not in text
    assert "slip-a5.css" in page
    assert "slip-a5.css" not in minh.get(f"/cases/{case.code}/slip/?size=a4").content.decode()
    widths = [round(opened(body).sections[0].page_width.mm) for body in (half, whole)]
    assert widths == [148, 210]


def test_page_and_slip_are_for_the_counter(minh: Client) -> None:
    draft = begun_for_nobody(minh)
    for who in ("nga", "lan", "an"):
        client = Client()
        client.force_login(person(who))
        assert client.get(address(draft)).status_code == 404, who
        assert client.get(f"/cases/{draft.submission_code}/slip/").status_code == 404, who
