"""Take one step on a loaded turn: fill in, judge, carry out, append; and the automatic steps that follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cases.facts import Facts
from cases.models import Event, Part
from cases.services.applying import apply_move
from cases.services.changes import as_changed, fill_change, on_its_dossier
from cases.services.computing import refresh, validated, validated_values
from cases.services.cosign import propose
from cases.services.events import Happening, append, id_of
from cases.services.filling import Filled, fill
from cases.services.keeping import keep_claim, keep_clock, keep_named, keep_recomputed, keep_trail
from cases.services.turn import Turn
from workflows.coming import autos
from workflows.definition import Step
from workflows.engine import MAX_AUTOS, Attempt, Move, asked, fire, refusals
from workflows.errors import Reason, TransitionRefused


def take(turn: Turn, step: Step, part: Part | None, *, agreed: frozenset[str] | None = None, second: str = "") -> Event:
    """Take a step as the turn's actor; `agreed`: roles of the second person `second` of a co-signed step.

    Raises TransitionRefused with every reason, PaperImpossible.
    """
    with on_its_dossier(turn, part):
        filled = fill(turn, step, part)
        with as_changed(turn, filled.changes):
            attempt = attempt_of(turn, step, part, filled, agreed, second)
            move = fire(attempt)
        if move.proposed:
            return propose(turn, part, move, filled)
        return carry_out(turn, attempt, move, part, filled, second)


def attempt_of(
    turn: Turn, step: Step, part: Part | None, filled: Filled, agreed: frozenset[str] | None = None, second: str = ""
) -> Attempt:
    """Return the attempt with everything that the actor filled in."""
    grantor = turn.request.acting_for
    # Whoever types in another's act does not sign: four eyes looks at the recorded person.
    actor = turn.person if not filled.recorded else ""
    people = (actor, str(grantor.pk) if grantor is not None else "", filled.recorded_for, second)
    attempt = turn.attempt(
        step,
        part,
        ask=filled.facts,
        confirms=turn.request.confirms,
        agreed_by=agreed,
        people=frozenset(person for person in people if person),
    )
    invalid = [*_invalid(turn, filled), *_invalid_here(turn, attempt, part, filled)]
    return replace(attempt, ask_faults=(*filled.faults, *invalid))


def _invalid(turn: Turn, filled: Filled) -> list[Reason]:
    names = frozenset(n.removeprefix("dossier.") for n in filled.inputs if n.startswith("dossier."))
    return [replace(r, path=f"dossier.{r.path}") for r in validated(turn, names)] if names else []


def _invalid_here(turn: Turn, attempt: Attempt, part: Part | None, filled: Filled) -> Iterator[Reason]:
    """Yield what the `validate` rules of asks, and of fields of the part, say of what was filled in at this step."""
    yield from validated_values(turn, asked(attempt), filled.ask, attempt.facts, "ask")
    if part is not None and any(name.startswith("part.") for name in filled.inputs):
        given = {n.removeprefix("part."): v for n, v in filled.inputs.items() if n.startswith("part.")}
        yield from validated_values(turn, turn.definition.part(part.kind).fields, given, attempt.facts, "part")


def carry_out(turn: Turn, attempt: Attempt, move: Move, part: Part | None, filled: Filled, second: str = "") -> Event:
    """Change the rows in memory as the move says and append its event."""
    turn.moved = turn.moved or move.step.kind == "transition"
    papers = apply_move(turn, attempt, move, part, filled.ask)
    keep_named(turn, filled.ask)
    keep_claim(turn, move, part)
    if filled.changes:
        fill_change(turn, filled.changes, turn.case.dossier)
    reads = keep_recomputed(turn, move)
    keep_clock(turn)
    happening = happening_of(turn, move, part, filled, papers, second)
    refresh(turn)
    event = append(turn, replace(happening, reads={**happening.reads, **reads, **turn.read}))
    turn.read = {}
    keep_trail(turn, move, part, filled.recorded_for)
    return event


def happening_of(
    turn: Turn, move: Move, part: Part | None, filled: Filled, papers: list[dict[str, Any]], second: str
) -> Happening:
    """Return what the event of a move says."""
    grantor = turn.request.acting_for if turn.actor is not None else None
    facts: dict[str, Any] = {"attempt": turn.case.attempt}
    if move.recorded:
        facts["recorded"] = True
    if second:
        facts["agreed_by"] = second
    if turn.request.chain:
        facts["fired_by"] = str(turn.request.chain[-1])
    if move.counted is not None:
        facts["count"] = move.counted
    if turn.case.due_on is not None:
        facts["due_on"] = turn.case.due_on.isoformat()
    return Happening(
        kind="system" if turn.actor is None else move.step.kind,
        name=move.step.name,
        role=move.role,
        part_key=part.key if part is not None else "",
        source=move.source,
        target=move.target,
        actor=id_of(turn.actor),
        acting_for=str(grantor.pk) if grantor is not None else "",
        recorded_for=filled.recorded_for,
        inputs=filled.inputs,
        confirms=turn.request.confirms if turn.actor is not None else frozenset(),
        papers=papers,
        reads=move.reads,
        facts=facts,
    )


def run_autos(turn: Turn) -> None:
    """Fire automatic steps until none holds; a chain that does not end is a fault that the proof should have found."""
    for _ in range(MAX_AUTOS * (1 + len(turn.parts))):  # parts follow one by one, each in a chain of its own
        if not _one_auto(turn):
            return
    raise RuntimeError(f"{turn.case.procedure}: automatic steps without end in {turn.case.state}")


def _one_auto(turn: Turn) -> bool:
    open_parts = [p for p in turn.parts if not p.ended and p.attempt == turn.case.attempt]
    facts = turn.facts(system=True)
    asked = turn.asked(facts)
    for part in (None, *open_parts):
        record = part if part is not None else turn.case
        waiting = autos(turn.machine(part), record.state)
        if not waiting:
            continue
        seen = facts.of(part)
        if any(_fired(turn, step, part, seen) for step in turn.coming(waiting, part, seen, asked)):
            return True
    return False


def _fired(turn: Turn, step: Step, part: Part | None, facts: Facts) -> bool:
    turn.automatic = True
    try:
        attempt = turn.attempt_on(facts, step, part, roles=frozenset({"system"}))
        if next(refusals(attempt), None) is not None:
            return False
        carry_out(turn, attempt, fire(attempt), part, Filled())
    except TransitionRefused:
        return False
    finally:
        turn.automatic = False
    return True
