"""Carry out a move on the rows in memory, in the order close, set, receipt, papers, open, links, notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cases.facts import day_of, fields_to_stored, to_stored
from cases.models import Case, LinkedCase, Part
from cases.services.changes import accept_change
from cases.services.computing import compute
from cases.services.linked_events import link_with
from cases.services.papers import void_of_part, void_unnumbered, work_papers
from cases.services.receipt import receive
from cases.services.turn import Fired, Turn
from workflows.definition import Field, Link, State
from workflows.engine import Attempt, Move, PartOpening
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled

COLUMNS = ("urgent", "overdue", "attempt")
COLUMN = "dossier."  # how the name of a column of the dossier begins, among what a step sets
HANDLED = frozenset({"issued", "refused", "stopped"})


def apply_move(
    turn: Turn, attempt: Attempt, move: Move, part: Part | None, ask: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Change the rows of the turn as the move says and return the papers made (for the event). Raises PaperImpossible.

    `ask`: what was filled in, stored form.
    """
    enter_move(turn, move, part)
    papers = work_papers(turn, move, part, ask)
    if part is not None and part.closed:
        void_of_part(turn, part)
    for opening in move.open:
        if not _stands_for(turn, opening):
            open_part(turn, opening.kind, opening.fields)
    accept_change(turn, part, move)
    _link(turn, attempt, move, part)
    _link_named(turn, move)
    _notify(turn, move, part)
    return papers


def enter_move(turn: Turn, move: Move, part: Part | None) -> None:
    """Close, set, enter, receive: what a step does before its papers are made."""
    _close_parts(turn, move.close)
    _set(turn, part, move.sets)
    if move.step.kind == "transition":
        _enter(turn, part, move)
    if sets_fields(turn) or any(name.startswith(COLUMN) for name in move.sets):
        compute(turn)
    if "received_on" in move.sets:
        receive(turn)


def _close_parts(turn: Turn, kinds: tuple[str, ...]) -> None:
    for part in turn.parts:
        if part.kind in kinds and not part.closed and not part.ended:
            part.ended = True
            part.closed_on = turn.day
            void_of_part(turn, part)


def _set(turn: Turn, part: Part | None, named: Mapping[str, Any]) -> None:
    for name in (n for n in named if n.startswith(COLUMN)):
        _set_column(turn, name, named[name])
    sets = {name: value for name, value in named.items() if not name.startswith(COLUMN)}
    if part is not None:
        kind = turn.definition.part(part.kind)
        set_anew = {**part.fields, **fields_to_stored(kind.fields, sets)}
        part.fields = {name: value for name, value in set_anew.items() if name not in sets or sets[name] is not None}
        return
    types = turn.definition.facts.get("case", {})
    columns = {f.name: f for f in turn.definition.fields} if sets_fields(turn) else {}
    for name, value in sets.items():
        if name in columns:
            _set_field(turn.case, columns[name], value)
            continue
        _set_attribute(turn.case, name, str(types.get(name, "")), value, turn)


def sets_fields(turn: Turn) -> bool:
    """Whether steps set fields by their name: of a row of a ledger, of an internal matter; nobody has filed either."""
    return turn.case.kind == Case.Kind.ROW or turn.definition.kind == "standalone"


def _set_column(turn: Turn, name: str, values: Sequence[Any]) -> None:
    """Set a column in the rows of a table of the dossier, `dossier.table.column`; a row without a value stays."""
    _, table, column = name.split(".")
    field = turn.definition.field(table)
    spec = [c for c in field.columns if c.name == column] if field is not None else []
    rows = zip(turn.case.dossier.get(table, ()), values, strict=True)
    set_anew = [row if value is None else row | fields_to_stored(spec, {column: value}) for row, value in rows]
    turn.case.dossier = {**turn.case.dossier, table: set_anew} if set_anew else turn.case.dossier


def _set_field(row: Case, field: Field, value: Any) -> None:
    """Set a field; nothing takes the value out."""
    kept = {name: known for name, known in row.dossier.items() if name != field.name}
    row.dossier = kept if value is None else {**kept, **fields_to_stored([field], {field.name: value})}


def _set_attribute(case: Case, name: str, kind: str, value: Any, turn: Turn) -> None:
    if name in COLUMNS:
        setattr(case, name, value)
        if name == "attempt":
            _new_attempt(case)
    elif name == "due_on":
        case.due_on = day_of(value)
        case.attributes |= {"extended_to": case.due_on.isoformat(), "extended_on": turn.day.isoformat()}
    elif name == "submitted_on":
        case.submitted_at = turn.now
    elif name == "received_on":
        case.received_at = turn.now
    elif value is None:
        case.attributes.pop(name, None)
    else:
        case.attributes[name] = to_stored(kind, value)


def _new_attempt(case: Case) -> None:
    """A reopened case starts its clocks, signatures and papers anew; the record keeps the old ones."""
    case.trail, case.papers, case.clock_log = [], {}, []
    case.handled_on = case.closed_on = case.due_on = case.original_due_on = case.received_at = None
    for name in (
        "signed",
        "signed_on",
        "extended_to",
        "extended_on",
        "term",
        "result_electronic",
        "consultees_to_ask",
        "opinion_reply_by",
    ):
        case.attributes.pop(name, None)


