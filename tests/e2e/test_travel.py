"""The whole story of a trip on pages: two decisions, a member replaced, the stay extended, one passport late."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.cases.pages.grant import pdf
from tests.cases.test_travel_story import DEPUTY
from tests.e2e.pages import fill, look, send, sign_in
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(900)]
CHAIRS, AGENCYS = "decision-1", "decision-2"
DRAFT_IT = """
import json
from accounts.clock import now
from accounts.models import Organisation
from cases.services import advance_case, attach_file, open_case, open_row
from config.trial_cases import pdf, person
from tests.cases.test_travel_story import PASSPORTS, PAID_FOR, members
from tests.cases.travel import DELEGATED, PROCEDURE, scenario
import io
given = scenario(DELEGATED).given
values = {**given.dossier, "members": members(), "funding": PAID_FOR}
body = Organisation.objects.get(code="dai_hoc_lam_giang")
case = open_case(procedure=PROCEDURE, actor=person("lan"), now=now(), organisation=body, values=values).case
for kind in (*given.attachments, "cost_estimate", "party_opinion_file"):
    source = io.BytesIO(pdf(kind))
    attach_file(case_id=case.pk, kind=kind, name=kind + ".pdf", source=source, actor=person("lan"), now=now())
rows = []
for holder, (number, kind, identifier) in PASSPORTS.items():
    row = open_row(ledger="passport_custody", actor=person("ngan"), now=now(), values={
        "passport_number": number, "passport_class": kind, "holder_name": holder, "holder_id_no": identifier,
        "holder_unit": "dai_hoc_lam_giang", "issued_on": "2024-03-01", "expires_on": "2029-03-01", "has_chip": True,
        "keeping_agency": "foreign_affairs_agency"}).case
    advance_case(case_id=row.pk, transition="store", actor=person("ngan"), now=now(),
                 data={"safe_place": "Két số 2", "confirm": ["signed_by_both"]})
    rows.append(row.code)
