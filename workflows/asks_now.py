"""What a step asks as things stand: number and day only of papers that may be issued."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.asks import asks_of, names_asked_for
from workflows.definition import Field, Procedure, Step
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled
from workflows.lookups import Lookups


def asks_now(
    procedure: Procedure, step: Step, facts: Mapping[str, Any], lookups: Lookups, *, recorded: bool = False
) -> tuple[Field, ...]:
    """Return the fields asked at this step as things stand: number and day only of papers that may be issued."""
    out = [code for code in step.papers.issue if not _may_apply(procedure, step, code, facts, lookups)]
    needless = {name for code in out for name in names_asked_for(procedure, code)} - {f.name for f in step.ask}
    return tuple(f for f in asks_of(procedure, step, recorded=recorded) if f.name not in needless)


def _may_apply(procedure: Procedure, step: Step, code: str, facts: Mapping[str, Any], lookups: Lookups) -> bool:
    """Whether a paper may apply: what hangs on things filled in at this step is not known before."""
    condition = procedure.paper(code).applies
    if condition is None:
        return True
    due = {("dossier", f.name) for f in procedure.fields if f.required_from == step.name}
    expression = compiled(condition)
    if "ask" in expression.roots or any(path[:2] in due for path in expression.paths):
        return True
    try:
        return expression.judge(facts, lookups)
    except CannotBeJudged:
        return True
