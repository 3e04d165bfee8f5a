"""The lines of a ledger as one person may see them: hidden by role, masked until somebody says what for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.clock import local_day
from accounts.models import User
from cases.access import holdings, may_look_closely, may_see_field
from cases.calendar import load_calendar
from cases.ledger_access import agencies, counts_on_row, is_holder, row_spec
from cases.ledger_rows import days_left, late_since
from cases.models import Case
from cases.names import Names
from cases.presentation.words import label, language
from cases.procedures import definition_of
from cases.services.rows import as_of
from workflows.definition import Field, Procedure

MASK = "••••••••"
WARN_DAYS = 366  # an expiry nearer than this is marked


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row. `hidden`: not for the viewer's role; `masked`: shown after saying what for."""

    name: str
    label: str
    value: str = ""
    stored: Any = None
    hidden: bool = False
    masked: bool = False

    @property
    def shown(self) -> str:
        return MASK if self.masked else self.value


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the ledger."""

    row: Case
    title: str
    under: str
    state: str
    cells: tuple[Cell, ...]
    late: str  # ISO day since when
    left: int | None  # calendar days that the thing is still valid

    @property
    def expiring(self) -> bool:
        return not self.row.closed and self.left is not None and self.left < WARN_DAYS

    @property
    def expired(self) -> bool:
        return self.left is not None and self.left < 0


class Reader:
    """One person reading a ledger: roles, agencies and names are looked up once."""

    def __init__(self, viewer: User, now: dt.datetime, *, closely: bool = False) -> None:
        """`closely`: sensitive values are shown where the viewer's role may see them; the view is recorded before."""
        self.viewer, self.now, self.closely = viewer, now, closely
        self.held = holdings(viewer, now)
        self.places = agencies()
        self.calendar = load_calendar()
        self._names: dict[int, Names] = {}

    def lines(self, rows: Iterable[Case]) -> list[Line]:
        return [self.line(row) for row in rows]

    def line(self, row: Case) -> Line:
        definition = definition_of(row.definition_id)
        spec, row = row_spec(definition), as_of(row, self.now, self.calendar)
        title, *under = [self.cell(row, definition, name).shown for name in spec.title] or [row.title]
        return Line(
            row=row,
            title=title,
            under=", ".join(text for text in under if text),
            state=label(definition.machine.state(row.state)),
            cells=tuple(self.cell(row, definition, name) for name in spec.shown),
            late=late_since(row) or "",
            left=days_left(row, local_day(self.now)),
        )

    def cell(self, row: Case, definition: Procedure, name: str) -> Cell:
        """Return one value as the viewer may see it."""
        field = definition.field(name)
        if field is None:
            return Cell(name, name)
        stored, roles = row.dossier.get(name), self.roles_on(row, definition)
        if not self.sees(field, roles, definition):
            return Cell(name, label(field), hidden=True)
        if stored is None or not field.sensitive or self.closely:
            return Cell(name, label(field), self._names_of(row, definition).value(field, stored), stored)
        return Cell(name, label(field), masked=True)

    def sees(self, field: Field, roles: frozenset[str], definition: Procedure) -> bool:
        """Whether one of the roles may see a field; a sensitive one needs a role that may look closely."""
        return may_see_field(field, roles) and (not field.sensitive or may_look_closely(definition, roles))

    def roles_on(self, row: Case, definition: Procedure) -> frozenset[str]:
        """Return the roles that the viewer has on a row."""
        roles = {h.role for h in self.held if counts_on_row(h, row, self.places)}
        holder = row_spec(definition).holder_role
        return frozenset(roles | {holder}) if holder and is_holder(row, self.viewer) else frozenset(roles)

    def _names_of(self, row: Case, definition: Procedure) -> Names:
        if row.definition_id not in self._names:
            self._names[row.definition_id] = Names(definition, local_day(self.now), language())
        return self._names[row.definition_id]
