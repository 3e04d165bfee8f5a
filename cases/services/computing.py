"""Computed fields of the dossier: always what their expression says of the present values, never typed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cases.facts import fields_to_stored, to_stored
from cases.lookups import CaseLookups
from cases.services.turn import Turn
from cases.values import to_facts
from workflows.computing import computed_in_order, hangs_on_more
from workflows.definition import Field
from workflows.errors import CannotBeJudged, Reason
from workflows.expressions import compiled
from workflows.guards import Question, judge
from workflows.roots import Beside


def compute(turn: Turn) -> None:
    """Write every computed field and column anew; what cannot be computed yet is absent."""
    for wanted in computed_in_order(turn.definition):
        facts = turn.facts(system=True)
        lookups = _lookups(turn, facts)
        if wanted.computed is not None:
            _keep(turn, wanted, _value(wanted, facts, lookups))
        elif turn.case.dossier.get(wanted.name):
            rows = [_computed_row(wanted, row, facts, lookups) for row in turn.case.dossier[wanted.name]]
            _keep(turn, wanted, rows)
        turn.read.update(lookups.reads)


def refresh(turn: Turn) -> None:
    """Compute anew what hangs on more than the dossier (parts, days, rows): of procedures without it, nothing.

    What a case has come to in its last state stays as it is.
    """
    if hangs_on_more(turn.definition) and not turn.machine(None).state(turn.case.state).terminal:
        compute(turn)


def _keep(turn: Turn, wanted: Field, value: Any) -> None:
    dossier = {name: kept for name, kept in turn.case.dossier.items() if name != wanted.name}
    turn.case.dossier = dossier if value is None else {**dossier, wanted.name: value}


def _computed_row(table: Field, row: Mapping[str, Any], facts: Mapping[str, Any], lookups: CaseLookups) -> Any:
    found = dict(row)
    for column in table.columns:
        if column.computed is None:
            continue
        value = _value(column, Beside(facts, this=to_facts(table.columns, found)), lookups)
        found.pop(column.name, None)
        found |= {} if value is None else {column.name: value}
    return found


def _value(wanted: Field, facts: Mapping[str, Any], lookups: CaseLookups) -> Any:
    try:
        found = compiled(wanted.computed or "").evaluate(facts, lookups)
    except CannotBeJudged:
        return None
    if wanted.base == "table" and isinstance(found, list):
        names = {column.name for column in wanted.columns}
        return [fields_to_stored(wanted.columns, {k: v for k, v in row.items() if k in names}) for row in found]
    return to_stored(wanted.base, found)


def _lookups(turn: Turn, facts: Mapping[str, Any]) -> CaseLookups:
    return turn.lookups(turn.definition.machine.transitions[0], facts, frozenset())


def validated(turn: Turn, names: frozenset[str]) -> list[Reason]:
    """Return what the `validate` rules say against the present values of the named fields, where there are any."""
    facts = turn.facts(system=True)
    asked = [field for field in turn.definition.fields if field.name in names]
    return [reason for wanted in asked for reason in _against(turn, wanted, facts)]


def validated_values(
    turn: Turn, fields: Iterable[Field], stored: Mapping[str, Any], facts: Mapping[str, Any], place: str
) -> Iterator[Reason]:
    """Yield what `validate` rules say of values given at a step (stored form): of asks, or of fields of a part."""
    for wanted in (f for f in fields if f.validate_ and stored.get(f.name) is not None):
        value = to_facts([wanted], stored)[wanted.name]
        yield from _judged(turn, wanted, Beside(facts, value=value), f"{place}.{wanted.name}")


def _against(turn: Turn, wanted: Field, facts: Mapping[str, Any]) -> Iterator[Reason]:
    present = to_facts([wanted], turn.case.dossier)
    if wanted.name not in present:
        return
    yield from _judged(turn, wanted, Beside(facts, value=present[wanted.name]), wanted.name)
    if wanted.base == "table":
        for number, row in enumerate(present[wanted.name]):
            for column in (c for c in wanted.columns if c.name in row):
                more = Beside(facts, value=row[column.name], this=row)
                yield from _judged(turn, column, more, f"{wanted.name}[{number}].{column.name}")


def _judged(turn: Turn, wanted: Field, facts: Mapping[str, Any], path: str) -> Iterator[Reason]:
    if not wanted.validate_:
        return
    step = turn.definition.machine.transitions[0]
    question = Question(turn.definition, step, facts, _lookups(turn, facts), frozenset(), recorded=False)
    for guard in wanted.validate_:
        for reason in judge(guard, question):
            if reason.code != "cannot_be_judged":
                yield Reason(reason.code, f"{wanted.vi}: {reason.vi}", f"{wanted.en}: {reason.en}", path)
