"""Steps fit into the term: none is longer than it, and a golden path that is too long is told with its days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workflows.definition import Duration, Machine, PartKind, Procedure, Share, State, Step, Term
from workflows.proof.findings import Findings, machines
from workflows.proof.outcomes import state_of

WORKING_DAYS = {"WD": 1.0, "CD": 5 / 7, "MONTH": 21.0, "HOUR": 1 / 8}  # of one unit, to compare lengths
ROUNDING = 1.0001


def prove_times(procedure: Procedure, findings: Findings) -> None:
    """Add errors for steps longer than their term, warnings for golden paths that are."""
    for prefix, kind, machine in machines(procedure):
        terms = procedure.part(kind).terms if kind else procedure.terms
        _prove_steps(prefix, machine, terms, findings)
    for golden in procedure.golden_paths:
        _Walk(procedure, findings, golden).prove()


def days_of(length: Duration | Term) -> float:
    """Return a length of time in working days, near enough to compare."""
    return length.n * WORKING_DAYS[length.u]


def _prove_steps(prefix: str, machine: Machine, terms: Iterable[Term], findings: Findings) -> None:
    longest = max((days_of(t) for t in terms), default=None)
    for step in machine.transitions:
        key, within = f"{prefix}transitions.{step.name}", step.within
        if isinstance(within, Share) and not 0 <= within.share <= 1:
            findings.error(key, "phần của thời hạn phải từ 0 đến 1", "a share of the term lies between 0 and 1")
        runs = any((s := state_of(machine, code)) is not None and s.clock == "run" for code in step.sources)
        if isinstance(within, Duration) and runs and longest is not None and days_of(within) > longest * ROUNDING:
            findings.error(
                key,
                f"thời gian của bước ({within.n:g} {within.u}) dài hơn thời hạn của thủ tục",
                f"the step takes {within.n:g} {within.u}, longer than the term",
            )


class _Walk:
    """Walks one golden path and sums the times of its steps."""

    def __init__(self, procedure: Procedure, findings: Findings, golden: Mapping[str, Any]) -> None:
        self.procedure, self.findings = procedure, findings
        self.key = f"golden_paths.{golden.get('code', 'golden')}"
        self.path: list[str] = [str(name) for name in golden.get("path", ())]
        self.term = golden.get("term")
        self.here = procedure.machine.initial.code
        self.days, self.share, self.lines = 0.0, 0.0, list[str]()

    def prove(self) -> None:
        for name in self.path:
            part, _, inner = name.rpartition(".")
            taken = self._part_step(part, inner) if part else self._case_step(name)
            if taken is not None:
                self._add(name, taken)
        end = state_of(self.procedure.machine, self.here)
        if end is None or not (end.closed or end.terminal):
            words = f"kết thúc ở {self.here}, chưa đóng", f"ends in {self.here}, which is not closed"
            self.findings.error(self.key, *words)
        self._compare()

    def _case_step(self, name: str) -> Step | None:
        """Take a step of the case; return it when the clock ran while it was waited for."""
        step = self.procedure.machine.step(name)
        if step is None:
            self.findings.error(self.key, f"không có bước {name}", f"no step {name}")
        if step is None or step.kind == "act":
            return None
        if self.here not in step.sources:
            words = f"{name} không bắt đầu từ {self.here}", f"{name} does not start in {self.here}"
            self.findings.error(self.key, *words)
        runs = self._runs(state_of(self.procedure.machine, self.here))
        self.here = step.target or self.here
        return step if runs else None

    def _part_step(self, code: str, name: str) -> Step | None:
        part: PartKind | None = next((p for p in self.procedure.parts if p.code == code), None)
        step = part.machine.step(name) if part else None
        if part is None or step is None:
            self.findings.error(self.key, f"không có bước {code}.{name}", f"no step {code}.{name}")
            return None
        case_runs = self._runs(state_of(self.procedure.machine, self.here))
        return step if case_runs and any(self._runs(state_of(part.machine, s)) for s in step.sources) else None

    @staticmethod
    def _runs(state: State | None) -> bool:
        return state is not None and state.clock == "run"

    def _add(self, name: str, step: Step) -> None:
        if isinstance(step.within, Share):
            self.share += step.within.share
            self.lines.append(f"{name} {step.within.share:g}")
        elif step.within is not None:
            self.days += days_of(step.within)
            self.lines.append(f"{name} {step.within.n:g} {step.within.u}")

    def _compare(self) -> None:
        terms = [t for t in self.procedure.terms if self.term in (None, t.code)][: None if self.term else 1]
        if self.term and not terms:
            self.findings.error(self.key, f"không có thời hạn {self.term}", f"no term {self.term}")
        for term in terms:
            length = days_of(term)
            used = self.days + self.share * length
            if used > length * ROUNDING:
                steps = ", ".join(self.lines)
                vi = f"các bước cần {used:.1f} ngày làm việc, thời hạn {length:.1f}"
                self.findings.warning(self.key, vi, f"the steps need {used:.1f} working days of {length:.1f}: {steps}")
