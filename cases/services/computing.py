"""Computed fields of the dossier: always what their expression says of the present values, never typed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cases.facts import fields_to_stored, to_stored
from cases.lookups import CaseLookups
from cases.services.turn import Computed, Turn
from cases.values import to_fact, to_facts
from workflows.computing import computed_in_order, hangs_on_more, needs_of
from workflows.definition import Field
from workflows.each_row import EachRow
from workflows.errors import CannotBeJudged, Reason
from workflows.expressions import part_of
from workflows.guards import Question
from workflows.guards_of_forms import against, judged
from workflows.roots import Beside


def compute(turn: Turn) -> None:
    """Write every computed field and column anew; what cannot be computed yet is absent.

    What a field was computed from in this turn is remembered: of the same the same would come, rows elsewhere stay as
    they are while the case is locked.
    """
    for wanted in computed_in_order(turn.definition):
        known = turn.computed.get(wanted.name)
        if known is None or known.made_of != _made_of(turn, wanted):
            known = Computed(reads=_computed(turn, wanted), made_of=_made_of(turn, wanted))
            turn.computed[wanted.name] = known
        turn.read.update(known.reads)


def _computed(turn: Turn, wanted: Field) -> dict[str, int]:
    """Compute one field into the dossier; return the rows that were read."""
    facts = turn.facts(system=True)
    lookups = _lookups(turn, facts)
    if wanted.computed is not None:
        _keep(turn, wanted, _value(wanted, facts, lookups))
    elif turn.case.dossier.get(wanted.name):
        _keep(turn, wanted, _computed_rows(wanted, turn.case.dossier[wanted.name], facts, lookups))
    return lookups.reads


def _made_of(turn: Turn, wanted: Field) -> tuple[Any, str]:
    """Return what a field is computed from: the rows of its own table, or the dossier read whole, and the rest."""
    facts, needs = turn.facts(system=True), {**needs_of(wanted)}
    whole = needs.get("dossier") is True
    own = turn.case.dossier if whole else turn.case.dossier.get(wanted.name) if wanted.computed is None else None
    rest = {root: facts[root] for root in needs if not (root == "dossier" and whole) and root in facts}
    return own, repr(part_of(rest, needs))


def refresh(turn: Turn) -> None:
    """Compute anew what hangs on more than the dossier (parts, days, rows): of procedures without it, nothing.

    What a case has come to in its last state stays as it is.
    """
    if hangs_on_more(turn.definition) and not turn.machine(None).state(turn.case.state).terminal:
        compute(turn)


def _keep(turn: Turn, wanted: Field, value: Any) -> None:
    """Put a value into the dossier. One that says what stands there leaves it the same object: facts are kept by it."""
    if turn.case.dossier.get(wanted.name) == value:
        return
    dossier = {name: kept for name, kept in turn.case.dossier.items() if name != wanted.name}
    turn.case.dossier = dossier if value is None else {**dossier, wanted.name: value}


def _computed_rows(
    table: Field, rows: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], lookups: CaseLookups
) -> list[dict[str, Any]]:
    """Return rows with their computed columns, one column of all rows after the other."""
    found = [dict(row) for row in rows]
    each = EachRow(facts["dossier"][table.name], facts, lookups)
    for column in (c for c in table.columns if c.computed is not None):
        said = each.ask(column.computed or "")
        values = [None if isinstance(one, CannotBeJudged) else _stored(column, one) for one in said]
        for row, value in zip(found, values, strict=True):
            row.pop(column.name, None)
            row |= {} if value is None else {column.name: value}
        each.put(column.name, [to_fact(column, value) for value in values])
    return found


def _value(wanted: Field, facts: Mapping[str, Any], lookups: CaseLookups) -> Any:
    (found,) = EachRow([{}], facts, lookups).ask(wanted.computed or "")
    return None if found is None or isinstance(found, CannotBeJudged) else _stored(wanted, found)


def _stored(wanted: Field, found: Any) -> Any:
    if wanted.base == "table" and isinstance(found, list):
        names = {column.name for column in wanted.columns}
        return [fields_to_stored(wanted.columns, {k: v for k, v in row.items() if k in names}) for row in found]
    return to_stored(wanted.base, found)


def _lookups(turn: Turn, facts: Mapping[str, Any]) -> CaseLookups:
    return turn.lookups(turn.definition.machine.transitions[0], facts, frozenset())


def validated(turn: Turn, names: frozenset[str]) -> list[Reason]:
    """Return what the `validate` rules say against the present values of the named fields, where there are any."""
    question = _question(turn, turn.facts(system=True))
    asked = [field for field in turn.definition.fields if field.name in names]
    return [reason for wanted in asked for reason in against(question, wanted)]


def validated_values(
    turn: Turn, fields: Iterable[Field], stored: Mapping[str, Any], facts: Mapping[str, Any], place: str
) -> Iterator[Reason]:
    """Yield what `validate` rules say of values given at a step (stored form): of asks, or of fields of a part."""
    question = _question(turn, facts)
    for wanted in (f for f in fields if f.validate_ and stored.get(f.name) is not None):
        value = to_facts([wanted], stored)[wanted.name]
        yield from judged(question, wanted, Beside(facts, value=value), f"{place}.{wanted.name}")


def _question(turn: Turn, facts: Mapping[str, Any]) -> Question:
    step = turn.definition.machine.transitions[0]
    return Question(turn.definition, step, facts, _lookups(turn, facts), frozenset(), recorded=False)
