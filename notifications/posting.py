"""Write what people are to read and promise their mails: all of it in one transaction, harmless to repeat."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

from cases.models import OutboxEntry
from notifications.channels.email import mail
from notifications.channels.in_app import in_app
from notifications.models import EMAIL, Message
from notifications.occasion import Occasion
from notifications.quiet import sendable_from
from notifications.recipients import Recipient

MAIL = "mail"


def post(occasion: Occasion, recipients: Iterable[Recipient]) -> None:
    """Write the messages of every recipient who has not been told yet, and an outbox row for each mail."""
    known = _told_already(occasion)
    new = [m for r in recipients for m in _messages(occasion, r) if (m.recipient_id, m.channel) not in known]
    Message.objects.bulk_create(new, ignore_conflicts=True)
    mails = [_promise(message) for message in new if message.channel == EMAIL]
    OutboxEntry.objects.bulk_create(mails, ignore_conflicts=True)


def _messages(occasion: Occasion, recipient: Recipient) -> Iterator[Message]:
    yield in_app(occasion, recipient)
    letter = mail(occasion, recipient)
    if letter is not None:
        yield letter


def _told_already(occasion: Occasion) -> set[tuple[object, str]]:
    """Return who has this notice by which channel, from this event or from one that it came in the wake of."""
    seqs = (occasion.cause.seq, occasion.event.seq)
    told = Message.objects.filter(case=occasion.case, seq__range=seqs, notice=occasion.notice)
    return set(told.values_list("recipient_id", "channel"))


def _promise(message: Message) -> OutboxEntry:
    """Return the outbox row of a mail; it names the message by its key, which is the same at every repetition."""
    return OutboxEntry(
        key=f"{message.case_id}:{message.seq}:{MAIL}:{message.notice}:{message.recipient_id}",
        kind=MAIL,
        case_id=message.case_id,
        seq=message.seq,
        payload={"message": message.key},
        due=sendable_from(message.created_at, urgent=message.urgent),
        created_at=message.created_at,
    )
