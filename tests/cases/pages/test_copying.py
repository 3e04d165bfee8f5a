"""A draft takes rows and answers from an earlier case of its own party, what is ticked and nothing else."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organisation
from cases.models import Case, ViewLog
from cases.services import open_case
from tests.cases.pages.conftest import field, page, user
from tests.cases.pages.grant import UNIVERSITY
from tests.cases.travel import PROCEDURE, member, travelled

WHEN = dt.datetime(2026, 11, 25, 2, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", WHEN.isoformat())


@pytest.fixture
def trip() -> Case:
    """A trip that Lan's university has filed."""
    return travelled("submit").case


def drafted(who: str = "lan", body: str = UNIVERSITY, **values: Any) -> Case:
    organisation = Organisation.objects.get(code=body) if body else None
    return open_case(procedure=PROCEDURE, actor=user(who), organisation=organisation, now=WHEN, values=values).case


def copying(draft: Case, source: Case | None = None) -> str:
    return f"/cases/{draft.submission_code}/edit/copy/" + (f"{source.code}/" if source is not None else "")


def offered(text: str) -> list[str]:
    return re.findall(r'data-field="(\w+)"', text)


def ticked(text: str) -> list[str]:
    return re.findall(r'name="take" value="(\w+)" id="[\w-]+" checked', text)


def taken(client: Client, address: str, *names: str) -> Any:
    version = field(page(client, address), "_version")
    return client.post(address, {"take": names, "_version": version})


def test_lan_copies_members_and_answers_of_the_last_trip(lan: Client, trip: Case) -> None:
    draft = drafted()
    assert copying(draft) in page(lan, f"/cases/{draft.submission_code}/edit/")
    assert copying(draft, trip) in page(lan, copying(draft))
    assert draft.dossier.get("members") is None
    assert taken(lan, copying(draft, trip), "members", "purpose").status_code == 302
    draft.refresh_from_db()
    row = draft.dossier["members"][0]
    assert (row["full_name"], row["birth_date"], row["id_no"]) == (
        member()["full_name"], member()["birth_date"], member()["id_no"]
    )  # fmt: skip
    assert draft.dossier["purpose"] == trip.dossier["purpose"]
    assert "host_name" not in draft.dossier


def test_declarations_days_amounts_files_and_the_filers_data_are_never_offered(lan: Client, trip: Case) -> None:
    draft = drafted()
    text = page(lan, copying(draft, trip))
    assert {"members", "legs", "purpose", "sending_unit"} <= set(offered(text))
    kept_out = {"depart_date", "important_event", "applicant_name", "contact_phone", "return_method", "total_cost"}
    assert kept_out & set(offered(text)) == set()
    taken(lan, copying(draft, trip), *offered(text))
    draft.refresh_from_db()
    row = draft.dossier["members"][0]
    assert {"discipline_declared", "exit_bar_declared", "party_member"} & row.keys() == set()
    assert {"from_date"} & draft.dossier["legs"][0].keys() == set()
    assert {"amount", "vnd"} & draft.dossier["funding"][0].keys() == set()


def test_sensitive_values_come_along_unseen_and_it_is_noted_at_the_earlier_case(lan: Client, trip: Case) -> None:
    draft = drafted()
    text = page(lan, copying(draft, trip))
    assert member()["id_no"] not in text
    assert "Chép theo mà không hiện ở đây: Số định danh cá nhân" in text
    taken(lan, copying(draft, trip), "members")
    look = ViewLog.objects.filter(case=trip).latest("pk")
    assert "members.id_no" in look.what
    assert draft.code in look.purpose


def test_what_the_draft_says_already_is_not_ticked(lan: Client, trip: Case) -> None:
    draft = drafted(purpose="dao_tao_boi_duong")
    text = page(lan, copying(draft, trip))
    assert "purpose" in offered(text)
    assert "purpose" not in ticked(text)
    assert "members" in ticked(text)


def test_what_has_left_its_list_is_left_out_and_said(lan: Client, trip: Case) -> None:
    stored = {**trip.dossier, "sending_unit": "so_cu", "host_country": "XX"}
    Case.objects.filter(pk=trip.pk).update(dossier=stored)
    text = page(lan, copying(drafted(), trip))
    assert {"sending_unit", "host_country"} & set(offered(text)) == set()
    members = [{**row, "unit": "so_cu"} for row in stored["members"]]
    Case.objects.filter(pk=trip.pk).update(dossier={**stored, "members": members})
    assert "Không còn trong danh mục nên không chép: so_cu" in page(lan, copying(drafted(), trip))


def test_what_would_not_be_saved_is_told_and_nothing_is_copied(lan: Client, trip: Case) -> None:
    twice = [*trip.dossier["members"], {**trip.dossier["members"][0], "row_no": 2}]
    Case.objects.filter(pk=trip.pk).update(dossier={**trip.dossier, "members": twice})
    draft = drafted()
    text = page(lan, copying(draft, trip))
    assert "Người này có hai lần trong danh sách" in text
    assert "members" not in ticked(text)
    assert taken(lan, copying(draft, trip), "members", "purpose").status_code == 422
    assert taken(lan, copying(draft, trip)).status_code == 422
    draft.refresh_from_db()
    assert {"members", "purpose"} & draft.dossier.keys() == set()


def test_nobody_copies_from_somebody_elses_case(lan: Client, phuc: Client, trip: Case) -> None:
    stranger = drafted("phuc", "cong_ty_song_lam")
    assert phuc.get(copying(stranger, trip)).status_code == 404
    assert phuc.post(copying(stranger, trip), {"take": "members"}).status_code == 404
    assert phuc.get(copying(drafted(), trip)).status_code == 404
    alone = drafted(body="")
    assert lan.get(copying(alone, trip)).status_code == 404, "what she files for herself is another party"
    other = drafted()
    assert lan.get(copying(drafted(), other)).status_code == 404, "a draft is not filed"
    assert "Chưa có hồ sơ nào để chép" in page(phuc, copying(stranger))


def test_the_counter_copies_within_one_party_alone(minh: Client, trip: Case) -> None:
    body = Organisation.objects.get(code=UNIVERSITY)
    given: dict[str, Any] = {"procedure": PROCEDURE, "actor": user("minh"), "now": WHEN}
    same = open_case(**given, applicant=user("lan"), organisation=body).case
    nobody = open_case(**given, applicant=None).case
    assert minh.get(copying(same, trip)).status_code == 200
    assert minh.get(copying(nobody, trip)).status_code == 404
