"""A report of a trip is written in several sittings: what is due at a step of a part is kept before the step."""
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cases.errors import CaseNotFound, InputFaults
from cases.models import Event, Part
from cases.services import save_part
from tests.cases.travel import PROCEDURE, scenario
from tests.procedures.runner import Walk, person, walked
from workflows.errors import TransitionRefused
from workflows.scenarios import Scenario

SignIn = Callable[[str], Client]
REPORT = {
    "actual_return_date": "17/12/2026",
    "actual_costs-rows": "1", "actual_costs-0-source": "ca_nhan_tu_tuc", "actual_costs-0-item": "Vé",
    "actual_costs-0-vnd": "31.500.000",
    "outcomes-rows": "1", "outcomes-0-noi_dung": "Thống nhất khung chương trình đào tạo nghề",
}  # fmt: skip


@pytest.fixture
def walk(in_province: str, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """Mây is back, her university owes the report."""
    found = scenario("an overdue report is urged by a letter that the leader signs, and a report may come back")
    back = next(n for n, action in enumerate(found.steps, 1) if "came_back" in action.then)
    made = walked(PROCEDURE, Scenario(name=found.name, given=found.given, steps=found.steps[:back]))
    monkeypatch.setenv("HOSO_CLOCK", made.now.isoformat())
    return made


def report(walk: Walk) -> Part:
    return Part.objects.get(case=walk.case, key="duty_report-1")


def address(walk: Walk, step: str = "submit_report") -> str:
    return f"/cases/{walk.case.code}/parts/duty_report-1/do/{step}/"


def test_lan_keeps_what_she_has_of_the_report_and_finds_it_again(walk: Walk, signed_in: SignIn) -> None:
    lan = signed_in("lan")
    page = lan.get(address(walk)).content.decode()
    assert 'name="save"' in page
    version = re.search(r'name="_version" value="(\d+)"', page)
    assert version is not None

    answer = lan.post(address(walk), {**REPORT, "_version": version[1], "save": "1"})

    assert answer.status_code == 302, answer.content.decode()
    assert report(walk).state == "due"
    assert report(walk).fields["actual_costs"] == [{"source": "ca_nhan_tu_tuc", "item": "Vé", "vnd": 31500000}]
    last = Event.objects.filter(case=walk.case).latest("seq")
    assert (last.name, last.part_key, last.kind) == ("save", "duty_report-1", "act")
    assert 'value="17/12/2026"' in lan.get(address(walk)).content.decode()


def test_a_wrong_value_alone_is_told_and_nothing_is_kept(walk: Walk, signed_in: SignIn) -> None:
    answer = signed_in("lan").post(address(walk), {**REPORT, "actual_return_date": "31/02/2026", "save": "1"})

    html = answer.content.decode()
    assert answer.status_code == 422
    assert html.count('class="error"') == 1
    assert "actual_return_date" not in report(walk).fields


def test_the_report_is_handed_in_from_the_same_page(walk: Walk, signed_in: SignIn) -> None:
    lan, file = signed_in("lan"), walk.attach("ask:file", person("lan"))
    lan.post(address(walk), {**REPORT, "save": "1"})

    answer = lan.post(address(walk), {**REPORT, "file-kept": file})

    assert answer.status_code == 302, answer.content.decode()
    assert report(walk).state == "submitted"


def test_nobody_else_writes_the_report_and_no_file_of_another_case_is_taken(walk: Walk) -> None:
    other = walked(PROCEDURE, Scenario(name="another trip", given=walk.given, steps=()))
    file = other.attach("ask:file", person("lan"))
    keep: dict[str, Any] = {"case_id": walk.case.pk, "part_id": "duty_report-1", "now": walk.now}

    with pytest.raises(TransitionRefused):
        save_part(actor=person("van"), values={"actual_return_date": "2026-12-17"}, **keep)
    with pytest.raises(InputFaults) as told:
        save_part(actor=person("lan"), values={"file": file}, **keep)
    assert [r.path for r in told.value.reasons] == ["part.file"]
    with pytest.raises(CaseNotFound):
        save_part(actor=person("lan"), values={}, **{**keep, "part_id": "duty_report-9"})
