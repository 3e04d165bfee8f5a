"""Internal matters (`standalone`): nobody files them; whoever takes their first step opens and writes them."""

from __future__ import annotations

from collections.abc import Iterable

from cases.procedures import current, definition_by
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


def matters_closed_to(roles: Iterable[str]) -> list[str]:
    """Return the internal matters with which none of these roles has to do (one statement)."""
    rows = current().order_by("effective_from", "pk").values_list("procedure", "hash")
    found = {code: definition_by(body_hash) for code, body_hash in rows}
    held = set(roles)
    return [code for code, d in found.items() if d.kind == "standalone" and not held & concerned(d)]


def concerned(definition: Procedure) -> frozenset[str]:
    """Return the roles that take a step of a matter, are told of one, or are named as readers of a field."""
    machines = (definition.machine, *(part.machine for part in definition.parts))
    steps = [step for machine in machines for step in (*machine.transitions, *machine.acts)]
    acting = {role for step in steps for role in (*step.by, step.recorded_by, step.cosign) if role is not None}
    told = {role for step in steps for notice in step.notify for role in notice.to}
    return frozenset(acting | told | {role for field in definition.fields for role in field.visible_to})


def first_fields(definition: Procedure) -> list[Field]:
    """Return what whoever opens a matter or a row writes: fields that no step sets and nothing computes."""
    set_later = {name for step in definition.machine.transitions for name in step.set}
    fields = (f for f in definition.fields if f.computed is None and f.required_from is None)
    return [f for f in fields if f.name not in set_later and f.base != "file"]
