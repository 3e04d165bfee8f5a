"""The cases of a period, as they stood at its end: what happened later is not known to them.

A reopened case counts once for every attempt (one-stop §8). The row of a case knows its present attempt only; the
earlier ones are read from its history.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.clock import LOCAL, local_day
from audit.verify import parse
from cases.facts import Facts, case_facts, day_number
from cases.lookups import CaseLookups
from cases.models import Case, Event, Part
from cases.procedures import definition_by
from workflows.definition import Procedure

BATCH = 500
LATER = ("submitted_on", "received_on", "handled_on", "closed_on", "issued_on", "signed_on")
# The states that end the handling of an attempt; only an attempt that ended without a result can be reopened.
HANDLED = {"issued": "tu_choi", "refused": "tu_choi", "stopped": ""}


@dataclass(frozen=True, slots=True)
class Period:
    """Local days, both included."""

    first: dt.date
    last: dt.date

    @property
    def facts(self) -> dict[str, int]:
        return {"from_day": day_number(self.first), "to_day": day_number(self.last)}

    @property
    def begin(self) -> dt.datetime:
        """The first moment of the period."""
        return dt.datetime.combine(self.first, dt.time(), LOCAL)

    @property
    def end(self) -> dt.datetime:
        """The last moment of the period."""
        return dt.datetime.combine(self.last, dt.time.max, LOCAL)


@dataclass(slots=True)
class Attempt:
    """One attempt of one case at the end of a period."""

    case: Case
    definition: Procedure
    facts: Mapping[str, Any]
    lookups: CaseLookups
    number: int = 1
    lasting: bool = False  # handled before the period; parts of it were open in it
    unreceived: bool = False  # filed, never received here: tracked while another body handles it

    @property
    def received(self) -> int | None:
        found: int | None = self.facts["case"].get("received_on")
        return found

    @property
    def begun(self) -> int | None:
        """The day of receipt; of what was never received, of its filing."""
        filed: int | None = self.facts["case"].get("submitted_on")
        return filed if self.unreceived else self.received

    @property
    def handled(self) -> int | None:
        found: int | None = self.facts["case"].get("handled_on")
        return found


class PastFacts(Facts):
    """The facts of a case as they were at the end of a period; `told` replaces what an earlier attempt knew better."""

    def __init__(
        self, case: Case, definition: Procedure, parts: Sequence[Part], period: Period, told: Mapping[str, Any]
    ) -> None:
        known = [part for part in parts if local_day(part.opened_at) <= period.last]
        super().__init__(definition=definition, case=case, parts=known, now=period.end)
        self.period, self.told = period, told
        self._found["period"] = period.facts

    def _case(self) -> dict[str, Any]:
        found = {**case_facts(self.definition, self.case, self.all_parts), **self.told}
        found = {name: value for name, value in found.items() if value is not None}
        return as_at_end(found, self.case, self.period, present=not self.told)

    def _parts(self) -> dict[str, list[dict[str, Any]]]:
        attempt = self.told.get("attempt", self.case.attempt)
        mine = [part for part in self.all_parts if part.attempt == attempt]
        kinds = self.definition.parts
        return {k.code: [self._of(k, p, latest=False) for p in mine if p.kind == k.code] for k in kinds}


def as_at_end(found: dict[str, Any], case: Case, period: Period, *, present: bool) -> dict[str, Any]:
    """Return the facts of a case without what came after the period; the clock as it stood."""
    end = day_number(period.last)
    kept = {n: v for n, v in found.items() if not (n in LATER and isinstance(v, int) and v > end)}
    if not present:
        return kept
    extended = case.attributes.get("extended_on")
    if extended and day_number(extended) > end and case.original_due_on is not None:
        kept |= {"due_on": day_number(case.original_due_on), "extension_count": 0}
    kept["overdue"] = bool(kept.get("overdue")) and kept.get("due_on", end) < end
    kept["clock"] = clock_at(case, period) if "received_on" in kept else "off"
    return kept


def clock_at(case: Case, period: Period) -> str:
    """Return what the clock of the present attempt said at the end of the period."""
    said = [clock for at, clock in case.clock_log if local_day(dt.datetime.fromisoformat(at)) <= period.last]
    return str(said[-1]) if said else "off"


def attempts_in(procedure: str, period: Period) -> Iterator[Attempt]:
    """Yield every attempt that was received by the end of the period and not handled before it began.

    What was handled before is yielded as `lasting` when parts of it were still open in the period: duties after a trip.
    What was filed and never received is yielded as `unreceived`, until it is closed.
    """
    rows = Case.objects.filter(procedure=procedure, kind=Case.Kind.CASE)
    after = dt.datetime.combine(period.last + dt.timedelta(days=1), dt.time(), LOCAL)
    open_then = Q(received_at__lt=after) & (Q(handled_on=None) | Q(handled_on__gte=period.first))
    lasting = Exists(Part.objects.filter(_lasting(period), case=OuterRef("pk")))
    closed_then = Q(closed_on=None) | Q(closed_on__gte=period.first)
    unreceived = Q(received_at=None, attempt=1, submitted_at__lt=after) & closed_then
    received = (open_then | Q(attempt__gt=1) | lasting) & ~Q(received_at=None, attempt=1)
    wanted = rows.filter(received | unreceived).select_related("unit", "assignee", "definition")
    for batch in _batches(wanted.defer("definition__body").order_by("pk").iterator(chunk_size=BATCH)):
        parts = _parts_of(batch)
        for case in batch:
            for attempt in _attempts(case, parts[case.pk], period):
                attempt.unreceived = case.received_at is None and case.attempt == 1
                attempt.lasting = not attempt.unreceived and _lasts(attempt, parts[case.pk], period)
                if attempt.unreceived or attempt.lasting or _belongs(attempt, period):
                    yield attempt


def _lasting(period: Period) -> Q:
    return Q(ended=False) & (Q(closed=False) | Q(closed_on__gte=period.first))


def _lasts(attempt: Attempt, parts: Sequence[Part], period: Period) -> bool:
    if attempt.handled is None or attempt.handled >= day_number(period.first):
        return False
    mine = (part for part in parts if part.attempt == attempt.number and not part.ended)
    return any(not part.closed or (part.closed_on is not None and part.closed_on >= period.first) for part in mine)


def _batches(rows: Iterator[Case]) -> Iterator[list[Case]]:
    batch: list[Case] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _parts_of(batch: Sequence[Case]) -> dict[Any, list[Part]]:
    found: defaultdict[Any, list[Part]] = defaultdict(list)
    for part in Part.objects.filter(case__in=batch).order_by("opened_at", "key"):
        found[part.case_id].append(part)
    return found


def _attempts(case: Case, parts: Sequence[Part], period: Period) -> Iterator[Attempt]:
    definition = definition_by(case.definition.hash)
    earlier = earlier_attempts(case) if case.attempt > 1 else []
    for told in (*earlier, {}):
        facts = PastFacts(case, definition, parts, period, told)
        step = definition.machine.transitions[0]
        lookups = CaseLookups(
            definition=definition, case=case, parts=parts, step=step, role="", now=period.end, facts=facts
        )
        yield Attempt(case, definition, facts, lookups, told.get("attempt", case.attempt))


def _belongs(attempt: Attempt, period: Period) -> bool:
    handled = attempt.handled
    return attempt.received is not None and (handled is None or handled >= day_number(period.first))


@dataclass(slots=True)
class _Past:
    """What the history tells of one attempt."""

    number: int
    facts: dict[str, Any] = field(default_factory=dict)

    def read(self, event: Event, body: Mapping[str, Any], sets: Mapping[str, str]) -> None:
        day = day_number(local_day(event.at))
        due = body["facts"].get("due_on")
        if due:
            self.facts["due_on"] = day_number(due)
        if "received_on" in sets:
            self.facts |= {"received_on": day, "original_due_on": self.facts.get("due_on")}
        if "issued_on" in sets:
            self.facts["issued_on"] = day
        if "extension_count" in sets:
            self.facts["extension_count"] = self.facts.get("extension_count", 0) + 1
        if "overdue" in sets:
            self.facts["overdue"] = True
        if body["to"] in HANDLED and not body["part"] and "received_on" in self.facts:
            self.facts.setdefault("handled_on", day)
            self.facts["result_kind"] = HANDLED[body["to"]] or None


def earlier_attempts(case: Case) -> list[dict[str, Any]]:
    """Return what each attempt before the present one looked like when it ended, from the history."""
    found: dict[int, _Past] = {}
    for event in Event.objects.filter(case=case).order_by("seq"):
        body = parse(bytes(event.body))
        if body is None or "attempt" not in body["facts"]:
            continue
        number = int(body["facts"]["attempt"])
        sets = _sets(body)
        if number < case.attempt and "attempt" not in sets:
            found.setdefault(number, _Past(number)).read(event, body, sets)
    return [_whole(past) for past in found.values()]


def _sets(body: Mapping[str, Any]) -> Mapping[str, str]:
    if body["part"]:
        return {}
    step = definition_by(str(body["definition"])).machine.step(str(body["name"]))
    return step.set if step is not None else {}


def _whole(past: _Past) -> dict[str, Any]:
    """An attempt that was not told something did not have it: the row of the case speaks of a later attempt."""
    absent = dict.fromkeys((*LATER, "due_on", "original_due_on", "result_kind", "stop_reason"))
    base = {"attempt": past.number, "clock": "stop", "closed": True, "overdue": False, "extension_count": 0}
    return {**absent, **base, **past.facts}
