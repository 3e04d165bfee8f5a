"""The head of a case page: state, promised day and why, marks, who handles it; and who may look at what."""
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from accounts.clock import local_day
from accounts.models import User
from cases.access import OUTSIDE, may_look_closely, may_open, may_see_field, roles_to_look, sees_part
from cases.calendar import load_calendar
from cases.due import explain_due
from cases.forms_choices import name_of_row
from cases.ledger_access import only_holds
from cases.models import Case, LinkedCase, Part
from cases.names import Names
from cases.presentation.words import label, language
from cases.procedures import definition_by
from cases.queries import visible_among
from workflows.clock import ClockReading
from workflows.definition import ROW_NO, Field, PartKind, Procedure, State


class Look:
    """One person looking at one case: what both give rise to is read once."""

    def __init__(self, case: Case, viewer: User, now: dt.datetime) -> None:
        self.case, self.viewer, self.now = case, viewer, now
        self.definition: Procedure = definition_by(case.definition.hash)
        self.roles = roles_to_look(case, viewer, now)
        self.names = Names(self.definition, local_day(now), language())
        self._own_names: dict[str, str] = {}
        self._by_number: dict[str, dict[Any, Mapping[str, Any]]] = {}

    @property
    def outside(self) -> bool:
        """Whether the viewer belongs to an agency that is asked: sees its own question, not the office's work."""
        return not self.roles - OUTSIDE

    @property
    def only_holds(self) -> bool:
        """Whether the viewer looks at a row of a ledger as its holder alone."""
        return only_holds(self.case, self.roles)

    @property
    def audits(self) -> bool:
        return "auditor" in self.roles

    def sees(self, field: Field) -> bool:
        """Whether the viewer may see a field at all; a sensitive one is shown only to roles that may look closely."""
        return may_see_field(field, self.roles) and (not field.sensitive or self.looks_closely)

    @cached_property
    def looks_closely(self) -> bool:
        return may_look_closely(self.definition, self.roles)

    @cached_property
    def parts(self) -> list[Part]:
        """Every part, in the order of opening."""
        return sorted(self.case.parts.all(), key=lambda p: (p.opened_at, number_in(p.key)))

    @cached_property
    def seen_parts(self) -> list[Part]:
        """Those of the parts that the viewer may open."""
        return [part for part in self.parts if sees_part(self.case, part, self.viewer, self.now)]

    def state_label(self, code: str, part: Part | None = None) -> str:
        machine = self.definition.machine_of(part.kind if part is not None else None)
        return next((label(state) for state in machine.states if state.code == code), code)

    def part_title(self, part: Part) -> str:
        """Return what a part is called: its kind and what tells it from its like."""
        kind, name = self.part_kind(part), self._own_name(part)
        return f"{kind}: {name}" if name else f"{kind} {number_of(part)}"

    def part_name(self, part: Part) -> str:
        """Return what tells a part from others of its kind: the agency, the route; else kind and number."""
        return self._own_name(part) or self.part_title(part)

    def part_kind(self, part: Part) -> str:
        return label(self.definition.part(part.kind))

    def row_of(self, part: Part) -> Mapping[str, Any] | None:
        """Return the row of the dossier that a part is about, if it is about one that is still there."""
        field = self.definition.part(part.kind).row_field
        return self._rows(field.inner).get(part.fields.get(field.name)) if field is not None else None

    def _own_name(self, part: Part) -> str:
        if part.key not in self._own_names:
            named = named_by(self.definition.part(part.kind))
            seen = [field for field in named if self.sees(field) and not field.sensitive]
            told = (self._named(f, part.fields.get(f.name)) for f in seen)
            self._own_names[part.key] = " – ".join(name for name in told if name)
        return self._own_names[part.key]

    def _named(self, field: Field, stored: Any) -> str:
        """Return a value by name; the row of a table by its number and first words."""
        if field.base != "row":
            return self.names.value(field, stored)
        found = self._rows(field.inner).get(stored)
        return name_of_row(self.definition.field(field.inner), found) if found is not None else str(stored or "")

    def _rows(self, table: str) -> Mapping[Any, Mapping[str, Any]]:
        """Return the rows of a table of the dossier by their numbers."""
        if table not in self._by_number:
            self._by_number[table] = {row.get(ROW_NO): row for row in self.case.dossier.get(table) or ()}
        return self._by_number[table]

    def role_label(self, role: str) -> str:
        named: Mapping[str, str] = self.definition.roles.get(role, {})
        return named.get(language()) or named.get("vi") or role


def named_by(kind: PartKind) -> list[Field]:
    """Return the fields that name a part of this kind; one about a row is named by it, if by nothing."""
    own = [field for name in kind.title for field in kind.fields if field.name == name]
    return own or [field for field in kind.fields if field.type == f"row({kind.per})"][:1]


def number_of(part: Part) -> str:
    """Return the running number of a part among its kind in the case."""
    return part.key.rpartition("-")[2]


def number_in(key: str) -> int:
    """Return the running number that stands in the key of a part: 3 of opinion-3."""
    return int(key.rpartition("-")[2])


@dataclass(frozen=True, slots=True)
class Face:
    """What stands at the top of the page."""

    case: Case
    procedure: str
    version: str
    state: State
    left: int | None  # working days to the promised day
    reading: ClockReading | None
    extended: bool
    assignee: str
    unit: str
    links: tuple[Mapping[str, Any], ...]

    @property
    def estimated(self) -> bool:
        """Whether the promised day rests on days off that are not decided yet."""
        return self.reading is not None and not self.reading.decided


def face_of(look: Look) -> Face:
    """Return the head of the page."""
    case, definition = look.case, look.definition
    today = local_day(look.now)
    return Face(
        case=case,
        procedure=label(definition),
        version=definition.version,
        state=definition.machine.state(case.state),
        left=load_calendar().working_between(today, case.due_on) if case.due_on is not None else None,
        reading=explain_due(case, definition, look.now),
        extended="extended_to" in case.attributes,
        assignee=str(case.assignee) if case.assignee is not None else "",
        unit=_unit(look),
        links=tuple(_links(look)),
    )


def _unit(look: Look) -> str:
    return look.names("org", look.case.unit.code) if look.case.unit is not None else ""


def _links(look: Look) -> list[dict[str, Any]]:
    """Return linked cases both ways; of those outside the viewer's scope only code and status."""
    case = look.case
    rows = [(row, row.other) for row in LinkedCase.objects.filter(case=case).select_related("other__definition")]
    rows += [(row, row.case) for row in LinkedCase.objects.filter(other=case).select_related("case__definition")]
    others = [other for _, other in rows if other is not None]
    seen = visible_among(look.viewer, look.now, [other.pk for other in others if not other.in_ledger])
    seen |= {other.pk for other in others if other.in_ledger and may_open(other, look.viewer, look.now)}
    return [
        {
            "title": _matter(row, other),
            "case": other,
            "visible": other is not None and other.pk in seen,
            "state": _state(other),
        }
        for row, other in rows
    ]


def _state(other: Case | None) -> str:
    """Return where a row of a ledger stands; of a case people are told the public status."""
    if other is None or not other.in_ledger:
        return ""
    return label(definition_by(other.definition.hash).machine.state(other.state))


def _matter(row: LinkedCase, other: Case | None) -> str:
    """Return the name of the linked matter's procedure; its code while nothing is linked."""
    return label(definition_by(other.definition.hash)) if other is not None else row.procedure
