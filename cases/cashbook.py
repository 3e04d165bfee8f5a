"""The cash list: what steps have recorded as paid or refunded, read from their events; there is no second book.

A step says with `money` what of its asks, or of the dossier, is amount, receipt, day and way of payment. The list
shows codes, numbers and amounts, and nobody's name but the cashier's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from django.db.models import Q

from accounts.clock import LOCAL, local_day
from accounts.models import User
from cases.access import holdings
from cases.canonical import parse_body
from cases.models import Case, Event, EventValues
from cases.presentation.words import label, language
from cases.procedures import current, definition_by, definition_of
from cases.serials import SERIAL
from cases.values import shown
from workflows.definition import Money, Procedure, Step

PAID, REFUNDED = "paid", "refunded"
OVERSEE = frozenset({"dept_leader", "auditor"})  # see what every cashier has recorded
BEFORE = dt.timedelta(days=62)  # how far back the receipt before the first one is looked for


@dataclass(frozen=True, slots=True)
class Entry:
    """One payment or refund as a step recorded it; amounts in đồng (fees are in no other currency)."""

    day: dt.date  # of payment
    at: dt.datetime  # when it was recorded
    case: Case
    procedure: str
    kind: str
    minor: int
    number: str  # of the receipt, as it was typed
    how: str  # in words; empty: not said
    count: int | None  # of papers
    cashier: str  # id
    cashier_name: str
    acting_for: str

    @property
    def recorded_on(self) -> dt.date:
        return local_day(self.at)

    @property
    def late(self) -> bool:
        """Whether it was recorded on a later day than that of payment."""
        return self.recorded_on > self.day


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers of a series that lie between two receipts and were recorded by nobody; one number: first and last."""

    first: str
    last: str
    count: int


@dataclass(frozen=True, slots=True)
class CashList:
    """The entries of a period in order of day and receipt, and what they come to."""

    first: dt.date
    last: dt.date
    entries: tuple[Entry, ...]
    gaps: tuple[Gap, ...]
    doubles: tuple[str, ...]  # receipts that were typed in more than once

    @property
    def paid(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == PAID]

    @property
    def refunded(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == REFUNDED]

    @property
    def collected_minor(self) -> int:
        return sum(entry.minor for entry in self.paid)

    @property
    def refunded_minor(self) -> int:
        return sum(entry.minor for entry in self.refunded)

    @property
    def left_minor(self) -> int:
        """What was collected less refunds."""
        return self.collected_minor - self.refunded_minor

    @property
    def by_way(self) -> list[tuple[str, int, int]]:
        """Return (way of payment, payments, đồng), the empty way last."""
        return _summed((entry.how, entry) for entry in self.paid)

    @property
    def by_procedure(self) -> list[tuple[str, int, int]]:
        return _summed((entry.procedure, entry) for entry in self.paid)


def _summed(named: Iterable[tuple[str, Entry]]) -> list[tuple[str, int, int]]:
    found: dict[str, list[int]] = {}
    for name, entry in named:
        found.setdefault(name, []).append(entry.minor)
    return [(name, len(sums), sum(sums)) for name, sums in sorted(found.items(), key=lambda one: (not one[0], one[0]))]


# --------------------------------------------------------------------------------------------------------- who may look
def reach(roles: Iterable[str]) -> frozenset[str] | None:
    """Return which cashiers' entries the roles open: OVERSEE those of all, an empty set the own alone; None: none."""
    held = set(roles)
    if held & OVERSEE and recording():
        return OVERSEE
    by = {role for _, step in recording() for role in step.by}
    return frozenset() if held & by else None


def recording() -> tuple[tuple[str, Step], ...]:
    """Return (procedure, step) of every step in force that records money."""
    return _recording(tuple(sorted(current().values_list("hash", flat=True))))


@lru_cache(maxsize=4)
def _recording(hashes: tuple[str, ...]) -> tuple[tuple[str, Step], ...]:
    found = (definition_by(body_hash) for body_hash in hashes)
    return tuple((d.procedure, step) for d in found for step in (*d.machine.transitions, *d.machine.acts) if step.money)


# ------------------------------------------------------------------------------------------------------------- the list
def cash_list(
    first: dt.date, last: dt.date, viewer: User, now: dt.datetime, cashier: str = ""
) -> CashList | None:  # fmt: skip
    """Return the list of a period, of one cashier or of all that the viewer may see; None when it is not for them.

    Gaps are looked for among the receipts of every cashier: a series is the office's, whoever has the book.
    """
    wide = reach(h.role for h in holdings(viewer, now))
    if wide is None:
        return None
    whose = cashier if wide else str(viewer.pk)
    known = sorted(_entries(first - BEFORE), key=lambda e: (e.day, e.kind, e.number, e.at))
    mine = [e for e in known if first <= e.day <= last and whose in ("", e.cashier)]
    numbers = [e for e in known if e.kind == PAID and e.day <= last]
    return CashList(first, last, tuple(mine), tuple(gaps_of(numbers, first)), tuple(_doubles(mine, numbers)))


