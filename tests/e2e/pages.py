"""What every browser test does: sign in, fill a form, and look whether everybody can use the page."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

from config.trial import PASSWORD, address_of

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGE = {"width": 1280, "height": 900}
SMALL = {"width": 320, "height": 640}
FITS = "document.documentElement.scrollWidth <= innerWidth"


def sign_in(page: Any, name: str) -> Any:
    """Sign a person of the trial province in through the form."""
    page.goto("/accounts/login/")
    page.fill("[name=login]", address_of(name))
    page.fill("[name=password]", PASSWORD)
    page.click("main form button:not([name])")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    return page


def look(page: Any) -> None:
    """The page holds for people with a screen reader, on a narrow screen, in the dark, and under the strict policy."""
    assert "Server Error" not in page.content()
    found = Axe().run(page, options=RULES).response["violations"]
    assert found == [], f"{page.url}: {[(v['id'], [n['html'] for n in v['nodes']][:3]) for v in found]}"
    page.set_viewport_size(SMALL)
    assert fits(page), f"{page.url} is wider than 320 px"
    page.set_viewport_size(PAGE)


def fits(page: Any) -> bool:
    """Whether the page is no wider than its window; a busy machine lays a narrow page out a moment later."""
    for _ in range(30):
        if page.evaluate(FITS):
            return True
        page.wait_for_timeout(100)
    return False


def send(page: Any, button: str = "main form .actions button:not([name])") -> None:
    """Press the button of a form and wait for the answer."""
    with page.expect_navigation():
        page.locator(button).first.click()


def fill(page: Any, values: dict[str, Any]) -> None:
    """Fill a form as a person does: type, choose, tick."""
    for name, value in values.items():
        control = page.locator(f"[name='{name}']").first
        kind = control.get_attribute("type")
        if kind in ("radio", "checkbox"):
            for one in value if isinstance(value, list) else [value]:
                page.check(f"[name='{name}'][value='{one}']")
        elif control.evaluate("c => c.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
