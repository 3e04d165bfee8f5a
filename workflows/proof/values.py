"""What a paper prints is there on every path: a field, a value the generator makes, or asked before it is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from workflows.asks import asks_of
from workflows.definition import RETURN, Machine, Paper, Procedure, Step
from workflows.proof.findings import Findings, machines
from workflows.proof.graph import edges
from workflows.proof.outcomes import possible, state_of

Asked = Mapping[str, frozenset[str]]  # state -> names asked on every path to it
NOTHING: frozenset[str] = frozenset()


def prove_values(procedure: Procedure, findings: Findings) -> None:
    """Add an error for each value that a paper prints and that some path to its making lacks."""
    asked = {kind: asked_before(procedure, kind) for _, kind, _ in machines(procedure)}
    always = _always(procedure)
    for prefix, kind, machine in machines(procedure):
        for step in (*machine.transitions, *machine.acts):
            there = always | _there(procedure, kind, step, asked[kind])
            for paper in _made(procedure, step):
                lacking = set(paper.merge) - there - _when_drafted(procedure, step, paper, asked)
                for name in sorted(lacking):
                    findings.error(
                        f"{prefix}{step.kind}s.{step.name}",
                        f"{paper.code} in {name}, không phải đường nào tới bước này cũng có",
                        f"{paper.code} prints {name}, which is not there on every path to this step",
                    )


def _made(procedure: Procedure, step: Step) -> list[Paper]:
    codes = {*step.papers.prepare, *step.papers.issue}
    return [p for p in procedure.papers if p.code in codes and p.rendered]


def _always(procedure: Procedure) -> frozenset[str]:
    fields = [*procedure.fields, *(f for p in procedure.parts for f in p.fields)]
    columns = {name for f in fields for c in f.columns for name in (c.name, f"row_{c.name}")}
    return frozenset({f.name for f in fields} | columns | set(procedure.merge_values))


def _when_drafted(procedure: Procedure, step: Step, paper: Paper, asked: Mapping[str | None, Asked]) -> frozenset[str]:
    """What was there at every step that prepares the paper: whoever signs or issues it comes after one of them."""
    if paper.code in step.papers.prepare:
        return NOTHING
    return common(
        _there(procedure, kind, maker, asked[kind])
        for _, kind, machine in machines(procedure)
        for maker in (*machine.transitions, *machine.acts)
        if paper.code in maker.papers.prepare
    )


def _there(procedure: Procedure, kind: str | None, step: Step, asked: Asked) -> frozenset[str]:
    """What a step asks and what was asked on every path to it; of an act, to every state in which it is possible."""
    machine = procedure.machine_of(kind)
    codes = step.sources or tuple(s.code for s in machine.states)
    states = [s for code in codes if (s := state_of(machine, code)) and possible(step, "part" if kind else "case", s)]
    return _asks(procedure, step) | common(asked[s.code] for s in states if s.code in asked)


def _asks(procedure: Procedure, step: Step) -> frozenset[str]:
    return frozenset(f.name for f in asks_of(procedure, step, recorded=step.recorded_by is not None))


def asked_before(procedure: Procedure, kind: str | None, opening: tuple[str | None, ...] = ()) -> Asked:
    """Return, for each state that can be reached, the names that were asked on every path to it.

    A part begins with what was asked on every path to each step that opens it; `opening` are the part kinds on the
    way here, so that parts which open each other end. An @return comes back to where the case was and adds nothing.
    """
    machine = procedure.machine_of(kind)
    begun = common(_at_openings(procedure, kind, (*opening, kind))) if kind else NOTHING
    asked = {s.code: begun for s in machine.states if s.initial}
    arrows = [e for e in edges(machine, "part" if kind else "case") if e.step.target != RETURN]
    changed = True
    while changed:
        changed = False
        for edge in arrows:
            if edge.source in asked:
                found = asked[edge.source] | _asks(procedure, edge.step)
                before = asked.get(edge.target)
                asked[edge.target] = found if before is None else before & found
                changed = changed or asked[edge.target] != before
    return asked


def _at_openings(procedure: Procedure, kind: str, opening: tuple[str | None, ...]) -> Iterator[frozenset[str]]:
    for _, opener, machine in machines(procedure):
        steps = _openers(machine, kind)
        known: Asked = {} if not steps or opener in opening else asked_before(procedure, opener, opening)
        for step in steps:
            yield _there(procedure, opener, step, known)


def _openers(machine: Machine, kind: str) -> list[Step]:
    return [s for s in (*machine.transitions, *machine.acts) if any(o.part == kind for o in s.open)]


def common(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return what is in all of the sets; nothing when there are none."""
    found = list(sets)
    return frozenset.intersection(*found) if found else NOTHING
