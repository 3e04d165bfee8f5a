"""Rows pasted into a table of any form: they stand in the form with their faults, and wait for its own button."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from cases.models import Case
from tests.cases.pages.test_sheets import HEAD_OF_LEGS, reasons, words
from tests.cases.travel import travelled

WHEN = dt.datetime(2026, 11, 25, 2, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", WHEN.isoformat())


@pytest.fixture
def trip() -> Case:
    """A trip that Lan's university has filed."""
    return travelled("submit").case


def pasted(client: Client, case: Case, *rows: str, **typed: str) -> Any:
    form = {"legs-rows": "1", "legs-0-country": "", "legs-pasted": "\n".join((HEAD_OF_LEGS, *rows)), "legs-paste": "1"}
    return client.post(f"/cases/{case.code}/do/propose_change/", {**form, **typed})


def cell(answer: Any, name: str) -> str:
    found = re.search(rf'name="legs-{name}" value="([^"]*)"', answer.content.decode())
    return found[1] if found else ""


def chosen(answer: Any, name: str) -> list[str]:
    return re.findall(rf'name="legs-{name}".*?<option value="(\w+)" selected', answer.content.decode(), re.S)[:1]


def test_lan_pastes_legs_into_a_change_and_nothing_is_sent_yet(lan: Client, trip: Case) -> None:
    answer = pasted(lan, trip, "Nhật Bản\tOsaka\t05/12/2026\t06/12/2026", "Hàn Quốc\tSeoul\t07/12/2026\t08/12/2026")
    assert answer.status_code == 200
    assert (cell(answer, "0-city"), cell(answer, "1-city")) == ("Osaka", "Seoul")
    assert cell(answer, "1-to_date") == "08/12/2026"
    assert 'name="legs-rows" value="2"' in answer.content.decode()
    trip.refresh_from_db()
    assert trip.dossier["legs"][0]["city"] != "Osaka"


def test_pasted_rows_stand_behind_those_that_are_typed_with_what_is_wrong_at_its_cell(lan: Client, trip: Case) -> None:
    typed = {"legs-0-city": "Kyoto", "legs-0-from_date": "05/12/2026"}
    answer = pasted(lan, trip, "Nhật\tOsaka\t31/02/2026\t06/12/2026", **typed)
    assert (cell(answer, "0-city"), cell(answer, "1-city")) == ("Kyoto", "Osaka")
    assert cell(answer, "1-from_date") == "31/02/2026"
    said = words(answer)
    assert "“Nhật”: Không có trong danh mục. Gần nhất: Nhật Bản" in said
    assert "phải là một ngày có thật" in said


def test_what_is_no_rows_is_told_at_the_table_and_stays_to_be_corrected(lan: Client, trip: Case) -> None:
    form = {"legs-rows": "1", "legs-0-city": "Kyoto", "legs-pasted": "Nước\tThành phó\nJP\tOsaka", "legs-paste": "1"}
    answer = lan.post(f"/cases/{trip.code}/do/propose_change/", form)
    assert "Không có cột “Thành phó”; gần nhất: “Thành phố”" in " ".join(reasons(answer))
    assert cell(answer, "0-city") == "Kyoto"
    assert "JP\tOsaka</textarea>" in answer.content.decode()
