"""Every machine can be walked: all states reached, all able to finish, automatic steps without loops."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.definition import RETURN, ROW_NO, Machine, PartKind, Procedure, Step
from workflows.proof.findings import Findings, machines
from workflows.proof.outcomes import possible, state_of


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    step: Step


def edges(machine: Machine, scope: str) -> list[Edge]:
    """Return the arrows that can be taken; @return goes to every state from which the present one is entered."""
    into: dict[str, set[str]] = {}
    for step in machine.transitions:
        if step.target and step.target != RETURN:
            into.setdefault(step.target, set()).update(step.sources)
    found: list[Edge] = []
    for step in machine.transitions:
        for source in step.sources:
            state = state_of(machine, source)
            if state is None or not possible(step, scope, state):
                continue
            targets = sorted(into.get(source, set()) - {source}) if step.target == RETURN else [step.target or source]
            found += [Edge(source, target, step) for target in targets]
    return found


def reached(start: Iterable[str], arrows: Iterable[tuple[str, str]]) -> set[str]:
    """Return every state that the arrows lead to from the start, the start included."""
    after: dict[str, list[str]] = {}
    for source, target in arrows:
        after.setdefault(source, []).append(target)
    seen, waiting = set(start), list(start)
    while waiting:
        for target in after.get(waiting.pop(), []):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def prove_machines(procedure: Procedure, findings: Findings) -> None:
    """Add the faults of every machine, and of part kinds that nothing opens."""
    for prefix, kind, machine in machines(procedure):
        _prove_names(prefix, machine, findings)
        scope = "part" if kind else "case"
        _prove_walk(prefix, machine, edges(machine, scope), findings)
        _prove_possible(prefix, machine, scope, findings)
        _prove_autos(prefix, machine, scope, findings)
    _prove_openings(procedure, findings)


def _prove_names(prefix: str, machine: Machine, findings: Findings) -> None:
    codes = [s.code for s in machine.states]
    for step in machine.transitions:
        key = f"{prefix}transitions.{step.name}"
        findings.unknown(key, step.sources, codes, "trạng thái / state")
        findings.unknown(key, [step.target or ""], [*codes, RETURN], "trạng thái / state")
        if not step.sources:
            findings.error(key, "không bắt đầu từ trạng thái nào", "starts in no state")
    for names, what in ((codes, "states"), ([s.name for s in (*machine.transitions, *machine.acts)], "transitions")):
        for twice in sorted({n for n in names if names.count(n) > 1}):
            findings.error(f"{prefix}{what}.{twice}", "tên lặp lại", "the same name twice")


def _prove_walk(prefix: str, machine: Machine, found: list[Edge], findings: Findings) -> None:
    codes = {s.code for s in machine.states}
    initial = {s.code for s in machine.states if s.initial}
    terminal = {s.code for s in machine.states if s.terminal}
    if len(initial) != 1:
        findings.error(f"{prefix}states", "phải có đúng một trạng thái đầu", "needs exactly one initial state")
    if not terminal:
        findings.error(f"{prefix}states", "không có trạng thái kết thúc", "no terminal state")
    arrows = [(e.source, e.target) for e in found]
    new = [(e.source, e.target) for e in found if e.step.target != RETURN]  # @return leads only where one has been
    for code in sorted(codes - reached(initial, new)):
        findings.error(f"{prefix}states.{code}", f"không tới được trạng thái {code}", f"state {code} is never reached")
    for code in sorted(codes - reached(terminal, [(b, a) for a, b in arrows])):
        findings.error(f"{prefix}states.{code}", f"từ {code} không kết thúc được", f"{code} cannot finish")
    for code in sorted(terminal & {a for a, _ in arrows}):
        findings.error(f"{prefix}states.{code}", f"trạng thái kết thúc {code} còn lối ra", f"terminal {code} has exits")


def _prove_possible(prefix: str, machine: Machine, scope: str, findings: Findings) -> None:
    for step in (*machine.transitions, *machine.acts):
        sources = step.sources if step.kind == "transition" else tuple(s.code for s in machine.states)
        states = [s for code in sources if (s := state_of(machine, code))]
        if states and not any(possible(step, scope, s) for s in states):
            findings.error(
                f"{prefix}{step.kind}s.{step.name}",
                "không bao giờ thực hiện được: điều kiện loại trừ mọi trạng thái của bước",
                "can never be taken: its conditions exclude every state it starts in",
            )


def _prove_autos(prefix: str, machine: Machine, scope: str, findings: Findings) -> None:
    for step in (*machine.transitions, *machine.acts):
        key = f"{prefix}{step.kind}s.{step.name}"
        if step.when == "auto" and step.kind == "act":
            findings.error(
                key,
                "việc làm không thể tự động: không đổi trạng thái nên lặp mãi",
                "an act is never automatic: it changes no state and would repeat for ever",
            )
        if step.when == "auto" and not step.require:
            findings.error(key, "bước tự động phải có điều kiện", "an automatic step needs a condition")
        if step.when != "manual" and step.by != ("system",):
            findings.error(
                key,
                "bước tự động hoặc hẹn giờ chỉ do hệ thống thực hiện",
                "an automatic or timed step is the system's alone",
            )
        if step.when == "timer" and (step.timer is None or (step.timer.after is None) == (step.timer.at_share is None)):
            findings.error(key, "hẹn giờ cần after hoặc at_share", "a timer needs after or at_share")
    arrows = [(e.source, e.target) for e in edges(machine, scope) if e.step.when == "auto"]
    for code in sorted({a for a, _ in arrows}):
        if code in reached([b for a, b in arrows if a == code], arrows):
            findings.error(
                f"{prefix}states.{code}", f"vòng lặp bước tự động qua {code}", f"automatic steps loop through {code}"
            )


def _prove_openings(procedure: Procedure, findings: Findings) -> None:
    kinds = {p.code for p in procedure.parts}
    opened: set[str] = set()
    for prefix, _, machine in machines(procedure):
        for step in (*machine.transitions, *machine.acts):
            key = f"{prefix}{step.kind}s.{step.name}"
            findings.unknown(key, [*(o.part for o in step.open), *step.close], kinds, "loại phần việc / part kind")
            opened |= {o.part for o in step.open}
    for part in procedure.parts:
        if part.code not in opened:
            findings.error(f"parts.{part.code}", "không bước nào mở phần việc này", "no step opens this part")
        if part.per is not None:
            _prove_rows(procedure, part, findings)


def _prove_rows(procedure: Procedure, part: PartKind, findings: Findings) -> None:
    """A kind of part that goes with the rows of a table knows which row it is about."""
    table, named = procedure.field(part.per or ""), part.row_field
    key = f"parts.{part.code}.per"
    if table is None or all(c.name != ROW_NO for c in table.columns):
        words = f"bảng {part.per} chưa có cột {ROW_NO}", f"table {part.per} has no column {ROW_NO}"
        findings.error(key, *words)
    if named is None or named.inner != part.per:
        findings.error(key, f"phần việc chưa có mục kiểu row({part.per})", f"no field of the part is row({part.per})")
