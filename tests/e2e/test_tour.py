"""The ten-minute tour of the README, step by step, on the demo with its cases."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from accounts.clock import LOCAL
from tests.e2e.pages import fill, look, send, sign_in
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.long]
DRAFT, FILED = "Nước sạch cho trường tiểu học An Lam", "Thư viện xanh cho trường mầm non Gò Mây"
ASKED, TO_SIGN = "Xe lăn cho người khuyết tật phường Bến Lam", "Thiết bị phòng thí nghiệm hóa học"


@pytest.fixture(scope="module")
def demo(shared_product: Product) -> Product:
    """The demo as `make run` prepares it."""
    stopped = json.loads(shared_product.manage("demo", "--cases", "--json").splitlines()[-1])["stopped"]
    assert stopped == []
    return shared_product


@pytest.fixture
def come(people: Callable[..., Any], demo: Product) -> Callable[..., Any]:
    """`come("lan")` opens a window of Lan's, `come()` one of somebody without an account."""
    return lambda name="": sign_in(people(), name) if name else people()


def opens(page: Any, title: str, place: str = "/queue/") -> Any:
    """Find a case by its title in a list and open it."""
    page.goto(place)
    row = page.locator("tr", has_text=title).first
    with page.expect_navigation():
        row.locator("th a").first.click()
    return page


def takes(page: Any, step: str, **values: Any) -> None:
    """Choose a step on the page of the case, see its papers, fill it in and take it."""
    with page.expect_navigation():
        page.locator(f"[data-transition='{step}']").first.click()
    look(page)
    fill(page, values)
    for box in page.locator("[name=confirm]").all():
        box.check()
    for answer in page.locator("input[type=radio][name^=checklist][value=yes]").all():
        answer.check()
    with page.expect_navigation():
        page.locator(f"button[data-transition='{step}']").click()
    page.wait_for_selector("[data-done]")


WAYS = ("Đã chứng nhận", "Hợp pháp hóa", "Đang xác minh", "apostille.lanhsuvietnam.gov.vn", "Bị từ chối")


def test_the_tour_of_the_readme(come: Callable[..., Any]) -> None:
    lan = come("lan")
    lan.goto("/cases/")
    with lan.expect_navigation():
        lan.locator("a", has_text=DRAFT).first.click()
    with lan.expect_navigation():
        lan.locator("a", has_text="Kiểm tra lại và nộp").click()
    lan.check("[name=confirm]")
    send(lan, "[data-transition=submit]")
    code = lan.locator("main .code").first.inner_text().strip()

    takes(opens(come("minh"), FILED), "receive")

    agency = opens(come("cong-an"), ASKED)
    fill(agency, {"verdict": "dong_y", "content": "Thống nhất.", "outside_no": "46/CAT", "outside_date": "24/11/2026"})
    send(agency, "button[data-transition=answer]")

    quang = opens(come("quang"), TO_SIGN)
    takes(quang, "ppc_approve", result_kind="chap_thuan", signing_form="tm")
    number = {"number_approval_decision": "513/QĐ-UBND", "date_approval_decision": f"{dt.datetime.now(LOCAL):%d/%m/%Y}"}
    takes(opens(come("thu"), TO_SIGN), "issue_result", **number)
    minh = opens(come("minh"), TO_SIGN)
    takes(minh, "return_result", receiver_name="Vũ Thị Hồng")

    visitor = come()
    visitor.goto("/track/")
    fill(visitor, {"code": code, "factor": "5678"})
    send(visitor)
    assert "Mới đăng ký" in visitor.locator("main").inner_text()

    auditor = come("an")
    auditor.goto("/history/")
    fill(auditor, {"code": minh.locator(".case__code .code").inner_text()})
    send(auditor, "main form button:not([name])")
    with auditor.expect_navigation():
        auditor.locator("tbody tr a").first.click()
    send(auditor, "button:has-text('Kiểm chứng')")
    look(auditor)
    assert auditor.locator(".banner--good[data-verdict]").count() == 1


