"""Who gets a document, under which name, and what the command line answers."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import OrgUnit, RoleHeld, User
from cases.models import Blob
from documents.file_names import disposition
from documents.handlers import make_papers
from documents.models import Document
from tests.documents.scene import START, Office


def holding(user: User, role: str) -> User:
    unit, _ = OrgUnit.objects.get_or_create(
        code="sngv", valid_from=START, defaults={"name": "Sở Ngoại vụ", "kind": "department"}
    )
    RoleHeld.objects.create(user=user, role=role, unit=unit, valid_from=START)
    return user


@pytest.fixture
def made(office: Office) -> dict[str, Document]:
    """A draft, an inner letter and a public decision, all of Lan's case."""
    make_papers([office.job("prepare", "submission_ppc", office.ha)])
    make_papers([office.job("issue", "form_01_receipt", office.minh)])
    make_papers([office.job("prepare", "opinion_request", office.ha)])
    make_papers([office.job("sign", "opinion_request", office.binh)])
    make_papers([office.job("issue", "opinion_request", office.van)])
    return {d.paper: d for d in Document.objects.all()}


def status_for(person: User | None, document: Document) -> int:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client.get(f"/documents/{document.pk}/").status_code


def test_the_applicant_gets_what_is_issued_and_public_and_nothing_else(
    office: Office, made: dict[str, Document]
) -> None:
    assert {code: status_for(office.lan, d) for code, d in made.items()} == {
        "form_01_receipt": 200, "submission_ppc": 404, "opinion_request": 404,
    }  # fmt: skip


def test_the_specialist_gets_drafts_too(office: Office, made: dict[str, Document]) -> None:
    ha = holding(office.ha, "specialist")
    assert {status_for(ha, d) for d in made.values()} == {200}


def test_an_asked_agency_gets_the_letter_addressed_to_it(office: Office, made: dict[str, Document]) -> None:
    unit = OrgUnit.objects.create(code="provincial_police", name="Công an tỉnh", kind="outside", valid_from=START)
    RoleHeld.objects.create(user=office.minh, role="consultee", unit=unit, valid_from=START)
    assert {code: status_for(office.minh, d) for code, d in made.items()} == {
        "form_01_receipt": 404, "submission_ppc": 404, "opinion_request": 200,
    }  # fmt: skip


def test_a_stranger_and_a_made_up_address_get_the_same_answer(office: Office, made: dict[str, Document]) -> None:
    assert status_for(office.quang, made["form_01_receipt"]) == 404
    made["form_01_receipt"].pk = office.case.pk
    assert status_for(office.lan, made["form_01_receipt"]) == 404


def test_somebody_who_is_not_signed_in_is_sent_to_the_sign_in_page(made: dict[str, Document]) -> None:
    assert status_for(None, made["form_01_receipt"]) == 302


def test_a_download_is_a_file_with_its_vietnamese_name_and_is_not_kept(
    office: Office, made: dict[str, Document]
) -> None:
    client = Client()
    client.force_login(office.lan)
    answer = client.get(f"/documents/{made['form_01_receipt'].pk}/")
    assert answer["Content-Type"].endswith("wordprocessingml.document")
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Giấy tiếp nhận hồ sơ và hẹn trả kết quả.docx" in unquote(answer["Content-Disposition"])
    assert answer.content[:2] == b"PK"
    assert client.post(f"/documents/{made['form_01_receipt'].pk}/").status_code == 405


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Quyết định 386-QĐ-UBND.docx", "Quyet dinh 386-QD-UBND.docx"),
        ('a"b\r\nSet-Cookie: x/../y.docx', "a-b-Set-Cookie- x-..-y.docx"),
        ("東京", ""),
    ],
)
def test_file_names_follow_rfc_6266(name: str, plain: str) -> None:
    value = disposition(name)
    assert value.startswith(f"attachment; filename=\"{plain}\"; filename*=UTF-8''")
    assert value.isascii()
    assert "\n" not in value


def test_the_panel_of_the_case_shows_what_the_viewer_may_see(office: Office, made: dict[str, Document]) -> None:
    from django.template.loader import render_to_string

    from cases.panels import panels

    panel = next(p for p in panels() if p.code == "documents")
    page = render_to_string(panel.template, dict(panel.context_for(office.case, office.lan)))
    assert "Giấy tiếp nhận hồ sơ và hẹn trả kết quả" in page
    assert "Tờ trình" not in page
    assert str(made["form_01_receipt"].pk) in page


# --- the command line -------------------------------------------------------------------------------------------


SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "docs/cli/documents.schema.json").read_text(encoding="utf-8")
)


def run(*words: str) -> tuple[int, Any]:
    out = io.StringIO()
    try:
        call_command("documents", *words, "--json", stdout=out)
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    answer = json.loads(out.getvalue())
    jsonschema.validate(answer, SCHEMA)
    return status, answer


def test_list_gives_the_documents_in_time_order(office: Office, made: dict[str, Document]) -> None:
    holding(office.ha, "specialist")
    status, answer = run("list", "H20.13-260305-0001", "--as", "ha@vidu.example")
    assert status == 0
    assert [d["paper"] for d in answer["documents"]] == ["submission_ppc", "form_01_receipt", "opinion_request"]
    assert answer["documents"][2]["number"] == "01/SNgV-HTQT"
    assert answer["documents"][2]["sha256"] == made["opinion_request"].sha256


def test_get_writes_the_bytes(office: Office, made: dict[str, Document], tmp_path: Path) -> None:
    out = tmp_path / "giay.docx"
    status, answer = run("get", str(made["form_01_receipt"].pk), "--as", "lan@vidu.example", "--out", str(out))
    assert status == 0
    assert out.read_bytes()[:2] == b"PK"
    assert answer["file"] == str(out)


def test_what_is_invisible_is_not_found(office: Office, made: dict[str, Document]) -> None:
    assert run("get", str(made["submission_ppc"].pk), "--as", "lan@vidu.example")[0] == 5
    assert run("get", "nonsense", "--as", "lan@vidu.example")[0] == 5
    assert run("list", "H20.13-260305-0001", "--as", "quang@vidu.example")[0] == 5


def test_an_unknown_person_is_a_fault_of_the_input(made: dict[str, Document]) -> None:
    assert run("list", "H20.13-260305-0001", "--as", "nobody@vidu.example")[0] == 2


def test_bytes_that_were_changed_or_are_gone_are_told_apart(
    office: Office, made: dict[str, Document], tmp_path: Path
) -> None:
    wanted = ("get", str(made["form_01_receipt"].pk), "--as", "lan@vidu.example", "--out", str(tmp_path / "x"))
    Blob.objects.filter(sha256=made["form_01_receipt"].sha256).update(body=b"PK other")
    assert run(*wanted)[0] == 10
    Blob.objects.filter(sha256=made["form_01_receipt"].sha256).update(body=None)
    assert run(*wanted)[0] == 11
    assert not (tmp_path / "x").exists()
