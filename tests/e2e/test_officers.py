"""The office at work in a browser: from the queue to the issued decision through every role, and two who are fast."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.clock import LOCAL
from tests.cases.pages.grant import pdf
from tests.e2e.pages import fill, look, sign_in
from tests.product import Product

pytestmark = pytest.mark.browser
AGENCIES = ("cong-an", "tai-chinh", "huu-nghi", "giao-duc", "phuong")
TODAY = dt.datetime.now(LOCAL).date()


def day(after: int) -> str:
    return f"{TODAY + dt.timedelta(days=after):%d/%m/%Y}"


class Officer:
    """One person of the office with a window of their own."""

    def __init__(self, page: Any, ref: str) -> None:
        self.page, self.ref = page, ref

    def opens(self) -> Any:
        self.page.goto(f"/cases/{self.ref}/")
        return self.page

    def chooses(self, step: str) -> None:
        """Open the page of a step from the page of the case."""
        with self.page.expect_navigation():
            self.page.locator(f"[data-transition='{step}']").first.click()

    def takes(self, step: str, **values: Any) -> None:
        """Open the case, choose a step, fill it in and take it."""
        self.opens()
        self.chooses(step)
        self.fills_and_presses(step, **values)

    def fills_and_presses(self, step: str, **values: Any) -> None:
        fill(self.page, values)
        for box in self.page.locator("[name=confirm]").all():
            box.check()
        with self.page.expect_navigation():
            self.page.locator(f"button[data-transition='{step}']").click()
        self.page.wait_for_selector("[data-done]")
        self.ref = str(self.page.locator(".case__code .code").inner_text())

    def reads_the_draft(self, paper: str) -> str:
        """Press the button of the preview and return the words of one draft."""
        with self.page.expect_navigation():
            self.page.locator("button[name=preview]").click()
        look(self.page)
        return str(self.page.locator(f"[data-draft={paper}]").inner_text())


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


TITLES = {
    "decision": "Phòng học thông minh cho trường vùng cao",
    "race": "Thuyền cứu hộ cho xã cù lao",
    "cosign": "Xe lăn cho người khuyết tật",
    "look": "Máy lọc nước cho trạm y tế",
    "english": "Thư viện xanh cho trường mầm non",
    "plain": "Nhà vệ sinh cho điểm trường lẻ",
}
FILE_THEM = """
import json
from accounts.clock import now
from tests.cases.officers.walk import Walk
codes = {}
for name, title in json.loads(%r).items():
    walk = Walk(lambda at: None, title_vi=title)
    walk.at = now()
    codes[name] = walk.submitted().case.submission_code
