"""Who works on the rows of a ledger: the people of the agency that keeps a row, who oversees every agency, whose it is.

A row is the agency's, not the office's: another agency's custodian does not know that it exists (404).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Protocol

from django.db.models import Q

from accounts.models import OrgUnit, User
from cases.models import Case
from cases.procedures import current, definition_by, definition_of
from workflows.definition import LedgerRow, Machine, Procedure

INNER = frozenset({"division", "office", "one_stop"})  # kinds of units that are a part of their agency
SYSTEM = "system"
IN_LEDGER = "ledger:"  # before the agency's code in a task: it stands in the ledger, not in the queue of cases


class Held(Protocol):
    """A role held somewhere (cases.access.Holding)."""

    @property
    def role(self) -> str: ...
    @property
    def unit_code(self) -> str: ...


def ledgers() -> dict[str, Procedure]:
    """Return the published ledgers by code, each as its last publication says (one statement)."""
    rows = current().order_by("effective_from", "pk").values_list("procedure", "hash")
    found = {code: definition_by(body_hash) for code, body_hash in rows}
    return {code: definition for code, definition in found.items() if definition.kind == "ledger"}


def row_spec(definition: Procedure) -> LedgerRow:
    """Return what the definition of a ledger says of its rows."""
    if definition.row is None:
        raise ValueError(f"{definition.procedure} is no ledger")
    return definition.row


def agencies() -> dict[str, str]:
    """Return code of unit -> code of the agency that it is, or is a part of (one statement)."""
    rows = OrgUnit.objects.order_by("valid_from").values_list("code", "kind", "parent__code")
    above = {code: parent if kind in INNER and parent else "" for code, kind, parent in rows}
    return {code: _top(code, above) for code in above}


def _top(code: str, above: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while above.get(code) and code not in seen:
        seen.add(code)
        code = above[code]
    return code


def counts_on_row(held: Held, case: Case, agency_of: Mapping[str, str] | None = None) -> bool:
    """Whether a role held somewhere counts on this row or ledger: in its agency, or as one that oversees all."""
    definition = definition_of(case.definition_id)
    if held.role in row_spec(definition).read_by:
        return True
    if held.role not in acting_roles(definition) or case.unit is None:
        return False
    places = agencies() if agency_of is None else agency_of
    return places.get(held.unit_code) == places.get(case.unit.code)


def roles_on_row(held: Iterable[Held], case: Case, user: User) -> frozenset[str]:
    """Return the roles that a person has on a row; the holder has the role that the ledger names for it."""
    places = agencies()
    roles = {h.role for h in held if counts_on_row(h, case, places)}
    spec = row_spec(definition_of(case.definition_id))
    if is_holder(case, user) and spec.holder_role is not None:
        roles.add(spec.holder_role)
    return frozenset(roles)


def is_holder(case: Case, user: User | None) -> bool:
    """Whether the row is about this person."""
    return user is not None and case.holder_id is not None and case.holder_id == user.pk


def only_holds(case: Case, roles: Iterable[str]) -> bool:
    """Whether somebody looks at a row as its holder alone, and as nobody of the office."""
    return case.in_ledger and set(roles) <= {row_spec(definition_of(case.definition_id)).holder_role}


def acting_roles(definition: Procedure) -> frozenset[str]:
    """Return the roles that do something in a ledger, or open its rows."""
    return _stepping(definition.machine) | set(row_spec(definition).opened_by)


@lru_cache(maxsize=128)
def _stepping(machine: Machine) -> frozenset[str]:
    steps = (*machine.transitions, *machine.acts)
    found = {role for s in steps for role in (*s.by, s.recorded_by, s.cosign) if role is not None}
    return frozenset(found - {SYSTEM})


def rows_in_scope(held: Iterable[Held]) -> Q:
    """The rows and ledgers that roles open (two statements)."""
    mine, found = tuple(held), Q(pk__in=[])
    if not mine:
        return found
    places = agencies()
    for code, definition in ledgers().items():
        found |= _scope(code, definition, mine, places)
    return found


def _scope(code: str, definition: Procedure, held: Iterable[Held], places: Mapping[str, str]) -> Q:
    oversees, acts = set(row_spec(definition).read_by), acting_roles(definition)
    if any(h.role in oversees for h in held):
        return Q(procedure=code)
    agencies_held = {places.get(h.unit_code) for h in held if h.role in acts}
    units = [unit for unit, agency in places.items() if agency in agencies_held]
    return Q(procedure=code, unit__code__in=units) if units else Q(pk__in=[])
