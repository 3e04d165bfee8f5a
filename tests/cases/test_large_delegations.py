"""Sixty people on one trip: pages and steps ask the database as often as for one."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.services import save_dossier
from tests.cases.test_tables import opened
from tests.cases.travel import crowd, travelled
from tests.procedures.runner import Walk, person
from workflows.scenarios import Action

MOST = 25  # statements of a page of the form
REVIEW = {"review_note": "Hồ sơ đủ thành phần, đúng thẩm quyền; không vượt giới hạn nào."}


@pytest.fixture(autouse=True)
def _province(in_province: str) -> None:
    """What a test does is undone."""


def come(name: str, walk: Walk, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("HOSO_CLOCK", walk.now.isoformat())
    client = Client()
    client.force_login(person(name))
    return client


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200, address
    return len(asked)


@pytest.mark.parametrize("people", [1, 60])
def test_every_page_of_the_form_asks_little_however_many_travel(people: int, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = opened()
    save_dossier(case_id=walk.case.pk, actor=person("lan"), now=walk.now, values={"members": crowd(people)})
    lan, form = come("lan", walk, monkeypatch), f"/cases/{walk.case.submission_code}/edit/"
    pages = sorted(set(re.findall(rf'href="({form}[\w-]+/)"', lan.get(form).content.decode())))

    assert len(pages) == 7
    assert {page: found for page in (form, *pages) if (found := statements(lan, page)) > MOST} == {}


def test_an_officer_s_pages_and_steps_ask_as_often_for_sixty_as_for_eleven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of eleven on, both limits of size are explained: the case has the same parts."""
    eleven, sixty = (asked_for(people, monkeypatch) for people in (11, 60))

    assert {name: (eleven[name], found) for name, found in sixty.items() if found > eleven[name]} == {}


def asked_for(people: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Return how many statements a delegation of so many people costs on its way to the head of division."""
    letter = {"attachments": ["signed_request_letter", "programme_file", "invitation", "invitation_translation",
                              "plan_decision", "explanation_letter"], "rows": {}}  # fmt: skip
    walk = travelled("assign", given=letter, members=crowd(people))
    for limit in ("delegation_size", "delegation_size_flat"):
        why = {"limit": limit, "content": "Chuyến đi theo lời mời của đối tác đã ký thỏa thuận hợp tác."}
        walk.take(Action(do="explain_limit", **{"as": "lan", "with": why}))
    walk.take(Action(do="prepare_drafts", part="decision-1", **{"as": "ha"}))
    ha, case = come("ha", walk, monkeypatch), f"/cases/{walk.case.code}/"
    pages = {name: statements(ha, f"{case}{page}") for name, page in (
        ("case", ""), ("step", "do/submit_division/"), ("part", "parts/decision-1/do/prepare_drafts/"),
    )}  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        walk.take(Action(do="submit_division", **{"as": "ha", "with": REVIEW}))
    return {**pages, "taken": len(asked)}
