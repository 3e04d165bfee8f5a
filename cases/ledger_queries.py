"""A ledger as a person may see it: which ledgers, which rows, how many in which state."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from accounts.clock import local_day
from accounts.models import User
from cases.access import holdings, visible_rows
from cases.facts import day_number, day_of
from cases.ledger_access import acting_roles, agencies, ledgers, row_spec
from cases.ledger_rows import digest_of, order_of, rows_in
from cases.models import Case
from workflows.definition import Procedure
from workflows.functions import add_months

PAGE = 50
SOON, SOONER = 12, 6  # months before the expiry that the ledger asks for


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a ledger is asked for; empty values ask for everything that is open."""

    state: str = ""
    agency: str = ""
    text: str = ""
    months: int = 0  # expiring within
    late: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """How many rows a person sees: open ones by state, late, expiring; closed ones together."""

    states: dict[str, int]
    late: int
    soon: int
    sooner: int
    closed: int

    @property
    def open(self) -> int:
        return sum(self.states.values())


def ledgers_of(user: User, now: dt.datetime) -> list[Procedure]:
    """Return the ledgers that are for a person: by a role held, or because a row is the person's; by name."""
    roles = {h.role for h in holdings(user, now)}
    held = set(Case.objects.filter(kind=Case.Kind.ROW, holder=user).values_list("procedure", flat=True))
    mine = [d for code, d in ledgers().items() if code in held or roles & _roles(d)]
    return sorted(mine, key=lambda definition: definition.vi)


def _roles(definition: Procedure) -> frozenset[str]:
    return acting_roles(definition) | set(row_spec(definition).read_by)


def ledger_of(code: str, user: User, now: dt.datetime) -> Procedure | None:
    """Return a ledger that is for the person, None for another or none."""
    return next((d for d in ledgers_of(user, now) if d.procedure == code), None)


def seen_rows(definition: Procedure, user: User, now: dt.datetime) -> QuerySet[Case]:
    """Return the rows of a ledger that a person may open, in its order."""
    rows = visible_rows(user, now).filter(procedure=definition.procedure, kind=Case.Kind.ROW)
    found = rows.select_related("unit", "definition").defer("definition__body")
    return found.order_by(*order_of(row_spec(definition)))


def figures_of(definition: Procedure, user: User, now: dt.datetime) -> Figures:
    """Count what a person sees (five statements)."""
    rows, today = seen_rows(definition, user, now), local_day(now)
    open_rows = rows.filter(closed=False)
    counted = open_rows.order_by().values_list("state").annotate(n=Count("pk"))
    return Figures(
        states=dict(counted),
        late=_late(open_rows, definition).count(),
        soon=_expiring(open_rows, definition, SOON, today).count(),
        sooner=_expiring(open_rows, definition, SOONER, today).count(),
        closed=rows.filter(closed=True).count(),
    )


def wanted_rows(definition: Procedure, user: User, now: dt.datetime, wanted: Wanted) -> Sequence[Case]:
    """Return the rows that are asked for, in the order of the ledger."""
    rows = seen_rows(definition, user, now)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    elif not wanted.closed:
        rows = rows.filter(closed=False)
    if wanted.agency:
        rows = rows.filter(unit__code=wanted.agency)
    if wanted.late:
        rows = _late(rows, definition)
    if wanted.months:
        rows = _expiring(rows, definition, wanted.months, local_day(now))
    return [row for row in rows if _named(row, definition, wanted.text)] if wanted.text else list(rows)


def _late(rows: QuerySet[Case], definition: Procedure) -> QuerySet[Case]:
    late = row_spec(definition).late
    return rows.filter(attributes__has_key=late) if late is not None else rows.none()


def _expiring(rows: QuerySet[Case], definition: Procedure, months: int, today: dt.date) -> QuerySet[Case]:
    expires = row_spec(definition).expires
    if expires is None:
        return rows.none()
    counting: Callable[..., int] = add_months
    last = day_of(counting(None, day_number(today), months))
    return rows.filter(**{f"dossier__{expires}__lte": last.isoformat()})


def _named(row: Case, definition: Procedure, text: str) -> bool:
    """Whether a row is called so: its number, what names it, with or without signs; or its key, written in full."""
    if row.row_key == digest_of(row.procedure, text):
        return True
    said = [row.code, *(str(row.dossier.get(name, "")) for name in row_spec(definition).title)]
    return all(word in folded(" ".join(said)) for word in folded(text).split())


def folded(text: str) -> str:
    """Return a text without case and signs: what people type when they search."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def agencies_seen(definition: Procedure, user: User, now: dt.datetime) -> list[tuple[str, str]]:
    """Return (code, name) of the agencies whose rows a person sees."""
    rows = seen_rows(definition, user, now).order_by().values_list("unit__code", "unit__name").distinct()
    named: dict[str, Any] = {code: name for code, name in rows if code}
    return sorted(named.items(), key=lambda row: str(row[1]))


def counted_agency(definition: Procedure, user: User, now: dt.datetime, asked: str = "") -> str | None:
    """Return the agency whose ledger a person looks at or counts: where a role of it is held; who oversees names one.

    None when it is nobody's to see: who oversees all does not make ledgers of agencies that keep nothing.
    """
    held, places, spec = holdings(user, now), agencies(), row_spec(definition)
    mine = [places[h.unit_code] for h in held if h.role in acting_roles(definition) and h.unit_code in places]
    if not asked:
        return mine[0] if mine else None
    agency = places.get(asked, "")
    keeps = rows_in(definition.procedure).filter(unit__code=agency).exists()
    return agency if agency in mine or (keeps and any(h.role in spec.read_by for h in held)) else None