print(json.dumps([case.submission_code, *rows]))
"""


class Story:
    """The office with its windows, at a moment that the story sets: web server and worker look at the same clock."""

    def __init__(self, product: Product, browser: Browser) -> None:
        self.product, self.browser, self.ref, self.port = product, browser, "", 0
        self.windows: dict[str, Any] = {}
        self.faults: list[str] = []

    def it_is(self, moment: str) -> None:
        """Set the clock, let the worker carry out what has fallen due, and open the doors again."""
        self.product.env["HOSO_CLOCK"] = f"{moment}+07:00"
        if "web" in self.product.processes:
            self.product.end("web")
            self.product.manage("worker", "--once")
        self.product.start_web(port=self.port)
        self.port = int(self.product.address.rpartition(":")[2])

    def of(self, name: str) -> Any:
        """Return the window of a person, who signs in once."""
        if name not in self.windows:
            context = self.browser.new_context(base_url=self.product.address, locale="vi-VN")
            page = context.new_page()
            page.set_default_timeout(30_000)
            page.on("pageerror", lambda error: self.faults.append(str(error)))
            page.on("console", lambda m: self.faults.append(m.text) if "Content Security Policy" in m.text else None)
            self.windows[name] = sign_in(page, name)
        return self.windows[name]

    def opens(self, name: str, part: str = "", step: str = "") -> Any:
        """Open the page of the case, of a step of it or of one of its parts."""
        place = f"parts/{part}/" if part else ""
        page = self.of(name)
        page.goto(f"/cases/{self.ref}/{place}{f'do/{step}/' if step else ''}")
        return page

    def takes(self, name: str, step: str, part: str = "", files: tuple[str, ...] = (), **values: Any) -> Any:
        """Take a step: fill in its page, confirm what is to be confirmed, press its button."""
        page = self.opens(name, part, step)
        fill(page, values)
        for control in files:
            paper = {"name": f"{control}.pdf", "mimeType": "application/pdf", "buffer": pdf(f"{step}-{part}-{control}")}
            page.set_input_files(f"[name={control}]", files=[paper])
        for box in page.locator("[name=confirm]").all():
            box.check()
        for answer in page.locator("input[type=radio][name^=checklist][value=yes]").all():
            answer.check()
        with page.expect_navigation():
            page.locator(f"button[data-transition='{step}']").click()
        assert page.locator("[data-done]").count() or f"/do/{step}/" not in page.url, page.locator("main").inner_text()
        return page

    def row_takes(self, row: str, step: str, **values: Any) -> None:
        """Ngân takes a step of a passport."""
        ref, self.ref = self.ref, row
        self.takes("ngan", step, **values)
        self.ref = ref

    def close(self) -> None:
        for page in self.windows.values():
            page.context.close()


@pytest.fixture
def story(product: Callable[..., Product], browser: Browser) -> Iterator[Story]:
    told = Story(product(), browser)
    yield told
    told.close()
    assert told.faults == []


def filed(story: Story) -> None:
    """Lan mends a member on the page of the form and files; everybody can use these pages."""
    lan = story.of("lan")
    lan.goto(f"/cases/{story.ref}/edit/")
    pages = [str(a.get_attribute("href")) for a in lan.get_by_role("main").get_by_role("link").all()]
    for address in (p for p in pages if "/edit/" in p):
        lan.goto(address)
        if lan.locator("[name='legs-0-country']").count() or lan.locator("[name='members-0-full_name']").count():
            look(lan)
        if lan.locator("[name='members-2-position']").count():
            lan.fill("[name='members-2-position']", "Chuyên viên Phòng Đào tạo")
            with lan.expect_navigation():
                lan.locator("main form .actions button:not([name])").first.click()
            assert lan.locator("[aria-invalid]").count() == 0
    lan.goto(f"/cases/{story.ref}/check/")
    look(lan)
    lan.check("[name=confirm]")
    with lan.expect_navigation():
        lan.locator("[data-transition=submit]").click()


def decided_by_two(story: Story) -> None:
    story.takes("minh", "receive")
    story.ref = str(story.opens("minh").locator(".case__code .code").first.inner_text())
    son = story.opens("son", step="assign")
    officer = son.locator("label:has-text('Lê Thu Hà') input, option:has-text('Lê Thu Hà')").first
    story.takes("son", "assign", assignee=str(officer.get_attribute("value")))
    look(story.opens("ha"))
    for part in (CHAIRS, AGENCYS):
        story.takes("ha", "prepare_drafts", part)
    story.takes("ha", "submit_division", review_note="Hồ sơ đủ thành phần, đúng thẩm quyền.")
    story.takes("son", "submit_dept")
    story.takes("ha", "attach_party_document", CHAIRS, outside_no="97-CV/TU", outside_date="23/11/2026",
                outside_signer="Thường trực Tỉnh ủy")  # fmt: skip
    look(story.opens("binh", AGENCYS, "sign_delegated"))
    story.takes("binh", "sign_delegated", AGENCYS, signing_form="tuq")
    story.takes("van", "issue_delegated", AGENCYS)
    story.takes("binh", "sign_submission", CHAIRS, signing_form="truc_tiep")
    story.takes("van", "send_submission", CHAIRS)
    story.takes("tung", "ppc_office_forward", CHAIRS)
    story.takes("hieu", "ppc_approve", CHAIRS, signing_form="kt", deputy_reason="vang_mat")
    story.takes("thu", "issue_decision", CHAIRS, number_decision_to_send="2207/QĐ-UBND",
                date_decision_to_send="23/11/2026")  # fmt: skip
    assert story.of("thu").locator("[data-case-state=issued]").count() == 1
    ha = story.opens("ha")
    look(ha)
    assert "2207/QĐ-UBND" in ha.locator("main").inner_text()
    assert "62/QĐ-SNgV" in ha.locator("main").inner_text()


def hanh_goes_instead(story: Story) -> None:
    """Lan writes Hạnh into the row of Thủy, looks at the difference, says why and sends it."""
    lan = story.opens("lan", AGENCYS, "request_amendment")
    lan.locator(".folds > details:has([name='members-0-full_name']) > summary").click()
    assert lan.locator("[name$='-full_name']").count() == 2, "the chair is of another decision"
    fill(lan, {"members-1-full_name": "Lê Thị Hạnh", "members-1-id_no": "099191000005",
               "members-1-birth_date": "11/02/1991"})  # fmt: skip
    send(lan, "button.btn[name=_look]")
    assert "Lê Thị Hạnh" in lan.locator("ins.changed").first.inner_text()
    look(lan)
    fill(lan, {
        "changed_fields-0-item": "thanh_vien", "changed_fields-0-before": "Đặng Thu Thủy",
        "changed_fields-0-after": "Lê Thị Hạnh", "reason": "Bà Đặng Thu Thủy nghỉ ốm, cử người thay.",
    })  # fmt: skip
    send(lan, "button[data-transition=request_amendment]")
    assert "/do/" not in lan.url, lan.locator("main").inner_text()
    passed(story, "decision-3")
    ha = story.opens("ha")
    assert "Lê Thị Hạnh" in ha.content()
    look(ha)


def changed(story: Story, act: str, of: str, part: str, **values: Any) -> None:
    """Lan asks for a change of the agency's decision, it goes to its number."""
    story.takes("lan", act, of, **values)
    passed(story, part)


