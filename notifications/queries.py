"""What the pages of this room show."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.clock import now
from accounts.models import User
from cases.access import APPLICANTS, OUTSIDE, roles_to_look
from cases.models import Case, OutboxEntry
from cases.procedures import definition_of
from notifications.models import FAILED, Message
from notifications.posting import MAIL

SHOWN_ON_A_CASE = 100


def unread_count(person: User) -> int:
    """Return how many messages a person has not read."""
    return Message.objects.unread_by(person).count()


def panel_context(case: Case, viewer: User) -> Mapping[str, Any]:
    """Return what officers see on the page of a case: who was told what, how, and whether it arrived."""
    if not roles_to_look(case, viewer, now()) - APPLICANTS - OUTSIDE:
        return {}
    told = Message.objects.filter(case=case).select_related("recipient", "absent").order_by("-created_at", "-pk")
    definition = definition_of(case.definition_id)
    rows = [(m, definition.notices.get(m.notice), definition.roles.get(m.role)) for m in told[:SHOWN_ON_A_CASE]]
    failed = [row for row in rows if row[0].status == FAILED]
    return {"rows": rows, "failed": failed, "count": told.count(), "shown": SHOWN_ON_A_CASE}


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A delivery that was given up, with the case and, for a mail, the message that it belongs to."""

    entry: OutboxEntry
    case: Case | None
    message: Message | None

    @property
    def notice(self) -> Mapping[str, Any] | None:
        """The notice in both languages; None for what is no message."""
        if self.case is None:
            return None
        code = self.message.notice if self.message is not None else self.entry.payload.get("notice")
        return definition_of(self.case.definition_id).notices.get(str(code))

    @property
    def reason(self) -> str:
        """The last thing that went wrong, as a code."""
        return (self.message.last_error if self.message is not None else "") or self.entry.last_error


def given_up() -> QuerySet[OutboxEntry]:
    """Return the deliveries that were given up, the latest first."""
    return OutboxEntry.objects.filter(dead_at__isnull=False).order_by("-dead_at", "-pk")


def with_matters(entries: Sequence[OutboxEntry]) -> list[GivenUp]:
    """Return each entry with its case and message (two statements for all)."""
    cases = Case.objects.in_bulk([entry.case_id for entry in entries if entry.case_id is not None])
    keys = [entry.payload["message"] for entry in entries if entry.kind == MAIL]
    messages = {m.key: m for m in Message.objects.filter(key__in=keys).select_related("recipient")}
    return [
        GivenUp(
            entry,
            cases.get(entry.case_id) if entry.case_id is not None else None,
            messages.get(str(entry.payload.get("message"))),
        )
        for entry in entries
    ]
