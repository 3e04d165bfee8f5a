"""Whether a step is there to be taken by somebody: what opens work, before anybody has filled anything in."""

from __future__ import annotations

from workflows.engine import Attempt, state_reasons
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled
from workflows.guards import reads_filled


def comes(attempt: Attempt) -> bool:
    """Whether the step is there to be taken: by its state and its own rules, but for what is filled in at it.

    What people bring about by doing it (built-ins: a checklist, a draft, another signer) keeps nobody from being asked.
    """
    if next(state_reasons(attempt), None) is not None:
        return False
    rules = (rule for rule in attempt.step.require if rule.cel is not None)
    known = (rule.cel for rule in rules if not reads_filled(rule, attempt.procedure, attempt.step))
    return not any(_fails(attempt, text) for text in known)


def _fails(attempt: Attempt, text: str | None) -> bool:
    """Whether a rule says no: one that cannot be judged says nothing."""
    try:
        return not compiled(text or "true").judge(attempt.facts, attempt.lookups)
    except CannotBeJudged:
        return False
