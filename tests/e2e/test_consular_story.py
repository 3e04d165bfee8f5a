"""Five papers for three countries, from a telephone: three results, one refusal, one led to the Apostille portal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from accounts.clock import LOCAL
from config.trial_cases import png
from tests.e2e.pages import fill, look, send, sign_in
from tests.e2e.test_travel import Story
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(900)]
HELD = {"width": 360, "height": 740}
PHONE: dict[str, Any] = {"viewport": HELD, "has_touch": True, "is_mobile": True, "locale": "vi-VN"}
DRAFT_IT = """
import io
from accounts.clock import local_day, now
from cases.services import attach_file, open_case
from config.trial import FOLDER
from config.trial_cases import moved, pdf, person, written_on
from workflows.scenarios import read_scenarios
path = next(s for s in read_scenarios(FOLDER / "consular").scenarios if s.name.startswith("five papers"))
given = moved(path.given.dossier, written_on(path), local_day(now()))
one, diploma, licence, birth, bill = given["papers"]
papers = [one, diploma, {**licence, "form": "ban_dien_tu_ky_so"}, {**bill, "row_no": 4, "form": "ban_dien_tu_ky_so"},
          {**birth, "row_no": 5}]
lan = person("lan")
values = {**given, "papers": papers, "contact_name": lan.full_name, "contact_email": lan.email}
case = open_case(procedure="consular_legalization", actor=lan, now=now(), values=values).case
for kind in ("application_form", "identity_shown"):
    attach_file(case_id=case.pk, kind=kind, name=kind + ".pdf", source=io.BytesIO(pdf(kind)), actor=lan, now=now())
print(case.submission_code)
"""


class Desk(Story):
    """The office as in the story of a trip, and Lan with a telephone in her hand."""

    def of(self, name: str) -> Any:
        if name == "lan" and name not in self.windows:
            page = self.browser.new_context(base_url=self.product.address, **PHONE).new_page()
            page.set_default_timeout(30_000)
            self.windows[name] = sign_in(page, name)
        return super().of(name)

    def next_for_lan(self) -> str:
        """What Lan's page says comes next."""
        return str(self.opens("lan").locator("[data-next]").inner_text())

    def way_of(self, number: int) -> str:
        """What Lan's page says of one paper."""
        return str(self.opens("lan").locator(f"[data-row='{number}']").inner_text())


@pytest.fixture
def desk(product: Callable[..., Product], browser: Browser) -> Iterator[Desk]:
    made = product()
    made.manage("demo", "--cases")
    made.start_web()
    told = Desk(made, browser)
    told.ref = made.manage("shell", "-c", DRAFT_IT).strip().splitlines()[-1]
    yield told
    told.close()
    assert told.faults == []


def asked_and_filed(desk: Desk) -> None:
    """Lan asks about the paper for Japan, photographs her papers in one go, and files."""
    lan = desk.of("lan")
    lan.goto("/procedures/consular_legalization/ask/what_my_paper_needs/")
    fill(lan, {"country": "JP", "origin": "vn", "kind": "ho_tich_quoc_tich"})
    send(lan, "main form .actions button")
    assert "apostille.lanhsuvietnam.gov.vn" in lan.locator("#answer").inner_text()
    lan.goto(f"/cases/{desk.ref}/files/")
    taken = [{"name": f"IMG_{n}.png", "mimeType": "image/png", "buffer": png(width=300 + n)} for n in (1, 2)]
    lan.set_input_files("#upload-papers_file", files=taken)
    with lan.expect_navigation():
        lan.locator("form:has(#upload-papers_file) button.btn").click()
    assert lan.get_by_text("IMG_2.png").count()
    lan.goto(f"/cases/{desk.ref}/check/")
    lan.check("[name=confirm]")
    send(lan, "[data-transition=submit]")


def brought_and_paid(desk: Desk) -> None:
    """What is not handled is handed back; two originals come; the fee is paid."""
    desk.takes("minh", "hand_back_papers")
    desk.takes("minh", "await_originals")
    brings = desk.next_for_lan()
    assert "Giấy chứng nhận xuất xứ hàng hóa" in brings
    assert "Bằng cử nhân kinh tế" in brings
    assert "Trích lục khai sinh" not in brings
    look(desk.of("lan"))
    desk.of("lan").set_viewport_size(HELD)
    for part in ("original-1", "original-2"):
        desk.takes("minh", "record_original", part, place="mot_cua", condition="02 trang, còn nguyên vẹn")
    desk.takes("minh", "ask_fee", file_signature_check="hop_le")
    assert "120.000 đồng" in desk.next_for_lan()
    today = f"{dt.datetime.now(LOCAL):%d/%m/%Y}"
    desk.takes("tam", "pay", outside_no="BL-000901", paid_minor="120000", outside_date=today)
    assert "Dự kiến có kết quả" in desk.next_for_lan()


def each_on_its_way(desk: Desk) -> None:
    """Two papers are certified on paper, one electronically, one is refused."""
    kien = desk.opens("kien", step="assign")
    officer = kien.locator("label:has-text('Cao Thị Nga') input, option:has-text('Cao Thị Nga')").first
    desk.takes("kien", "assign", assignee=str(officer.get_attribute("value")))
    for part, specimen, stamp in (("paper-1", "so-cong-thuong", "TA000104"), ("paper-2", "dsq-lao", "TA000105")):
        desk.takes("nga", "match", part, specimen=specimen)
        desk.takes("nga", "bind_stamp", part, stamp_no=stamp)
        assert "Đang xử lý" in desk.way_of(int(part[-1]))
        desk.takes("binh", "sign", part, signing_form="tuq")
        desk.takes("van", "register", part)
    desk.takes("nga", "match_electronic", "paper-3")
    desk.takes("binh", "sign_electronic", "paper-3", signing_form="tuq")
    desk.takes("van", "register_electronic", "paper-3", ("signed_electronic_stamp",))
    why = "Ngày cấp trên hóa đơn bị sửa mà không có đính chính của cơ quan xác nhận."
    desk.takes("nga", "propose_refusal", "paper-4", refusal_code="altered_document", refusal_text=why)
    assert why not in desk.way_of(4)
    desk.takes("binh", "refuse_paper", "paper-4", signing_form="truc_tiep")
    assert why in desk.way_of(4)


def test_five_papers_for_three_countries_from_a_telephone(desk: Desk) -> None:
    asked_and_filed(desk)
    brought_and_paid(desk)
    each_on_its_way(desk)

    assert [desk.way_of(n).count("Đã chứng nhận") for n in range(1, 6)] == [1, 1, 1, 0, 0]
    assert "Nhật Bản" in desk.way_of(5)
    assert "apostille.lanhsuvietnam.gov.vn" in desk.way_of(5)
    collect = desk.next_for_lan()
    assert "Đến nhận kết quả" in collect
    assert "Bằng cử nhân kinh tế" in collect
    for part in ("original-1", "original-2"):
        desk.takes("minh", "hand_back", part, receiver_name="Trần Thị Lan")
    desk.takes("minh", "return_result", receiver_name="Trần Thị Lan")
    assert "không còn việc gì phải làm" in desk.next_for_lan()
    look(desk.of("lan"))
