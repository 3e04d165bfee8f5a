"""Parts of one kind as rows: what each is, where it stands, whose turn it is, until when, what comes next."""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from cases.access import roles_on
from cases.models import Part
from cases.presentation.cosigned import AGREE
from cases.presentation.face import Look, named_by
from cases.presentation.parts import due_of, number_words, tone_of
from cases.presentation.queue import Row
from cases.presentation.rows import naming_columns
from cases.presentation.steps import Choice, address_of
from cases.presentation.words import Due, label, said
from workflows.definition import Field, PartKind

LONGEST = 60  # characters of a value that stands in a row
IN_A_ROW = frozenset({"text", "enum", "date", "money", "decimal"})  # no keys: each would have to be looked up
MINE, LATE = "for-me", "past-due"  # no state is called so: a name has no dash


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part as a row."""

    part: Part
    href: str
    number: str
    title: str
    beside: str  # what tells it from its like: columns of its row of the dossier, its own short values
    state: str
    tone: str
    due: Due | None
    turn: str  # whose turn it is
    next: Choice | None
    more: int  # what else may be done


@dataclass(frozen=True, slots=True)
class Chip:
    """One way to see some of the rows: in a state, late, or those with which the viewer can go on."""

    code: str
    words: str
    count: int
    href: str
    tone: str = ""


class Rows:
    """Makes the rows of one kind; what belongs to each part is sorted once."""

    def __init__(self, look: Look, kind: PartKind, choices: Iterable[Choice], tasks: Iterable[Row]) -> None:
        self.look, self.kind = look, kind
        self.steps: dict[str, list[Choice]] = defaultdict(list)
        self.tasks: dict[Any, list[Row]] = defaultdict(list)
        for choice in choices:
            if choice.allowed:
                self.steps[choice.part_key].append(choice)
        for row in tasks:
            self.tasks[row.task.part_id].append(row)
        self.columns = list(_columns(look, kind))
        self.fields = list(_short_fields(look, kind))

    def row(self, part: Part) -> PartRow:
        """Return one part as a row."""
        steps, tasks = self.steps.get(part.key, ()), self.tasks.get(part.pk, ())
        answer = answer_to(self.look, part)
        first = answer if part.proposal is not None else next_of(part, steps)
        return PartRow(
            part=part,
            href=reverse("part", args=[self.look.case.code, part.key]),
            number=number_words(self.look, part),
            title=self.look.part_name(part),
            beside=" · ".join(self._beside(part)),
            state=self.look.state_label(part.state, part),
            tone=tone_of(self.kind, part),
            due=self.due(part),
            turn="; ".join(dict.fromkeys(f"{r.role}: {r.holder}" if r.holder else r.role for r in tasks)),
            next=first,
            more=len(steps) - (first in steps),
        )

    def due(self, part: Part) -> Due | None:
        """Return how long the part has: its own day, else the first of the work that waits on it."""
        own = due_of(self.look, part)
        timed = [r.due for r in self.tasks.get(part.pk, ()) if r.due.at is not None]
        return own if own is not None else min(timed, key=lambda due: str(due.at), default=None)

    def chips(self, parts: Sequence[Part]) -> Iterator[Chip]:
        """Yield how the rows may be narrowed, each with how many there are."""
        mine, late = (sum(self.matches(part, code) for part in parts) for code in (MINE, LATE))
        states = Counter(part.state for part in parts)
        if 0 < mine < len(parts):
            yield self._chip(MINE, said("Bạn làm tiếp được", "For you to go on"), mine)
        if late:
            yield self._chip(LATE, said("Quá hạn", "Late"), late, "bad")
        if len(states) > 1:
            ordered = [state for state in self.kind.machine.states if state.code in states]
            yield from (self._chip(state.code, label(state), states[state.code]) for state in ordered)

    def _chip(self, code: str, words: str, count: int, tone: str = "") -> Chip:
        return Chip(code, words, count, f"?{urlencode({self.kind.code: code})}#part-{self.kind.code}", tone)

    def matches(self, part: Part, code: str) -> bool:
        """Whether a row is among those that a chip shows."""
        if code == MINE:
            return next_of(part, self.steps.get(part.key, ())) is not None or answer_to(self.look, part) is not None
        if code == LATE:
            due = self.due(part)
            return due is not None and due.tone == "late"
        return part.state == code

    def _beside(self, part: Part) -> Iterator[str]:
        row = self.look.row_of(part) or {}
        yield from (told for c in self.columns if (told := self.look.names.value(c, row.get(c.name))))
        for field in self.fields:
            told = self.look.names.value(field, part.fields.get(field.name))
            if told and len(told) <= LONGEST:
                yield f"{label(field)}: {told}"


def _columns(look: Look, kind: PartKind) -> Iterator[Field]:
    """Yield what tells the row of a part from others: a second name, and what is followed."""
    table = look.definition.field(kind.row_field.inner) if kind.row_field is not None else None
    if table is not None:
        yield from naming_columns(look, table)[1:]
        yield from (c for c in table.columns if c.name in table.follow and look.sees(c) and not c.sensitive)


def _short_fields(look: Look, kind: PartKind) -> Iterator[Field]:
    """Yield the fields of a part that fit into a row."""
    for field in kind.fields:
        if field.base in IN_A_ROW and not field.sensitive and look.sees(field) and field not in named_by(kind):
            yield field


def next_of(part: Part, steps: Iterable[Choice]) -> Choice | None:
    """Return the next thing to be done with a part: the step of the usual path, else one that brings it on.

    What may be done and is nobody's work (`optional`), or leaves the part where it stands, is not the next thing.
    """
    moves = [c for c in steps if c.usual or not (c.step.optional or c.step.target == part.state)]
    return min((c for c in moves if c.step.kind == "transition"), key=lambda c: not c.usual, default=None)


def answer_to(look: Look, part: Part) -> Choice | None:
    """Return the viewer's answer to what is proposed of a part; None when nothing awaits it."""
    proposal = part.proposal
    if proposal is None or proposal["by"] == str(look.viewer.pk):
        return None
    step = look.definition.machine_of(part.kind).step(proposal["name"])
    if step is None or step.cosign not in roles_on(look.case, look.viewer, look.now, part):
        return None
    words = said(f"{label(step)}: xem và đồng ý", f"{label(step)}: look and agree")
    return Choice(step, part.key, look.part_title(part), words, True, (), address_of(look.case, part, AGREE))  # noqa: FBT003
