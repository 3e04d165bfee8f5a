"""Timers and step times of a case: pure functions of the rows as they stand; kept as due rows of the outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.clock import LOCAL, local_day
from cases.facts import Facts, day_of
from cases.models import Case, Part
from cases.services.turn import Turn
from workflows.clock import share_moment, shifted
from workflows.definition import Duration, Machine, Step
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer of the present state: which step, on which part, when."""

    name: str
    part_key: str
    entered: str
    fires: dt.datetime

    @property
    def identity(self) -> tuple[str, ...]:
        return (self.name, self.part_key, self.entered, self.fires.isoformat())

    def payload(self) -> dict[str, str]:
        return {"name": self.name, "part": self.part_key, "entered": self.entered, "fires": self.fires.isoformat()}


def timers_of(turn: Turn) -> list[DueTimer]:
    """Return every timer that the case and its open parts wait for now."""
    facts = turn.facts(system=True)
    found = list(_timers(turn, None, facts))
    for part in turn.parts:
        if not part.ended and part.attempt == turn.case.attempt:
            found += _timers(turn, part, facts)
    return found


def keep_timers(turn: Turn) -> None:
    """Promise the timers that this transaction has made new; those that fell away are stale and do nothing."""
    for timer in timers_of(turn):
        if timer.identity not in turn.timers_before:
            turn.promise(
                "timer", timer.payload(), due=timer.fires, tag=f"{timer.part_key}:{timer.name}:{timer.fires:%Y%m%d%H%M}"
            )


def stands(turn: Turn, timer: DueTimer) -> bool:
    """Whether a promised timer still holds: its record has not moved on and it would fire at the same moment.

    A step that is not allowed at present stands all the same: it waits until it is.
    """
    part = next((p for p in turn.parts if p.key == timer.part_key), None)
    if timer.part_key and (part is None or part.ended or part.closed or part.attempt != turn.case.attempt):
        return False
    record: Case | Part = part if part is not None else turn.case
    step = turn.machine(part).step(timer.name)
    if step is None or record.entered_at != dt.datetime.fromisoformat(timer.entered):
        return False
    if step.kind == "transition" and record.state not in step.sources:
        return False
    facts = turn.facts(part, system=True)
    others = [s for s in _timed(turn.machine(part)) if s.name != step.name and _waits(turn, s, record, facts)]
    return _moments(turn, [*others, step], record, facts).get(step.name) == timer.fires


def _timed(machine: Machine) -> list[Step]:
    return [s for s in (*machine.transitions, *machine.acts) if s.timer is not None]


def _timers(turn: Turn, part: Part | None, everywhere: Facts) -> Iterator[DueTimer]:
    """Facts are seen from the part only where a timer may wait: of two hundred papers most have none."""
    record: Case | Part = part if part is not None else turn.case
    likely = [s for s in _timed(turn.machine(part)) if s.kind != "transition" or record.state in s.sources]
    if not likely:
        return
    facts = everywhere.of(part)
    steps = [s for s in likely if _waits(turn, s, record, facts)]
    for name, moment in _moments(turn, steps, record, facts).items():
        yield DueTimer(name, part.key if part is not None else "", record.entered_at.isoformat(), moment)


def _moments(
    turn: Turn, steps: Sequence[Step], record: Case | Part, facts: Mapping[str, Any]
) -> dict[str, dt.datetime]:
    """When each of the steps fires; a share of the entry is measured to the next of the others."""
    fires = {s.name: moment for s in steps if (moment := _moment(turn, s, record, facts))}
    next_one = min((at for at in fires.values() if at > record.entered_at), default=None)
    for step in steps:
        timer = step.timer
        if timer is not None and timer.at_share is not None and timer.of == "entry" and next_one is not None:
            fires[step.name] = share_moment(record.entered_at, next_one, timer.at_share, turn.calendar)
    return fires


def _waits(turn: Turn, step: Step, record: Case | Part, facts: Mapping[str, Any]) -> bool:
    if step.kind == "transition":
        return record.state in step.sources
    if isinstance(record, Part) and record.closed:
        return False
    try:
        lookups = turn.lookups(step, facts, frozenset({"system"}))
        return compiled(step.allowed_when or "false").judge(facts, lookups)
    except CannotBeJudged:
        return False


def _moment(turn: Turn, step: Step, record: Case | Part, facts: Mapping[str, Any]) -> dt.datetime | None:
    """When a timer fires that does not hang on another timer of its state."""
    timer = step.timer
    if timer is None:
        return None
    if timer.at_share is not None:
        return _share_of_term(turn, timer.at_share) if timer.of == "term" else None
    base = _base(turn, timer.of, record, facts)
    return None if base is None or timer.after is None else _after(turn, base, timer.after)


def _base(turn: Turn, of: str, record: Case | Part, facts: Mapping[str, Any]) -> dt.date | None:
    if of == "entry":
        return local_day(record.entered_at)
    if of == "due":
        return turn.case.due_on
    try:
        found = compiled(of).evaluate(facts, turn.lookups(turn.definition.machine.transitions[0], facts, turn.roles))
    except CannotBeJudged:
        return None
    return day_of(found)


def _after(turn: Turn, base: dt.date, length: Duration) -> dt.datetime:
    """Calendar days name the day on which a timer fires; working days are time that somebody has, so their
    last day counts in full and the timer fires at the midnight after it."""
    day = shifted(base, length, turn.calendar)
    if length.u == "WD" and length.n > 0:
        day += dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(), LOCAL)


def _share_of_term(turn: Turn, share: float) -> dt.datetime | None:
    if turn.case.received_at is None or turn.case.due_on is None:
        return None
    end = dt.datetime.combine(turn.case.due_on, dt.time(17), LOCAL)
    return share_moment(turn.case.received_at, end, share, turn.calendar)


def first_ending(turn: Turn, part: Part, everywhere: Facts) -> dt.date | None:
    """Return the day before the first ending timer of a part fires."""
    ending = [s for s in _timed(turn.machine(part)) if _ends(s) and not _elsewhere(s, part)]
    facts = everywhere.of(part) if ending else everywhere
    moments = (_moment(turn, step, part, facts) for step in ending)
    return min((_day_before(at) for at in moments if at is not None), default=None)


def last_day_of(turn: Turn) -> dt.date | None:
    """Return the last day of the state in which a case waits: the day before a timer takes it out of there."""
    facts, case = turn.facts(system=True), turn.case
    steps = [s for s in turn.machine(None).transitions if _ends(s) and case.state in s.sources]
    moments = [moment for s in steps if (moment := _moment(turn, s, case, facts)) is not None]
    return min(map(_day_before, moments), default=None)


def _ends(step: Step) -> bool:
    return step.timer is not None and step.timer.after is not None and step.timer.after.n > 0


def _elsewhere(step: Step, part: Part) -> bool:
    """Whether a timer counts from the entry into a state in which the part is not."""
    return step.timer is not None and step.timer.of == "entry" and part.state not in step.sources


def _day_before(moment: dt.datetime) -> dt.date:
    return (moment - dt.timedelta(seconds=1)).astimezone(LOCAL).date()
