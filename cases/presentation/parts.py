"""The parts of a case – decisions, opinions, supplements, duties – each with its own state, work and papers."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases.calendar import load_calendar
from cases.effects import paper_address
from cases.models import Case, Part
from cases.presentation.dossier import Shown, shown_rows
from cases.presentation.face import Look, named_by, number_of
from cases.presentation.queue import Row
from cases.presentation.steps import Choice
from cases.presentation.words import Due, due_words, label, said
from workflows.calendar import closes_at
from workflows.definition import Paper, PartKind, Step

STANDS: Mapping[str, tuple[str, str]] = {
    "out": ("Đang chờ ngoài cơ quan, không tính vào thời hạn", "Waits outside the office; the days do not count"),
    "pause": ("Đang tạm dừng tính thời hạn", "The clock stands"),
}


@dataclass(frozen=True, slots=True)
class PartPaper:
    """A paper of a part, or of a case, as it stands."""

    code: str
    title: str
    tone: str
    status: str
    number: str
    issued_on: str  # ISO day, empty before issue
    href: str  # empty: not for the viewer to download


@dataclass(frozen=True, slots=True)
class Card:
    """One part as the page shows it."""

    part: Part
    number: str  # kind and running number, where the title does not say them
    title: str
    state: str
    tone: str
    due: Due | None
    clock: str
    rows: tuple[Shown, ...]
    papers: tuple[PartPaper, ...]
    tasks: tuple[Row, ...]
    choices: tuple[Choice, ...]

    @property
    def allowed(self) -> list[Choice]:
        """What may be done to the part now: transitions first."""
        return sorted((c for c in self.choices if c.allowed), key=lambda c: c.step.kind == "act")

    @property
    def refused(self) -> list[Choice]:
        """What belongs to where the part stands and is not possible now."""
        return [c for c in self.choices if not c.allowed and c.here]

    @property
    def distant(self) -> list[Choice]:
        """Steps of other states, with their reasons as well."""
        return [c for c in self.choices if not c.allowed and not c.here]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All parts of one kind."""

    kind: PartKind
    title: str
    cards: tuple[Card, ...]

    @property
    def together(self) -> list[Choice]:
        """The steps that several of them may take now, each once: what a form asks is then asked for all."""
        found = [choice for card in self.cards for choice in card.allowed if for_several(choice.step)]
        often = Counter(choice.step.name for choice in found if choice.for_whom is None)
        first = {choice.step.name: choice for choice in reversed(found)}
        return [first[name] for name, count in often.items() if count > 1]


def for_several(step: Step) -> bool:
    """Whether a step may be taken of several parts in one form: a file belongs to one of them."""
    return not any(asked.base == "file" for asked in step.ask)


def shelves_of(look: Look, choices: Iterable[Choice], tasks: Sequence[Row]) -> list[Shelf]:
    """Return the parts that the viewer may see, by kind; those of an earlier attempt come last."""
    offered = list(choices)
    seen = sorted(look.seen_parts, key=lambda p: p.attempt != look.case.attempt)
    return [
        Shelf(kind, label(kind), cards)
        for kind in look.definition.parts
        if (cards := tuple(_card(look, kind, p, offered, tasks) for p in seen if p.kind == kind.code))
    ]


def _card(look: Look, kind: PartKind, part: Part, offered: list[Choice], tasks: Sequence[Row]) -> Card:
    title = look.part_name(part)
    rows = shown_rows(look, [f for f in kind.fields if f not in named_by(kind)], part.fields, f"{part.key}.")
    return Card(
        part=part,
        number="" if title == look.part_title(part) else f"{label(kind)} {number_of(part)}",
        title=title,
        state=look.state_label(part.state, part),
        tone="hollow" if part.ended else "good" if part.closed else "cobalt",
        due=_due(look, part),
        clock=said(*STANDS[part.clock]) if _open_now(look, part) and kind.terms and part.clock in STANDS else "",
        rows=tuple(row for row in rows if row.value or row.table or row.masked or row.hidden),
        papers=tuple(part_papers(look, part)),
        tasks=tuple(row for row in tasks if row.task.part_id == part.pk),
        choices=tuple(c for c in offered if c.part_key == part.key),
    )


def _open_now(look: Look, part: Part) -> bool:
    return not (part.closed or part.ended) and part.attempt == look.case.attempt


def _due(look: Look, part: Part) -> Due | None:
    if part.due_on is None or not _open_now(look, part):
        return None
    return due_words(closes_at(part.due_on), look.now, load_calendar())


def part_papers(look: Look, record: Case | Part) -> Iterator[PartPaper]:
    """Yield the papers of a part or case in the order of the definition; an agency that is asked sees what went out."""
    for paper in look.definition.papers:
        kept = record.papers.get(paper.code)
        if kept is not None and (kept.get("issued") or not look.outside):
            yield _paper(look, paper, kept)


def _paper(look: Look, paper: Paper, kept: Mapping[str, Any]) -> PartPaper:
    tone, status = paper_status(kept)
    href = "" if look.outside or not kept.get("document") else paper_address(kept["document"])
    return PartPaper(paper.code, label(paper), tone, status, kept.get("number", ""), kept.get("issued_on", ""), href)


def paper_status(kept: Mapping[str, Any]) -> tuple[str, str]:
    """Return tone and words of where a paper stands, as the case or part keeps it."""
    if kept.get("void"):
        return "hollow", said("Không còn giá trị", "Void")
    if kept.get("stale"):
        return "warn", said("Dự thảo không còn khớp hồ sơ", "The draft no longer covers the dossier")
    if kept.get("issued"):
        return "good", said("Đã ban hành", "Issued")
    if kept.get("signed"):
        return "gold", said("Đã ký, chờ cấp số", "Signed, awaits its number")
    return "plain", said("Dự thảo", "Draft")
