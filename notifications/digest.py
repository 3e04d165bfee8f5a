"""What is late and what ends today, told to leaders by one mail at 08:00 of every working day (notifications.md §2).

One outbox row a day shares it out to one row a leader; who has nothing late and nothing due gets no mail.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse

from accounts.clock import LOCAL, local_day
from accounts.models import RoleHeld, User
from cases.access import visible_cases
from cases.calendar import load_calendar
from cases.effects import Effect
from cases.models import Case, OutboxEntry
from cases.procedures import definition_of
from cases.queries import Desk, Work, desk_of, due_today, late
from notifications.channels.email import hand_over, message_id, to_person, withheld
from notifications.office import sender_on
from notifications.quiet import CLOSES
from notifications.texts import one_line

DIGESTS, DIGEST = "digests", "digest"
AT = dt.time(8)
LEADERS = ("division_head", "dept_leader", "ppc_office", "ppc_chair")
SHOWN = 15


@dataclass(frozen=True, slots=True)
class Section:
    """What is told of one kind of lateness: how many, and the first of them, a line each."""

    count: int
    lines: tuple[str, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class Digest:
    """What one leader is told: own tasks that are late or end today, and cases past their promised day."""

    late: Section
    today: Section
    overdue: Section

    @property
    def empty(self) -> bool:
        return not (self.late.count or self.today.count or self.overdue.count)


def call_digests(now: dt.datetime) -> None:
    """Promise the digests of a working day once it is 08:00; a carrier that was away does it when it comes."""
    here = now.astimezone(LOCAL)
    if AT <= here.time() < CLOSES and load_calendar().is_working(here.date()):
        _promise(f"{DIGESTS}:{here.date()}", DIGESTS, {}, now)


def share_out(effect: Effect) -> None:
    """Promise each leader's digest."""
    day = local_day(effect.now)
    for person in leaders(day):
        _promise(f"{DIGEST}:{day}:{person.pk}", DIGEST, {"person": str(person.pk)}, effect.now)


def _promise(key: str, kind: str, payload: dict[str, str], now: dt.datetime) -> None:
    if not OutboxEntry.objects.filter(key=key).exists():
        entry = OutboxEntry(key=key, kind=kind, payload=payload, due=now, created_at=now)
        OutboxEntry.objects.bulk_create([entry], ignore_conflicts=True)


def leaders(day: dt.date) -> Iterable[User]:
    """Return who holds a leader's role on a day and has agreed to mails."""
    held = RoleHeld.objects.in_force(day).filter(role__in=LEADERS).order_by()
    return User.objects.filter(pk__in=held.values("user"), is_active=True).exclude(mail_consent_at=None)


def send_digest(effect: Effect) -> None:
    """Send one leader's digest as it stands now. Raises MailNotSent, DeliveryImpossible."""
    person = User.objects.get(pk=effect.payload["person"])
    found = digest_of(person, effect.now)
    if withheld(person) or found.empty:
        return
    day, language = local_day(effect.now), person.language
    sender = sender_on(day, language)
    words = {"day": day, "digest": found, "queue": f"{sender.site}{reverse('queue')}" if sender.site else ""}
    title = one_line(render_to_string(f"notifications/digest_title.{language}.txt", words))
    body = render_to_string(f"notifications/digest.{language}.txt", words).strip()
    hand_over(to_person(person, title, body, sender, message_id(effect.key, sender.domain), language))


def digest_of(person: User, now: dt.datetime) -> Digest:
    """Return what a leader is to know this morning."""
    desk = desk_of(person, now)
    return Digest(_tasks(late(desk), desk), _tasks(due_today(desk), desk), _overdue(person, now))


def _tasks(work: Work, desk: Desk) -> Section:
    rows, _ = work.page(1, SHOWN)
    return Section(work.count(), tuple(_line(t.case, desk.user.language, t.due_at) for t in rows))


def _overdue(person: User, now: dt.datetime) -> Section:
    cases = visible_cases(person, now).filter(kind=Case.Kind.CASE, closed=False, overdue=True)
    return Section(cases.count(), tuple(_overdue_lines(cases.order_by("due_on", "pk")[:SHOWN], person.language)))


def _overdue_lines(cases: Iterable[Case], language: str) -> Iterator[str]:
    for case in cases:
        yield _line(case, language, case.due_on)


def _line(case: Case, language: str, due: dt.datetime | dt.date | None) -> str:
    """Code, procedure, state and end of time: nothing that belongs to a person but the code."""
    law = definition_of(case.definition_id)
    state = law.machine_of(None).state(case.state)
    return one_line(f"[{case.code}] {getattr(law, language)} – {getattr(state, language)} – {_day(due)}")


def _day(due: dt.datetime | dt.date | None) -> str:
    if isinstance(due, dt.datetime):
        return f"{due.astimezone(LOCAL):%H:%M, %d/%m/%Y}"
    return f"{due:%d/%m/%Y}" if due is not None else "–"
