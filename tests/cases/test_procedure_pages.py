"""What a visitor learns of a procedure before signing up: needs, time, cost, law, course."""
from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client

from cases.publication import publish_folder
from tests.guide import copy_procedure
from workflows.registry import find

NOW = dt.datetime(2026, 3, 5, 2, 0, tzinfo=dt.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor() -> Client:
    """Hồng, who has no account."""
    return Client()


@pytest.fixture
def _published(tmp_path: Path) -> None:
    copy_procedure(tmp_path)
    for folder in (find("visit_notice", "", [tmp_path]), find("ngo_aid"), find("complaint")):
        publish_folder(folder, actor=None, now=NOW)


def words(visitor: Client, path: str, language: str = "vi") -> str:
    found = visitor.get(path, headers={"accept-language": language})
    assert found.status_code == 200
    return found.content.decode()


@pytest.mark.usefixtures("_published")
def test_hong_sees_every_procedure_that_takes_cases(visitor: Client) -> None:
    page = words(visitor, "/procedures/")

    for code in ("visit_notice", "ngo_aid", "complaint"):
        assert f'href="/procedures/{code}/"' in page
    assert "Notice of a visit by foreign guests" in words(visitor, "/procedures/", "en")


def test_an_office_without_procedures_says_so(visitor: Client) -> None:
    assert "Chưa có thủ tục nào" in words(visitor, "/procedures/")


@pytest.mark.usefixtures("_published")
def test_hong_reads_what_a_grant_needs_how_long_it_takes_and_what_it_costs(visitor: Client) -> None:
    page = words(visitor, "/procedures/ngo_aid/")

    for told in (
        "20 ngày",
        "chờ cơ quan xác nhận",
        "Không thu phí",
        "1 + 5",
        "Văn bản nhất trí cung cấp viện trợ của Bên cung cấp viện trợ",
        "Bắt buộc khi “Hình thức khoản viện trợ” là “Phi dự án”.",
        "từ 08/12/2025",
        "nd313_2025",
        "Nghị định 313/2025/NĐ-CP",
        "Quyết định phê duyệt khoản viện trợ",
        'href="/procedures/ngo_aid/new/"',
        '<svg xmlns="http://www.w3.org/2000/svg" class="machine"',
    ):
        assert told in page, told


@pytest.mark.usefixtures("_published")
def test_what_the_officer_finds_is_not_asked_of_the_applicant(visitor: Client) -> None:
    page = words(visitor, "/procedures/ngo_aid/")

    assert "Giá trị viện trợ" in page
    assert "Kết quả thẩm định" not in page.split('id="course"')[0]


@pytest.mark.usefixtures("_published")
def test_the_page_has_no_style_or_script_that_the_policy_would_block(visitor: Client) -> None:
    page = words(visitor, "/procedures/ngo_aid/")

    assert "style=" not in page
    assert "<script" not in page


@pytest.mark.usefixtures("_published")
def test_a_procedure_that_nobody_published_is_not_found(visitor: Client) -> None:
    assert visitor.get("/procedures/ngo_aids/").status_code == 404
