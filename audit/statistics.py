"""The statistics that a procedure declares, over the cases of a period (language of procedures; one-stop §8)."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.attempts import Attempt, Period, attempts_in
from audit.event_groups import counted_events
from audit.groups import Groups, Key, sorted_rows
from audit.ledger_rows import ledger_rows_in
from audit.stays import stays_in
from cases.models import Event
from cases.presentation.words import label, said
from cases.procedures import definition_by, published_on
from workflows.definition import Procedure, Statistic
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled
from workflows.statistics import asked_in, columns_of

COME = ("carried_over", "received_in_period")
GONE = ("handled_early", "handled_on_time", "handled_late", "in_process_within", "in_process_late", "paused")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: of `base` cases (or of what a share is taken of); a share is 0..1."""

    value: float | None
    base: int
    p90: float | None = None

    @property
    def percent(self) -> float | None:
        """A share in hundredths."""
        return None if self.value is None else self.value * 100

    @property
    def average(self) -> float | None:
        """So many to one case."""
        return self.value / self.base if self.value is not None and self.base else None


@dataclass(frozen=True, slots=True)
class Result:
    """One statistic of one procedure: a figure for each group and the total, in which every case counts once."""

    statistic: Statistic
    heads: Key
    rows: tuple[tuple[Key, Figure], ...]
    total: Figure

    @property
    def unit(self) -> str:
        """What the figures are: share, hours, value (of an expression), times (so many in so many cases), number."""
        if self.statistic.measure == "share":
            return "share"
        if self.statistic.measure in ("median", "p90"):
            return "value" if self.statistic.of else "hours"
        return "times" if self.statistic.measure in ("rows", "parts", "events") else "number"

    @property
    def breakdown(self) -> list[tuple[Key, Figure]]:
        """The groups within the procedure: nothing when it is counted by procedure alone."""
        within = [at for at, name in enumerate(self.statistic.by) if name != "procedure"]
        return [(tuple(key[at] for at in within), figure) for key, figure in self.rows] if within else []


@dataclass(slots=True)
class Tally:
    """What gathers in one group while the cases are walked."""

    cases: int = 0
    count: int = 0
    values: list[float] = field(default_factory=list)

    def figure(self, measure: str) -> Figure:
        if measure == "share":
            return Figure(self.count / self.cases if self.cases else None, self.cases)
        if measure in ("median", "p90"):
            return Figure(quantile(self.values, 0.5), len(self.values), quantile(self.values, 0.9))
        return Figure(self.count, self.cases)


def statistics_of(procedure: Procedure, period: Period, roles: frozenset[str]) -> list[Result]:
    """Return every statistic that the procedure declares, in its order."""
    found = ledger_rows_in if procedure.kind == "ledger" else attempts_in
    attempts = list(found(procedure.procedure, period))
    groups = Groups(period, roles)
    return [_result(statistic, procedure, attempts, groups) for statistic in procedure.statistics]


def balance(results: Iterable[Result]) -> tuple[int, int] | None:
    """Return carried over + received, and handled + in process + paused: equal, or something is wrong (one-stop §8)."""
    totals = {result.statistic.code: int(result.total.value or 0) for result in results}
    if not {*COME, *GONE} <= totals.keys():
        return None
    return sum(totals[code] for code in COME), sum(totals[code] for code in GONE)


def procedures_counted(period: Period) -> list[Procedure]:
    """Return the procedures in force on the last day of the period, by name."""
    rows = published_on(period.last).order_by("effective_from", "pk")
    latest = {row.procedure: row.hash for row in rows}
    return sorted((definition_by(found) for found in latest.values()), key=label)


def _result(statistic: Statistic, procedure: Procedure, attempts: Sequence[Attempt], groups: Groups) -> Result:
    if statistic.measure == "events":
        rows, total = _events(statistic, procedure, attempts, groups)
    elif statistic.measure in ("median", "p90") and statistic.of is None:
        rows, total = _stays(statistic, procedure, attempts, groups)
    else:
        rows, total = _cases(statistic, attempts, groups)
    found = tuple((key, tally.figure(statistic.measure)) for key, tally in sorted_rows(rows))
    more = (*columns_of(statistic, procedure), *asked_in(statistic, procedure).values())
    heads = groups.heads(statistic.by, (*procedure.fields, *more))
    return Result(statistic, heads, found, total.figure(statistic.measure))


# ------------------------------------------------------------------------------------------------- case after case
def _cases(statistic: Statistic, attempts: Iterable[Attempt], groups: Groups) -> tuple[dict[Key, Tally], Tally]:
    rows: defaultdict[Key, Tally] = defaultdict(Tally)
    total = Tally()
    for attempt in attempts:
        found = counted(statistic, attempt) if belongs(statistic, attempt) else None
        if found is None:
            continue
        told = [(total, found), *((rows[key], part) for key, part in _told_apart(statistic, attempt, groups, found))]
        for tally, figure in told:
            tally.cases += 1
            if isinstance(figure, list):  # of a quantile: one value for each part
                tally.values += figure
            else:
                tally.count += figure if statistic.measure not in ("median", "p90") else 0
                tally.values.append(figure)
    return rows, total


