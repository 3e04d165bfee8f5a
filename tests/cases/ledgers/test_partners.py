"""A ledger without a key: partners by kind, country and name; what they agreed; figures; the register as files."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import docx
import openpyxl
import pytest
from django.test import Client

from accounts.clock import LOCAL
from audit.attempts import Period
from audit.statistics import Result, statistics_of
from cases.models import Case
from cases.procedures import definition_by, in_force
from cases.services import advance_case, open_row
from tests.procedures.runner import Walk, person
from workflows.scenarios import Given

REGISTER = "/ledgers/partner_register/"
NOW = dt.datetime(2026, 11, 16, 9, 0, tzinfo=LOCAL)
OURS = {"signed_on": "2020-01-01", "renewal": "khong", "ended": False, "ours": "Ủy ban nhân dân tỉnh"}
OPEN_END = {**OURS, "title": "Thỏa thuận kết nghĩa"}
OVER = {**OPEN_END, "title": "Bản ghi nhớ", "until_day": "2021-01-01"}
RENEWED = {**OVER, "title": "Thỏa thuận khung", "renewal": "tu_dong"}


@pytest.fixture(autouse=True)
def _in_province(in_province: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", (NOW + dt.timedelta(hours=1)).isoformat())


def partner(name: str, kind: str = "truong_vien", country: str = "JP", *agreements: dict[str, Any]) -> Case:
    """Return a row that Hà has just opened."""
    values: dict[str, Any] = {
        "partner_name": name, "partner_kind": kind, "partner_country": country, "fields_of_work": ["giao_duc"],
        "keeping_agency": "foreign_affairs_agency", "agreements": list(agreements) or None,
    }  # fmt: skip
    known = {key: value for key, value in values.items() if value is not None}
    return open_row(ledger="partner_register", actor=person("ha"), now=NOW, values=known).case


def entered(name: str, *details: Any) -> Case:
    """Return a partner that Sơn has entered in the register."""
    row = partner(name, *details)
    contacts = {"contacts": [{"full_name": "Sato Hanako"}]}
    scan = {"agreement_copy": attached(row)} if row.dossier.get("agreements") else {}
    advance_case(
        case_id=row.pk, transition="propose", actor=person("ha"), now=NOW, data={"dossier": {**contacts, **scan}}
    )
    advance_case(
        case_id=row.pk, transition="enter", actor=person("son"), now=NOW, data={"confirm": ["sources_checked"]}
    )
    return Case.objects.get(pk=row.pk)


def attached(row: Case) -> str:
    walk = Walk("partner_register", Given(), NOW)
    walk.case = row
    return walk.attach("ask:agreement_copy", person("ha"))


def asked(who: str, address: str) -> str:
    client = Client()
    client.force_login(person(who))
    return client.get(address).content.decode()


def taken(kind: str) -> bytes:
    client = Client()
    client.force_login(person("ha"))
    return client.post(f"{REGISTER}ledger.{kind}", {"purpose": "Báo cáo lãnh đạo"}).content


def figures() -> dict[str, Result]:
    definition = definition_by(in_force("partner_register", NOW.date()).hash)
    found = statistics_of(definition, Period(NOW.date(), NOW.date()), frozenset({"auditor"}))
    return {result.statistic.code: result for result in found}


def test_the_register_lists_partners_by_kind_country_and_name_as_its_files_do() -> None:
    for name, kind, country in (
        ("Viện Sakura", "truong_vien", "JP"), ("Thành phố Vientiane", "dia_phuong_nuoc_ngoai", "LA"),
        ("Viện Hana", "truong_vien", "KR"), ("Đại học Aki", "truong_vien", "JP"),
    ):  # fmt: skip
        entered(name, kind, country)
    wanted = ["Thành phố Vientiane", "Viện Sakura", "Đại học Aki", "Viện Hana"]

    text = asked("ha", REGISTER)
    sheet = openpyxl.load_workbook(io.BytesIO(taken("xlsx"))).worksheets[0]
    table = docx.Document(io.BytesIO(taken("docx"))).tables[1]

    assert re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', text) == wanted
    assert [cell.value for cell in sheet["B"]][1:] == wanted
    assert [row.cells[3].text for row in table.rows][1:] == wanted
    assert "Sato Hanako" not in text + " ".join(cell.text for row in table.rows for cell in row.cells)


def test_a_register_that_knows_no_expiry_and_no_lateness_does_not_ask_for_them() -> None:
    entered("Viện Sakura")

    text = asked("ha", REGISTER)

    assert "hết hạn trong 12 tháng" not in text
    assert 'name="late"' not in text
    assert 'name="months"' not in text


def test_agreements_are_counted_while_they_are_in_force_and_partners_while_they_are_active() -> None:
    entered("Viện Sakura", "truong_vien", "JP", OPEN_END, OVER, RENEWED)
    entered("Viện Hana", "truong_vien", "KR")
    partner("Đại học Aki")

    found = figures()

    assert found["agreements_in_force"].total.value == 2
    assert [(key, figure.value) for key, figure in found["partners_by_kind"].rows] == [
        (("Trường, viện", "Hàn Quốc"), 1), (("Trường, viện", "Nhật Bản"), 1),
    ]  # fmt: skip


def test_a_step_that_lacks_only_what_its_own_page_asks_is_a_button_and_the_page_says_when() -> None:
    row = partner("Aozora Kai", "phi_chinh_phu")

    assert 'data-transition="propose"' in asked("ha", f"/cases/{row.code}/")
    assert "Bắt buộc khi “Loại đối tác”" in asked("ha", f"/cases/{row.code}/do/propose/")


def test_a_new_row_begins_with_the_agency_of_who_opens_it() -> None:
    text = asked("ha", f"{REGISTER}new/")

    assert re.search(r'<option value="foreign_affairs_agency"[^>]* selected', text)


def test_a_file_of_a_row_is_shown_by_its_name() -> None:
    row = entered("Viện Sakura", "truong_vien", "JP", OPEN_END)

    assert "ask:agreement_copy.pdf" in re.findall(r"<dd>([^<]*)</dd>", asked("ha", f"/cases/{row.code}/"))
