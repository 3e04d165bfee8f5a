"""The fee of a case on the page of its applicant: how much, to which account, and the code of a banking application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from accounts.clock import local_day, now
from accounts.models import User
from cases.models import Case
from cases.office import office_rows
from cases.procedures import definition_by
from cases.tracking import drawn_code
from documents.payment import amount_among, payment_code, purpose_of
from documents.printed import money
from workflows.definition import Procedure

DUE = 6  # the public status of a fee that is to be paid


@dataclass(frozen=True, slots=True)
class Payment:
    """A transfer: amount in words, account, what it says; the code is a drawing."""

    amount: str
    bank: str
    account: str
    holder: str
    purpose: str
    picture: SafeString | None


def payment_context(case: Case, viewer: User) -> dict[str, Any]:
    """Return what the page says of the fee: `payment`, None where none is due or no paper asks for it."""
    return {"payment": payment_due(case) if case.public_status == DUE else None}


def payment_due(case: Case) -> Payment | None:
    """Return the transfer that the paper with `qr: pay` asks for."""
    names = _asked_by_papers(definition_by(case.definition.hash))
    due = amount_among(case.dossier.get(name) for name in names)
    if due is None:
        return None
    bank, purpose = office_rows(local_day(now())).get("bank") or {}, purpose_of(case.code)
    picture = drawn_code(payment_code(bank, due["minor"], purpose)) if bank else None
    told = {name: str(bank.get(name, "")) for name in ("bank", "account", "holder")}
    return Payment(amount=money(due), purpose=purpose, picture=picture, **told)


def _asked_by_papers(definition: Procedure) -> list[str]:
    amounts = {field.name for field in definition.fields if field.base == "money"}
    return [name for paper in definition.papers if paper.qr == "pay" for name in paper.merge if name in amounts]
