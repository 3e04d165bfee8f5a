"""The trial province with its people and published procedures; drafts of an aid case in every stage of writing."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organisation, User
from cases.models import Case
from cases.procedures import definition_of
from cases.services import Outcome, advance_case, attach_file, open_case, save_dossier
from config.trial import address_of
from tests.cases.pages.grant import GRANT, ITEMS, PAPERS, UNIVERSITY, pdf

NOW = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)  # 09:00, a Tuesday, in Viet Nam
BODIES = {"lan": UNIVERSITY, "hong": UNIVERSITY, "phuc": "cong_ty_song_lam"}


@pytest.fixture(autouse=True)
def _clock(in_province: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything a test of this folder does is undone; the clock stands."""
    monkeypatch.setenv("HOSO_CLOCK", NOW.isoformat())


def user(name: str) -> User:
    """Return a person of the trial province by the first part of the address."""
    return User.objects.get(email=address_of(name))


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(user(name))
    return client


@pytest.fixture
def lan() -> Client:
    return signed_in("lan")


@pytest.fixture
def hong() -> Client:
    """A colleague of Lan at the university."""
    return signed_in("hong")


@pytest.fixture
def phuc() -> Client:
    """A stranger to the university."""
    return signed_in("phuc")


@pytest.fixture
def minh() -> Client:
    """The officer at the counter."""
    return signed_in("minh")


def draft(who: str = "lan", values: dict[str, Any] | None = None) -> Case:
    """Return a draft of an aid case that somebody has opened for the own organisation."""
    body = Organisation.objects.get(code=BODIES[who])
    return open_case(procedure="ngo_aid", actor=user(who), organisation=body, now=NOW, values=values or {}).case


def complete(who: str = "lan", **changed: Any) -> Case:
    """Return a draft with everything that filing needs."""
    case = draft(who, {**GRANT, **changed})
    for kind in PAPERS:
        put(case, who, kind)
    case.refresh_from_db()
    return case


def put(case: Case, who: str, kind: str, name: str = "") -> None:
    attach_file(case_id=case.pk, kind=kind, name=name or f"{kind}.pdf", source=io.BytesIO(pdf(kind + name)),
                actor=user(who), now=NOW)  # fmt: skip


def filed(who: str = "lan", **changed: Any) -> Case:
    case = complete(who, **changed)
    step(case, who, "submit", confirm=["data_notice"])
    return case


def step(case: Case, who: str, name: str, part: str | None = None, **data: Any) -> Outcome:
    outcome = advance_case(case_id=case.pk, transition=name, actor=user(who), now=NOW, part_id=part, data=data)
    case.refresh_from_db()
    return outcome


def save(case: Case, who: str, **values: Any) -> None:
    save_dossier(case_id=case.pk, actor=user(who), now=NOW, values=values)
    case.refresh_from_db()


def supplement_asked(who: str = "lan") -> Case:
    """Return a filed case of which the counter asks two things."""
    case = filed(who)
    step(case, "minh", "request_supplement_intake", items=ITEMS)
    return case


def received(who: str = "lan") -> Case:
    case = filed(who)
    checklist = {item.code: "yes" for item in definition_of(case.definition_id).checklists["intake"]}
    step(case, "minh", "receive", checklist=checklist)
    return case


def page(client: Client, address: str) -> str:
    """Return the text of a page that opens."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.headers.get("Location"))
    return answer.content.decode()


def field(text: str, name: str) -> str:
    """Return the value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None, name
    return found[1]
