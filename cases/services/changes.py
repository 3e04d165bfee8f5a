"""Changes of what was filed: the diff, how the dossier would look, when it becomes so, and what that makes stale.

A step asks for them (`changes`), a part holds them (`carries_changes`): a proposal until it is accepted, an amending
decision until it is issued. Of a table whose rows may only be rewritten the part holds the rewritten rows by their
number, so that two parts that rewrite different rows do not undo each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from cases.access import may_see_field, seen_value
from cases.models import Part
from cases.services.computing import compute, refresh, validated
from cases.services.turn import Turn
from cases.values import clean_fields, shown, with_set_by_steps
from workflows.definition import Field, Procedure, Step
from workflows.engine import Move
from workflows.errors import Reason
from workflows.expressions import compiled
from workflows.records import ROW_NO

CHANGE = "change"
EVERY = "*"
REPLACED = "replaced"
ROWS = "rows"  # key of the rewritten rows in a change: {rows: {number: row}}
Limits = Mapping[str, tuple[int, ...] | None]  # field -> the rows that may be rewritten; None: it may change wholly
Values = Mapping[str, Any]
NOTHING = Reason("ask_missing", "Chưa có nội dung thay đổi", "Nothing is changed", "ask.changes")
ROWS_STAY = (
    "sửa trên dòng của người, việc cũ và giữ số thứ tự; không thêm, không bớt dòng",
    "rewrite the row that is replaced and keep its number; add and remove none",
)


def changeable(turn: Turn, step: Step, part: Part | None) -> Limits:
    """Return which fields of the dossier a step lets change. What officers fill or is computed, none."""
    if not step.changes:
        return {}
    facts, filed = turn.facts(part), [f for f in turn.definition.fields if f.required_from is None and f.typed]
    lookups = turn.lookups(step, facts, turn.roles, part)
    named = {c.field: _rows(compiled(c.rows).evaluate(facts, lookups)) if c.rows else None for c in step.changes}
    return {f.name: named.get(f.name) for f in filed if f.name in named or EVERY in named}


def _rows(found: Any) -> tuple[int, ...]:
    return tuple(int(number) for number in found or ())


def cleaned_changes(
    definition: Procedure, dossier: Values, raw: Any, limits: Limits, *, needed: bool
) -> tuple[dict[str, Any], list[Reason]]:
    """Return the proposed values (stored form) that differ from the dossier, and what is wrong with them.

    `needed`: that nothing changes is a fault.
    """
    fields = [field for field in definition.fields if field.name in limits]
    values, reasons = clean_fields(fields, raw if isinstance(raw, dict) else {})
    asked = with_set_by_steps(fields, dossier, values)
    changed: dict[str, Any] = {}
    for field in (f for f in fields if f.name in asked):
        rows, value = limits[field.name], asked[field.name]
        if rows is not None:
            reasons += _strange_rows(field, rows, value)
            changed |= _rewritten(field, dossier.get(field.name) or [], rows, value)
        elif dossier.get(field.name) != value:
            changed[field.name] = value
    return changed, reasons if changed or reasons or not needed else [NOTHING]


def _strange_rows(field: Field, rows: Sequence[int], given: Sequence[Values]) -> list[Reason]:
    if sorted(row.get(ROW_NO, 0) for row in given) == sorted(rows):
        return []
    vi, en = ROWS_STAY
    return [Reason("rows_stay", f"{field.vi}: {vi}", f"{field.en}: {en}", field.name)]


def _rewritten(table: Field, present: Sequence[Values], rows: Sequence[int], given: Sequence[Values]) -> dict[str, Any]:
    """Return the rows that say something else now, by their number, under the name of the table; {} when none does."""
    before = {row.get(ROW_NO): row for row in present}
    new = {row[ROW_NO]: row for row in given if row.get(ROW_NO) in rows}
    found = {str(n): dict(row) for n, row in new.items() if _differ(table, before.get(n, {}), row)}
    return {table.name: {ROWS: found}} if found else {}


def rewritten_rows(value: Any) -> Mapping[str, Values] | None:
    """Return the rewritten rows of a change by their number; None for a value that takes the place of the former."""
    return value[ROWS] if isinstance(value, dict) and set(value) == {ROWS} else None


def _differ(table: Field, before: Values, after: Values) -> list[Field]:
    """Return the columns in which a row says something else; what is computed is nobody's word."""
    return [c for c in table.columns if c.typed and before.get(c.name) != after.get(c.name)]


def dossier_with(definition: Procedure, dossier: Values, changes: Values) -> dict[str, Any]:
    """Return the dossier as changes make it; computed values are still those from before."""
    changed = {name: _table_with(dossier.get(name) or [], value) for name, value in changes.items()}
    return {**dossier, **with_set_by_steps(definition.fields, dossier, changed)}


def _table_with(present: Sequence[Values], value: Any) -> Any:
    """Return a value, or the rows of a table with some of them rewritten."""
    rows = rewritten_rows(value)
    return value if rows is None else [rows.get(str(row.get(ROW_NO)), row) for row in present]


