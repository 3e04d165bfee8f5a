"""Computed fields of the dossier: always what their expression says of the present values, never typed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cases.facts import to_stored
from cases.services.turn import Turn
from cases.values import to_facts
from workflows.definition import Field
from workflows.errors import CannotBeJudged, Reason
from workflows.expressions import compiled
from workflows.guards import Question, judge
from workflows.roots import Beside


def compute(turn: Turn) -> None:
    """Write every computed field and column anew; what cannot be computed yet is absent."""
    for wanted in turn.definition.fields:
        if wanted.computed is not None:
            _keep(turn, wanted)
        elif wanted.base == "table" and any(c.computed for c in wanted.columns) and wanted.name in turn.case.dossier:
            rows = [_computed_row(turn, wanted, row) for row in turn.case.dossier[wanted.name]]
            turn.case.dossier = {**turn.case.dossier, wanted.name: rows}


def _keep(turn: Turn, wanted: Field) -> None:
    value = _value(turn, wanted, turn.facts(system=True))
    dossier = {name: kept for name, kept in turn.case.dossier.items() if name != wanted.name}
    turn.case.dossier = dossier if value is None else {**dossier, wanted.name: value}


def _computed_row(turn: Turn, table: Field, row: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(row)
    for column in table.columns:
        if column.computed is None:
            continue
        facts = Beside(turn.facts(system=True), this=to_facts(table.columns, found))
        value = _value(turn, column, facts)
        found.pop(column.name, None)
        found |= {} if value is None else {column.name: value}
    return found


def _value(turn: Turn, wanted: Field, facts: Mapping[str, Any]) -> Any:
    try:
        found = compiled(wanted.computed or "").evaluate(facts, _lookups(turn, facts))
    except CannotBeJudged:
        return None
    return to_stored(wanted.base, found)


def _lookups(turn: Turn, facts: Mapping[str, Any]) -> Any:
    return turn.lookups(turn.definition.machine.transitions[0], facts, frozenset())


def validated(turn: Turn, names: frozenset[str]) -> list[Reason]:
    """Return what the `validate` rules say against the present values of the named fields, where there are any."""
    facts = turn.facts(system=True)
    asked = [field for field in turn.definition.fields if field.name in names]
    return [reason for wanted in asked for reason in _against(turn, wanted, facts)]


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
    step = turn.definition.machine.transitions[0]
    question = Question(turn.definition, step, facts, _lookups(turn, facts), frozenset(), recorded=False)
    for guard in wanted.validate_:
        for reason in judge(guard, question):
            if reason.code != "cannot_be_judged":
                yield Reason(reason.code, f"{wanted.vi}: {reason.vi}", f"{wanted.en}: {reason.en}", path)
