"""An audits in a browser: finds an event by person, reads a case's history, has it verified, looks, takes the CSV."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cases.pages.grant import GRANT
from tests.e2e.pages import look, sign_in
from tests.product import Product

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def code(shared_product: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The code of a grant that Hồng has entered and, like anybody, could not submit unfinished."""
    given = tmp_path_factory.mktemp("given") / "given.json"
    given.write_text(json.dumps({**GRANT, "applicant_id_no": "0312345678"}), encoding="utf-8")
    hong = ("--as", "hong@lamgiang.example")
    found = shared_product.json("case", "open", "ngo_aid", "--data", str(given), *hong)
    given.write_text(json.dumps({"confirm": ["data_notice"]}), encoding="utf-8")
    shared_product.run("case", "do", found["submission_code"], "submit", "--data", str(given), *hong)
    return str(found["submission_code"])


def test_an_finds_reads_verifies_and_takes_away_without_javascript(
    people: Callable[..., Any], code: str, tmp_path: Path
) -> None:
    page = sign_in(people(java_script_enabled=False), "an")
    page.goto("/history/")
    page.fill("#q", "Vũ Thị Hồng")
    page.get_by_role("button", name="Tìm người").click()
    assert "who=" in page.url
    assert "Hồng" not in page.url
    page.get_by_role("link", name=code).first.click()
    assert page.locator("[data-reason-code]").count() > 0  # the attempt that was refused
    page.get_by_role("button", name="Kiểm chứng").click()
    assert page.locator("[data-verdict=ok]").count() == 1
    with page.expect_download() as taken:
        page.get_by_role("link", name="Tải CSV").click()
    assert taken.value.suggested_filename.startswith("Lịch sử hồ sơ")
    assert code in Path(taken.value.path()).read_text(encoding="utf-8-sig")


@pytest.mark.long
def test_every_page_of_the_auditor_is_for_everybody(people: Callable[..., Any], code: str) -> None:
    page = sign_in(people(), "an")
    for address in ("/history/", "/history/?code=KHONG-CO", "/history/?unit=mot_cua", f"/history/{code}/",
                    "/history/statistics/"):  # fmt: skip
        page.goto(address)
        look(page)
    page.goto("/history/")
    page.fill("#q", "Thị")
    page.get_by_role("button", name="Tìm người").click()
    look(page)
    page.goto(f"/history/{code}/")
    page.get_by_role("button", name="Kiểm chứng").click()
    look(page)
