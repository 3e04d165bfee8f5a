"""What a step will do, in words, before anybody clicks."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cases.models import Part
from cases.presentation.face import Look
from cases.presentation.words import label, said
from cases.services import Possible
from workflows.definition import RETURN, Machine, State, Step

CLOCKS: dict[tuple[bool, bool], tuple[str, str]] = {
    (True, False): ("Tạm dừng tính hạn của hồ sơ từ hôm nay", "The clock of the case stands from today"),
    (False, True): ("Tính tiếp hạn của hồ sơ", "The clock of the case runs again"),
}
RUNNING = frozenset({"run"})
ENDED = frozenset({"off", "stop"})


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper that the step works on."""

    stage: str
    title: str
    conditional: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """The consequences of a step."""

    source: str
    target: str
    papers: tuple[PaperLine, ...]
    told: tuple[str, ...]
    opens: tuple[str, ...]
    closes: tuple[str, ...]
    following: tuple[str, ...]
    clock: str
    cosign: str
    recorded: str
    receives: bool

    @property
    def moves(self) -> bool:
        return bool(self.target) and self.source != self.target


def effects_of(look: Look, possible: Possible) -> Effects:
    """Return what the step changes, as far as it is known before it is filled in."""
    step, part = possible.step, possible.part
    machine = look.definition.machine_of(part.kind if part is not None else None)
    target = _target(look, step, part, machine)
    state = part.state if part is not None else look.case.state
    return Effects(
        source=look.state_label(state, part),
        target=label(target) if target is not None else "",
        papers=tuple(_papers(look, step)),
        told=tuple(dict.fromkeys(look.role_label(role) for notice in step.notify for role in notice.to)),
        opens=tuple(dict.fromkeys(label(look.definition.part(opening.part)) for opening in step.open)),
        closes=tuple(label(look.definition.part(code)) for code in step.close if _has_open(look, code)),
        following=tuple(dict.fromkeys(look.role_label(role) for role in _following(look, step, machine, target))),
        clock=_clock(look, target) if part is None and target is not None else "",
        cosign=look.role_label(step.cosign) if step.cosign is not None else "",
        recorded=", ".join(look.role_label(role) for role in _recorded_for(step)) if possible.recorded else "",
        receives="received_on" in step.set,
    )


def _target(look: Look, step: Step, part: Part | None, machine: Machine) -> State | None:
    if step.kind == "act":
        return None
    record = part if part is not None else look.case
    code = record.return_state if step.target == RETURN else step.target
    return next((state for state in machine.states if state.code == (code or record.state)), None)


def _papers(look: Look, step: Step) -> Iterator[PaperLine]:
    stages = (
        ("prepare", said("Soạn dự thảo", "Drafts")),
        ("sign", said("Ký", "Signs")),
        ("issue", said("Cấp số, ban hành", "Numbers and issues")),
    )
    for stage, words in stages:
        for code in getattr(step.papers, stage):
            paper = look.definition.paper(code)
            yield PaperLine(words, label(paper), paper.applies is not None)


def _following(look: Look, step: Step, machine: Machine, target: State | None) -> Iterator[str]:
    """Yield the roles that have to do something next: in what the step opens, else from the state that it enters."""
    for opening in step.open:
        kind = look.definition.part(opening.part)
        yield from _awaited(kind.machine, kind.machine.initial, timed=False)
    if target is not None and not step.open:
        yield from _awaited(machine, target, timed=True)


def _awaited(machine: Machine, state: State, *, timed: bool) -> Iterator[str]:
    steps = [s for s in machine.transitions if s.when == "manual" and state.code in s.sources]
    yield from (s.by[0] for s in steps if s.within is not None or not timed)


def _clock(look: Look, target: State) -> str:
    if look.case.received_at is None or target.clock in ENDED:
        return ""
    now, then = look.case.clock in RUNNING, target.clock in RUNNING
    return said(*CLOCKS[now, then]) if (now, then) in CLOCKS else ""


def _has_open(look: Look, kind: str) -> bool:
    return any(p.kind == kind and not (p.closed or p.ended) for p in look.parts)


def _recorded_for(step: Step) -> Iterable[str]:
    """Return the roles whose act is typed in: those of `by` other than who records."""
    return [role for role in step.by if role != step.recorded_by] or step.by
