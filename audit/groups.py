"""By what a statistic is broken down: procedure, unit, officer, a field of the dossier, an attribute, a column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from accounts.models import OrgUnit
from audit.attempts import Attempt, Period
from audit.visible import is_sensitive, may_see_all
from cases.access import may_see_field
from cases.facts import day_of
from cases.names import Names
from cases.presentation.words import label, language, said
from workflows.definition import Field, Statistic
from workflows.statistics import counted_of

NAMED: dict[str, tuple[str, str]] = {
    "procedure": ("Thủ tục", "Procedure"),
    "unit": ("Đơn vị tiếp nhận", "Receiving unit"),
    "officer": ("Cán bộ thụ lý", "Officer"),
    "state": ("Trạng thái", "State"),
    "month": ("Tháng", "Month"),
    "year": ("Năm", "Year"),
    "half_year": ("Kỳ 06 tháng", "Half-year"),
    "period": ("Kỳ", "Period"),
}
Key = tuple[str, ...]


class Groups:
    """Finds the groups of an attempt; names are looked up once, for readers with these roles."""

    def __init__(self, period: Period, roles: frozenset[str]) -> None:
        self.period, self.roles = period, roles
        self.units = dict(OrgUnit.objects.order_by("valid_from").values_list("code", "name"))
        self._names: dict[int, Names] = {}

    def heads(self, by: Iterable[str], fields: Iterable[Field]) -> Key:
        """Return the names of the dimensions; of two fields of one name the later is meant."""
        known = {field.name: label(field) for field in fields}
        return tuple(said(*NAMED[name]) if name in NAMED else known.get(name, name) for name in by)

    def keys(self, by: Iterable[str], attempt: Attempt) -> list[Key]:
        """Return the groups that an attempt counts in: several when a dimension has several values."""
        return list(product(*(self._values(name, attempt) for name in by)))

    def keys_of_row(self, statistic: Statistic, attempt: Attempt, row: Mapping[str, Any]) -> list[Key]:
        """Return the groups that one counted row or part of an attempt belongs to."""
        counted = counted_of(statistic, attempt.definition)
        columns = {column.name: column for column in counted.columns} if counted is not None else {}
        seen = counted is not None and may_see_field(counted, self.roles) and not counted.sensitive
        found = []
        for name in statistic.by:
            if name not in columns or name in NAMED:
                found.append(self._values(name, attempt))
            elif seen and self._may_tell(columns[name]):
                found.append(self._shown(columns[name], row.get(name), attempt))
            else:
                found.append([hidden()])
        return list(product(*found))

    def period_said(self) -> str:
        return f"{self.period.first:%d/%m/%Y} – {self.period.last:%d/%m/%Y}"

    def unit(self, code: str) -> str:
        return self.units.get(code, code) or none()

    def _values(self, name: str, attempt: Attempt) -> list[str]:
        case = attempt.case
        if name == "procedure":
            return [label(attempt.definition)]
        if name == "unit":
            return [self.unit(case.attributes.get("received_by_unit") or (case.unit.code if case.unit else ""))]
        if name == "officer":
            return [str(case.assignee) if case.assignee else none()]
        if name == "state":
            return [next((label(s) for s in attempt.definition.machine.states if s.code == case.state), case.state)]
        if name in ("month", "year"):
            shape = "%m/%Y" if name == "month" else "%Y"
            return [f"{day_of(attempt.begun):{shape}}" if attempt.begun is not None else none()]
        if name == "half_year":
            return [half_year(day_of(attempt.begun)) if attempt.begun is not None else none()]
        if name == "period":
            return [self.period_said()]
        return self._field_values(name, attempt)

    def _field_values(self, name: str, attempt: Attempt) -> list[str]:
        field = attempt.definition.field(name)
        if field is None:
            return [self._attribute(name, attempt) or none()]
        if not self._may_tell(field):
            return [hidden()]
        return self._shown(field, attempt.case.dossier.get(name), attempt)

    def _may_tell(self, field: Field) -> bool:
        return may_see_all(field, self.roles) and not is_sensitive(field)

    def _shown(self, field: Field, stored: Any, attempt: Attempt) -> list[str]:
        names = self._names_of(attempt)
        if field.base == "date" and isinstance(stored, int):
            stored = day_of(stored).isoformat()  # of a row as expressions see it
        if field.many:
            return list(dict.fromkeys(names.value(field.item, one) for one in stored or ())) or [none()]
        return [names.value(field, stored) or none()]

    def _attribute(self, name: str, attempt: Attempt) -> str:
        """Return what a step has kept of a case; grounds of refusal by their words."""
        value = str(attempt.facts["case"].get(name, ""))
        grounds = attempt.definition.refusal_grounds if name == "refusal_ground" else ()
        return next((label(ground) for ground in grounds if ground.code == value), value)

    def _names_of(self, attempt: Attempt) -> Names:
        key = id(attempt.definition)
        if key not in self._names:
            self._names[key] = Names(attempt.definition, self.period.last, language())
        return self._names[key]


def half_year(day: dt.date) -> str:
    """Return which half of which year a day lies in."""
    half = 1 if day.month <= 6 else 2
    return said(f"6 tháng {'đầu' if half == 1 else 'cuối'} năm {day.year}", f"{day.year}, half {half}")


def hidden() -> str:
    """Return how the values of a field are called that the reader may not see."""
    return said("(không thuộc quyền xem)", "(not for this role)")


def none() -> str:
    """Return how a group without a value is called."""
    return said("(không có)", "(none)")


def sorted_rows(rows: dict[Key, Any]) -> list[tuple[Key, Any]]:
    """Return rows by their names, those without a name last."""
    return sorted(rows.items(), key=lambda row: [(text == none(), text.casefold()) for text in row[0]])
