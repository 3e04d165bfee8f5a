"""Parts as their applicant sees them: what they are about, the public status, what was issued, what one may do.

What the office notes while it works (a ground that is proposed, an answer that is weighed) is not told before it is
decided: of a part in process stands what it was opened with.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cases.applicant_side import CHANGE, SUPPLEMENT, Doing
from cases.calendar import load_calendar
from cases.models import Part
from cases.presentation.dossier import Shown, shown_rows
from cases.presentation.face import Look, named_by, number_of
from cases.presentation.parts import tone_of
from cases.presentation.rows import naming_columns
from cases.presentation.words import Due, due_words, label
from cases.public_status import public_status
from workflows.calendar import closes_at
from workflows.definition import Field, PartKind, State

IN_PROCESS = 4  # the public status behind which the office's own states stand
WAITING = 5
TOLD_ELSEWHERE = frozenset({SUPPLEMENT, CHANGE})  # the page of the applicant has places of their own for them


@dataclass(frozen=True, slots=True)
class PublicCard:
    """One part; where it stands inside the office is not told while it is in process there."""

    kind: PartKind
    part: Part
    number: str
    title: str
    tone: str
    state: str
    due: Due | None
    expected: dt.date | None  # with the case, where the part has no day of its own
    rows: tuple[Shown, ...]
    doings: tuple[Doing, ...]


@dataclass(frozen=True, slots=True)
class PublicShelf:
    """All public parts of one kind."""

    kind: PartKind
    cards: tuple[PublicCard, ...]


@dataclass(frozen=True, slots=True)
class PublicRow:
    """One row of a table that is followed: what tells its way, and the parts that are about it."""

    number: int
    title: str
    beside: str  # what else names it
    facts: tuple[Shown, ...]
    cards: tuple[PublicCard, ...]

    @property
    def lead(self) -> PublicCard | None:
        """The part that is the work on the row; none while there is no such part."""
        return next((card for card in self.cards if not is_thing(card.kind)), None)


@dataclass(frozen=True, slots=True)
class Followed:
    """A table whose rows the applicant follows one by one."""

    table: Field
    rows: tuple[PublicRow, ...]


def public_shelves(look: Look, doings: Iterable[Doing]) -> list[PublicShelf]:
    """Return the parts of the present attempt that the applicant may see, by kind, but for those told by row."""
    offered = [doing for doing in doings if doing.part is not None]
    seen = told_parts(look)
    return [
        PublicShelf(kind, cards)
        for kind in look.definition.parts
        if followed_table(look, kind) is None
        and (cards := tuple(_card(look, kind, p, offered) for p in seen if p.kind == kind.code))
    ]


def followed_rows(look: Look, doings: Iterable[Doing]) -> list[Followed]:
    """Return the tables of the dossier that are followed, every row with its parts."""
    offered = [doing for doing in doings if doing.part is not None]
    tables = [f for f in look.definition.fields if f.follow and look.case.dossier.get(f.name)]
    return [Followed(table, tuple(_rows(look, table, offered))) for table in tables]


def told_parts(look: Look) -> list[Part]:
    """Return the parts of the present attempt that stand on the page of their applicant."""
    return [p for p in look.seen_parts if p.attempt == look.case.attempt and p.kind not in TOLD_ELSEWHERE]


def followed_table(look: Look, kind: PartKind) -> Field | None:
    """Return the table that is followed row by row and of which a kind of part is about one row."""
    field = look.definition.field(kind.row_field.inner) if kind.row_field is not None else None
    return field if field is not None and field.follow else None


def is_thing(kind: PartKind) -> bool:
    """Whether a kind of part is a thing that lies somewhere, not work: no clock runs for it."""
    return kind.clock == "off"


def _rows(look: Look, table: Field, offered: list[Doing]) -> Iterator[PublicRow]:
    parts, columns = _by_row(look, table), [c for c in table.columns if c.name in table.follow]
    naming = naming_columns(look, table)
    for row in look.case.dossier[table.name]:
        about = parts.get(row.get("row_no"), ())
        names = [look.names.value(column, row.get(column.name)) for column in naming]
        facts = shown_rows(look, columns, row)
        yield PublicRow(
            row.get("row_no", 0), names[0] if names else "", ", ".join(names[1:]), tuple(f for f in facts if f.value),
            tuple(_card(look, look.definition.part(p.kind), p, offered) for p in about),
        )  # fmt: skip


def _by_row(look: Look, table: Field) -> dict[Any, list[Part]]:
    """Return the parts that are about a row of a table by its number, kind by kind."""
    found: dict[Any, list[Part]] = {}
    told = told_parts(look)
    for kind in look.definition.parts:
        field = kind.row_field
        if field is not None and followed_table(look, kind) == table:
            for part in (p for p in told if p.kind == kind.code):
                found.setdefault(part.fields.get(field.name), []).append(part)
    return found


def _card(look: Look, kind: PartKind, part: Part, offered: Iterable[Doing]) -> PublicCard:
    rows = shown_rows(look, [f for f in _told_fields(kind, part) if f not in named_by(kind)], part.fields)
    state = kind.machine.state(part.state)
    title = look.part_name(part)
    return PublicCard(
        kind=kind,
        part=part,
        number="" if title == look.part_title(part) else f"{label(kind)} {number_of(part)}",
        title=title,
        tone=_tone(kind, part, state),
        state=label(state) if _is_told(look, kind, part) else label(public_status(state.public)),
        due=_due(look, part),
        expected=look.case.due_on if _goes_with_case(look, part, state) else None,
        rows=tuple(row for row in rows if row.value or row.table),
        doings=tuple(d for d in offered if d.part is not None and d.part.pk == part.pk),
    )


def _tone(kind: PartKind, part: Part, state: State) -> str:
    tone = tone_of(kind, part)
    return "warn" if tone == "cobalt" and state.public == WAITING else tone


def _is_told(look: Look, kind: PartKind, part: Part) -> bool:
    """Whether the state itself is told: once it is decided, of a thing, where it lies; of what is followed, who has it
    while it is not with us."""
    state = kind.machine.state(part.state)
    away = state.clock == "out" and followed_table(look, kind) is not None
    return state.public != IN_PROCESS or part.closed or part.ended or away or is_thing(kind)


def _told_fields(kind: PartKind, part: Part) -> Iterable[Field]:
    in_work = kind.machine.state(part.state).public == IN_PROCESS and not (part.closed or part.ended)
    return [f for f in kind.fields if f.required is True] if in_work and not is_thing(kind) else kind.fields


def _goes_with_case(look: Look, part: Part, state: State) -> bool:
    return part.due_on is None and state.clock == "run" and not (part.closed or part.ended)


def _due(look: Look, part: Part) -> Due | None:
    if part.due_on is None or part.closed or part.ended:
        return None
    return due_words(closes_at(part.due_on), look.now, load_calendar())
