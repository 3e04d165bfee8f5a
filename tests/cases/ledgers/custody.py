"""Passports of the trial province: Ngân and Trang keep those of the foreign-affairs agency, Hòa those of health."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.clock import LOCAL
from cases.models import Case, OutboxEntry
from cases.services import Outcome, advance_case, open_row
from cases.services.outbox import deliver
from tests.procedures.runner import person

LEDGER = "passport_custody"
NOW = dt.datetime(2026, 11, 16, 9, 0, tzinfo=LOCAL)
PASSPORT: dict[str, Any] = {
    "passport_number": "S0012345",
    "passport_class": "cong_vu",
    "holder_name": "Lê Thu Hà",
    "holder_id_no": "001185000011",
    "holder_unit": "hop_tac_quoc_te",
    "holder_account": "ha@lamgiang.example",
    "issued_on": "2024-03-01",
    "expires_on": "2029-03-01",
    "has_chip": True,
    "keeping_agency": "foreign_affairs_agency",
}
OF_HEALTH = {"keeping_agency": "department_of_health", "passport_number": "S0099999", "holder_account": ""}
STORE: dict[str, Any] = {"safe_place": "Két số 2, ngăn 4", "confirm": ["signed_by_both"]}
HAND_OUT: dict[str, Any] = {"sending_decision": "386-QD-UBND", "confirm": ["signed_by_both"]}


def passport(who: str = "ngan", at: dt.datetime = NOW, **changed: Any) -> Case:
    """Return a row that somebody has just opened."""
    values = {k: v for k, v in {**PASSPORT, **changed}.items() if v != ""}
    return open_row(ledger=LEDGER, actor=person(who), now=at, values=values).case


def of_health(**changed: Any) -> Case:
    return passport("hoa", **{**OF_HEALTH, **changed})


def step(row: Case, who: str | None, name: str, at: dt.datetime = NOW, **data: Any) -> Outcome:
    """Take a step of a row; the row is read anew."""
    actor = person(who) if who is not None else None
    outcome = advance_case(case_id=row.pk, transition=name, actor=actor, now=at, data=data)
    row.refresh_from_db()
    return outcome


def stored(**changed: Any) -> Case:
    row = passport(**changed)
    step(row, "ngan", "store", **STORE)
    return row


def handed_out(**changed: Any) -> Case:
    row = stored(**changed)
    step(row, "ngan", "hand_out", **HAND_OUT)
    return row


def deliver_due(until: dt.datetime, *kinds: str) -> None:
    """Carry out what is due until then, in its order."""
    for _ in range(100):
        rows = OutboxEntry.objects.filter(done_at=None, dead_at=None, due__lte=until, kind__in=kinds)
        entry = rows.order_by("due", "pk").first()
        if entry is None:
            return
        deliver(entry.pk, now=max(entry.due, entry.created_at))
