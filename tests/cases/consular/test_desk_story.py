"""The whole story of a citizen at the consular desk, in each mode of the office, until its month is closed.

Lan asks, files five papers for three countries, pays, brings two originals, follows each paper and takes home three
results, one refusal and one "Apostille elsewhere"; stock, money and originals come out even.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import random
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.clock import LOCAL
from cases.models import Case
from cases.services import open_case
from config.trial import address_of
from documents.models import Document
from tests.audit.proof import faults_of_history
from tests.cases.consular.desk import FEE, PROCEDURE
from tests.cases.consular.month import closing
from tests.cases.consular.month.office import LETTERS, Office
from tests.cases.consular.month.people import GIVEN, PAPERS, Move
from tests.documents.reading import whole_text
from tests.procedures.runner import person, resolved

ASKED = "/procedures/consular_legalization/ask/what_my_paper_needs/?asked=1&origin=vn"
MONDAY = dt.datetime(2026, 11, 23, 8, 0, tzinfo=LOCAL)
NOVEMBER = dt.date(2026, 11, 1)
CHECKED: dict[str, Any] = {"dossier": {"file_signature_check": "hop_le"}}
SAYS_NO: dict[str, Any] = {"result": "tu_choi", "authority_stamp_no": None, "authority_register_no": None}


def five_papers() -> list[dict[str, Any]]:
    """Two originals on paper and three electronic papers, for Laos, Japan and Korea."""
    on_paper, electronic, birth = GIVEN["dossier"]["papers"][0], PAPERS["dien_tu"], PAPERS["khai_sinh"]
    return [
        {**on_paper, "row_no": 1},
        {**birth, "row_no": 2, "other_country": "JP", "form": "ban_dien_tu_ky_so"},
        {**electronic, "row_no": 3},
        {**on_paper, "row_no": 4, "title": "Giấy phép xuất khẩu", "other_country": "KR"},
        {**electronic, "row_no": 5, "other_country": "KR"},
    ]


@dataclass
class Story:
    """Lan's case and the people of the desk."""

    office: Office
    case: Case

    def do(self, step: str, part: str = "", **given: Any) -> None:
        assert self.office.does(self.case, Move(step, part, given=given)), (step, part, self.office.refused)
        self.office.passes(self.office.now)

    def at(self, day: int, hour: int, month: int = 11) -> None:
        self.office.passes(dt.datetime(2026, month, day, hour, 0, tzinfo=LOCAL))

    def seen_by_lan(self) -> dict[str, Any]:
        """Return what Lan reads of her case by command line: its state, and the state of each part."""
        out = io.StringIO()
        call_command("case", "show", self.case.submission_code, "--as", address_of("lan"), "--json", stdout=out)
        said = json.loads(out.getvalue())
        return {"case": said["state"], **{part["key"]: part["state"] for part in said["parts"]}}

    def paper(self, code: str) -> str:
        document = Document.objects.filter(case=self.case, paper=code).latest("created_at")
        assert document.blob is not None
        return whole_text(bytes(document.blob.body or b""))


def opened(mode: str) -> Story:
    """Open the desk in a mode, let Lan write her file."""
    office = Office(random.Random(0), now=MONDAY)
    if mode == "full":
        office.open(blanks=3)
    office.power(mode, dt.date(2026, 6, 1))
    values = resolved({**GIVEN["dossier"], "papers": five_papers(), "channel": "truc_tuyen"})
    case = open_case(procedure=PROCEDURE, actor=person("lan"), now=office.now, values=values).case
    for kind in LETTERS:
        office.walk(case).attach(kind, person("lan"))
    return Story(office, case)


def asks(country: str, kind: str) -> str:
    return Client().get(f"{ASKED}&country={country}&kind={kind}").content.decode()