# ------------------------------------------------------------------------------------------------------ the part
def fill_change(turn: Turn, changes: Values, dossier: Values) -> None:
    """Write the diff against `dossier` into the part that this step has opened to hold it, beside the values.

    A field `replaced` of the part takes the rewritten rows as they were.
    """
    part = next((p for p in turn.opened if turn.definition.part(p.kind).carries_changes), None)
    if part is None:
        return
    part.fields = {**part.fields, "diff": describe(turn.definition, dossier, changes), "changes": dict(changes)}
    replaced = next((f for f in turn.definition.part(part.kind).fields if f.name == REPLACED), None)
    if replaced is not None:
        names = {column.name for column in replaced.columns}
        former = [{k: v for k, v in row.items() if k in names} for row in _former(dossier, changes)]
        part.fields = {**part.fields, REPLACED: former}


def _former(dossier: Values, changes: Values) -> list[Values]:
    rewritten = [(name, rewritten_rows(value) or {}) for name, value in changes.items()]
    return [row for name, rows in rewritten if rows for row in dossier.get(name) or [] if str(row.get(ROW_NO)) in rows]


def waits_to_change(turn: Turn, part: Part | None) -> bool:
    """Whether a part holds a change that is not in the dossier."""
    if part is None or part.closed or part.ended or not part.fields.get("changes"):
        return False
    return turn.definition.part(part.kind).carries_changes is not None


@contextmanager
def as_changed(turn: Turn, changes: Values) -> Iterator[None]:
    """Let the dossier of the turn be as changes make it; afterwards it is again what it was."""
    kept, read = turn.case.dossier, dict(turn.read)
    if changes:
        turn.case.dossier = dossier_with(turn.definition, kept, changes)
        compute(turn)
    try:
        yield
    finally:
        if changes:
            turn.case.dossier, turn.read = kept, read


def validated_change(turn: Turn, changes: Values) -> list[Reason]:
    """Return what the rules would say of the dossier with changes in it, and do not say of it as it is."""
    every = frozenset(field.name for field in turn.definition.fields)
    known = {(reason.code, reason.path) for reason in validated(turn, every)}
    with as_changed(turn, changes):
        return [reason for reason in validated(turn, every) if (reason.code, reason.path) not in known]


@contextmanager
def on_its_dossier(turn: Turn, part: Part | None) -> Iterator[None]:
    """Judge and draft the steps of a part on the dossier as its own change makes it.

    The dossier is then what it was, but when the part has carried its change into it.
    """
    if part is None or not waits_to_change(turn, part):
        yield
        return
    kept = turn.case.dossier
    turn.case.dossier = dossier_with(turn.definition, kept, part.fields["changes"])
    compute(turn)
    try:
        yield
    finally:
        if not _carried(turn, part):
            turn.case.dossier = kept
            refresh(turn)


def _carried(turn: Turn, part: Part) -> bool:
    return part.state == turn.definition.part(part.kind).carries_changes


def accept_change(turn: Turn, part: Part | None, move: Move) -> None:
    """Carry the change of a part into the dossier; drafts not issued and opinions become stale where the step says."""
    if part is None or not part.fields.get("changes"):
        return
    if move.target != turn.definition.part(part.kind).carries_changes:
        return
    turn.case.dossier = dossier_with(turn.definition, turn.case.dossier, part.fields["changes"])
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


# ------------------------------------------------------------------------------------------------------ the diff
def describe(definition: Procedure, dossier: Values, changes: Values) -> list[dict[str, str]]:
    """Return the rows of the diff: field, before, after, as everybody reads them who sees the change."""
    fields = [(field, changes[field.name]) for field in definition.fields if field.name in changes]
    found = [line for field, value in fields for line in _lines(field, dossier.get(field.name), value)]
    return [{k: v for k, v in line.items() if v} for line in found]


def _lines(field: Field, before: Any, after: Any) -> Iterator[dict[str, str]]:
    rewritten = rewritten_rows(after)
    if rewritten is not None:
        rows = {str(row.get(ROW_NO)): row for row in before or []}
        for number, row in rewritten.items():
            yield from _row_lines(field, number, rows.get(number, {}), row)
        return
    old = shown(field, seen_value(field, before, ()), "vi") if before is not None else ""
    yield {"field": field.vi, "before": old, "after": shown(field, seen_value(field, after, ()), "vi")}


def _row_lines(field: Field, number: str, before: Values, after: Values) -> Iterator[dict[str, str]]:
    """Yield a line for each column of a row that says something else; of a value for few eyes only that it does."""
    for column in _differ(field, before, after):
        seen = may_see_field(column, frozenset())
        old, new = (shown(column, row.get(column.name), "vi") if seen else "" for row in (before, after))
        yield {"field": f"{field.vi} {number}: {column.vi}", "before": old, "after": new}