def _enter(turn: Turn, part: Part | None, move: Move) -> None:
    """Enter the target state. What an @return enters keeps the state from which it was first entered."""
    record: Case | Part = part if part is not None else turn.case
    state = turn.machine(part).state(move.target)
    if move.step.target != "@return":
        record.return_state = move.source
    record.state, record.entered_at, record.clock = move.target, turn.now, state.clock
    record.proposal = None
    if part is not None:
        part.closed = state.closed
        part.closed_on = turn.day if state.closed else None
        _log_clock(turn, part)
        return
    _enter_case(turn, state)


def _log_clock(turn: Turn, part: Part) -> None:
    """A part with a term of its own keeps the intervals from which its day follows."""
    if turn.definition.part(part.kind).terms:
        part.clock_log = [*part.clock_log, [turn.now.isoformat(), part.clock]]


def _enter_case(turn: Turn, state: State) -> None:
    case = turn.case
    case.public_status = state.public
    case.clock_log = [*case.clock_log, [turn.now.isoformat(), state.clock]]
    if state.closed and not case.closed:
        case.closed_on = turn.day
        void_unnumbered(turn)
    if turn.definition.kind == "standalone" and case.closed != state.closed:  # handled while it is closed
        case.handled_on = turn.day if state.closed and case.received_at is not None else None
    case.closed = state.closed
    if state.code in HANDLED and case.handled_on is None and case.received_at is not None:
        case.handled_on = turn.day


def _stands_for(turn: Turn, opening: PartOpening) -> bool:
    """Whether the row already has its part: a kind with `per` opens once for each row and attempt."""
    kind = turn.definition.part(opening.kind)
    named = kind.row_field if kind.per is not None else None
    same = (p for p in turn.parts if p.kind == kind.code and p.attempt == turn.case.attempt)
    return named is not None and any(p.fields.get(named.name) == opening.fields.get(named.name) for p in same)


def open_part(turn: Turn, kind_code: str, fields: Mapping[str, Any]) -> Part:
    """Open a part of a kind in its initial state; `fields` in facts form."""
    kind = turn.definition.part(kind_code)
    state = kind.machine.initial
    same = [p for p in turn.parts if p.kind == kind_code]
    part = Part(
        case=turn.case,
        kind=kind_code,
        key=f"{kind_code}-{len(same) + 1}",
        attempt=turn.case.attempt,
        round=1 + sum(1 for p in same if p.attempt == turn.case.attempt),
        state=state.code,
        clock=state.clock,
        opened_at=turn.now,
        entered_at=turn.now,
        fields=fields_to_stored(kind.fields, fields),
    )
    _log_clock(turn, part)
    turn.parts.append(part)
    turn.opened.append(part)
    return part


def _link(turn: Turn, attempt: Attempt, move: Move, part: Part | None) -> None:
    name = f"{part.kind}.{move.step.name}" if part is not None else move.step.name
    for link in (li for li in turn.definition.links if li.on == name and _wanted(li, attempt)):
        if link.to is not None:
            link_with(turn, link.kind, _named_there(link.to, attempt))
        if link.fires is not None:
            named = _named_there(link.to, attempt) if link.to is not None else None
            turn.fired.append(Fired(link, _carried(link, attempt), named))
        elif link.to is None:
            _promise_link(turn, link, _carried(link, attempt))


def _wanted(link: Link, attempt: Attempt) -> bool:
    return link.if_ is None or compiled(link.if_).judge(attempt.facts, attempt.lookups)


def _promise_link(turn: Turn, link: Link, carries: dict[str, Any]) -> None:
    row = LinkedCase.objects.create(
        kind=link.kind, case=turn.case, procedure=link.procedure, carries=carries, created_at=turn.now
    )
    turn.promise("link", {"link": row.pk}, tag=link.kind)


def _link_named(turn: Turn, move: Move) -> None:
    """A filed case that names another one is linked with it after the commit (a complaint about a case)."""
    if "submitted_on" in move.sets and any(f.type == "ref(case)" for f in turn.definition.fields):
        turn.promise("named_links", {"by": turn.person}, tag="named")


def _carried(link: Link, attempt: Attempt) -> dict[str, Any]:
    return {name: _value_of(text, attempt) for name, text in link.carries.items()}


def _named_there(text: str, attempt: Attempt) -> Any:
    """What a link names that is there already; nothing when the registry knows of no such matter."""
    try:
        return _value_of(text, attempt) or ""
    except CannotBeJudged:
        return ""


def _value_of(text: str, attempt: Attempt) -> Any:
    return compiled(text).evaluate(attempt.facts, attempt.lookups)


def _notify(turn: Turn, move: Move, part: Part | None) -> None:
    for index, notice in enumerate(move.notify):
        payload = {"notice": notice.notice, "to": list(notice.to), "part": part.key if part is not None else ""}
        turn.promise("notice", payload, tag=f"{notice.notice}:{index}")
    for part_opened in turn.opened:
        if part_opened.kind == "supplement" and part_opened.entered_at == turn.now:
            turn.promise("service", {"part": part_opened.key}, tag=f"service:{part_opened.key}")
