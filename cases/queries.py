"""Open work in the office's words: mine, to take, due today, late, waiting for others; and a case by its code.

A queue is a few lanes, each one equality on a partial index and read in its order (task_open_role: role, urgent,
due, oldest; task_open_mine: assignee, …): a page costs the rows that it shows, whatever the number of cases.
"""
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from django.db.models import F, Q, QuerySet

from accounts.clock import LOCAL, local_day
from accounts.models import Absence, User
from cases.access import DIVISION, OUTSIDE, Holding, holdings, knows_of, visible_cases
from cases.ledger_access import IN_LEDGER, acting_roles, agencies, ledgers, row_spec
from cases.models import Case, Event, Task
from cases.office import office_values

PAGE = 50
MOST_PAGES = 20  # who has not found it among a thousand rows narrows the question
MOST_COUNTED = 1000
RECENT = 300  # how far back one's own steps make a case one's concern
LOOKS_ON = frozenset({"auditor", "administrator"})
BARE_CODE = re.compile(r"[A-Z0-9]{12}")
Lane = QuerySet[Task]
Key = tuple[bool, dt.datetime | None, int]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Rows of ledgers on which a role of the person counts: of the own agency, or of all where the role oversees."""

    role: str
    agency_units: tuple[str, ...]
    overseen: tuple[str, ...]  # ledgers


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose work is asked for: a person, the roles held today, the absent colleagues whom the person stands in for."""

    user: User
    now: dt.datetime
    held: tuple[Holding, ...]
    away: tuple[User, ...] = ()
    ledgers: tuple[Shelf, ...] = ()

    @property
    def outside(self) -> bool:
        """Whether the person is of an agency that is asked, not of the office."""
        return all(h.role in OUTSIDE for h in self.held)


@dataclass(frozen=True, slots=True)
class Work:
    """Open tasks in the order urgent, due, oldest: lanes that no task shares."""

    lanes: tuple[Lane, ...] = field(default=())

    def narrowed(self, **conditions: Any) -> Self:
        """Return the same work under further conditions; empty ones count as not given."""
        given = {name: value for name, value in conditions.items() if value}
        return type(self)(tuple(lane.filter(**given) for lane in self.lanes)) if given else self

    def count(self) -> int:
        """Return how many tasks there are, at most MOST_COUNTED."""
        return min(sum(lane[:MOST_COUNTED].count() for lane in self.lanes), MOST_COUNTED)

    def page(self, number: int = 1, size: int = PAGE) -> tuple[list[Task], bool]:
        """Return the tasks of a page and whether another page follows."""
        number = max(1, min(number, MOST_PAGES))
        keys = self._first_keys(number * size + 1)[(number - 1) * size :]
        wanted = [key[2] for key in keys[:size]]
        rows = Task.objects.select_related("case", "case__unit", "part", "assignee").in_bulk(wanted)
        return [rows[pk] for pk in wanted if pk in rows], len(keys) > size and number < MOST_PAGES

    def _first_keys(self, count: int) -> list[Key]:
        found: list[Key] = []
        for urgent in (True, False):
            found += sorted((key for lane in self.lanes for key in _keys(lane, urgent, count)), key=in_order)
            if len(found) >= count:
                break
        return found[:count]


def _keys(lane: Lane, urgent: bool, count: int) -> Iterator[Key]:  # noqa: FBT001  # a column of the index
    # IN with one value is an equality to both databases; a bare boolean is none to SQLite, which then sorts by hand.
    ordered = lane.filter(urgent__in=[urgent]).order_by(F("due_at").asc(nulls_last=True), "pk")
    return ((urgent, due, pk) for due, pk in ordered.values_list("due_at", "pk")[:count])


def in_order(key: Key) -> tuple[bool, bool, float, int]:
    """Return what sorts keys as the databases do: urgent, then due (no due day last), then oldest."""
    urgent, due, pk = key
    return (not urgent, due is None, due.timestamp() if due else 0.0, pk)


# ----------------------------------------------------------------------------------------------------- whose work
def desk_of(user: User, now: dt.datetime) -> Desk:
    """Return the desk at which a person sits today (three statements; a fourth for who works in ledgers)."""
    absences = Absence.objects.away_on(local_day(now)).filter(substitute=user)
    away = {absence.user_id: absence.user for absence in absences}
    held = tuple(h for h in holdings(user, now) if h.role not in LOOKS_ON)
    return Desk(user, now, held, tuple(away.values()), tuple(_shelves(held)))


def _shelves(held: Iterable[Holding]) -> Iterator[Shelf]:
    """Yield where the roles count among rows of ledgers; the conditions are those of ledger_access.counts_on_row."""
    kept = ledgers()
    acting = {role for definition in kept.values() for role in acting_roles(definition)}
    mine = [h for h in held if h.role in acting]
    places = agencies() if mine else {}
    for role in sorted({h.role for h in mine}):
        own = {places.get(h.unit_code) for h in mine if h.role == role}
        units = tuple(code for code, agency in places.items() if agency in own)
        yield Shelf(role, units, tuple(code for code, d in kept.items() if role in row_spec(d).read_by))


def mine(desk: Desk) -> Work:
    """Tasks that the person holds."""
    return Work((_held_by(desk.user),))


def stood_in(desk: Desk) -> Work:
    """Tasks of absent colleagues whom the person stands in for. It gives no right to act: that needs a mandate."""
    return Work(tuple(_held_by(colleague) for colleague in desk.away))


def held_by(desk: Desk, colleague_id: str) -> Work:
    """Tasks that a colleague of one of the person's units holds; nothing for anybody else's name."""
    found = next((person for person in colleagues(desk) if str(person.pk) == colleague_id), None)
    return Work((_held_by(found),)) if found is not None else Work()


