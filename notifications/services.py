"""Acts of this room: read one's messages, try a given-up delivery again."""
from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from accounts.errors import NotForYou
from accounts.models import User
from accounts.services.checks import administrators_only, record
from cases.models import OutboxEntry
from cases.services.outbox import revive
from notifications.models import FAILED, Message
from notifications.posting import MAIL


def mark_read(*, message_id: uuid.UUID, person: User, now: dt.datetime) -> Message:
    """Note that a person has read a message of theirs; the first time counts. Raises NotForYou."""
    found = Message.objects.inbox_of(person).filter(pk=message_id).first()
    if found is None:
        raise NotForYou
    if found.read_at is None:
        found.read_at = now
        found.save(update_fields=["read_at"])
    return found


def mark_all_read(*, person: User, now: dt.datetime) -> int:
    """Note that a person has read everything up to now; return how many messages that was."""
    return Message.objects.unread_by(person).filter(created_at__lte=now).update(read_at=now)


@transaction.atomic
def try_again(*, entry_id: int, actor: User, now: dt.datetime) -> bool:
    """Let a given-up delivery be tried anew; return whether it was given up. Raises NotForYou."""
    administrators_only(actor, now)
    entry = OutboxEntry.objects.select_for_update().filter(pk=entry_id).first()
    if entry is None:
        raise NotForYou
    if not revive(entry_id=entry_id, now=now):
        return False
    if entry.kind == MAIL:
        _requeue(entry.payload["message"])
    record(who=actor, what="delivery_retried", whom=None, now=now, entry=entry.pk, kind=entry.kind, seq=entry.seq)
    return True


def _requeue(key: str) -> None:
    message = Message.objects.filter(key=key, status=FAILED).first()
    if message is not None:
        message.revive()
        message.save(update_fields=["status"])
