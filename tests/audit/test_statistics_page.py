"""The statistics of a period as An sees them: the page, its balance, the CSV with the same figures."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from accounts.models import RoleHeld, User
from tests.audit.office import Office, at, on


@pytest.fixture
def office(db: None) -> Office:
    return Office()


class TestThePage:
    @pytest.fixture
    def an(self, office: Office) -> Client:
        an = User.objects.create(email="an@vidu.example", full_name="Ngô Văn An", is_officer=True)
        RoleHeld.objects.create(user=an, role="auditor", unit=office.division, valid_from=on(1, 1))
        browser = Client()
        browser.force_login(an)
        return browser

    def test_an_sees_the_figures_and_their_balance(self, office: Office, an: Client) -> None:
        office.case(at(3, 2), on(3, 20), on(3, 19))
        page = an.get("/history/statistics/", {"first": "2026-03-01", "last": "2026-03-31"}).content.decode()
        assert 'data-statistic="handled_early"' in page
        assert 'data-balance="1 1"' in page
        assert "100,0 %" in page

    def test_the_csv_holds_the_same_figures(self, office: Office, an: Client) -> None:
        office.case(at(3, 2), on(3, 20), on(3, 19))
        query = {"first": "2026-03-01", "last": "2026-03-31", "procedure": "ngo_aid"}
        answer = an.get("/history/statistics.csv", query)
        body = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")  # type: ignore[attr-defined]
        rows = list(csv.DictReader(io.StringIO(body)))
        totals = {row["Mã chỉ tiêu"]: row["Giá trị"] for row in rows if row["Nhóm"] == "Tổng"}
        assert totals["handled_early"] == "1"
        assert totals["on_time_rate"] == "1.0"
        assert "Th%E1%BB%91ng%20k%C3%AA" in answer["Content-Disposition"]

    @pytest.mark.parametrize(
        "query", [{"first": "2026-03-05", "last": "2026-03-01"}, {"first": "2020-01-01", "last": "2026-01-01"},
                  {"first": "hôm qua"}, {"procedure": "không có"}],
    )  # fmt: skip
    def test_a_period_that_cannot_be_is_said(self, an: Client, query: dict[str, str]) -> None:
        assert an.get("/history/statistics/", query).status_code == 422
        assert an.get("/history/statistics.csv", query).status_code == 422
