"""The whole story of a trip, by command line: a chair and a self-paying deputy head, two decisions of two authorities.

A member is replaced after issue, the trip is extended, everybody's duty closes but one, whose passport is late.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.clock import LOCAL
from config.trial import address_of
from config.trial_cases import pdf
from tests.audit.proof import faults_of_history
from tests.cases.travel import DELEGATED as GOLDEN
from tests.cases.travel import PROCEDURE, member, scenario
from workflows.scenarios import Action

CHAIR, DEPUTY = "Nguyễn Minh Quang", "Nguyễn Thị Mây"
PAID_FOR = [  # the budget pays for the chair, the others pay for themselves
    {"source": "nsnn_tinh", "item": "ve", "amount": {"minor": 41000000, "currency": "VND"}, "covers_all": False,
     "covers": [1]},
    {"source": "ca_nhan_tu_tuc", "item": "ve", "amount": {"minor": 64000000, "currency": "VND"}, "covers_all": False,
     "covers": [2, 3]},
]  # fmt: skip
SEEN: dict[str, Any] = {"confirm": ["read_before_signing"]}
PASSPORTS = {CHAIR: ("D1000001", "ngoai_giao", "001165000001"), DEPUTY: ("C1000002", "cong_vu", "099184000001")}


def members() -> list[dict[str, Any]]:
    """The chair of the province, a deputy head who pays for herself, and an officer who does as well."""
    deputy = {**member(), "row_no": 2, "delegation_role": "thanh_vien", "passport": PASSPORTS[DEPUTY][0]}
    chair = {
        **deputy, "row_no": 1, "full_name": CHAIR, "id_no": PASSPORTS[CHAIR][2], "birth_date": "1965-04-12",
        "gender": "nam", "position": "Chủ tịch Ủy ban nhân dân tỉnh", "unit": "ubnd_tinh", "rank": "lanh_dao_tinh",
        "province_body_post": "dung_dau", "delegation_role": "truong_doan", "managed_by": "btv_tu", "key_leader": True,
        "staff_kind": "cong_chuc", "passport": PASSPORTS[CHAIR][0],
    }  # fmt: skip
    officer = {k: v for k, v in deputy.items() if k not in ("passport", "grade_code", "grade_step", "grade_class")}
    officer |= {"row_no": 3, "full_name": "Đặng Thu Thủy", "id_no": "099190000004", "position": "Chuyên viên",
                "rank": "chuyen_vien", "passport_need": "ho_chieu_pho_thong"}  # fmt: skip
    return [chair, deputy, officer]


class Office:
    """The command line, at a moment that the story sets."""

    def __init__(self, folder: Path, clock: Callable[[str], None]) -> None:
        self.folder, self.clock, self.at = folder, clock, dt.datetime(2026, 11, 23, 8, tzinfo=LOCAL)
        self.code = ""

    def say(self, command: str, *arguments: str, given: Any = None, code: int = 0) -> dict[str, Any]:
        """Run one command five minutes later and return its object."""
        self.at += dt.timedelta(minutes=5)
        self.clock(self.at.isoformat())
        if given is not None:
            (self.folder / "given.json").write_text(json.dumps(given))
            arguments = (*arguments, "--data", str(self.folder / "given.json"))
        out, status = io.StringIO(), 0
        try:
            call_command(command, *arguments, "--json", stdout=out)
        except SystemExit as ended:
            status = int(ended.code or 0)
        said: dict[str, Any] = json.loads(out.getvalue())
        assert status == code, f"{command} {arguments}: {status}, {said}"
        return said

    def do(self, step: str, who: str, part: str = "", code: int = 0, **given: Any) -> dict[str, Any]:
        """Take a step of the case, as its scenario says it is usually taken, with what the story says otherwise."""
        on = ("--part", part) if part else ()
        return self.say("case", "do", self.code, step, "--as", address_of(who), *on, given=given, code=code)

    def usual(self, step: str, part: str = "", **changed: Any) -> dict[str, Any]:
        """Take a step of the case as the scenarios of the folder take it."""
        action = USUAL[f"{part.rpartition('-')[0]}.{step}" if part else step]
        given = {**action.with_, **changed}
        today = self.at.date().isoformat()
        given = {name: today if value == "@today" else value for name, value in given.items()}
        return self.do(step, action.as_, part, **given)

    def attach(self, kind: str, who: str, part: str = "") -> str:
        file = self.folder / f"{kind.rpartition(':')[2]}.pdf"
        file.write_bytes(pdf(f"{kind} {part}"))
        on = ("--part", part) if part else ()
        kept = self.say("case", "attach", self.code, kind, str(file), "--as", address_of(who), *on)
        return str(kept["attachment"]["id"])

    def time_comes(self, day: str, hour: int = 9) -> None:
        """Let everything fall due until then, as the worker does."""
        self.at = dt.datetime.fromisoformat(day).replace(hour=hour, tzinfo=LOCAL)
        self.clock(self.at.isoformat())
        call_command("worker", "--once", stdout=io.StringIO())

    def shown(self, who: str) -> dict[str, Any]:
        return self.say("case", "show", self.code, "--as", address_of(who))

    def parts(self) -> dict[str, str]:
        return {part["key"]: part["state"] for part in self.shown("ha")["parts"]}


def usual_steps() -> dict[str, Action]:
    """Return how the scenarios of the folder take each step, by part and name."""
    found: dict[str, Action] = {}
    for name in (GOLDEN, "one changed item is amended, and the first decision is read with the later one",
                 "the chair extends a stay, or refuses and leaves the first decision as it is (O2)",
                 "a director managed by the Standing Board goes after the Party has agreed"):  # fmt: skip
        for action in scenario(name).steps:
            place = f"{action.part.rpartition('-')[0]}.{action.do}" if action.part else action.do
            if action.do and not action.refused:
                found.setdefault(place, action)
    return found


USUAL = usual_steps()


@pytest.fixture
def office(in_province: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(tmp_path, lambda moment: monkeypatch.setenv("HOSO_CLOCK", moment))


def filed(office: Office) -> None:
    dossier = {**scenario(GOLDEN).given.dossier, "members": members(), "funding": PAID_FOR}
    opened = office.say(
        "case", "open", PROCEDURE, "--as", address_of("lan"), "--organisation", "dai_hoc_lam_giang", given=dossier
    )
    office.code = opened["submission_code"]
    for kind in (*scenario(GOLDEN).given.attachments, "cost_estimate", "party_opinion_file"):
        office.attach(kind, "lan")
    office.usual("submit")
    office.code = office.usual("receive")["case_code"]
    office.do("assign", "son", assignee=address_of("ha"))


def kept_in_the_safe(office: Office) -> dict[str, str]:
    """Ngân enters both passports and stores them; return the number of the row by holder."""
    rows = {}
    for holder, (number, kind, identifier) in PASSPORTS.items():
        given = {
            "passport_number": number, "passport_class": kind, "holder_name": holder, "holder_id_no": identifier,
            "holder_unit": "dai_hoc_lam_giang", "issued_on": "2024-03-01", "expires_on": "2029-03-01", "has_chip": True,
            "keeping_agency": "foreign_affairs_agency",
        }  # fmt: skip
        opened = office.say("ledger", "open", "passport_custody", "--as", address_of("ngan"), given=given)
        rows[holder] = opened["row"]["no"]
        safe(office, rows[holder], "store", safe_place="Két số 2")
    return rows


def safe(office: Office, row: str, step: str, code: int = 0, **given: Any) -> dict[str, Any]:
    given |= {"confirm": ["signed_by_both"]}
    return office.say("ledger", "do", row, step, "--as", address_of("ngan"), given=given, code=code)


def decided_by_two(office: Office) -> None:
    """The leader signs for the deputy head and the officer, the vice chair for the chair: who travels never signs."""
    assert office.parts() == {"decision-1": "preparing", "decision-2": "preparing"}
    for part in ("decision-1", "decision-2"):
        office.do("prepare_drafts", "ha", part)
    office.usual("submit_division")
    office.usual("submit_dept")
    office.do("attach_party_document", "ha", CHAIRS, outside_no="97-CV/TU", outside_date=office.at.date().isoformat(),
              outside_signer="Thường trực Tỉnh ủy", confirm=["classified_outside"])  # fmt: skip
    office.usual("sign_delegated", AGENCYS)
    office.usual("issue_delegated", AGENCYS)
    for step in ("sign_submission", "send_submission", "ppc_office_forward"):
        office.usual(step, CHAIRS)
    sign: dict[str, Any] = {"signing_form": "tm", "confirm": ["read_before_signing", "within_province"]}
    refused = office.do("ppc_approve", "quang", CHAIRS, code=3, **sign)
    assert "not_member" in {reason["code"] for reason in refused["reasons"]}
    office.do("ppc_approve", "hieu", CHAIRS, **{**sign, "signing_form": "kt", "deputy_reason": "vang_mat"})
    issued = office.usual("issue_decision", CHAIRS)
    assert issued["state"] == "issued"


AGENCYS, CHAIRS = "decision-2", "decision-1"  # in the order of the members: the chair is the first of them


def changed(
    office: Office, act: str, of: str, part: str, *, before_issue: Callable[[], None] = lambda: None, **given: Any
) -> None:
    """Ask for a change of the agency's decision and bring it to its number."""
    office.do(act, "lan", of, **given)
    office.do("prepare_drafts", "ha", part)
    office.do("submit_draft", "ha", part, review_note="Đã chỉnh sửa dự thảo, đúng thẩm quyền.")
    office.do("agree", "son", part)
    office.usual("sign_delegated", part)
    before_issue()
    office.usual("issue_delegated", part)