def passed(story: Story, part: str) -> None:
    """A change of the agency's decision goes to its number."""
    story.takes("ha", "prepare_drafts", part)
    story.takes("ha", "submit_draft", part, review_note="Đã chỉnh sửa dự thảo, đúng thẩm quyền.")
    story.takes("son", "agree", part)
    story.takes("binh", "sign_delegated", part, signing_form="tuq")
    story.takes("van", "issue_delegated", part)


def reported(story: Story, part: str) -> None:
    story.takes("lan", "submit_report", part, ("file",), **{
        "actual_return_date": "20/12/2026", "actual_costs-0-source": "nsnn_tinh", "actual_costs-0-item": "Vé, ăn ở",
        "actual_costs-0-vnd": "97000000", "outcomes-0-noi_dung": "Thống nhất khung chương trình đào tạo nghề",
    })  # fmt: skip
    story.takes("ha", "accept_report", part)


def late_for_all_to_see(story: Story, row: str) -> None:
    """Custodian, leader and auditor see whose passport is late; the trip is not closed."""
    for name in ("ngan", "binh", "an"):
        page = story.of(name)
        page.goto("/ledgers/passport_custody/?late=on")
        assert page.locator("tr[data-row]").count() == 1
        assert DEPUTY in page.locator("tr[data-row]").inner_text()
    look(story.of("ngan"))
    ref, story.ref = story.ref, row
    binh = story.opens("binh")
    assert binh.locator("[data-transition=sign_return_reminder]").count() == 1
    story.ref = ref
    auditor = story.opens("an")
    look(auditor)
    assert auditor.locator("[data-case-state=trip_over]").count() == 1
    assert "26/12/2026" in auditor.locator("main").inner_text()


def test_a_trip_on_pages_from_its_form_to_the_one_passport_that_is_late(story: Story) -> None:
    story.product.env["HOSO_CLOCK"] = "2026-11-23T08:00:00+07:00"
    said = story.product.manage("shell", "-c", DRAFT_IT).strip().splitlines()[-1]
    story.ref, chairs_row, deputys_row = json.loads(said)
    story.it_is("2026-11-23T09:00:00")
    filed(story)
    decided_by_two(story)
    hanh_goes_instead(story)
    story.row_takes(chairs_row, "hand_out", sending_decision="2207/QĐ-UBND")
    story.row_takes(deputys_row, "hand_out", sending_decision="62/QĐ-SNgV")
    story.takes("minh", "return_result", receiver_name="Trần Thị Lan")
    story.it_is("2026-12-14T09:00:00")
    assert story.opens("ha").locator("[data-case-state=abroad]").count() == 1

    changed(story, "extend_stay", "decision-3", "decision-4", new_return_date="20/12/2026",
            reason="Bên mời đề nghị ở lại ký biên bản ghi nhớ hợp tác.")  # fmt: skip
    story.row_takes(chairs_row, "store", safe_place="Két số 2")
    story.it_is("2026-12-21T09:00:00")
    for part in ("duty_report-1", "duty_report-2"):
        reported(story, part)
    story.it_is("2026-12-26T09:00:00")
    late_for_all_to_see(story, deputys_row)
