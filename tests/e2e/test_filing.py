"""The golden path of filing in a browser: an aid case with its papers, a supplement, the counter, tracking."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cases.pages.grant import GRANT, ITEMS, PAPERS, pdf
from tests.e2e.pages import fill, look, send, sign_in
from tests.product import Product

pytestmark = pytest.mark.browser
ACTIONS = "main form .actions button"
FORM: dict[str, dict[str, Any]] = {
    "applicant": {"contact_phone": "0912345678"},
    "filing": {
        "request_letter_no": "12/CV-ĐHLG",
        "request_letter_date": "20/11/2026",
        "return_method": "truc_tuyen",
    },
    "matter-1": {
        "aid_kind": "phi_du_an",
        "donor_name": "Green River Foundation",
        "donor_type": "to_chuc_pcp_nuoc_ngoai",
        "donor_country": "Hoa Kỳ",
        "ingo_reg_no": "99/CNV-HĐ",
    },
    "matter-2": {
        "owner_org": "dai_hoc_lam_giang",
        "managing_agency": "ubnd_tinh",
        "sites": ["99001", "99010"],
        "sector": "giao_duc",
        "goals": "Trang bị phòng thí nghiệm cho 300 sinh viên.",
    },
    "matter-3": {
        "amount": "120.000,00",
        "amount-currency": "USD",
        "rate": "25345.5",
        "rate_date": "20/11/2026",
        "rate_source": "Bộ Tài chính",
        "amount_cash": "0",
        "amount_cash-currency": "USD",
        "amount_in_kind": "120.000,00",
        "amount_in_kind-currency": "USD",
        "amount_technical": "0",
        "amount_technical-currency": "USD",
    },
    "matter-4": {
        "budget_revenue": "false",
        "start_date": "01/01/2027",
        "end_date": "31/12/2027",
        "goods_used": "false",
    },
    "matter-5": {
        "banned_goods_declared": "true",
        "has_conference": "false",
        "has_foreign_language_document": "false",
    },
}


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What the pages complained about in the console; must stay empty."""
    said: list[str] = []
    yield said
    assert said == []


