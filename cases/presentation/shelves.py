"""The parts on the page of their case, by kind: a row each, and whole where few are in work.

A row says what the part is, where it stands, whose turn it is, until when, and the next thing to be done with it. All
its steps, and why they are not possible, stand on its card; a part that is a row has its card on a page of its own.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from cases.models import Part
from cases.presentation.face import Look
from cases.presentation.part_rows import Chip, PartRow, Rows
from cases.presentation.parts import Card, card_of, is_open
from cases.presentation.queue import Row
from cases.presentation.steps import Choice, Together, together
from cases.presentation.words import label
from workflows.definition import PartKind

FEW = 3  # parts of a kind that one takes in whole, on a screen or two; of more one works through a list
PAGE = 50
FILTERED_FROM = 10  # rows that one no longer takes in at a glance
MORE = "-page"


@dataclass(frozen=True, slots=True)
class Shelf:
    """All parts of one kind."""

    kind: PartKind
    title: str
    cards: tuple[Card, ...]  # those that are whole
    together: tuple[Together, ...]  # what several may take in one form
    rows: tuple[PartRow, ...] = ()  # the others, those of this page
    chips: tuple[Chip, ...] = ()
    chosen: str = ""
    count: int = 0  # rows on all pages, of those that were chosen
    page: int = 1

    @property
    def all_of_them(self) -> str:
        """The address, on the page of the case, of all rows."""
        return f"?#part-{self.kind.code}"

    @property
    def newer(self) -> str:
        return self._at(self.page - 1) if self.page > 1 else ""

    @property
    def older(self) -> str:
        return self._at(self.page + 1) if self.page * PAGE < self.count else ""

    def _at(self, page: int) -> str:
        code = self.kind.code
        return f"?{urlencode({code: self.chosen, f'{code}{MORE}': page})}#part-{code}"


def whole_parts(look: Look) -> frozenset[str]:
    """Return the keys of the parts that are whole on the page: all of a kind when they are few, else those in work.

    To an agency every part is: it sees what it is asked and nothing else.
    """
    return frozenset(p.key for kind in look.definition.parts for p in _whole_of(look, kind))


def _whole_of(look: Look, kind: PartKind) -> list[Part]:
    seen = [part for part in look.seen_parts if part.kind == kind.code]
    few = seen if len(seen) <= FEW or look.outside else [part for part in seen if is_open(look, part)]
    return few if len(few) <= FEW or look.outside else []


def shelves_of(
    look: Look, choices: Sequence[Choice], tasks: Sequence[Row], asked: Mapping[str, str]
) -> list[Shelf]:
    """Return the parts that the viewer may see, by kind; those of an earlier attempt come last.

    `asked`: what the address says, by the names of a shelf: which rows, which page.
    """
    seen = sorted(look.seen_parts, key=lambda p: p.attempt != look.case.attempt)
    by_kind = ((kind, [part for part in seen if part.kind == kind.code]) for kind in look.definition.parts)
    return [_shelf(look, kind, parts, choices, tasks, asked) for kind, parts in by_kind if parts]


def _shelf(
    look: Look,
    kind: PartKind,
    parts: Sequence[Part],
    choices: Sequence[Choice],
    tasks: Sequence[Row],
    asked: Mapping[str, str],
) -> Shelf:
    whole = {part.key for part in _whole_of(look, kind)}
    cards = tuple(card_of(look, part, choices, tasks) for part in parts if part.key in whole)
    shelf = Shelf(kind, label(kind), cards, tuple(together(kind.code, choices)))
    others = [part for part in parts if part.key not in whole]
    return _with_rows(shelf, Rows(look, kind, choices, tasks), others, asked)


def _with_rows(shelf: Shelf, rows: Rows, parts: Sequence[Part], asked: Mapping[str, str]) -> Shelf:
    """Return the shelf with the rows of the page that is asked for, of those parts that are chosen."""
    code = shelf.kind.code
    chips = tuple(rows.chips(parts)) if len(parts) > FILTERED_FROM else ()
    chosen = next((chip.code for chip in chips if chip.code == asked.get(code)), "")
    shown = [part for part in parts if not chosen or rows.matches(part, chosen)]
    page = _page(asked.get(f"{code}{MORE}", ""), len(shown))
    here = tuple(rows.row(part) for part in shown[(page - 1) * PAGE : page * PAGE])
    return replace(shelf, rows=here, chips=chips, chosen=chosen, count=len(shown), page=page)


def _page(text: str, count: int) -> int:
    wanted = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 1
    return max(1, min(wanted, -(-count // PAGE)))
