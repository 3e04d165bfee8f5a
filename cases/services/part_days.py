"""The last day of a part: with the case, by a term of its own, or the day before its first ending timer."""

from __future__ import annotations

import datetime as dt

from accounts.clock import LOCAL
from cases.facts import Facts
from cases.models import Part
from cases.services.timers import first_ending
from cases.services.turn import Turn
from workflows.clock import case_clock
from workflows.definition import Term
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled


def keep_part_days(turn: Turn) -> None:
    """Keep the last day of every part that is open."""
    facts = turn.facts(system=True)
    for part in turn.open_parts:
        last = _last_day(turn, part, facts)
        if last != part.due_on:
            part.due_on = last


def _last_day(turn: Turn, part: Part, facts: Facts) -> dt.date | None:
    if not turn.definition.part(part.kind).terms:
        return first_ending(turn, part, facts)
    if goes_with_case(turn, part):
        return turn.case.due_on
    term = term_of_part(turn, part)
    return _due_under(turn, part, term) if term is not None else None


def goes_with_case(turn: Turn, part: Part) -> bool:
    """Whether a part is due with its case; a kind without terms has no day of that sort."""
    kind = turn.definition.part(part.kind)
    return bool(kind.terms) and _holds(turn, part, kind.with_case)


def term_of_part(turn: Turn, part: Part) -> Term | None:
    """Return the first term of the part's kind that holds."""
    return next((t for t in turn.definition.part(part.kind).terms if _holds(turn, part, t.if_)), None)


def _holds(turn: Turn, part: Part, text: str) -> bool:
    facts = turn.facts(part, system=True)
    try:
        return compiled(text).judge(facts, turn.lookups(turn.machine(part).transitions[0], facts, frozenset(), part))
    except CannotBeJudged:
        return False


def _due_under(turn: Turn, part: Part, term: Term) -> dt.date:
    """Count the term from the opening of the part; days in a state whose clock is out or paused do not count."""
    log = [(dt.datetime.fromisoformat(at), clock) for at, clock in part.clock_log]
    opened = part.opened_at.astimezone(LOCAL)
    return case_clock(log, received=opened, term=term, calendar=turn.calendar, now=turn.now).due_on
