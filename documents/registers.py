"""The book of a number series: what each number was given to, none left out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from accounts.clock import local_day
from accounts.models import User
from documents.models import ISSUED, SUPERSEDED, Document, Register, RegisterEntry
from documents.numbering import SeriesKey, take_numbers


@dataclass(frozen=True, slots=True)
class Line:
    """One number of a book; `note` says why it stands on no document, or why that document is void."""

    number: int
    number_text: str
    day: dt.date | None
    title: str
    signer: str
    note: str


def book_of(register: Register) -> list[Line]:
    """Return the lines of a register by number: documents and numbers set aside."""
    mine = Document.objects.filter(series=register.series, type_code=register.type_code, year=register.year)
    lines = [
        Line(d.number, d.number_text, d.issued_on, d.title, d.signer_name, d.void_reason)
        for d in mine.order_by("number")
        if d.number is not None
    ]
    lines += [Line(e.number, str(e.number), e.taken_on, "", "", e.reason) for e in register.entries.all()]
    return sorted(lines, key=lambda line: line.number)


def set_aside(*, key: SeriesKey, reason: str, actor: User | None, now: dt.datetime) -> RegisterEntry:
    """Take the next number for a document made outside the system, with the reason; needs an open transaction."""
    day = local_day(now)
    number = take_numbers([key], day)[0]
    register = Register.objects.get(series=key.series, type_code=key.type_code, year=key.year)
    return RegisterEntry.objects.create(
        register=register, number=number, reason=reason, taken_on=day, taken_by=actor, created_at=now
    )


def cancel_document(*, document: Document, reason: str) -> Document:
    """Void an issued document; its number stays taken and keeps the reason."""
    if document.status not in (ISSUED, SUPERSEDED):
        raise ValueError("only an issued document is cancelled")
    document.void(reason)
    document.save(update_fields=["status", "void_reason"])
    return document