def belongs(statistic: Statistic, attempt: Attempt) -> bool:
    """Whether a statistic counts such an attempt: received here, not handled before the period, unless it says so."""
    return (statistic.lasting or not attempt.lasting) and (statistic.unreceived or not attempt.unreceived)


def _told_apart(
    statistic: Statistic, attempt: Attempt, groups: Groups, found: int | list[float]
) -> list[tuple[Key, int | list[float]]]:
    """Return what a case adds to each group; rows and parts are told apart when a column of theirs is asked for."""
    columns = {column.name for column in columns_of(statistic, attempt.definition)}
    if not columns & set(statistic.by):
        return [(key, found) for key in groups.keys(statistic.by, attempt)]
    counts: Counter[Key] = Counter()
    for row in value_of(statistic.of, attempt) or ():
        for key in groups.keys_of_row(statistic, attempt, row):
            counts[key] += amount_of(statistic, row)
    return list(counts.items())


def amount_of(statistic: Statistic, row: Mapping[str, Any]) -> int:
    """Return what one row adds: itself, or the whole number in the column that is added up."""
    if statistic.column is None:
        return 1
    amount = row.get(statistic.column)
    return amount if isinstance(amount, int) and not isinstance(amount, bool) else 0


def counted(statistic: Statistic, attempt: Attempt) -> int | list[float] | None:
    """Return what one case adds to a statistic, None when it is no case of it.

    share: 1 or 0 of those for which `over` holds; rows, parts: how many; sum, median, p90: the value of `of`, or the
    sum of a `column` of its rows; median, p90 also each value of a list.
    """
    if statistic.measure == "share":
        return int(holds(statistic.where, attempt)) if holds(statistic.over, attempt) else None
    if not holds(statistic.where, attempt):
        return None
    if statistic.measure == "cases":
        return 1
    found = value_of(statistic.of, attempt)
    if statistic.measure in ("rows", "parts"):
        return len(found or ())
    if statistic.column is not None:
        return sum(amount_of(statistic, row) for row in found or ())
    if isinstance(found, list) and statistic.measure in ("median", "p90"):
        return [float(one) for one in found] or None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def holds(text: str | None, attempt: Attempt) -> bool:
    """Whether a condition holds; what cannot be judged of a case does not hold of it. No condition always holds."""
    if text is None:
        return True
    try:
        return compiled(text).judge(attempt.facts, attempt.lookups)
    except CannotBeJudged:
        return False


def value_of(text: str | None, attempt: Attempt) -> Any:
    """Return the value of an expression, None when a case has none."""
    try:
        return compiled(text or "null").evaluate(attempt.facts, attempt.lookups)
    except CannotBeJudged:
        return None


# ------------------------------------------------------------------------------------------------ event after event
def _events(
    statistic: Statistic, procedure: Procedure, attempts: Sequence[Attempt], groups: Groups
) -> tuple[dict[Key, Tally], Tally]:
    """Count steps taken within the period; the base is the number of cases of the period.

    Groups by what a step asks have no base: a case has no such value.
    """
    period, attempts = groups.period, [a for a in attempts if belongs(statistic, a)]
    asked = asked_in(statistic, procedure)
    rows: defaultdict[Key, Tally] = defaultdict(Tally)
    total = Tally()
    for attempt in attempts:
        for tally in (total, *(rows[key] for key in groups.keys(statistic.by, attempt) if not asked)):
            tally.cases += 1
    taken = Event.objects.filter(procedure=procedure.procedure, name__in=statistic.events)
    taken = taken.filter(at__gte=period.begin, at__lte=period.end)
    for key, count in counted_events(taken, statistic.by, procedure, groups):
        for tally in (total, rows[key]):
            tally.count += count
    return rows, total


def _stays(
    statistic: Statistic, procedure: Procedure, attempts: Sequence[Attempt], groups: Groups
) -> tuple[dict[Key, Tally], Tally]:
    """Working hours between entry into a state and exit from it, for every stay that ended in the period."""
    rows: defaultdict[Key, Tally] = defaultdict(Tally)
    total = Tally()
    labels = {state.code: _state(state) for state in procedure.machine.states}
    for attempt, state, hours in stays_in([a for a in attempts if belongs(statistic, a)], groups.period):
        for key in groups.keys([name for name in statistic.by if name != "state"], attempt):
            at = statistic.by.index("state") if "state" in statistic.by else len(key)
            rows[(*key[:at], labels.get(state, state), *key[at:])].values.append(hours)
        total.values.append(hours)
    return rows, total


def _state(state: Any) -> str:
    """Stays in which the clock stands are told apart: that time is not ours."""
    paused = said(" (tạm dừng)", " (paused)") if state.clock in ("pause", "out") else ""
    return f"{label(state)}{paused}"


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the median (the mean of the middle two) or another quantile by nearest rank; None of nothing."""
    if not values:
        return None
    ranked = sorted(values)
    if share == 0.5:
        middle = len(ranked) // 2
        return ranked[middle] if len(ranked) % 2 else (ranked[middle - 1] + ranked[middle]) / 2
    return ranked[math.ceil(share * len(ranked)) - 1]
