"""People of the trial province and one grant; steps are told of as the outbox tells them."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.test import Client

from accounts.models import Organisation, OrgUnit, User
from accounts.roles import holders
from cases.effects import Effect
from cases.models import Case, Event, OutboxEntry, Part
from cases.procedures import in_force
from cases.services.events import Happening, append_alone, locked_case
from cases.services.outbox import Delivery, deliver, due_entries
from config.trial import address_of
from notifications import handlers
from notifications.models import EMAIL, IN_APP, Message

NOW = dt.datetime(2026, 3, 5, 2, 0, tzinfo=dt.UTC)  # 09:00, a Thursday, in Viet Nam
TODAY = dt.date(2026, 3, 5)
HOUR = dt.timedelta(hours=1)
NOBODY = "system"


def user(name: str) -> User:
    return User.objects.get(email=address_of(name))


def agrees(person: User, language: str = "vi") -> User:
    """Let the person agree to mails."""
    person.mail_consent_at, person.language = NOW, language
    person.save(update_fields=["mail_consent_at", "language"])
    return person


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


class Scene:
    """A received grant with its people; `step` appends an event, `tell` delivers a notice of the last one."""

    def __init__(self, **more: Any) -> None:
        for name in ("lan", "hong", "minh", "ha", "dung", "nga", "son", "kien", "binh", "van", "an", "admin"):
            setattr(self, name, user(name))
        self.police, self.army = user("cong-an"), user("quan-su")
        self.counter = list(holders("intake", "", TODAY))  # Minh and whoever else sits there
        self.division = OrgUnit.objects.get(code="hop_tac_quoc_te")
        self.case = self.grant(**more)

    lan: User
    hong: User
    minh: User
    ha: User
    dung: User
    nga: User
    son: User
    kien: User
    binh: User
    van: User
    an: User
    admin: User

    def grant(self, **more: Any) -> Case:
        kept: dict[str, Any] = {
            "case_code": "H99.14-260305-0001", "state": "appraising", "unit": self.division, "assignee": self.ha,
            "applicant": self.lan, "received_at": NOW, "due_on": dt.date(2026, 3, 25), "public_status": 4, **more,
        }
        moments = {"entered_at": NOW, "created_at": NOW, "saved_at": NOW}
        law = in_force("ngo_aid", TODAY)
        return Case.objects.create(procedure="ngo_aid", definition=law, opened_by=self.lan, **moments, **kept)

    def set(self, **values: Any) -> None:
        Case.objects.filter(pk=self.case.pk).update(**values)

    def step(self, name: str, actor: User | None = None, *, at: dt.datetime = NOW, part: str = "") -> Event:
        """Append the event of a step, as the engine does."""
        by = str(actor.pk) if actor is not None else NOBODY
        return append_alone(locked_case(self.case.pk), Happening("transition", name, part_key=part, actor=by), at)

    def part(self, kind: str, number: int = 1, *, at: dt.datetime = NOW, **more: Any) -> Part:
        kept: dict[str, Any] = {"state": "asked", "opened_at": at, "entered_at": at, **more}
        return Part.objects.create(case=self.case, kind=kind, key=f"{kind}-{number}", **kept)

    def promise(self, event: Event, notice: str, to: Iterable[str], part: str = "") -> OutboxEntry:
        """Promise a notice as a step does."""
        return OutboxEntry.objects.create(
            key=f"{self.case.pk}:{event.seq}:notice:{notice}:0", kind="notice", case_id=self.case.pk, seq=event.seq,
            payload={"notice": notice, "to": list(to), "part": part}, due=event.at, created_at=event.at,
        )

    def tell(
        self, event: Event, notice: str, to: Iterable[str], part: str = "", now: dt.datetime = NOW
    ) -> list[Message]:
        """Deliver a notice and return what was written of it."""
        payload = {"notice": notice, "to": list(to), "part": part}
        handlers.tell(Effect(0, "k", "notice", self.case.pk, event.seq, payload, 1, now))
        return list(Message.objects.filter(case=self.case, seq=event.seq, notice=notice).order_by("pk"))


def readers(messages: Iterable[Message]) -> set[str]:
    """Return the names of who was told in the application."""
    return {m.recipient.full_name for m in messages if m.channel == IN_APP}


def names(*people: User) -> set[str]:
    return {person.full_name for person in people}


def mail_of(person: User) -> Message:
    """Return the one mail to a person."""
    return Message.objects.get(recipient=person, channel=EMAIL)


def entry_of(message: Message) -> OutboxEntry:
    """Return the outbox row of a mail."""
    return OutboxEntry.objects.get(kind="mail", payload__message=message.key)


def sent(message: Message, now: dt.datetime = NOW) -> Delivery:
    """Let a carrier deliver a mail once."""
    return deliver(entry_of(message).pk, now=now)


def fresh(message: Message) -> Message:
    """Return the message as it stands now; its status is protected, so it is read anew."""
    return Message.objects.get(pk=message.pk)


def worked_off(now: dt.datetime) -> list[Delivery]:
    """Deliver whatever is due until nothing is."""
    found: list[Delivery] = []
    while waiting := list(due_entries(now).values_list("pk", flat=True)):
        found += [deliver(pk, now=now) for pk in waiting]
    return found


def member(person: User, case: Case) -> Organisation:
    """Give the case to an organisation to which the person belongs."""
    return _joined(Organisation.objects.get(code="hoi_khuyen_hoc"), person, case)


def _joined(organisation: Organisation, person: User, case: Case) -> Organisation:
    organisation.memberships.get_or_create(user=person, valid_to=None, defaults={"valid_from": TODAY})
    Case.objects.filter(pk=case.pk).update(organisation=organisation)
    return organisation
