"""What anybody may ask before filing: answered from the live tables like a case of which only so much is known.

Nothing is stored. What cannot be judged is not guessed at: then the answer is that the office must be asked.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.db.models import Q

from cases.facts import to_stored
from cases.forms import ValuesForm
from cases.forms_choices import Choices, all_choices
from cases.forms_words import label_of
from cases.leaflet import Time, time_of
from cases.models import Case, Published, TableRow
from cases.services.computing import compute
from cases.services.turn import Request, Turn
from cases.showing import in_words
from cases.values import to_facts
from workflows.definition import Answer, Field, Inquiry, Procedure
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled
from workflows.roots import Beside

CASE = "case."


@dataclass(frozen=True, slots=True)
class Told:
    """The answer, None when nobody can tell; values shown with it; how long; whether the office confirmed all of it."""

    answer: Answer | None
    values: Sequence[tuple[str, str]]
    time: Time | None
    confirmed: bool


def inquiry_form(inquiry: Inquiry, procedure: Procedure, day: dt.date, data: Any = None) -> ValuesForm:
    """Return the form of an inquiry: what it asks must be answered where a case could not do without it."""
    specs = questions_of(inquiry, procedure)
    return ValuesForm(specs, data, choices=_choices(inquiry, procedure, day), needed=lambda spec: spec.required is True)


def questions_of(inquiry: Inquiry, procedure: Procedure) -> list[Field]:
    """Return what is asked, columns under their own names."""
    known = procedure.fields_by_path()
    return [*(known[name] for name in inquiry.ask), *inquiry.fields]


def _choices(inquiry: Inquiry, procedure: Procedure, day: dt.date) -> dict[str, Choices]:
    return all_choices(questions_of(inquiry, procedure), day, procedure)


class Supposed:
    """A case that is in no database: what was told, what the inquiry gives, and what follows from both."""

    def __init__(
        self, inquiry: Inquiry, published: Published, procedure: Procedure, values: Mapping[str, Any], now: dt.datetime
    ) -> None:
        """`values`: stored values of the form."""
        self.procedure, known = procedure, procedure.fields_by_path()
        self.case = Case(procedure=procedure.procedure, definition=published, state=procedure.machine.initial.code)
        self.read: dict[str, int] = {}
        self.turn = Turn(procedure, self.case, [], now, Request(self.case.pk, "", None, now))
        self._asked = to_facts(inquiry.fields, {f.name: values.get(f.name) for f in inquiry.fields})
        told = {name: values.get(known[name].name) for name in inquiry.ask}
        self.case.dossier = _dossier(told)
        given = {name: self.value(text) for name, text in inquiry.given.items()}
        supposed = {name: value for name, value in given.items() if name.startswith(CASE) and value is not None}
        self.case.attributes = {name.removeprefix(CASE): value for name, value in supposed.items()}
        of_dossier = {name: to_stored(known[name].base, value) for name, value in given.items() if name in known}
        self.case.dossier = _dossier({**told, **of_dossier})
        compute(self.turn)
        self.read |= self.turn.read

    def value(self, text: str) -> Any:
        """Return the value of an expression, None for what cannot be judged."""
        facts = Beside(self.turn.facts(system=True), ask=self._asked)
        lookups = self.turn.lookups(self.procedure.machine.transitions[0], facts, frozenset())
        try:
            found = compiled(text).evaluate(facts, lookups)
        except CannotBeJudged:
            return None
        self.read |= lookups.reads
        return found


def answered(
    inquiry: Inquiry, published: Published, procedure: Procedure, values: Mapping[str, Any], now: dt.datetime
) -> Told:
    """Return what the inquiry is answered with; `values`: stored values of the form."""
    supposed = Supposed(inquiry, published, procedure, values, now)
    answer = next((a for a in inquiry.answers if supposed.value(a.if_) is True), None)
    if answer is None:
        return Told(None, (), None, confirmed=True)
    term = next((t for t in procedure.terms if supposed.value(t.if_) is True), None) if answer.term else None
    confirmed = _confirmed(supposed.read) and (term is None or term.confirmed)
    time = time_of(term, procedure) if term is not None else None
    return Told(answer, _shown(answer, supposed), time, confirmed)


def _dossier(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dossier of values by name and by table.column, the columns as one row."""
    found: dict[str, Any] = {}
    for path, value in told.items():
        table, dot, column = path.partition(".")
        if dot:
            row = found.setdefault(table, [{}])[0]
            row |= {} if value is None else {column: value}
        elif value is not None:
            found[path] = value
    return found


def _shown(answer: Answer, supposed: Supposed) -> list[tuple[str, str]]:
    known = supposed.procedure.fields_by_path()
    choices = all_choices([known[name] for name in answer.show], supposed.turn.day, supposed.procedure)
    values = ((known[name], _at(supposed.case.dossier, name)) for name in answer.show)
    return [(label_of(spec), in_words(spec, value, choices)) for spec, value in values if value is not None]


def _at(dossier: Mapping[str, Any], path: str) -> Any:
    table, dot, column = path.partition(".")
    return dossier.get(path) if not dot else (dossier.get(table) or [{}])[0].get(column)


def _confirmed(reads: Mapping[str, int]) -> bool:
    """Whether the office has confirmed every row that the answer rests on."""
    named = [Q(table=table, key=key) for table, _, key in (name.partition(":") for name in reads) if key]
    return not named or not TableRow.objects.filter(reduce(operator.or_, named), confirmed=False).exists()
