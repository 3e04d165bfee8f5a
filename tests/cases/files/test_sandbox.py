"""What a real browser does with a file: it shows it, asks for nothing else, and gives it no origin of ours."""
from __future__ import annotations

from typing import Any

import pytest

from cases.views.attachment import SANDBOX
from tests.cases.files import upload_files as made


@pytest.mark.browser
@pytest.mark.parametrize(("kind", "body"), [("application/pdf", made.pdf()), ("image/jpeg", made.photo())])
def test_a_browser_opens_pdf_and_photo_without_an_origin_of_ours(browser: Any, kind: str, body: bytes) -> None:
    headers = {"Content-Type": kind, "Content-Security-Policy": SANDBOX, "Content-Disposition": "inline"}
    page = browser.new_page()
    asked: list[str] = []  # the browser's own viewer comes from chrome: addresses, some versions show them here

    def answer(route: Any) -> None:
        asked.append(route.request.url)
        if not route.request.url.startswith("http"):
            route.continue_()
            return
        route.fulfill(status=200, headers=headers, body=body)

    page.route("**/*", answer)
    page.goto("https://hoso.invalid/tep")
    assert page.evaluate("document.contentType") == kind
    assert page.evaluate("window.origin") == "null" or kind == "application/pdf"  # shown by the viewer's own page
    ours = {url for url in asked if url.startswith("http")}
    assert {url for url in ours if not url.endswith("favicon.ico")} == {"https://hoso.invalid/tep"}
    page.close()