def listening(page: Any, faults: list[str]) -> Any:
    page.on("console", lambda m: faults.append(m.text) if "Content Security Policy" in m.text else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return page


def write(page: Any, title: str, glance: Callable[[Any], None]) -> str:
    """Write a draft from its list of tasks to the check, one page after the other; return its code."""
    ref = page.url.split("/")[4]
    glance(page)
    page.goto(f"/cases/{ref}/edit/applicant/")
    for section, values in FORM.items():
        assert page.url.endswith(f"/edit/{section}/"), page.url
        glance(page)
        fill(page, {**values, **({"title_vi": title} if section == "matter-1" else {})})
        send(page, f"{ACTIONS}:not([name])")
    assert page.url.endswith("/files/")
    for kind in PAPERS:
        paper = {"name": f"{kind}.pdf", "mimeType": "application/pdf", "buffer": pdf(kind)}
        page.set_input_files(f"#upload-{kind}", files=[paper])
        send(page, f"#file-{kind} form[enctype] button")
    glance(page)
    page.goto(f"/cases/{ref}/check/")
    glance(page)
    return str(ref)


def test_lan_files_an_aid_case_and_everybody_could(people: Callable[..., Any], faults: list[str]) -> None:
    page = listening(sign_in(people(), "lan"), faults)
    page.goto("/procedures/ngo_aid/")
    page.locator("a[href$='/new/']").first.click()
    page.wait_for_url("**/new/")
    look(page)
    page.check("[value=dai_hoc_lam_giang]")
    send(page)
    ref = write(page, "Thiết bị phòng thí nghiệm hóa học", look)
    send(page, "[data-transition=submit]")
    assert "Chưa xác nhận" in page.locator("#errors").inner_text()
    look(page)
    page.check("[name=confirm]")
    send(page, "[data-transition=submit]")
    assert ref in page.locator(".receipt").inner_text()
    look(page)
    page.goto(f"/cases/{ref}/")
    look(page)
    for address in ("/cases/", f"/cases/{ref}/do/propose_change/", f"/cases/{ref}/do/withdraw_before_receipt/"):
        page.goto(address)
        look(page)


def test_lan_files_without_scripts(people: Callable[..., Any]) -> None:
    page = sign_in(people(java_script_enabled=False), "lan")
    page.goto("/procedures/ngo_aid/new/")
    page.check("[value=dai_hoc_lam_giang]")
    send(page)
    ref = write(page, "Máy chiếu cho giảng đường lớn", lambda page: None)
    page.check("[name=confirm]")
    send(page, "[data-transition=submit]")
    assert page.url.endswith(f"/cases/{ref}/done/")


def test_what_is_wrong_is_shown_and_reached_from_the_summary(people: Callable[..., Any], faults: list[str]) -> None:
    page = listening(sign_in(people(), "hong"), faults)
    page.goto("/procedures/ngo_aid/new/")
    page.check("[value='-']")
    send(page)
    ref = page.url.split("/")[4]
    page.goto(f"/cases/{ref}/edit/matter-3/")
    fill(page, {"amount": "mười", "rate_date": "31/02/2026", "rate_source": "Bộ Tài chính"})
    send(page, f"{ACTIONS}:not([name])")
    assert page.title().startswith("Lỗi:")
    assert page.evaluate("document.activeElement.id") == "errors"
    look(page)
    page.click("#errors a[href='#id_rate_date']")
    assert page.evaluate("document.activeElement.name") == "rate_date"
    assert page.input_value("[name=rate_source]") == "Bộ Tài chính"
    page.goto(f"/cases/{ref}/files/")
    program = {"name": "virus.exe", "mimeType": "application/pdf", "buffer": b"MZ" * 60}
    page.set_input_files("#upload-request_letter", files=[program])
    page.click("#file-request_letter form[enctype] button")
    page.locator("#errors", has_text="Không nhận loại tệp").wait_for()
    assert page.evaluate("document.activeElement.id") == "errors"
    look(page)


def test_two_windows_on_one_page_lose_nothing(people: Callable[..., Any]) -> None:
    first = sign_in(people(), "lan")
    first.goto("/procedures/ngo_aid/new/")
    first.check("[value=dai_hoc_lam_giang]")
    send(first)
    ref = first.url.split("/")[4]
    second = sign_in(people(), "hong")
    for page, words in ((first, "Mục tiêu của Lan"), (second, "Mục tiêu của Hồng")):
        page.goto(f"/cases/{ref}/edit/matter-2/")
        page.fill("[name=goals]", words)
    send(second, f"{ACTIONS}:not([name])")
    send(first, f"{ACTIONS}:not([name])")
    assert "Vũ Thị Hồng" in first.locator("#errors").inner_text()
    assert "Mục tiêu của Hồng" in first.locator("main table").inner_text()
    assert first.input_value("[name=goals]") == "Mục tiêu của Lan"
    look(first)


@pytest.fixture(scope="module")
def hongs_case(shared_product: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The code of a case that Hồng has filed by command."""
    folder, by = tmp_path_factory.mktemp("filed"), ("--as", "hong@lamgiang.example")
    values, paper = folder / "grant.json", folder / "paper.pdf"
    values.write_text(json.dumps({**GRANT, "title_vi": "Thiết bị thư viện điện tử"}), encoding="utf-8")
    ref = str(shared_product.json("case", "open", "ngo_aid", "--data", str(values), *by)["submission_code"])
    for kind in PAPERS:
        paper.write_bytes(pdf(kind))
        shared_product.json("case", "attach", ref, kind, str(paper), *by)
    do(shared_product, folder, ref, "submit", "hong", {"confirm": ["data_notice"]})
    return ref


def do(product: Product, tmp_path: Path, ref: str, name: str, who: str, data: dict[str, Any]) -> None:
    given = tmp_path / f"{name}.json"
    given.write_text(json.dumps(data), encoding="utf-8")
    product.json("case", "do", ref, name, "--data", str(given), "--as", f"{who}@lamgiang.example")


def test_hong_answers_a_supplement_item_by_item(
    people: Callable[..., Any], shared_product: Product, hongs_case: str, tmp_path: Path, faults: list[str]
) -> None:
    ref = hongs_case
    do(shared_product, tmp_path, ref, "request_supplement_intake", "minh", {"items": ITEMS})
    page = listening(sign_in(people(), "hong"), faults)
    page.goto(f"/cases/{ref}/")
    look(page)
    page.click("[data-transition=answer] a")
    look(page)
    paper = {"name": "nhất trí.pdf", "mimeType": "application/pdf", "buffer": pdf("signed")}
    page.set_input_files("#file-0", files=[paper])
    page.select_option("#kind-0", "donor_consent")
    page.fill("#reply-1", "Đã ghi đơn giá")
    send(page, "button[name=_upload][value='0']")
    assert "nhất trí.pdf" in page.content()
    assert page.input_value("#reply-1") == "Đã ghi đơn giá"
    page.check("#answered-0")
    send(page, "[data-transition=answer]")
    assert page.locator("[data-reason-code=every_item_answered]").count() == 1
    look(page)
    page.check("#answered-1")
    send(page, "[data-transition=answer]")
    assert page.locator("[data-public-status='1']").count() >= 1


def test_minh_enters_a_case_at_the_counter(people: Callable[..., Any], faults: list[str]) -> None:
    page = listening(sign_in(people(), "minh"), faults)
    page.goto("/counter/")
    look(page)
    fill(page, {"procedure": "ngo_aid", "channel": "truc_tiep"})
    send(page)
    ref = page.url.split("/")[4]
    page.goto(f"/cases/{ref}/edit/applicant/")
    who = {
        "applicant_kind": "to_chuc",
        "applicant_name": "Hội Khuyến học",
        "applicant_address": "Số 1 đường Bờ Sông",
        "contact_name": "Bà Sáu",
    }
    fill(page, who)
    page.goto(f"/cases/{ref}/edit/")
    ref = write(page, "Sách cho trường vùng cù lao", lambda page: None)
    page.goto(f"/cases/{ref}/edit/applicant/")
    fill(page, {**who, "contact_phone": "0987654321"})
    send(page, f"{ACTIONS}:not([name])")
    page.goto(f"/cases/{ref}/check/")
    look(page)
    page.check("[name=confirm]")
    send(page, "[data-transition=file_at_counter]")
    assert "Báo mã này cho người nộp" in page.content()
    look(page)


def test_a_case_is_followed_without_an_account(people: Callable[..., Any], hongs_case: str, faults: list[str]) -> None:
    page = listening(people(), faults)
    page.goto(f"/track/?code={hongs_case}")
    look(page)
    page.fill("[name=factor]", "1111")
    send(page)
    assert "Không tìm thấy hồ sơ" in page.locator("#errors").inner_text()
    look(page)
    page.fill("[name=factor]", "5678")
    send(page)
    assert page.url.endswith("/track/")
    assert page.locator("[data-public-status='1']").count() >= 1  # before and after its supplement
    look(page)


@pytest.mark.long
def test_the_pages_hold_in_english_and_in_the_dark(people: Callable[..., Any], faults: list[str]) -> None:
    page = listening(sign_in(people(color_scheme="dark"), "phuc"), faults)
    page.click("button[name=language][value=en]")
    for address in ("/procedures/ngo_aid/new/", "/cases/", "/track/"):
        page.goto(address)
        look(page)
    page.goto("/procedures/ngo_aid/new/")
    page.check("[value='-']")
    send(page)
    ref = page.url.split("/")[4]
    for part in ("edit/", "edit/matter-1/", "edit/matter-3/", "files/", "check/"):
        page.goto(f"/cases/{ref}/{part}")
        assert page.evaluate("document.documentElement.lang") == "en"
        look(page)
