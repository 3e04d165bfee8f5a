"""Whether a step is there to be taken by somebody: what opens work, before anybody has filled anything in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from workflows.definition import Machine, Procedure, Step
from workflows.errors import CannotBeJudged
from workflows.expressions import Expression, compiled
from workflows.guards import reads_filled
from workflows.lookups import Lookups

WHO = frozenset({"actor", "acting_for"})  # whose turn it is, is not who has acted before


@lru_cache(maxsize=4096)
def autos(machine: Machine, state: str) -> tuple[Step, ...]:
    """Return the automatic steps that may fire from this state, in the order of the definition."""
    return tuple(s for s in machine.transitions if s.when == "auto" and state in s.sources)


def comes(procedure: Procedure, step: Step, facts: Mapping[str, Any], lookups: Lookups, *, of_part: bool) -> bool:
    """Whether a step out of the present state of something open is there to be taken: by its own rules, but for what
    is filled in at it.

    What people bring about by doing it (built-ins: a checklist, a draft, another signer) keeps nobody from being asked,
    nor does a rule about who takes it: the step before was somebody else's.
    """
    if not of_part and (step.of == "ledger") != bool(facts["case"].get("book")):
        return False
    if step.allowed_when is not None and not _says(compiled(step.allowed_when), facts, lookups, unknown=False):
        return False
    return all(_says(rule, facts, lookups, unknown=True) for rule in _known_rules(procedure, step))


@lru_cache(maxsize=4096)
def _known_rules(procedure: Procedure, step: Step) -> tuple[Expression, ...]:
    """Return the rules in CEL of a step that read nothing of what is filled in at it, and not who takes it."""
    rules = (rule for rule in step.require if rule.cel is not None and not reads_filled(rule, procedure, step))
    found = (compiled(rule.cel or "") for rule in rules)
    return tuple(rule for rule in found if rule.roots.isdisjoint(WHO))


def _says(rule: Expression, facts: Mapping[str, Any], lookups: Lookups, *, unknown: bool) -> bool:
    """Return what a rule says, `unknown` when it cannot be judged."""
    try:
        return rule.judge(facts, lookups)
    except CannotBeJudged:
        return unknown
