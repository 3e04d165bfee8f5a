"""Rows out of a spreadsheet in a browser: from the form to the dry run and back, for everybody, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.pages import look, send, sign_in

pytestmark = pytest.mark.browser
HEAD = "Nước\tThành phố\tTừ ngày\tĐến ngày\n"


def test_lan_pastes_legs_without_scripts(people: Callable[..., Any]) -> None:
    page = sign_in(people(java_script_enabled=False), "lan")
    page.goto("/procedures/outbound_delegation/new/")
    page.check("[name=whose] >> nth=0")
    send(page)
    page.goto(page.url + "matter-2/")
    page.check("[name=countries_neighbouring][value=true]")
    with page.expect_navigation():
        page.click("button[name=_import][value=legs]")
    page.fill("[name=pasted]", HEAD + "Nhật\tTokyo\t31/02/2026\t10/12/2026\n")
    send(page)
    assert "Dòng 2, Từ ngày" in page.inner_text(".error-summary")
    page.click("main .actions a >> nth=0")
    page.fill("[name=pasted]", HEAD + "Nhật Bản\tTokyo\t05/12/2026\t10/12/2026\n")
    send(page)
    assert "Nhận được" in page.inner_text("table")
    send(page)
    assert page.input_value("[name=legs-0-city]") == "Tokyo"
    assert page.is_checked("[name=countries_neighbouring][value=true]")


def test_the_pages_of_an_import_hold_for_everybody(page: Any) -> None:
    sign_in(page, "lan")
    page.goto("/procedures/outbound_delegation/new/")
    page.check("[name=whose] >> nth=0")
    send(page)
    draft = page.url
    page.goto(draft + "matter-2/")
    look(page)
    page.goto(draft + "matter-2/import/legs/")
    look(page)
    for day in ("31/02/2026", "05/12/2026"):
        page.goto(draft + "matter-2/import/legs/")
        page.fill("[name=pasted]", HEAD + f"Nhật Bản\tTokyo\t{day}\t10/12/2026\n")
        send(page)
        look(page)
