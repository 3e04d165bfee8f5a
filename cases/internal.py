"""Internal matters (`standalone`): nobody files them; whoever takes their first step opens and writes them."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.definition import Field, Procedure

SYSTEM = "system"


def opening_roles(definition: Procedure) -> frozenset[str]:
    """Return the roles that open such a matter; none for a procedure that people file, or a ledger."""
    if definition.kind != "standalone":
        return frozenset()
    initial = definition.machine.initial.code
    first = (step for step in definition.machine.transitions if initial in step.sources)
    return frozenset(role for step in first for role in step.by) - {SYSTEM}


def opens(definition: Procedure, roles: Iterable[str]) -> bool:
    """Whether one of the roles opens such a matter."""
    return bool(opening_roles(definition) & set(roles))


def first_fields(definition: Procedure) -> list[Field]:
    """Return what whoever opens a matter or a row writes: fields that no step sets and nothing computes."""
    set_later = {name for step in definition.machine.transitions for name in step.set}
    fields = (f for f in definition.fields if f.computed is None and f.required_from is None)
    return [f for f in fields if f.name not in set_later and f.base != "file"]
