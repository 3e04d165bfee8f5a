"""What an earlier case of the same party offers to a draft: rows of tables and plain answers that are worth keeping.

Never files, never what is computed or filled in by officers, never the filer's own data or how the case is filed, and
never what somebody declares anew each time: days of a trip, amounts, a yes or no.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from cases.access import may_see_field, visible_cases
from cases.forms_choices import Choices
from cases.forms_words import label_of
from cases.models import Case
from cases.procedures import definition_by
from cases.sections import APPLICANT, FILING
from cases.showing import in_words
from cases.values import clean_fields
from workflows.definition import Field

DAYS = frozenset({"date", "day", "datetime"})
ANEW = DAYS | {"bool", "money", "file"}  # of a plain field: said for each case by itself
PARTY = "applicant_id_no"


@dataclass(frozen=True, slots=True)
class Offer:
    """One field with the value that the draft would take."""

    spec: Field
    value: Any
    shown: str
    present: bool  # whether the draft says something else already
    hidden: tuple[str, ...] = ()  # what comes along unseen: sensitive columns, or the field itself
    gone: tuple[str, ...] = ()  # what is no longer in a list and is left out

    @property
    def hidden_words(self) -> list[str]:
        """Return the labels of what is not shown."""
        columns = {column.name: label_of(column) for column in (self.spec, *self.spec.columns)}
        return [columns[name] for name in self.hidden]

    @property
    def names(self) -> list[str]:
        """Return the names of sensitive values, as the log of views keeps them."""
        return [self.spec.name if name == self.spec.name else f"{self.spec.name}.{name}" for name in self.hidden]


def earlier_cases(case: Case, person: User, now: dt.datetime) -> QuerySet[Case]:
    """Return the filed cases of the same procedure and party that the person may open, the latest first."""
    drafted = definition_by(case.definition.hash).machine.initial.code
    seen = visible_cases(person, now).filter(procedure=case.procedure).exclude(pk=case.pk).exclude(state=drafted)
    if case.organisation_id is not None:
        seen = seen.filter(organisation=case.organisation_id)
    elif case.applicant_id is not None:
        seen = seen.filter(organisation=None, applicant=case.applicant_id)
    else:
        seen = _of_same_number(seen, case)
    return seen.select_related("definition").order_by("-created_at")


def _of_same_number(seen: QuerySet[Case], case: Case) -> QuerySet[Case]:
    """Somebody without an account is the same person when the number of identity is the same."""
    number = case.dossier.get(PARTY)
    return seen.filter(organisation=None, applicant=None, **{f"dossier__{PARTY}": number}) if number else seen.none()


@dataclass(frozen=True, slots=True)
class Copying:
    """A draft, an earlier case, and how one is read for the other."""

    source: Case
    target: Case
    roles: frozenset[str]  # of the person, on the earlier case
    choices: Mapping[str, Choices]

    def offers(self) -> list[Offer]:
        """Return what the draft may take, in the order of its form."""
        there = {field.name: field for field in definition_by(self.source.definition.hash).fields}
        definition = definition_by(self.target.definition.hash)
        pairs = [(spec, there[spec.name]) for spec in definition.fields if spec.name in there and _copied(spec)]
        found = (self._offer(spec, former) for spec, former in pairs if spec.base == former.base)
        return [offer for offer in found if offer is not None]

    def _offer(self, spec: Field, former: Field) -> Offer | None:
        stored = self.source.dossier.get(spec.name)
        if stored is None or not self._seen(spec, former):
            return None
        gone: set[str] = set()
        value = self._rows(spec, former, stored, gone) if spec.base == "table" else self._fit(spec, stored, gone)
        if value is None:
            return None
        present = self.target.dossier.get(spec.name) not in (None, value)
        return Offer(spec, value, self._shown(spec, value), present, _hidden(spec, value), tuple(sorted(gone)))

    def _seen(self, spec: Field, former: Field) -> bool:
        return may_see_field(spec, self.roles) and may_see_field(former, self.roles)

    def _rows(self, spec: Field, former: Field, stored: Any, gone: set[str]) -> Any:
        there = {column.name: column for column in former.columns}
        columns = [c for c in spec.columns if c.name in there and _column_copied(c) and self._seen(c, there[c.name])]
        rows = [self._row(spec, columns, row, gone) for row in stored]
        return [row for row in rows if row] or None

    def _row(self, spec: Field, columns: list[Field], row: Mapping[str, Any], gone: set[str]) -> dict[str, Any]:
        found = {c.name: self._fit(c, row.get(c.name), gone, f"{spec.name}.") for c in columns}
        return {name: value for name, value in found.items() if value is not None}

    def _fit(self, spec: Field, stored: Any, gone: set[str], table: str = "") -> Any:
        """Return a value judged anew, without what has left its list; None when nothing is left."""
        values, _ = clean_fields([spec], {spec.name: stored})
        value, chosen = values.get(spec.name), self.choices.get(table + spec.name)
        if value is None or chosen is None:
            return value
        keys = value if isinstance(value, list) else [value]
        kept = [key for key in keys if chosen.find(str(key)) == str(key)]
        gone |= {str(key) for key in keys if key not in kept}
        return (kept if isinstance(value, list) else kept[0]) if kept else None

    def _shown(self, spec: Field, value: Any) -> str:
        if spec.sensitive:
            return ""
        if spec.base == "table":
            plain = {column.name for column in spec.columns if not column.sensitive}
            value = [{name: cell for name, cell in row.items() if name in plain} for row in value]
        return in_words(spec, value, self.choices)


def _hidden(spec: Field, value: Any) -> tuple[str, ...]:
    """Return the columns that come along and are not shown."""
    if spec.base != "table":
        return (spec.name,) if spec.sensitive else ()
    return tuple(c.name for c in spec.columns if c.sensitive and any(c.name in row for row in value))


def _copied(spec: Field) -> bool:
    of_filer = spec.name.startswith(APPLICANT) or spec.name in FILING
    typed = spec.computed is None and spec.required_from is None and spec.base not in ANEW
    return typed and not of_filer and "ref(case)" not in spec.type


def _column_copied(column: Field) -> bool:
    """Days are a person's own (of birth) or the trip's; what is sensitive and a yes or no is declared anew."""
    if column.computed is not None or column.required_from is not None or column.base in ("file", "table", "money"):
        return False
    if column.base in DAYS:
        return column.personal
    return not (column.base == "bool" and column.sensitive)