def cashiers(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    """Return (id, name) of who has recorded something, by name."""
    return sorted({(e.cashier, e.cashier_name) for e in entries}, key=lambda one: one[1])


def _entries(since: dt.date) -> Iterator[Entry]:
    """Yield everything recorded since a day: a payment is never recorded before it was made."""
    wanted = Q(pk__in=[])
    for procedure, step in recording():
        wanted |= Q(procedure=procedure, name=step.name)
    begin = dt.datetime.combine(since, dt.time(), LOCAL)
    events = list(Event.objects.filter(wanted, at__gte=begin).select_related("case").order_by("at"))
    values = _values(events)
    acting = {e.actor for e in events if e.actor != "system"}
    names = {str(pk): name for pk, name in User.objects.filter(pk__in=acting).values_list("pk", "full_name")}
    for event in events:
        definition = definition_of(event.case.definition_id)
        taken = definition.machine.step(event.name)
        if taken is not None and taken.money is not None:
            yield _entry(event, definition, taken, taken.money, values.get((event.case_id, event.seq), {}), names)


def _values(events: Sequence[Event]) -> dict[tuple[Any, int], dict[str, Any]]:
    rows = EventValues.objects.filter(case__in={e.case_id for e in events}, seq__in={e.seq for e in events})
    said = rows.values_list("case_id", "seq", "values")
    return {(case, seq): {name: kept.get("value") for name, kept in values.items()} for case, seq, values in said}


def _entry(
    event: Event, definition: Procedure, step: Step, money: Money, values: Mapping[str, Any], names: Mapping[str, str]
) -> Entry:  # fmt: skip
    dossier = event.case.dossier

    def said(name: str | None) -> Any:
        return None if name is None else values.get(name, dossier.get(name))

    day = said(money.day)
    return Entry(
        day=dt.date.fromisoformat(day) if day else local_day(event.at),
        at=event.at,
        case=event.case,
        procedure=label(definition),
        kind=money.kind,
        minor=_minor(said(money.amount)),
        number=str(said(money.number) or ""),
        how=_how(step, money, values),
        count=parse_body(bytes(event.body))["facts"].get("count"),
        cashier=event.actor,
        cashier_name=names.get(event.actor, event.actor),
        acting_for=event.acting_for,
    )


def _minor(amount: Any) -> int:
    return int(amount["minor"]) if isinstance(amount, Mapping) else int(amount or 0)


def _how(step: Step, money: Money, values: Mapping[str, Any]) -> str:
    field = next((f for f in step.ask if f.name == money.how), None)
    stored = values.get(money.how or "")
    return shown(field, stored, language()) if field is not None and stored else ""


# --------------------------------------------------------------------------------------------------- receipts in a row
def gaps_of(paid: Iterable[Entry], first: dt.date) -> Iterator[Gap]:
    """Yield what is missing between the last receipt before `first` and the last one, in every series of numbers.

    A series: the same letters before, as many digits.
    """
    series: dict[tuple[str, int], list[tuple[int, bool]]] = {}
    for entry in paid:
        found = SERIAL.fullmatch(entry.number)
        if found is not None:
            series.setdefault((found[1], len(found[2])), []).append((int(found[2]), entry.day >= first))
    for (letters, digits), numbers in sorted(series.items()):
        yield from _gaps(letters, digits, numbers)


def _gaps(letters: str, digits: int, numbers: Sequence[tuple[int, bool]]) -> Iterator[Gap]:
    own = [number for number, here in numbers if here]
    if not own:
        return
    before = [number for number, here in numbers if not here and number < min(own)]
    known = sorted({*own, *(n for n, _ in numbers if n > min(own)), *([max(before)] if before else [])})
    for one, following in pairwise(known):
        if following > one + 1:
            first, last = (f"{letters}{number:0{digits}d}" for number in (one + 1, following - 1))
            yield Gap(first, last, following - one - 1)


def _doubles(mine: Iterable[Entry], paid: Sequence[Entry]) -> Iterator[str]:
    often: dict[str, int] = {}
    for entry in paid:
        often[entry.number] = often.get(entry.number, 0) + 1
    seen = dict.fromkeys(e.number for e in mine if e.kind == PAID and e.number)
    return (number for number in seen if often[number] > 1)
