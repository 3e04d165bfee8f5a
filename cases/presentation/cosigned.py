"""A step that waits for a second person's yes: who asked, for what, and who may answer."""
from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from cases.access import roles_on
from cases.models import Case, Part
from cases.presentation.dossier import Shown, shown_rows
from cases.presentation.face import Look
from cases.presentation.steps import address_of
from cases.presentation.words import label
from workflows.definition import Step

AGREE, DECLINE, TAKE_BACK = "agree", "decline", "take_back"


@dataclass(frozen=True, slots=True)
class Pending:
    """One proposal as the page shows it."""

    step: Step
    part: Part | None
    about: str  # the part by name
    title: str
    by: User
    acting_for: str
    at: dt.datetime
    needed: str  # the role whose yes is awaited
    said: tuple[Shown, ...]
    mine: bool  # the viewer has proposed it
    may_answer: bool
    agree: str
    decline: str
    take_back: str
    data: dict[str, Any]


def pending_of(look: Look, parts: Container[str]) -> list[Pending]:
    """Return the proposals of the case and of those of its parts whose keys are given, as far as the viewer sees them.
    """
    if look.outside:
        return []
    told = (None, *(part for part in look.seen_parts if part.key in parts))
    return [_pending(look, part) for part in told if _record(look, part).proposal is not None]


def pending_at(look: Look, part: Part | None) -> Pending | None:
    """Return the proposal of the case or of one part."""
    return _pending(look, part) if _record(look, part).proposal is not None else None


def _record(look: Look, part: Part | None) -> Case | Part:
    return part if part is not None else look.case


def _pending(look: Look, part: Part | None) -> Pending:
    proposal: dict[str, Any] = _record(look, part).proposal or {}
    step = look.definition.machine_of(part.kind if part is not None else None).step(proposal["name"])
    if step is None:
        raise LookupError(proposal["name"])
    mine = proposal["by"] == str(look.viewer.pk)
    roles = roles_on(look.case, look.viewer, look.now, part)
    return Pending(
        step=step,
        part=part,
        about=look.part_title(part) if part is not None else "",
        title=label(step),
        by=User.objects.get(pk=uuid.UUID(proposal["by"])),
        acting_for=proposal["acting_for"],
        at=dt.datetime.fromisoformat(proposal["at"]),
        needed=look.role_label(step.cosign or ""),
        said=tuple(row for row in shown_rows(look, step.ask, proposal["data"]) if row.value or row.table),
        mine=mine,
        may_answer=not mine and step.cosign in roles,
        agree=address_of(look.case, part, AGREE),
        decline=address_of(look.case, part, DECLINE),
        take_back=address_of(look.case, part, TAKE_BACK),
        data=proposal["data"],
    )

