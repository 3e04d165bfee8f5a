"""An upload on a line that breaks: it tries again by itself, says so when it gives up, and nothing typed is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cases.pages.grant import pdf
from tests.e2e.pages import look, send, sign_in

pytestmark = pytest.mark.browser
SLOT = "[data-attachment=evidence]"


@pytest.fixture
def files(page: Any) -> str:
    """The page of the files of Lan's draft of a complaint."""
    sign_in(page, "lan")
    page.goto("/procedures/complaint/new/")
    page.check("[name=whose] >> nth=0")
    send(page)
    page.goto(page.url.replace("/edit/", "/files/"))
    return str(page.url)


def breaking(page: Any, times: int) -> list[str]:
    """Let the line break so many times when something is sent; return what was tried."""
    tried: list[str] = []

    def handle(route: Any) -> None:
        if route.request.method == "POST":
            tried.append(route.request.url)
        if route.request.method == "POST" and len(tried) <= times:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/files/", handle)
    return tried


def test_two_photographs_arrive_although_the_line_breaks_once(page: Any, files: str, tmp_path: Path) -> None:
    for name in ("trang-1.pdf", "trang-2.pdf"):
        (tmp_path / name).write_bytes(pdf(name))
    tried = breaking(page, 1)
    page.locator(f"{SLOT} input[type=file]").set_input_files([tmp_path / "trang-1.pdf", tmp_path / "trang-2.pdf"])
    page.click(f"{SLOT} form[data-upload] button")
    page.get_by_text("Đường truyền gián đoạn").wait_for()
    page.locator(f"{SLOT} .files li >> nth=1").wait_for()
    assert len(tried) == 2
    assert page.locator(f"{SLOT} .files li").count() == 2
    look(page)


def test_lan_is_told_when_it_gives_up_and_sends_it_again_later(page: Any, files: str, tmp_path: Path) -> None:
    (tmp_path / "anh.pdf").write_bytes(pdf("anh"))
    page.clock.install()
    breaking(page, 4)
    page.locator(f"{SLOT} input[type=file]").set_input_files(tmp_path / "anh.pdf")
    page.click(f"{SLOT} form[data-upload] button")
    for _ in range(3):
        page.get_by_text("Đường truyền gián đoạn").wait_for()
        page.clock.run_for(10_000)
    page.get_by_text("Chưa gửi được tệp").wait_for()
    assert page.locator(f"{SLOT} .files").count() == 0
    page.click(f"{SLOT} form[data-upload] button")
    page.locator(f"{SLOT} .files li").wait_for()