def received(story: Story) -> None:
    """From the first question to the receipt: four papers count, the fifth is referred."""
    assert "cần chứng nhận lãnh sự" in asks("LA", "thuong_mai")
    assert "làm Apostille tại cổng của Bộ Ngoại giao" in asks("JP", "ho_tich_quoc_tich")
    story.do("submit")
    story.do("hand_back_papers")
    assert story.paper("guidance_note").count("Làm Apostille tại cổng trung ương") == 1
    story.do("await_originals")
    assert story.seen_by_lan() == {
        "case": "awaiting_originals", "original-1": "expected", "original-2": "expected",
    }  # fmt: skip
    story.do("record_original", "original-1")
    story.do("record_original", "original-2")
    story.do("ask_fee", **CHECKED)
    assert not story.office.does(story.case, Move("assign"))  # nothing is worked on before it is paid
    story.do("pay", paid_minor=4 * FEE)
    story.do("assign")


def taken_home(story: Story) -> None:
    """One paper is refused, three are certified; Lan takes her originals and her results."""
    assert story.seen_by_lan() == {
        "case": "partly_refused", "original-1": "held", "original-2": "held", "paper-1": "done", "paper-2": "done",
        "paper-3": "refused", "paper-4": "done",
    } | {key: "closed" for key in story.seen_by_lan() if key.startswith("shipment")}  # fmt: skip
    assert not story.office.does(story.case, Move("return_result"))
    for part in ("original-1", "original-2"):
        story.do("hand_back", part)
    story.do("return_result")
    assert story.seen_by_lan()["case"] == "returned"


def month_closed(story: Story) -> None:
    """Stock, money and originals come out even, and the history verifies."""
    story.office.passes(dt.datetime(2026, 12, 1, 9, 0, tzinfo=LOCAL))
    assert closing.originals_left() == {}
    assert closing.parts_open() == []
    closing.closed_month(story.office, NOVEMBER, exempt=0)
    assert sum(amount for _, amount in story.office.money) == 4 * FEE
    assert faults_of_history() == []


@pytest.fixture(autouse=True)
def _today(at_consular_desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", MONDAY.isoformat())


def test_an_office_with_full_power_certifies_three_papers_and_refuses_one() -> None:
    story = opened("full")
    received(story)
    story.do("match", "paper-1")
    story.do("bind_stamp", "paper-1", stamp_no="TA000101")
    for part in ("paper-2", "paper-4"):
        story.do("match_electronic", part)
        story.do("sign_electronic", part)
        story.do("register_electronic", part)
    story.do("propose_refusal", "paper-3")
    story.do("refuse_paper", "paper-3")
    assert story.seen_by_lan()["paper-1"] == "awaiting_signature"
    story.do("sign", "paper-1")
    story.do("register", "paper-1")
    taken_home(story)

    closing.counted(story.office, "2026-11")
    closing.settled(story.office)
    assert [row.state for row in closing.stamps()] == ["settled", "in_stock", "in_stock"]
    assert story.office.box == {"TA000102", "TA000103"}
    month_closed(story)


def test_an_office_that_receives_sends_four_papers_on_and_passes_the_results_back() -> None:
    story = opened("receive_only")
    received(story)
    story.do("open_shipment", rows=[1, 3, 4, 5])
    story.do("ship", "shipment-1")
    assert story.seen_by_lan() == {
        "case": "assigned", "original-1": "sent", "original-2": "sent", "shipment-1": "in_post",
        **{f"paper-{n}": "with_authority" for n in (1, 2, 3, 4)},
    }  # fmt: skip
    story.at(25, 9)
    story.do("delivered", "shipment-1")
    story.at(27, 9)
    for number in (1, 2, 3, 4):
        story.do("record_result", f"paper-{number}", **(SAYS_NO if number == 3 else {}))
    assert not story.office.does(story.case, Move("shipment_back", "shipment-1"))  # the originals are still there
    for part in ("original-1", "original-2"):
        story.do("record_back", part)
    story.do("shipment_back", "shipment-1")
    for number in (1, 2, 4):
        story.do("result_ok", f"paper-{number}")
    story.do("pass_on_refusal", "paper-3")
    story.do("refuse_paper", "paper-3")
    taken_home(story)
    month_closed(story)


def test_an_office_without_power_guides_and_takes_nothing() -> None:
    story = opened("none")

    assert "Cơ quan này không nhận" in asks("LA", "thuong_mai")
    assert not story.office.does(story.case, Move("submit"))
    assert story.office.refused["consular_mode_active"] == 1
    assert story.seen_by_lan() == {"case": "draft"}
    assert faults_of_history() == []
