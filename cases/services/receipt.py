"""Receipt: the case code, the version of the law of that day, the receiving unit and the promised day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import OrgUnit
from cases.completeness import missing_at
from cases.due import read_clock
from cases.models import Counter
from cases.office import office_rows
from cases.procedures import definition_by, in_force
from cases.services.turn import Turn
from workflows.definition import Term
from workflows.errors import CannotBeJudged, Reason, TransitionRefused
from workflows.expressions import compiled

CODE_PATTERN = "{agency_code}-{day:%y%m%d}-{seq:04d}"


def receive(turn: Turn) -> None:
    """Give the case its code, unit, term and due day. Raises TransitionRefused when today's law asks for more."""
    pin_version(turn)
    office = office_rows(turn.day).get("office", {})
    case = turn.case
    if case.case_code is None:
        case.case_code = _next_code(turn.day, office)
    if case.unit_id is None:
        case.unit = _unit(office, case.procedure)
    case.attributes["term"] = term_of(turn).code
    case.clock_log = [[turn.now.isoformat(), case.clock]]
    recompute_due(turn)
    case.original_due_on = case.due_on


def pin_version(turn: Turn) -> None:
    """Pin the version in force on the local day of receipt; refuse with the fields that it asks and the draft lacks."""
    published = in_force(turn.case.procedure, turn.day)
    if published.pk == turn.case.definition_id:
        return
    definition = definition_by(published.hash)
    step = next(s for s in definition.machine.transitions if s.name == turn.request.name)
    facts = turn.facts()
    missing = missing_at(definition, turn.case, "submit", facts, turn.lookups(step, facts, turn.roles))
    if missing:
        raise TransitionRefused(
            [
                Reason(
                    "form_complete",
                    f"Quy định ngày tiếp nhận yêu cầu thêm: {vi}",
                    f"The rule of the day of receipt also asks: {en}",
                    path,
                )
                for path, vi, en in missing
            ]
        )
    turn.case.definition = published
    turn.definition = definition
    turn.kept_facts.clear()  # the attachments and links of the new version


def _next_code(day: dt.date, office: dict[str, Any]) -> str:
    """Take the next case code of the day; never reused, gaps allowed (one-stop §3)."""
    agency = office.get("agency_code", "H00")
    counter, _ = Counter.objects.select_for_update().get_or_create(name=f"case:{agency}:{day:%y%m%d}")
    counter.value += 1
    counter.save(update_fields=["value"])
    return str(office.get("case_code_pattern", CODE_PATTERN)).format(agency_code=agency, day=day, seq=counter.value)


def _unit(office: dict[str, Any], procedure: str) -> OrgUnit | None:
    units = office.get("units", {})
    code = units.get(procedure, units.get("default"))
    return OrgUnit.objects.filter(code=code).order_by("-valid_from").first() if code else None


def term_of(turn: Turn) -> Term:
    """Return the first term whose condition holds (language §7). Raises TransitionRefused when that cannot be said."""
    kept = turn.case.attributes.get("term")
    if kept is not None:
        return next(t for t in turn.definition.terms if t.code == kept)
    facts = turn.facts(system=True)
    lookups = turn.lookups(turn.definition.machine.transitions[0], facts, turn.roles)
    try:
        return next(t for t in turn.definition.terms if compiled(t.if_).judge(facts, lookups))
    except CannotBeJudged as missing:
        vi = f"Chưa xác định được thời hạn giải quyết ({missing.path})"
        en = f"The term cannot be judged ({missing.path})"
        raise TransitionRefused([Reason("cannot_be_judged", vi, en, missing.path)]) from missing


def recompute_due(turn: Turn) -> None:
    """Read the statutory clock from the log of intervals and keep the due day."""
    case = turn.case
    if case.received_at is None or not turn.definition.terms:
        return
    reading = read_clock(case, turn.definition, term_of(turn), turn.now, turn.calendar)
    case.due_on = reading.due_on
    case.attributes["calendar_year_decided"] = reading.decided
