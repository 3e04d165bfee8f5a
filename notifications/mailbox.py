"""The trial's mailbox: what Django's file backend has written, for a page. A real office never gets here."""
from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

END = b"\n" + b"-" * 79 + b"\n"  # django.core.mail.backends.filebased
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as its reader sees it."""

    subject: str
    sender: str
    to: str
    date: str
    body: str


def letters_in(folder: Path, limit: int = SHOWN) -> list[Letter]:
    """Return the latest mails in the folder, newest first."""
    found: list[Letter] = []
    for file in sorted(folder.glob("*.log"), key=lambda f: f.stat().st_mtime_ns, reverse=True):
        pieces = [piece for piece in file.read_bytes().split(END) if piece.strip()]
        found += [_letter(piece) for piece in reversed(pieces)]
        if len(found) >= limit:
            break
    return found[:limit]


def _letter(raw: bytes) -> Letter:
    message = email.message_from_bytes(raw, EmailMessage, policy=email.policy.default)
    body = message.get_body(("plain",))
    return Letter(
        subject=str(message["subject"] or "").strip(),  # a long one begins on the second line
        sender=str(message["from"] or ""),
        to=str(message["to"] or ""),
        date=str(message["date"] or ""),
        body=str(body.get_content()) if body is not None else "",
    )