def replaced_by_hanh(office: Office) -> None:
    """Lan asks that Hạnh go instead of Thủy; it is so when the amending decision has its number, and not before."""
    deputy, thuy = members()[1:]
    hanh = {**thuy, "full_name": "Lê Thị Hạnh", "id_no": "099191000005", "birth_date": "1991-02-11"}
    named = {"item": "thanh_vien", "before": "Đặng Thu Thủy", "after": "Lê Thị Hạnh, Chuyên viên Phòng Đào tạo"}
    asked: dict[str, Any] = {"changed_fields": [named], "reason": "Bà Đặng Thu Thủy nghỉ ốm, cử người thay."}
    of_the_chair = {**members()[0], "position": "Chủ tịch"}
    office.do("request_amendment", "lan", AGENCYS, code=3, changes={"members": [of_the_chair, deputy, hanh]}, **asked)
    changed(office, "request_amendment", AGENCYS, "decision-3", changes={"members": [deputy, hanh]}, **asked,
            before_issue=lambda: members_are(office, CHAIR, DEPUTY, "Đặng Thu Thủy"))  # fmt: skip
    assert office.parts()["decision-2"] == "amended"
    members_are(office, CHAIR, DEPUTY, "Lê Thị Hạnh")


def members_are(office: Office, *names: str) -> None:
    assert [row["full_name"] for row in office.shown("ha")["dossier"]["members"]] == list(names)


