"""Parts as their applicant sees them: what they are about, the public status, what was issued, what one may do."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cases.applicant_side import CHANGE, SUPPLEMENT, Doing
from cases.calendar import load_calendar
from cases.models import Part
from cases.presentation.dossier import Shown, shown_rows
from cases.presentation.face import Look, named_by, number_of
from cases.presentation.words import Due, due_words, label
from cases.public_status import public_status
from workflows.calendar import closes_at
from workflows.definition import PartKind

IN_PROCESS = 4  # the public status behind which the office's own states stand
TOLD_ELSEWHERE = frozenset({SUPPLEMENT, CHANGE})  # the page of the applicant has places of their own for them


@dataclass(frozen=True, slots=True)
class PublicCard:
    """One part; where it stands inside the office is not told while it is in process there."""

    part: Part
    number: str
    title: str
    tone: str
    state: str
    due: Due | None
    rows: tuple[Shown, ...]
    doings: tuple[Doing, ...]


@dataclass(frozen=True, slots=True)
class PublicShelf:
    """All public parts of one kind."""

    kind: PartKind
    cards: tuple[PublicCard, ...]


def public_shelves(look: Look, doings: Iterable[Doing]) -> list[PublicShelf]:
    """Return the parts of the present attempt that the applicant may see, by kind."""
    offered = [doing for doing in doings if doing.part is not None]
    seen = [p for p in look.seen_parts if p.attempt == look.case.attempt and p.kind not in TOLD_ELSEWHERE]
    return [
        PublicShelf(kind, cards)
        for kind in look.definition.parts
        if (cards := tuple(_card(look, kind, p, offered) for p in seen if p.kind == kind.code))
    ]


def _card(look: Look, kind: PartKind, part: Part, offered: Iterable[Doing]) -> PublicCard:
    rows = shown_rows(look, [f for f in kind.fields if f not in named_by(kind)], part.fields)
    title = look.part_name(part)
    return PublicCard(
        part=part,
        number="" if title == look.part_title(part) else f"{label(kind)} {number_of(part)}",
        title=title,
        tone="hollow" if part.ended else "good" if part.closed else "cobalt",
        state=_state(kind, part),
        due=_due(look, part),
        rows=tuple(row for row in rows if row.value or row.table),
        doings=tuple(d for d in offered if d.part is not None and d.part.pk == part.pk),
    )


def _state(kind: PartKind, part: Part) -> str:
    """Return the public status while the part is in process, before and after it the words of the state itself."""
    state = kind.machine.state(part.state)
    shut = part.closed or part.ended
    return label(public_status(state.public)) if state.public == IN_PROCESS and not shut else label(state)


def _due(look: Look, part: Part) -> Due | None:
    if part.due_on is None or part.closed or part.ended:
        return None
    return due_words(closes_at(part.due_on), look.now, load_calendar())
