"""The administrator's pages in a browser: everybody can use them; a day is decided and a row written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.pages import fill, look, send, sign_in

pytestmark = pytest.mark.browser
PAGES = (
    "/admin-office/people/",
    "/admin-office/units/",
    "/office/calendar/2027/",
    "/office/calendar/2027/change/",
    "/office/calendar/2027/remove/?day=2027-09-02",
    "/office/tables/",
    "/office/tables/office/",
    "/office/tables/series/",
    "/office/tables/office/row/?key=office",
    "/office/tables/office/row/?key=signers",
    "/office/tables/sectors/row/",
    "/office/tables/sectors/end/?key=y_te",
    "/office/procedures/",
    "/office/deliveries/",
)


@pytest.fixture
def admin(people: Callable[..., Any]) -> Any:
    return sign_in(people(), "admin")


@pytest.mark.long
def test_everybody_can_use_the_administrators_pages(admin: Any) -> None:
    for path in PAGES:
        assert admin.goto(path).status == 200, path
        look(admin)


def test_the_administrator_decides_a_day_off_of_a_year_without_a_decision(admin: Any) -> None:
    admin.goto("/office/calendar/2027/")
    assert "chưa có quyết định" in admin.locator("main .banner").inner_text()
    admin.goto("/office/calendar/2027/change/")
    send(admin)
    look(admin)
    assert admin.locator(".error-summary li").count() >= 2
    fill(admin, {"day": "2027-09-03", "kind": "off", "name": "Hoán đổi ngày nghỉ", "certainty": "confirmed",
                 "source_document": "Phương án nghỉ lễ năm 2027", "decided_on": "2026-11-20"})  # fmt: skip
    send(admin)
    assert admin.locator("[data-moved]").get_attribute("data-moved") == "0"
    look(admin)
    send(admin)
    assert admin.locator("tr[data-day='2027-09-03']").count() == 1
    assert admin.locator("main .banner--warn").count() == 0
    look(admin)


def test_the_administrator_writes_the_telephone_number_anew(admin: Any) -> None:
    admin.goto("/office/tables/office/row/?key=office")
    fill(admin, {"phone": "0299 3777 777", "src": "Thông báo 3/TB-SNgV"})
    send(admin)
    assert "0299 3777 777" in admin.locator("#held + .table-frame").inner_text()
    assert admin.locator("#past").count() == 1
    look(admin)
