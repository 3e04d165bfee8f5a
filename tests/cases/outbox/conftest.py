"""Outbox rows of kinds that only these tests know, on a database where commits are real."""
from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import User
from cases import effects
from cases.effects import Effect, delivers
from cases.models import Event, OutboxEntry, Part
from cases.procedures import definition_of
from cases.services import Outcome, advance_case, do_act, open_case
from cases.services.outbox import deliver, due_entries
from config.trial import address_of

NOW = dt.datetime(2026, 3, 3, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def kinds() -> Iterator[Callable[..., str]]:
    """`kinds(handler, together=True)` registers a kind for this test and returns its name."""
    known, numbers = dict(effects._carriages), itertools.count(1)

    def register(handler: Callable[[Effect], None], **options: Any) -> str:
        name = f"test_{next(numbers)}"
        delivers(name, **options)(handler)
        return name

    yield register
    effects._carriages.clear()
    effects._carriages.update(known)


@pytest.fixture(autouse=True)
def _no_chores(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the rooms above do once a minute hangs on the hour of the day; here only what a test promises is there."""
    monkeypatch.setattr("cases.effects._chores", {})


@pytest.fixture
def promised(own_database: str) -> Callable[..., OutboxEntry]:
    """`promised(kind)` writes an outbox row that is due now."""
    numbers = itertools.count(1)

    def promise(kind: str, **values: Any) -> OutboxEntry:
        row = {"key": f"k:{next(numbers)}", "due": NOW, "created_at": NOW, **values}
        return OutboxEntry.objects.create(kind=kind, **row)

    return promise


@pytest.fixture
def complaint(in_province: str) -> Complaint:
    """A complaint that Lan has filed with the trial province on the morning of 03/3/2026."""
    return Complaint()


def user(name: str) -> User:
    """Return a person of the trial province by the first part of the address."""
    return User.objects.get(email=address_of(name))


class Complaint:
    """One case, led by hand; `deliver_due` does what the worker would do at a moment."""

    def __init__(self) -> None:
        opened = open_case(procedure="complaint", actor=user("lan"), now=NOW, values=DOSSIER)
        self.case = opened.case
        self.do("lan", "submit", NOW)

    def do(self, who: str, name: str, at: dt.datetime, part: str | None = None, **data: Any) -> Outcome:
        kind = part.rpartition("-")[0] if part else None
        step = definition_of(self.case.definition_id).machine_of(kind).step(name)
        assert step is not None
        ticked = {"confirm": [c.code for c in step.confirm]}
        outcome = advance_case(
            case_id=self.case.pk, transition=name, actor=user(who), now=at, part_id=part, data={**ticked, **data}
        )
        self.case.refresh_from_db()
        return outcome

    def supplement_asked(self) -> Part:
        """Minh asks for one more paper at intake, and Lan has the notice in the application."""
        self.do("minh", "request_supplement_intake", NOW, items=ITEMS)
        do_act(case_id=self.case.pk, act="note_service", part_id="supplement-1", actor=None, now=NOW)
        return self.part("supplement-1")

    def received(self) -> Complaint:
        checklist = definition_of(self.case.definition_id).checklists["intake"]
        self.do("minh", "receive", NOW, checklist={item.code: "yes" for item in checklist})
        return self

    def part(self, key: str) -> Part:
        return Part.objects.get(case=self.case, key=key)

    def timers(self, name: str) -> list[OutboxEntry]:
        return list(OutboxEntry.objects.filter(case_id=self.case.pk, kind="timer", payload__name=name).order_by("pk"))

    def deliver_due(self, at: dt.datetime) -> None:
        for _ in range(50):
            entry = due_entries(at).filter(kind="timer").values_list("pk", flat=True).first()
            if entry is None:
                return
            deliver(entry, now=at)
        raise AssertionError("a timer spins")

    def events(self, name: str) -> int:
        return Event.objects.filter(case=self.case, name=name).count()


ITEMS = [
    {
        "item": "Bản sao giấy tiếp nhận",
        "why": "Chưa đọc được mã hồ sơ",
        "basis": "Nghị định 118/2025/NĐ-CP",
        "how": "Chụp lại rõ",
    }
]
DOSSIER: dict[str, Any] = {
    "applicant_kind": "ca_nhan",
    "applicant_name": "Trần Thị Lan",
    "applicant_id_no": "079123456789",
    "applicant_address": "Số 5 đường Bờ Sông, phường Bến Lam",
    "contact_name": "Trần Thị Lan",
    "contact_phone": "0912345678",
    "contact_email": "lan@lamgiang.example",
    "filed_for": "tu_nop",
    "channel": "truc_tuyen",
    "return_method": "truc_tiep",
    "about_case": "N7KQ-3WDM-X9TP",
    "about_what": "cham",
    "grievance": "Hồ sơ nộp đã lâu mà chưa có ai trả lời.",
    "wanted": "Trả lời và hẹn ngày.",
}