print(json.dumps(codes))
"""


@pytest.fixture(scope="module")
def filed(shared_product: Product) -> dict[str, str]:
    """The codes of six cases that Lan has filed, one for each test."""
    said = shared_product.manage("shell", "-c", FILE_THEM % json.dumps(TITLES))
    codes: dict[str, str] = json.loads(said.strip().splitlines()[-1])
    return codes


@pytest.fixture
def officer(people: Callable[..., Any], faults: list[str]) -> Callable[[str, str], Officer]:
    """`officer("ha", code)`: Hà, signed in once, about one case."""
    windows: dict[str, Any] = {}

    def arrive(name: str, ref: str) -> Officer:
        if name not in windows:
            windows[name] = listening(sign_in(people(), name), faults)
        return Officer(windows[name], ref)

    return arrive


def received(arrive: Callable[[str, str], Officer], ref: str) -> str:
    """Minh finds the case in his queue and receives it; return the case code."""
    minh = arrive("minh", ref)
    minh.page.goto("/queue/")
    look(minh.page)
    with minh.page.expect_navigation():
        minh.page.locator(f"tr:has-text('{ref}') button").click()
    minh.page.goto("/queue/?tab=mine")
    with minh.page.expect_navigation():
        minh.page.locator(f"th a:has-text('{ref}')").click()
    look(minh.page)
    minh.chooses("receive")
    for answer in minh.page.locator("input[type=radio][value=yes]").all():
        answer.check()
    assert "GIẤY TIẾP NHẬN HỒ SƠ" in minh.reads_the_draft("form_01_receipt")
    minh.fills_and_presses("receive")
    look(minh.page)
    return minh.ref


def consulted(arrive: Callable[[str, str], Officer], ref: str) -> None:
    """Hà is given the case and asks five agencies; each answers on its one page."""
    arrive("son", ref).takes("assign", assignee=option(arrive, ref))
    ha = arrive("ha", ref)
    ha.takes("start_validity_check")
    ha.opens()
    ha.chooses("ask_opinion")
    fill(ha.page, {"questions": "1. Khoản viện trợ có phù hợp quy hoạch của ngành không?", "reply_by": day(6)})
    assert "phù hợp quy hoạch của ngành" in ha.reads_the_draft("opinion_request")
    ha.fills_and_presses("ask_opinion")
    arrive("binh", ref).takes("sign_opinion_request", signing_form="truc_tiep")
    arrive("van", ref).takes("send_opinion_request")
    for number, name in enumerate(AGENCIES):
        answers(arrive(name, ref), number)


def option(arrive: Callable[[str, str], Officer], ref: str) -> str:
    """Return the value under which Hà is offered to Sơn."""
    son = arrive("son", ref)
    son.opens()
    son.chooses("assign")
    found = son.page.locator("label:has-text('Lê Thu Hà') input, option:has-text('Lê Thu Hà')")
    return str(found.first.get_attribute("value"))


def answers(agency: Officer, number: int) -> None:
    """An agency finds the request in its queue and answers with nothing to learn."""
    page = agency.page
    page.goto("/queue/")
    with page.expect_navigation():
        page.locator(f"tr:has-text('{agency.ref}') th a").click()
    if number == 0:
        look(page)
        assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in page.locator(".question .sheet").inner_text()
    paper = {"name": "y-kien.pdf", "mimeType": "application/pdf", "buffer": pdf(f"y-kien-{number}")}
    page.set_input_files("[name=file]", files=[paper])
    values = {"verdict": "dong_y", "content": "Thống nhất.", "outside_no": f"{80 + number}/TL", "outside_date": day(0)}
    agency.fills_and_presses("answer", **values)


def test_an_aid_case_goes_from_the_queue_to_the_issued_decision(
    officer: Callable[[str, str], Officer], filed: dict[str, str]
) -> None:
    ref = received(officer, filed["decision"])
    consulted(officer, ref)
    ha = officer("ha", ref)
    ha.opens()
    ha.chooses("submit_division")
    look(ha.page)
    ha.fills_and_presses(
        "submit_division", review_note="Hồ sơ đủ, hợp lệ, các cơ quan thống nhất.", appraisal_form="lay_y_kien",
        appraisal_result="dat", **{"appraisal_points-0-point": "Tính hợp pháp", "appraisal_points-0-finding": "dat"},
    )
    officer("son", ref).takes("submit_dept")
    officer("binh", ref).takes("sign_submission", signing_form="truc_tiep")
    officer("van", ref).takes("send_submission")
    officer("tung", ref).takes("ppc_office_forward")
    quang = officer("quang", ref)
    quang.opens()
    quang.chooses("ppc_approve")
    fill(quang.page, {"result_kind": "chap_thuan", "signing_form": "truc_tiep"})
    assert "QUYẾT ĐỊNH" in quang.reads_the_draft("approval_decision")
    quang.fills_and_presses("ppc_approve")
    thu = officer("thu", ref)
    thu.takes("issue_result", number_approval_decision="1234/QĐ-UBND", date_approval_decision=day(0))
    assert "1234/QĐ-UBND" in thu.page.locator("[data-done]").inner_text()
    assert thu.page.locator("[data-case-state=issued]").count() == 1
    look(ha.opens())
    assert "1234/QĐ-UBND" in ha.page.locator("[data-document=approval_decision]").inner_text()
    auditor = officer("an", ref)
    look(auditor.opens())
    assert auditor.page.locator("[data-transition]").count() == 0


def test_of_two_officers_the_second_is_told_who_was_faster(
    officer: Callable[[str, str], Officer], filed: dict[str, str]
) -> None:
    ref = received(officer, filed["race"])
    binh, yen = officer("binh", ref), officer("yen", ref)
    for leader in (binh, yen):
        leader.opens()
        leader.chooses("make_urgent")
        fill(leader.page, {"urgent_reason": "cap_cuu_nhan_dao", "reason": "Mùa lũ đến sớm hơn mọi năm."})
    binh.fills_and_presses("make_urgent")
    with yen.page.expect_navigation() as found:
        yen.page.locator("button[data-transition=make_urgent]").click()
    assert found.value.status == 409
    said = yen.page.locator("main").inner_text()
    assert "Đỗ Thanh Bình" in said
    assert "Xử lý khẩn" in said
    look(yen.page)
    with yen.page.expect_navigation():
        yen.page.locator("main .actions a").click()
    assert yen.page.locator(".case__head .tag", has_text="Khẩn").count() == 1


def test_what_is_not_possible_says_so_and_a_second_person_agrees(
    officer: Callable[[str, str], Officer], filed: dict[str, str]
) -> None:
    ref = received(officer, filed["cosign"])
    officer("son", ref).takes("assign", assignee=option(officer, ref))
    ha = officer("ha", ref)
    ha.takes("start_validity_check")
    ha.opens().locator("summary", has_text="Chưa làm được").click()
    assert ha.page.locator("[data-refused=make_urgent] [data-reason-code=role_missing]").is_visible()
    look(ha.page)
    ha.page.goto(f"/cases/{ref}/do/assign/")
    look(ha.page)
    rows = {"item": "Văn bản nhất trí", "why": "Chưa có chữ ký", "basis": "Nghị định", "how": "Nộp bản có chữ ký"}
    ha.takes("request_supplement", **{f"items-0-{name}": words for name, words in rows.items()})
    son = officer("son", ref)
    look(son.opens())
    son.chooses("agree")
    look(son.page)
    assert "Nộp bản có chữ ký" in son.reads_the_draft("form_02_supplement_request")
    son.fills_and_presses("agree")
    assert son.page.locator("[data-case-state=supplement_processing]").count() == 1


def test_ha_looks_at_an_account_number_and_says_what_for(
    officer: Callable[[str, str], Officer], filed: dict[str, str]
) -> None:
    ref = filed["look"]
    minh = officer("minh", ref)
    row = minh.opens().locator("[data-field=applicant_id_no]")
    assert "••••" in row.inner_text()
    row.locator("summary").click()
    minh.page.fill("#purpose-applicant_id_no", "Đối chiếu giấy đăng ký hoạt động")
    with minh.page.expect_navigation():
        row.locator("button").click()
    assert minh.page.locator("[data-sensitive=applicant_id_no]").inner_text() != ""
    look(minh.page)


@pytest.mark.long
def test_the_office_s_pages_hold_in_english_and_in_the_dark(
    people: Callable[..., Any], filed: dict[str, str], faults: list[str]
) -> None:
    ref = filed["english"]
    page = listening(sign_in(people(color_scheme="dark"), "minh"), faults)
    page.click("button[name=language][value=en]")
    case = f"/cases/{ref}/"
    for address in ("/queue/", "/queue/?q=x", case, f"{case}do/receive/", f"{case}do/assign/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.lang") == "en"
        look(page)
    page.click("button[name=language][value=vi]")


def test_the_office_works_without_scripts(
    people: Callable[..., Any], filed: dict[str, str]
) -> None:
    ref = filed["plain"]
    page = sign_in(people(java_script_enabled=False), "minh")
    page.goto(f"/cases/{ref}/do/receive/")
    for answer in page.locator("input[type=radio][value=yes]").all():
        answer.check()
    page.locator("button[data-transition=receive]").click()
    page.wait_for_selector("[data-case-state=received]")