def reported(office: Office, part: str) -> None:
    """The university reports, Hà takes the report."""
    report = office.attach("ask:file", "lan", part)
    fields = {"actual_return_date": "2026-12-20", "file": report,
              "actual_costs": [{"source": "nsnn_tinh", "item": "Vé và ăn ở", "vnd": 97000000}],
              "outcomes": [{"noi_dung": "Thống nhất khung chương trình đào tạo nghề"}]}  # fmt: skip
    office.do("submit_report", "lan", part, part_fields=fields)
    office.usual("accept_report", part)


def test_a_trip_from_its_filing_to_the_one_passport_that_is_late(office: Office) -> None:
    filed(office)
    decided_by_two(office)
    rows = kept_in_the_safe(office)
    replaced_by_hanh(office)

    safe(office, rows[CHAIR], "hand_out", code=3, sending_decision="62/QĐ-SNgV")  # it does not name the chair
    safe(office, rows[CHAIR], "hand_out", sending_decision="2207/QĐ-UBND")
    safe(office, rows[DEPUTY], "hand_out", sending_decision="62/QĐ-SNgV")
    office.do("return_result", "minh", receiver_name="Trần Thị Lan", confirm=["checked_identity"])
    office.time_comes("2026-12-14")
    assert office.shown("lan")["state"] == "abroad"

    office.time_comes("2026-12-16")
    changed(office, "extend_stay", "decision-3", "decision-4", new_return_date="2026-12-20",
            reason="Bên mời đề nghị ở lại ký biên bản ghi nhớ hợp tác.")  # fmt: skip
    office.time_comes("2026-12-18")
    assert office.shown("lan")["state"] == "abroad", "the trip lasts as long as the longest decision"
    safe(office, rows[CHAIR], "store", safe_place="Két số 2")

    office.time_comes("2026-12-21")
    parts = office.parts()
    assert {key: parts[key] for key in ("duty_report-1", "duty_report-2", "duty_passport-2")} == {
        "duty_report-1": "due", "duty_report-2": "due", "duty_passport-2": "due",
    }  # fmt: skip
    assert parts["duty_passport-1"] == "back"
    for part in ("duty_report-1", "duty_report-2"):
        reported(office, part)
    office.time_comes("2026-12-26")
    late_for_all_to_see(office, rows)
    office.say("history", "verify", "--all")
    assert faults_of_history() == []


def late_for_all_to_see(office: Office, rows: dict[str, str]) -> None:
    """The trip is not closed; custodian, leader and auditor see whose passport is late."""
    parts = office.parts()
    assert [key for key, state in parts.items() if key.startswith("duty") and state == "due"] == ["duty_passport-2"]
    for who in ("ngan", "binh", "an"):
        late = office.say("ledger", "list", "passport_custody", "--as", address_of(who), "--late")["rows"]
        assert [(row["no"], row["state"], row["late_since"]) for row in late] == [
            (rows[DEPUTY], "return_due", "2026-12-26")
        ]
    for who in ("binh", "an"):
        shown = office.shown(who)
        assert shown["state"] == "trip_over"
        assert {part["key"]: part["state"] for part in shown["parts"]}["duty_passport-2"] == "due"
    waiting = office.say("ledger", "explain", rows[DEPUTY], "--as", address_of("binh"))["steps"]
    assert next(step["allowed"] for step in waiting if step["name"] == "sign_return_reminder")
