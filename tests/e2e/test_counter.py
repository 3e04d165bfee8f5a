"""The one-stop desk by keyboard alone: a known applicant files, the originals are taken in, the fee is asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cases.pages.grant import pdf
from tests.e2e.pages import look, sign_in
from tests.product import Product

pytestmark = pytest.mark.browser
FILED_BEFORE = """
import datetime as dt
from accounts.clock import LOCAL, now
from tests.cases.consular.desk import PROCEDURE, scenario
from tests.procedures.runner import walked
found = scenario("one paper is certified on the next working day (V4)")
at = f"{now().astimezone(LOCAL):%Y-%m-%d %H:%M}"
given = found.given.model_copy(update={"standing": [], "at": at})
print(walked(PROCEDURE, found.model_copy(update={"given": given, "steps": found.steps[:1]})).case.submission_code)
"""
MOST_TABS = 90


class Keyboard:
    """Somebody without a mouse; every key is counted."""

    def __init__(self, page: Any) -> None:
        self.page, self.keys = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    def on(self, selector: str) -> bool:
        return bool(self.page.evaluate("s => document.activeElement.matches(s)", selector))

    def waits_on(self, selector: str) -> None:
        """The page that has just come puts the cursor there by itself."""
        self.page.wait_for_function("s => document.activeElement.matches(s)", arg=selector)

    def go_to(self, selector: str, key: str = "Tab") -> None:
        """Tab on until the cursor is there."""
        for _ in range(MOST_TABS):
            if self.on(selector):
                return
            self.press(key)
        raise AssertionError(f"{selector} is not reached by keyboard on {self.page.url}")

    def choose(self, selector: str) -> None:
        """Go to a group of radio buttons by its first one and choose that, or to a box and tick it."""
        self.go_to(selector)
        self.press("Space")

    def pick(self, name: str, value: str) -> None:
        """Go back to a group of radio buttons and choose one of them."""
        self.go_to(f"[name={name}]", "Shift+Tab")
        while not self.on(f"[value='{value}']"):
            self.press("ArrowDown")
        self.press("Space")

    def send(self) -> None:
        """Press Enter where one is and wait for the answer."""
        with self.page.expect_navigation():
            self.press("Enter")

    def scan(self, kind: str, file: Path) -> None:
        """Go to a file control; the dialog behind it is the operating system's, a headless browser has none."""
        self.go_to(f"#upload-{kind}")
        self.keys += 1
        self.page.set_input_files(f"#upload-{kind}", str(file))



def test_minh_files_for_somebody_he_knows_without_a_mouse(
    people: Callable[..., Any], shared_product: Product, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    before = shared_product.manage("shell", "-c", FILED_BEFORE).strip().splitlines()[-1]
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(pdf("scan"))
    page = sign_in(people(), "minh")
    page.goto("/counter/")
    look(page)
    page.reload()
    minh, begun = Keyboard(page), time.monotonic()

    minh.waits_on("[name=account]")
    minh.pick("procedure", "consular_legalization")
    minh.go_to("[name=account]")
    minh.type("0912345678")
    minh.send()
    minh.waits_on("form .btn")
    minh.pick("whose", "-")
    minh.send()
    minh.waits_on(f"[href*='{before}']")  # the papers of the last case are offered first
    minh.send()
    minh.waits_on("form .btn")
    minh.send()
    look(page)
    page.reload()
    minh.waits_on("[name=papers-0-issue_date]")  # days are never copied: each paper has its own
    minh.type("16/11/2026")
    for kind in ("application_form", "papers_file", "identity_shown"):
        minh.scan(kind, scan)
    minh.choose("[name=confirm]")
    minh.go_to("[data-transition=file_at_counter]")
    minh.send()
    look(page)
    page.reload()
    minh.waits_on("[data-following=record_original]")
    minh.send()
    minh.choose("[name=place]")
    minh.go_to("[name=condition]")
    minh.type("02 trang, tốt")
    minh.send()
    page.wait_for_selector("[data-done]")
    minh.go_to("[data-transition=ask_fee]")
    minh.send()
    for answer in page.locator("input[type=radio][value=yes]").all():
        minh.choose(f"[name='{answer.get_attribute('name')}']")
    minh.choose("[name=confirm]")
    minh.go_to("button[data-transition=ask_fee]")
    minh.send()
    page.wait_for_selector("[data-done]")
    minh.go_to("[href$='/slip/']")
    minh.send()
    record_property("counter_keys", f"{minh.keys} keys, {time.monotonic() - begun:.1f} s of the machine")

    look(page)
    assert "30.000 đồng" in page.inner_text(".slip")
    assert "Đang giữ" in page.inner_text(".slip")


def test_enter_in_a_row_adds_the_next_one(people: Callable[..., Any]) -> None:
    page = sign_in(people(), "minh")
    page.goto("/counter/")
    page.check("[value=consular_legalization]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.fill("[name=papers-0-title]", "Quyết định")

    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert page.locator("fieldset.row-card").count() == 2
    assert page.input_value("[name=papers-0-title]") == "Quyết định"
    assert page.evaluate("document.activeElement.name").startswith("papers-1-")