def to_take(desk: Desk) -> Work:
    """Tasks free for the person's roles and units."""
    roles = sorted({h.role for h in desk.held})
    cases = [_free(desk, role, [h for h in desk.held if h.role == role]) for role in roles]
    return Work((*cases, *(_free_in_ledgers(shelf) for shelf in desk.ledgers)))


def due_today(desk: Desk) -> Work:
    """Tasks held or free whose time ends today."""
    midnight = dt.datetime.combine(local_day(desk.now) + dt.timedelta(days=1), dt.time(), LOCAL)
    return _at_hand(desk, due_at__gte=desk.now, due_at__lt=midnight)


def late(desk: Desk) -> Work:
    """Tasks held or free whose time is over."""
    return _at_hand(desk, due_at__lt=desk.now)


def waiting(desk: Desk) -> Work:
    """Open tasks of others on cases that are the person's or on which the person has lately acted."""
    if desk.outside:
        return Work()
    open_ones = Task.objects.filter(done_at=None, case_id__in=concerns(desk)).exclude(assignee=desk.user)
    return Work((open_ones.exclude(assignee=None, role__in={h.role for h in desk.held}),))


def concerns(desk: Desk) -> list[Any]:
    """Return the ids of the cases that a person answers for or has lately moved, if still visible."""
    own = Case.objects.filter(assignee=desk.user, closed=False).values_list("pk", flat=True)[:RECENT]
    moved = Event.objects.filter(actor=str(desk.user.pk)).order_by("-at").values_list("case_id", flat=True)[:RECENT]
    seen = visible_cases(desk.user, desk.now).filter(pk__in={*own, *moved})
    return list(seen.values_list("pk", flat=True))


def colleagues(desk: Desk) -> QuerySet[User]:
    """Return who else holds a role in one of the person's units today."""
    units = {h.unit_id for h in desk.held}
    today = local_day(desk.now)
    dated = Q(roles__valid_to=None) | Q(roles__valid_to__gte=today)
    found = User.objects.filter(dated, roles__unit__in=units, roles__valid_from__lte=today, is_active=True)
    return found.exclude(pk=desk.user.pk).distinct()


def _at_hand(desk: Desk, **due: Any) -> Work:
    lanes = (*mine(desk).lanes, *to_take(desk).lanes)
    return Work(tuple(lane.filter(**due) for lane in lanes))


def _held_by(person: User) -> Lane:
    return Task.objects.filter(done_at=None, assignee=person)


def _free(desk: Desk, role: str, held: Iterable[Holding]) -> Lane:
    """One role's free tasks; the conditions are those of access.counts: what is listed can be taken."""
    lane = Task.objects.filter(done_at=None, assignee=None, role=role).exclude(unit_code__startswith=IN_LEDGER)
    held = list(held)
    if role == "consultee":
        return lane.filter(unit_code__in={h.unit_code for h in held})
    if all(h.unit_kind == DIVISION for h in held):
        lane = lane.filter(Q(case__unit=None) | Q(case__unit__in={h.unit_id for h in held}))
    if role == "specialist":
        lane = lane.filter(Q(case__assignee=None) | Q(case__assignee=desk.user))
    return lane


def _free_in_ledgers(shelf: Shelf) -> Lane:
    """One role's free tasks on rows of ledgers."""
    lane = Task.objects.filter(done_at=None, assignee=None, role=shelf.role, unit_code__startswith=IN_LEDGER)
    own = Q(unit_code__in=[f"{IN_LEDGER}{code}" for code in shelf.agency_units])
    return lane.filter(own | Q(case__procedure__in=shelf.overseen))


TABS: dict[str, Callable[[Desk], Work]] = {
    "unit": to_take,
    "mine": mine,
    "soon": due_today,
    "late": late,
    "waiting": waiting,
}


def counts(desk: Desk) -> dict[str, int]:
    """Return how many tasks stand under each tab."""
    return {name: work(desk).count() for name, work in TABS.items()}


# -------------------------------------------------------------------------------------------------------- by code
@dataclass(frozen=True, slots=True)
class Found:
    """A case whose code was asked for; `visible` false: only code, status and unit may be told."""

    case: Case
    visible: bool


def by_code(user: User, now: dt.datetime, text: str) -> list[Found]:
    """Return the cases of a case or submission code, as far as the person may know of them.

    An officer learns code and status also of cases outside the own scope; nobody learns of drafts of others.
    """
    spelled = spellings(text, str(office_values(local_day(now)).get("agency_code", "")))
    if not spelled:
        return []
    cases = Case.objects.filter(kind=Case.Kind.CASE).select_related("unit")
    asked = cases.filter(Q(case_code__in=spelled) | Q(submission_code__in=spelled))
    rows = list(asked[:PAGE])
    seen = visible_among(user, now, [case.pk for case in rows])
    return [Found(case, case.pk in seen) for case in rows if case.pk in seen or knows_of(case, user, now)]


def visible_among(user: User, now: dt.datetime, ids: Iterable[Any]) -> set[Any]:
    """Return those of the ids whose case the person may open."""
    return set(visible_cases(user, now).filter(pk__in=list(ids)).values_list("pk", flat=True))


def spellings(text: str, agency: str) -> set[str]:
    """Return the codes that somebody may mean: as typed, without blanks, dashes of a submission code or the agency."""
    code = "".join(text.split()).upper()[:60]
    if not code:
        return set()
    found = {code, f"{agency}-{code}"} if agency else {code}
    if BARE_CODE.fullmatch(code):
        found.add("-".join((code[:4], code[4:8], code[8:])))
    return found
