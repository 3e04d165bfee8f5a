"""What comes next for the applicant, in one block: pay, bring, answer, collect, or nothing; until when, and where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from cases.applicant_side import Doing, Side
from cases.models import Case, Part
from cases.presentation.face import Look
from cases.presentation.public_parts import WAITING, is_thing, told_parts
from cases.public_status import public_status
from cases.services.waiting import last_day
from workflows.definition import PartKind

TO_PAY, READY, GIVEN = 6, 9, 10
OVER = frozenset({3, 8, GIVEN})
BY_POST, ONLINE = "buu_chinh", "truc_tuyen"  # of return_method, which every procedure has


@dataclass(frozen=True, slots=True)
class Things:
    """Things of one kind that are brought, or come back: what they are called."""

    kind: PartKind
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Next:
    """The block; `what`: answer, bring, pay, collect, posted, online, nothing, over."""

    what: str
    asked: tuple[Doing, ...]
    until: dt.date | None  # last day of what the office waits for
    brings: tuple[Things, ...]
    back: tuple[Things, ...]  # what the office still holds
    address: str  # where the post goes
    expected: dt.date | None


def next_of(look: Look, side: Side) -> Next:
    """Return what comes next for the applicant of a case."""
    case = look.case
    brings = tuple(_things(look, _brought(look, side))) if case.public_status == WAITING else ()
    what = _what(case, side, brings)
    return Next(
        what=what,
        asked=side.asked,
        until=last_day(case, look.now) if what in ("bring", "pay", "answer") else None,
        brings=brings,
        back=tuple(_things(look, _held(look))) if case.public_status in (READY, *OVER) else (),
        address=str(case.dossier.get("return_address") or case.dossier.get("applicant_address") or ""),
        expected=case.due_on,
    )


def _what(case: Case, side: Side, brings: tuple[Things, ...]) -> str:
    if brings:
        return "bring"
    if case.public_status == TO_PAY:
        return "pay"
    if case.public_status == READY:
        return {BY_POST: "posted", ONLINE: "online"}.get(str(case.dossier.get("return_method")), "collect")
    return "answer" if side.asked else "over" if case.public_status in OVER else "nothing"


def _brought(look: Look, side: Side) -> list[Part]:
    """Return things that the office waits for and that nobody can send from a page: somebody brings them."""
    online = {doing.part.pk for doing in (*side.asked, *side.free) if doing.part is not None}
    return [p for p in _open_things(look) if _public(look, p) == WAITING and p.pk not in online]


def _held(look: Look) -> list[Part]:
    return [p for p in _open_things(look) if _public(look, p) != WAITING]


def _open_things(look: Look) -> list[Part]:
    things = {kind.code for kind in look.definition.parts if is_thing(kind)}
    return [p for p in told_parts(look) if p.kind in things and not (p.closed or p.ended)]


def _public(look: Look, part: Part) -> int:
    return public_status(look.definition.part(part.kind).machine.state(part.state).public).number


def _things(look: Look, parts: Iterable[Part]) -> list[Things]:
    by_kind: dict[str, list[str]] = {}
    for part in parts:
        by_kind.setdefault(part.kind, []).append(look.part_name(part))
    return [Things(look.definition.part(code), tuple(names)) for code, names in by_kind.items()]
