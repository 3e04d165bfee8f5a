"""A part of a case – a decision, an opinion, a duty – with its own state, work and papers; and papers as they stand."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
from workflows.definition import Paper, PartKind

STOPPED = 8  # a public status
GROUNDS = "refusal_grounds"  # what a part was refused for
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
    """One part with everything that is told of it."""

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


def card_of(look: Look, part: Part, choices: Iterable[Choice], tasks: Iterable[Row]) -> Card:
    """Return a part with everything that is told of it; `choices` and `tasks` may be those of other parts as well."""
    kind = look.definition.part(part.kind)
    rows = shown_rows(look, [f for f in kind.fields if f not in named_by(kind)], part.fields, f"{part.key}.")
    return Card(
        part=part,
        number=number_words(look, part),
        title=look.part_name(part),
        state=look.state_label(part.state, part),
        tone=tone_of(kind, part),
        due=due_of(look, part),
        clock=said(*STANDS[part.clock]) if is_open(look, part) and kind.terms and part.clock in STANDS else "",
        rows=tuple(row for row in rows if row.value or row.table or row.masked or row.hidden),
        papers=tuple(part_papers(look, part)),
        tasks=tuple(row for row in tasks if row.task.part_id == part.pk),
        choices=tuple(c for c in choices if c.part_key == part.key),
    )


def number_words(look: Look, part: Part) -> str:
    """Return kind and number of a part, empty where its name says them."""
    name = look.part_name(part)
    return "" if name == look.part_title(part) else f"{look.part_kind(part)} {number_of(part)}"


def tone_of(kind: PartKind, part: Part) -> str:
    """Return the tone of the tag that tells the state of a part: what is over, refused, done, in work."""
    if part.ended or kind.machine.state(part.state).public == STOPPED:
        return "hollow"
    if part.closed and any(part.fields.get(field.name) for field in kind.fields if field.inner == GROUNDS):
        return "bad"
    return "good" if part.closed else "cobalt"


def is_open(look: Look, part: Part) -> bool:
    """Whether a part of the present attempt is still in work."""
    return not (part.closed or part.ended) and part.attempt == look.case.attempt


def due_of(look: Look, part: Part) -> Due | None:
    """Return how long a part that is in work has; None when it has no day of its own."""
    if part.due_on is None or not is_open(look, part):
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
