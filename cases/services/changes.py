"""Changes that an applicant proposes before signature: the diff, and what its acceptance makes stale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.access import seen_value
from cases.models import Part
from cases.services.computing import compute
from cases.services.turn import Turn
from cases.values import clean_fields, shown, with_set_by_steps
from workflows.definition import Procedure
from workflows.engine import Move
from workflows.errors import Reason

CHANGE = "change"


def cleaned_changes(definition: Procedure, dossier: Mapping[str, Any], raw: Any) -> tuple[dict[str, Any], list[Reason]]:
    """Return the proposed new values (stored form) that differ from the dossier, and what is wrong with them.

    Fields that officers fill (`required_from` a later step) and computed ones cannot be proposed.
    """
    open_fields = [f for f in definition.fields if f.required_from is None and f.computed is None]
    values, reasons = clean_fields(open_fields, raw if isinstance(raw, dict) else {})
    asked = with_set_by_steps(open_fields, dossier, values)
    changed = {name: value for name, value in asked.items() if dossier.get(name) != value}
    if not changed and not reasons:
        reasons = [Reason("ask_missing", "Chưa có nội dung thay đổi", "Nothing is changed", "ask.changes")]
    return changed, reasons


def describe(definition: Procedure, dossier: Mapping[str, Any], changes: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the rows of the diff: field, before, after, as everybody reads them who sees the change."""
    rows = []
    for name, value in changes.items():
        field = definition.field(name)
        if field is None:
            continue
        before = shown(field, seen_value(field, dossier[name], ()), "vi") if name in dossier else ""
        row = {"field": field.vi, "before": before, "after": shown(field, seen_value(field, value, ()), "vi")}
        rows.append({k: v for k, v in row.items() if v})
    return rows


def fill_change(turn: Turn, changes: Mapping[str, Any]) -> None:
    """Write the diff into the change part that this step has opened; the values wait beside it."""
    part = next((p for p in turn.opened if p.kind == CHANGE), None)
    if part is not None:
        part.fields["diff"] = describe(turn.definition, turn.case.dossier, changes)
        part.fields["changes"] = dict(changes)


def accept_change(turn: Turn, part: Part | None, move: Move) -> None:
    """Carry an accepted change into the dossier; drafts not issued and opinions of the attempt become stale."""
    if part is None or part.kind != CHANGE or move.target != "accepted":
        return
    changes = with_set_by_steps(turn.definition.fields, turn.case.dossier, part.fields.get("changes", {}))
    turn.case.dossier = {**turn.case.dossier, **changes}
    compute(turn)
    if move.sets.get("stale_drafts"):
        _stale_drafts(turn)
    if move.sets.get("stale_opinions"):
        _stale_opinions(turn)


def _stale_drafts(turn: Turn) -> None:
    turn.case.papers = _overtaken(turn.case.papers)
    for part in turn.parts:
        if part.attempt == turn.case.attempt and not part.closed:
            part.papers = _overtaken(part.papers)


def _overtaken(papers: Mapping[str, Any]) -> dict[str, Any]:
    return {
        code: {**kept, "stale": True} if kept.get("draft") and not kept.get("issued") else kept
        for code, kept in papers.items()
    }


def _stale_opinions(turn: Turn) -> None:
    """What others said of the former dossier no longer covers it: opinions, and kinds that say so of themselves."""
    kinds = {k.code for k in turn.definition.parts if k.stale_with_changes} | {"opinion"}
    for part in turn.parts:
        if part.kind in kinds and part.attempt == turn.case.attempt:
            part.stale = True
