"""The parts of a case – opinions, supplements, changes, duties – with what may be done to each."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cases.calendar import load_calendar
from cases.models import Part
from cases.presentation.dossier import Shown, shown_rows
from cases.presentation.face import Look, identity_of
from cases.presentation.steps import Choice
from cases.presentation.words import Due, due_words, label
from workflows.calendar import closes_at
from workflows.definition import PartKind


@dataclass(frozen=True, slots=True)
class Card:
    """One part as the page shows it."""

    part: Part
    title: str
    state: str
    tone: str
    due: Due | None
    rows: tuple[Shown, ...]
    choices: tuple[Choice, ...]

    @property
    def allowed(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.allowed]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All parts of one kind."""

    kind: PartKind
    title: str
    cards: tuple[Card, ...]


def shelves_of(look: Look, choices: Iterable[Choice]) -> list[Shelf]:
    """Return the parts that the viewer may see, by kind; those of an earlier attempt come last."""
    offered = list(choices)
    seen = sorted(look.seen_parts, key=lambda p: p.attempt != look.case.attempt)
    return [
        Shelf(kind, label(kind), cards)
        for kind in look.definition.parts
        if (cards := tuple(_card(look, kind, p, offered) for p in seen if p.kind == kind.code))
    ]


def _card(look: Look, kind: PartKind, part: Part, offered: list[Choice]) -> Card:
    open_now = not (part.closed or part.ended) and part.attempt == look.case.attempt
    due = closes_at(part.due_on) if part.due_on is not None and open_now else None
    told = [field for field in kind.fields if field is not identity_of(kind, part)]
    rows = shown_rows(look, told, part.fields, f"{part.key}.")
    return Card(
        part=part,
        title=look.part_name(part),
        state=look.state_label(part.state, part),
        tone="hollow" if part.ended else "good" if part.closed else "cobalt",
        due=due_words(due, look.now, load_calendar()) if due is not None else None,
        rows=tuple(row for row in rows if row.value or row.table or row.masked or row.hidden),
        choices=tuple(c for c in offered if c.part_key == part.key),
    )
