"""Pages of registries: who finds what, the versions of an entry, the cases that say it and that refer to it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from accounts.clock import LOCAL
from cases.models import RegistryEntry, TableRow
from tests.cases.travel import member, travelled
from tests.procedures.runner import Walk, person

pytestmark = pytest.mark.usefixtures("in_province")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", dt.datetime(2026, 11, 24, 9, tzinfo=LOCAL).isoformat())


@pytest.fixture
def trip() -> Walk:
    """Mây goes to Japan under a decision in force, item 7 of the annual plan."""
    return travelled("issue_delegated")


def client(name: str) -> Client:
    found = Client()
    found.force_login(person(name))
    return found


def text(answer: object, status: int = 200) -> str:
    html: str = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == status, html[:2000]  # type: ignore[attr-defined]
    return html


def found(html: str) -> list[str]:
    """Return the entries of a list by name."""
    return re.findall(r'data-entry="([^"]+)"', html)


def followed(browser: Client, html: str, name: str) -> str:
    row = re.search(rf'data-entry="{name}".*?href="([^"]+)"', html, re.S)
    assert row is not None
    return text(browser.get(row[1]))


def test_ha_finds_who_travels_with_trips_and_duties_and_nobodys_number(trip: Walk) -> None:
    ha = client("ha")
    html = text(ha.get("/registries/travellers/"))
    assert found(html) == ["Nguyễn Thị Mây"]

    entry = followed(ha, html, "Nguyễn Thị Mây")

    assert "Số chuyến đi trong năm" in entry
    assert f'href="/cases/{trip.case.code}/"' in entry
    assert "Nhật Bản" in entry
    assert member()["id_no"] not in html + entry


def test_a_search_needs_no_accents_stands_in_no_address_and_takes_a_number_only_in_full(trip: Walk) -> None:
    ha, page = client("ha"), "/registries/travellers/"
    number = str(member()["id_no"])

    assert found(text(ha.post(page, {"text": "may nguyen"}))) == ["Nguyễn Thị Mây"]
    assert found(text(ha.post(page, {"text": number}))) == ["Nguyễn Thị Mây"]
    assert found(text(ha.post(page, {"text": number[:8]}))) == []
    assert found(text(client("van").post(page, {"text": number}))) == []  # the number is not for the clerk
    assert 'method="get"' not in text(ha.get(page))


def test_a_division_sees_only_what_its_own_cases_say(trip: Walk) -> None:
    nga = client("nga")  # of the other division
    said = RegistryEntry.objects.get(registry="travellers")

    assert found(text(nga.get("/registries/travellers/"))) == []
    assert nga.get(f"/registries/travellers/said/{trip.case.code}/{said.position}/").status_code == 404


def test_registries_are_the_offices_own(trip: Walk) -> None:
    assert "Danh mục" in text(client("an").get("/registries/"))
    for outsider in ("lan", "cong-an", "admin"):
        assert client(outsider).get("/registries/").status_code == 404
        assert client(outsider).get("/registries/plan_items/").status_code == 404
    assert client("ha").get("/registries/approval_matrix/").status_code == 404
    assert Client().get("/registries/").status_code == 302


def test_a_plan_item_tells_its_versions_and_the_cases_that_refer_to_it(trip: Walk) -> None:
    row = TableRow.objects.get(table="plan_items", key="dr-2026-07")
    row.valid_to = dt.date(2026, 6, 30)
    row.save()
    moment = dt.datetime(2026, 6, 20, tzinfo=dt.UTC)
    TableRow.objects.create(
        table="plan_items", key="dr-2026-07", columns={"vi": "Học tập đào tạo nghề, đợt 2", "year": 2026},
        valid_from=dt.date(2026, 7, 1), src="QĐ 15/QĐ-UBND", revision=2, changed_at=moment,
        changed_by=str(person("admin").pk),
    )  # fmt: skip
    ha = client("ha")
    entry = followed(ha, text(ha.get("/registries/plan_items/")), "Học tập đào tạo nghề, đợt 2")

    assert entry.count("<li>\n  <h3>") == 2
    assert "từ 01/07/2026" in entry
    assert "đến 30/06/2026" in entry
    assert "Tạ Quang Khôi" in entry
    assert "QĐ 15/QĐ-UBND" in entry
    assert trip.case.code in entry[entry.index("Hồ sơ dẫn chiếu") :]


def test_a_mandate_names_both_people_and_the_decisions_signed_under_it(trip: Walk) -> None:
    ha = client("ha")
    entry = followed(ha, text(ha.get("/registries/mandates/")), "45/UQ-UBND")

    assert "Nguyễn Minh Quang" in entry
    assert "Đỗ Thanh Bình" in entry
    assert trip.case.code in entry


def test_an_organisation_leads_to_its_cases(trip: Walk) -> None:
    ha = client("ha")
    html = text(ha.post("/registries/organisations/", {"text": "dai hoc"}))

    assert found(html) == ["Trường Đại học Lam Giang"]
    assert trip.case.code in followed(ha, html, "Trường Đại học Lam Giang")


def test_identifiers_of_those_whom_a_decision_names_are_not_told(trip: Walk) -> None:
    ha = client("ha")
    html = text(ha.post("/registries/sending_decisions/", {"text": "62/QD"}))

    entry = followed(ha, html, "Quyết định 62/QĐ-SNgV")

    assert "Người đứng đầu cơ quan ngoại vụ" in entry
    assert str(member()["id_no"]) not in html + entry
