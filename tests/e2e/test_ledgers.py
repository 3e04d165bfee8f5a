"""The register in a browser: everybody can read it, filter it, add a row, count; on a narrow screen, without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.pages import fill, look, send, sign_in
from tests.product import Product

pytestmark = pytest.mark.browser
REGISTER = "/ledgers/passport_custody/"
KEEP_THEM = """
from tests.cases.ledgers.custody import *
stored(passport_number="S1000001", holder_name="Nguyễn Thị Đào", expires_on="2027-02-01")
handed_out(passport_number="S1000002")
lost = stored(passport_number="S1000003", holder_name="Trần Quốc Toản")
step(lost, "ngan", "report_lost", loss_circumstances="Bị mất ở sân bay ngày 20/11, đã báo cảnh sát.")
"""
ROW = {
    "passport_number": "S2000001",
    "passport_class": "ngoai_giao",
    "holder_name": "Đỗ Thanh Bình",
    "holder_id_no": "001170000001",
    "holder_unit": "Sở Ngoại vụ tỉnh Lam Giang",
    "issued_on": "01/03/2024",
    "expires_on": "01/03/2029",
    "keeping_agency": "Sở Ngoại vụ tỉnh Lam Giang",
}


@pytest.fixture(scope="module")
def kept(shared_product: Product) -> Product:
    shared_product.manage("shell", "-c", KEEP_THEM)
    return shared_product


@pytest.fixture
def ngan(kept: Product, people: Callable[..., Any]) -> Any:
    return sign_in(people(), "ngan")


def test_ngan_reads_filters_and_looks_at_numbers(ngan: Any) -> None:
    ngan.goto("/ledgers/")
    look(ngan)
    ngan.goto(REGISTER)
    look(ngan)
    assert ngan.locator("tr[data-row]").count() >= 3
    assert "S1000001" not in ngan.content()
    ngan.goto(f"{REGISTER}?q=dao")
    look(ngan)
    assert ngan.locator("tr[data-row]").count() == 1
    fill(ngan, {"purpose": "Kiểm tra trước chuyến đi"})
    send(ngan, "main form button:has-text('Hiện trên trang')")
    look(ngan)
    assert "S1000001" in ngan.content()


def test_ngan_adds_a_row_and_stores_the_passport(ngan: Any) -> None:
    ngan.goto(f"{REGISTER}new/")
    look(ngan)
    send(ngan)
    look(ngan)
    fill(ngan, ROW)
    ngan.locator("[name=has_chip]").first.check()
    send(ngan)
    look(ngan)
    with ngan.expect_navigation():
        ngan.locator("[data-transition=store]").first.click()
    look(ngan)
    fill(ngan, {"safe_place": "Két số 3"})
    ngan.check("[name=confirm]")
    send(ngan, "button[data-transition=store]")
    look(ngan)
    assert ngan.locator("[data-case-state=in_custody]").count() == 1


def test_ngan_counts_and_binh_looks_at_the_count(ngan: Any, people: Callable[..., Any]) -> None:
    ngan.goto(f"{REGISTER}count/")
    look(ngan)
    ngan.check("[name=confirm]")
    send(ngan, "button[data-transition=reconcile_ledger]")
    look(ngan)
    for row in ngan.locator("tr.bad").all():
        row.locator("[type=checkbox]").check()
    send(ngan, "button[data-transition=reconcile_ledger]")
    binh = sign_in(people(), "binh")
    binh.goto(f"{REGISTER}count/")
    look(binh)
    with binh.expect_navigation():
        binh.locator("[data-transition=agree]").click()
    look(binh)
    send(binh, "button[data-transition=agree]")
    look(binh)
    assert "Lý Thị Ngân" in binh.locator("[aria-labelledby=past] ol.timeline").inner_text()
