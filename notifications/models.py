"""What people are told of their cases: one row per recipient and channel, kept with the case."""
from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django_fsm import transition

from cases.ids import uuid7
from cases.status import StatusField

QUEUED, SENDING, SENT, WITHHELD, FAILED = "queued", "sending", "sent", "withheld", "failed"
OPEN = frozenset({QUEUED, SENDING})
IN_APP, EMAIL = "in_app", "email"


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages with domain words."""

    def inbox_of(self, person: models.Model) -> Self:
        """What a person reads after signing in, newest first."""
        mine = self.filter(recipient=person, channel=IN_APP).select_related("case", "absent")
        return mine.order_by("-created_at", "-pk")

    def unread_by(self, person: models.Model) -> Self:
        return self.filter(recipient=person, channel=IN_APP, read_at=None)


class Message(models.Model):
    """One notice to one person through one channel, worded at creation in the person's language.

    In the application a message is sent when it is written. A mail waits, goes out, and is sent when the mail server
    took it; `sending` that stays means that nobody knows whether it did: it goes out again under the same Message-ID.
    """

    class Channel(models.TextChoices):
        IN_APP = IN_APP, "Trong hệ thống"
        EMAIL = EMAIL, "Thư điện tử"

    class Status(models.TextChoices):
        QUEUED = QUEUED, "Chờ gửi"
        SENDING = SENDING, "Đang gửi"
        SENT = SENT, "Đã gửi"
        WITHHELD = WITHHELD, "Không gửi"
        FAILED = FAILED, "Không gửi được"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=200, unique=True)  # case:seq:notice:recipient:channel – told once
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="messages")
    seq = models.PositiveIntegerField()  # the event of the case that gave rise to it
    definition = models.ForeignKey("cases.Published", on_delete=models.PROTECT, related_name="+")  # whose text it is
    notice = models.CharField(max_length=60)
    part_key = models.CharField(max_length=60, blank=True)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    role = models.CharField(max_length=40)  # in which the person is told
    absent = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=6, choices=Channel.choices)
    language = models.CharField(max_length=5)
    urgent = models.BooleanField(default=False)
    title = models.CharField(max_length=700)  # of a mail: the whole subject
    body = models.TextField(blank=True)
    message_id = models.CharField(max_length=320, blank=True)  # of a mail, the same at every attempt
    status = StatusField(default=QUEUED, choices=Status.choices)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)  # a code, never an address

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="message_inbox", condition=models.Q(channel=IN_APP)),
            models.Index(
                fields=["recipient"], name="message_unread", condition=models.Q(channel=IN_APP, read_at=None)
            ),
            models.Index(fields=["case", "seq"], name="message_event"),
        ]

    def __str__(self) -> str:
        return self.key

    @transition(field="status", source=[QUEUED, SENDING], target=SENDING)
    def begin(self, attempt: int) -> None:
        """Note, before the mail server hears of it, that it is going out."""
        self.attempts = attempt

    @transition(field="status", source=SENDING, target=QUEUED)
    def put_back(self, why: str) -> None:
        """The mail server did not take it; it waits for the next attempt."""
        self.last_error = why

    @transition(field="status", source=SENDING, target=SENT)
    def sent(self, at: dt.datetime) -> None:
        """The mail server took it."""
        self.sent_at, self.last_error = at, ""

    @transition(field="status", source=[QUEUED, SENDING], target=WITHHELD)
    def withhold(self, why: str) -> None:
        """It must not go out any more: consent was taken back, or the account is closed."""
        self.last_error = why

    @transition(field="status", source=[QUEUED, SENDING], target=FAILED)
    def fail(self) -> None:
        """The outbox has given it up."""

    @transition(field="status", source=FAILED, target=QUEUED)
    def revive(self) -> None:
        """An administrator wants it tried again."""
