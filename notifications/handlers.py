"""What this room does after a step has been committed: tell people, send mails, record that a notice was served."""
from __future__ import annotations

import datetime as dt

from django.db import transaction

from cases.access import APPLICANTS
from cases.effects import Effect
from cases.errors import DeliveryImpossible, DeliveryPostponed
from cases.models import OutboxEntry, Part
from cases.services import do_act
from notifications.channels.email import send, withheld
from notifications.errors import MailNotSent
from notifications.models import IN_APP, OPEN, Message
from notifications.occasion import occasion_of
from notifications.posting import post
from notifications.quiet import sendable_from
from notifications.recipients import people_of, recipients_of
from workflows.errors import TransitionRefused

NOTICE = "notice"
NOTE_SERVICE = "note_service"
SERVED_ON = "served_on"
SERVICE_NEEDED, SERVERS = "service_needed", ("intake",)
SHORTLY = dt.timedelta(seconds=5)


def tell(effect: Effect) -> None:
    """Write what the recipients of a notice are to read. Runs in the transaction that closes the outbox row."""
    wanted = effect.payload
    occasion = occasion_of(effect, wanted["notice"], wanted["part"])
    post(occasion, recipients_of(occasion, wanted["to"]))


# ----------------------------------------------------------------------------------------------------------- mails
def send_mail(effect: Effect) -> None:
    """Send one mail, noted before and after. Raises MailNotSent, DeliveryPostponed, DeliveryImpossible."""
    message = _message_of(effect)
    if message.status not in OPEN:
        return
    why = withheld(message.recipient)
    if why:
        message.withhold(why)
        _save(message)
        return
    opens = sendable_from(effect.now, urgent=message.urgent)
    if opens > effect.now:
        raise DeliveryPostponed("quiet_hours", until=opens)
    _go_out(message, effect)


def _go_out(message: Message, effect: Effect) -> None:
    message.begin(effect.attempt)
    _save(message)
    try:
        send(message, effect.now)
    except (MailNotSent, DeliveryImpossible) as fault:
        message.put_back(str(fault))
        _save(message)
        raise
    message.sent(effect.now)
    _save(message)


def bury_mail(effect: Effect) -> None:
    """Mark the message of a mail that is given up: officers see it at the case, administrators among the deliveries."""
    message = _message_of(effect)
    if message.status in OPEN:
        message.fail()
        _save(message)


def _message_of(effect: Effect) -> Message:
    found = Message.objects.select_related("recipient").filter(key=effect.payload["message"]).first()
    if found is None:
        raise DeliveryImpossible("message_missing")
    return found


def _save(message: Message) -> None:
    message.save(update_fields=["status", "attempts", "sent_at", "last_error"])


# --------------------------------------------------------------------------------------------------------- service
def serve(effect: Effect) -> None:
    """Record that a part was served when its notice lies in the applicant's messages (notifications.md §3.5).

    Nobody there to read it: the one-stop unit is told to serve it on paper. Raises DeliveryPostponed until the
    notice has been written.
    """
    part = Part.objects.get(case=effect.case_id, key=effect.payload["part"])
    if _settled(part):
        return
    # In this order: a notice that another carrier writes at this moment must not be taken for one that never comes.
    if _notice_waits(effect):
        raise DeliveryPostponed("notice_first", until=effect.now + SHORTLY)
    if _delivered(effect):
        _note_service(part, effect)
    else:
        _ask_to_serve(part, effect)


def _settled(part: Part) -> bool:
    return part.closed or part.ended or bool(part.fields.get(SERVED_ON))


def _delivered(effect: Effect) -> bool:
    written = Message.objects.filter(case=effect.case_id, seq=effect.seq, channel=IN_APP, role__in=APPLICANTS)
    return written.exists()


def _notice_waits(effect: Effect) -> bool:
    promised = OutboxEntry.objects.filter(case_id=effect.case_id, seq=effect.seq, kind=NOTICE)
    return promised.filter(done_at=None, dead_at=None).exists()


def _note_service(part: Part, effect: Effect) -> None:
    try:
        do_act(
            case_id=part.case_id, act=NOTE_SERVICE, part_id=part.key, actor=None, now=effect.now,
            idempotency_key=effect.key,
        )  # fmt: skip
    except TransitionRefused:
        part.refresh_from_db()
        if not _settled(part):  # somebody else recorded the service, or ended the part, in between
            raise


def _ask_to_serve(part: Part, effect: Effect) -> None:
    """That nobody was reached is news to all of the one-stop unit, also to who made the request."""
    occasion = occasion_of(effect, SERVICE_NEEDED, part.key)
    with transaction.atomic():
        post(occasion, people_of(occasion, SERVERS))
