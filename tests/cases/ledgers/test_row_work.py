"""Work on rows of ledgers stands in the queue like that of cases, for the agency that keeps the row."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from cases import queries
from cases.models import Case, Task
from cases.queries import Work, desk_of
from cases.services import claim_task
from tests.cases.ledgers.custody import NOW, OF_HEALTH, STORE, passport, step
from tests.procedures.runner import person

pytestmark = pytest.mark.usefixtures("in_province")
LOSS: dict[str, Any] = {"loss_circumstances": "Ngày 16/11/2026 bị mất ở sân bay; đã báo cảnh sát sở tại."}


def work(found: Work) -> list[tuple[str, str]]:
    return sorted((task.case.code, task.state) for task in found.page()[0])


def lost(who: str = "ngan", **changed: Any) -> Case:
    """Return a passport whose loss has just been reported: a notice is to be signed."""
    row = passport(who, **changed)
    step(row, who, "store", **STORE)
    step(row, who, "report_lost", **LOSS)
    return row


def test_ngan_finds_what_a_lost_passport_asks_of_her_and_hoa_of_another_agency_her_own() -> None:
    row, other = lost(), lost("hoa", **OF_HEALTH)

    assert work(queries.to_take(desk_of(person("ngan"), NOW))) == [(row.code, "lost")]
    assert work(queries.to_take(desk_of(person("hoa"), NOW))) == [(other.code, "lost")]
    assert work(queries.to_take(desk_of(person("ha"), NOW))) == []


def test_it_is_taken_due_and_late_as_any_other_work() -> None:
    row = lost()
    task = Task.objects.get(case=row, role="passport_custodian", done_at=None)
    assert task.due_at is not None
    claim_task(task_id=task.pk, actor=person("ngan"), now=NOW)
    later = task.due_at + dt.timedelta(hours=1)

    assert work(queries.mine(desk_of(person("ngan"), NOW))) == [(row.code, "lost")]
    assert work(queries.late(desk_of(person("ngan"), later))) == [(row.code, "lost")]


def test_a_notice_of_loss_waits_for_its_signature_until_it_is_signed_then_for_its_number() -> None:
    row = lost()
    waits = Task.objects.get(case=row, state="sign_loss_notice", done_at=None)
    assert (waits.role, waits.due_at is not None) == ("agency_head", True)

    step(row, "binh", "sign_loss_notice", confirm=["read_before_signing"])

    assert Task.objects.get(pk=waits.pk).done_at is not None
    assert Task.objects.filter(case=row, state="send_loss_notice", role="clerk", done_at=None).exists()


def test_the_row_says_whom_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", NOW.isoformat())
    row, client = lost(), Client()
    client.force_login(person("binh"))
    html = client.get(f"/cases/{row.code}/").content.decode()

    assert "Đang chờ ai" in html
    assert "Ký thông báo mất, hỏng" in html