def test_the_administrator_proposes_a_row_and_sees_what_waits_for_a_second_person(come: Callable[..., Any]) -> None:
    admin = come("admin")
    admin.goto("/office/rules/")
    with admin.expect_navigation():
        admin.get_by_role("link", name="Giới hạn về chuyến đi").first.click()
    look(admin)
    admin.goto("/office/rules/trip_limits/row/?key=total_days")
    look(admin)
    today = dt.datetime.now(LOCAL).date().isoformat()
    fill(admin, {"limit": "max = 12", "valid_from": today, "src": "Quyết định 9/QĐ-UBND"})
    send(admin, "main form button:not([name])")
    look(admin)
    assert "12" in admin.locator("main").inner_text()
    assert admin.get_by_role("main").get_by_role("button", name="Chấp nhận").count() == 0, "not one's own proposal"


def test_the_custodian_hands_a_passport_out_and_takes_it_back(come: Callable[..., Any]) -> None:
    ngan = come("ngan")
    ngan.goto("/ledgers/passport_custody/")
    look(ngan)
    with ngan.expect_navigation():
        ngan.locator("tr[data-row]", has_text="Lê Thu Hà").get_by_role("link").first.click()
    look(ngan)
    takes(ngan, "store", safe_place="Két số 2")
    takes(ngan, "hand_out", sending_decision="125-QD-UBND")
    ngan.goto("/ledgers/passport_custody/")
    fill(ngan, {"purpose": "Kiểm tra sổ cuối tháng"})
    with ngan.expect_download() as found:
        ngan.get_by_role("button", name=".xlsx").first.click()
    assert found.value.suggested_filename.endswith(".xlsx")


def test_the_leader_finds_two_decisions_of_one_trip_and_opens_one(come: Callable[..., Any]) -> None:
    binh = come("binh")
    binh.goto("/queue/")
    look(binh)
    with binh.expect_navigation():
        binh.locator("tr", has_text="Đi học tập").get_by_role("link").first.click()
    look(binh)
    with binh.expect_navigation():
        binh.locator(".crumbs a").last.click()
    look(binh)
    assert binh.locator("article.part[data-part^='decision-']").count() == 2
    with binh.expect_navigation():
        binh.locator("[data-part='decision-1'] a[href$='/do/sign_delegated/']").click()
    look(binh)
    assert binh.locator("button[data-transition=sign_delegated]").count() == 1


def test_the_leader_finds_a_passport_request_to_sign(come: Callable[..., Any]) -> None:
    binh = opens(come("binh"), "Phó Trưởng phòng Đào tạo")
    look(binh)
    assert binh.locator("[data-transition=sign_cover]").count() == 1


def test_a_citizen_asks_about_a_paper_and_follows_five_on_a_phone(come: Callable[..., Any]) -> None:
    visitor = come()
    visitor.goto("/procedures/consular_legalization/")
    with visitor.expect_navigation():
        visitor.get_by_role("link", name="Giấy tờ của tôi có cần").first.click()
    asked = {"country": "JP", "origin": "vn", "kind": "ho_tich_quoc_tich", "has_valid_apostille": "false"}
    fill(visitor, {name: value for name, value in asked.items() if visitor.locator(f"[name='{name}']").count()})
    send(visitor, "main form button:not([name])")
    look(visitor)
    assert "apostille.lanhsuvietnam.gov.vn" in visitor.locator("#answer").inner_text()

    lan = come("lan")
    said = {}
    for status in ("tài chính", "bổ sung", "Đang xử lý"):
        lan.goto("/cases/")
        with lan.expect_navigation():
            lan.locator("tr", has_text="Chứng nhận lãnh sự").filter(has_text=status).locator("th a").click()
        look(lan)
        said[status] = lan.locator("[data-next]").inner_text()
    assert "30.000 đồng" in said["tài chính"]
    assert "Giấy chứng nhận xuất xứ hàng hóa" in said["bổ sung"]
    assert "Dự kiến có kết quả" in said["Đang xử lý"]
    ways = [lan.locator(f"[data-row='{n}']").inner_text() for n in range(1, 6)]
    for way, words in zip(ways, WAYS, strict=True):
        assert words in way

    binh = opens(come("binh"), "Chứng nhận lãnh sự")
    look(binh)
    send(binh, "a[href$='/parts/paper-2/do/sign/']")
    look(binh)
    fill(binh, {"signing_form": "tuq"})
    binh.check("[name=confirm]")
    send(binh, "button[data-transition=sign]")
    binh.wait_for_selector("[data-done]")
    giang = come("giang")
    giang.goto("/ledgers/stamp_stock/")
    look(giang)
    assert "TA000108" in giang.locator("main").inner_text()
