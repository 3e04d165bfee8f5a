"""Who may see and do what, field by field. Deny by default; the only place that decides."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import DateField, Q, QuerySet, UUIDField, Value

from accounts.clock import local_day
from accounts.looking import once
from accounts.mandates import mandates_of
from accounts.models import Mandate, Membership, RoleHeld, User
from cases.internal import matters_closed_to
from cases.ledger_access import counts_on_row, only_holds, roles_on_row, rows_in_scope
from cases.models import Attachment, Case, Part, RegistryEntry
from cases.office import lead_agency
from cases.prepared import Asked, Prepared
from cases.procedures import definition_by
from workflows.definition import Field, Procedure

APPLICANTS = frozenset({"applicant", "sending_agency"})
READERS = frozenset({"auditor"})  # read everything, act on nothing
# An outside agency sees the cases on which it is asked; an officer those of the office.
OUTSIDE = frozenset({"consultee", "external_issuer"})
DIVISION, DEPARTMENT = "division", "department"
ASKED = "ask:"  # kinds of files that answer a step; the others are components of the dossier
LOOK = "view_sensitive"  # the act whose roles may see sensitive values
COUNTER = "intake"
PERSON: Any = Asked("person", UUIDField())
DAY: Any = Asked("day", DateField())
MEMBER = "member"
# What a person is on a day: the roles held (a closed unit ends its people's), the organisations belonged to.
STANDING = Prepared(
    lambda: RoleHeld.objects.in_force(DAY)
    .filter(user_id=PERSON)
    .order_by()
    .values_list("role", "unit_id", "unit__code", "unit__kind")
    .union(
        Membership.objects.filter(Q(valid_to=None) | Q(valid_to__gte=DAY), valid_from__lte=DAY, user_id=PERSON)
        .order_by()
        .values_list(Value(MEMBER), "organisation_id", Value(""), Value("")),
        all=True,
    )
)


@dataclass(frozen=True, slots=True)
class Holding:
    """A role held today: where. `away`: in another department than the one whose cases these are."""

    role: str
    unit_id: int
    unit_code: str
    unit_kind: str
    away: bool = False


def held_on(day: dt.date, role: str, unit_id: int, unit_code: str, unit_kind: str) -> Holding:
    """Return a role held on a day. Who keeps a ledger in another department has nothing to do with our cases."""
    away = unit_kind == DEPARTMENT and role not in OUTSIDE and lead_agency(day) not in ("", unit_code)
    return Holding(role, unit_id, unit_code, unit_kind, away)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is on a day."""

    roles: tuple[Holding, ...] = ()
    organisations: frozenset[int] = frozenset()


def standing(person: uuid.UUID | str, day: dt.date) -> Standing:
    """Return the roles that a person holds on the day, and the organisations of which they are a member (one query)."""
    return once(("standing", str(person), day), lambda: _standing(person, day))


def _standing(person: uuid.UUID | str, day: dt.date) -> Standing:
    rows = [held_on(day, *row) for row in STANDING.rows(person=person, day=day)]
    members = frozenset(row.unit_id for row in rows if row.role == MEMBER)
    return Standing(tuple(row for row in rows if row.role != MEMBER), members)


def holdings(user: User | None, now: dt.datetime) -> tuple[Holding, ...]:
    """Return the roles that a person holds on the local day of `now` (one statement)."""
    return standing(user.pk, local_day(now)).roles if user is not None and user.is_active else ()


def is_applicant(case: Case, user: User | None, now: dt.datetime) -> bool:
    """Whether the person filed the case or belongs today to the organisation that it belongs to."""
    if user is None:
        return False
    if case.applicant_id == user.pk or case.organisation_id is None:
        return case.applicant_id == user.pk
    return case.organisation_id in standing(user.pk, local_day(now)).organisations


def roles_on(case: Case, user: User | None, now: dt.datetime, part: Part | None = None) -> frozenset[str]:
    """Return the roles that the person has on this case (and part) now; the system has `system`."""
    if user is None:
        return frozenset({"system"})
    found = standing(user.pk, local_day(now))
    if case.in_ledger:
        return roles_on_row(found.roles if user.is_active else (), case, user)
    roles = frozenset(h.role for h in found.roles if user.is_active and counts(h, case, part, user))
    applies = case.applicant_id == user.pk or case.organisation_id in found.organisations
    return roles | APPLICANTS if applies else roles


def lent_on(case: Case, mandate: Mandate, now: dt.datetime, part: Part | None = None) -> frozenset[str]:
    """Return what a mandate lends on this case: the one role that it names, as the grantor has it here."""
    return roles_on(case, mandate.grantor, now, part) & {mandate.role}


def counts(holding: Holding, case: Case, part: Part | None, user: User) -> bool:
    """Whether a role held somewhere counts on this case: unit, assignment and the agency asked."""
    if case.in_ledger:
        return counts_on_row(holding, case)
    if holding.role == "consultee":
        return part is not None and part.fields.get("agency") == holding.unit_code
    if holding.away:
        return False
    if holding.unit_kind == DIVISION and case.unit_id not in (None, holding.unit_id):
        return False
    if holding.role == "specialist" and case.assignee_id is not None:
        return case.assignee_id == user.pk
    return True


def visible_cases(user: User, now: dt.datetime) -> QuerySet[Case]:
    """Return the cases that a person may open: the own, the organisation's, the office's, those asked about.

    A mandate in force opens what the role that it lends opens, in the procedures that it names.
    """
    seen = _own(user, now) | _in_scope(holdings(user, now), user)
    for mandate in mandates_of(user, local_day(now)):
        held = [h for h in holdings(mandate.grantor, now) if h.role == mandate.role]
        lent = _in_scope(held, user)
        seen |= lent & Q(procedure__in=mandate.procedures) if mandate.procedures else lent
    return Case.objects.filter(seen, kind=Case.Kind.CASE)


def visible_rows(user: User, now: dt.datetime) -> QuerySet[Case]:
    """Return the rows of ledgers, and the ledgers, that a person may open: of the own agency, overseen, or the own."""
    seen = Q(kind=Case.Kind.ROW, holder=user) | rows_in_scope(holdings(user, now))
    for mandate in mandates_of(user, local_day(now)):
        lent = rows_in_scope(h for h in holdings(mandate.grantor, now) if h.role == mandate.role)
        seen |= lent & Q(procedure__in=mandate.procedures) if mandate.procedures else lent
    return Case.objects.filter(seen, kind__in=(Case.Kind.ROW, Case.Kind.BOOK))


def visible_entries(user: User, now: dt.datetime) -> QuerySet[RegistryEntry]:
    """Return the entries of registries that a person may see: those that come from what the person may open."""
    seen = Q(case__in=visible_cases(user, now).values("pk")) | Q(case__in=visible_rows(user, now).values("pk"))
    return RegistryEntry.objects.filter(seen)


def reads_registries(user: User, now: dt.datetime) -> frozenset[str]:
    """Return the roles by which a person looks at registries: those of the office and of who audits it, none else."""
    return frozenset(h.role for h in holdings(user, now)) - OUTSIDE - {"administrator"}


def may_open(case: Case, user: User, now: dt.datetime) -> bool:
    """Whether a person may open this case, or this row of a ledger."""
    seen = visible_rows(user, now) if case.in_ledger else visible_cases(user, now)
    return seen.filter(pk=case.pk).exists()


def _in_scope(held: Iterable[Holding], user: User) -> Q:
    """The cases that roles open: those on which the person's agency is asked, those of the office."""
    found, held = Q(pk__in=[]), tuple(held)
    asked = [h.unit_code for h in held if h.role == "consultee"]
    if asked:
        found |= Q(pk__in=Part.objects.filter(kind="opinion", fields__agency__in=asked).values("case"))
    office = [h for h in held if h.role not in OUTSIDE and h.role != "administrator" and not h.away]
    return found | _office_cases(office, user) if office else found


def own_cases(user: User, now: dt.datetime) -> QuerySet[Case]:
    """Return the cases that a person filed, and those of the organisations that the person belongs to today."""
    return Case.objects.filter(_own(user, now), kind=Case.Kind.CASE)


def _own(user: User, now: dt.datetime) -> Q:
    day = local_day(now)
    members = Membership.objects.filter(user=user, valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gte=day))
    return Q(applicant=user) | Q(organisation__in=members.values("organisation"))


def fills_at_counter(case: Case, user: User | None, roles: Iterable[str]) -> bool:
    """Whether an officer of the counter writes this draft: of somebody without an account, or begun by the officer."""
    return COUNTER in roles and user is not None and (case.applicant_id is None or case.opened_by_id == user.pk)


def _office_cases(held: Iterable[Holding], user: User) -> Q:
    """Officers see filed cases; division roles those of their division, or of nobody yet; drafts are the filer's.

    An internal matter is for the roles that have to do with it.
    """
    held = tuple(held)
    wide = any(h.unit_kind != DIVISION for h in held)
    filed = ~Q(state="draft") | Q(applicant=None) | Q(opened_by=user)
    closed = matters_closed_to(h.role for h in held)
    filed = filed & ~Q(procedure__in=closed) if closed else filed
    if wide:
        return filed
    return filed & (Q(unit=None) | Q(unit__in=[h.unit_id for h in held]))


def sees_part(case: Case, part: Part, user: User, now: dt.datetime) -> bool:
    """Whether a part of a visible case may be opened: agencies see what they are asked, applicants public kinds."""
    held = holdings(user, now)
    if any(h.role not in OUTSIDE and not h.away for h in held):
        return True
    if part.fields.get("agency") in {h.unit_code for h in held}:
        return True
    return is_applicant(case, user, now) and definition_by(case.definition.hash).part(part.kind).public


def may_see_field(field: Field, roles: Iterable[str]) -> bool:
    """Whether one of the roles is named by `visible_to`; a field without it is shown to whoever sees the case."""
    return not field.visible_to or bool(set(field.visible_to) & set(roles))


def seen_value(field: Field, stored: Any, roles: Iterable[str]) -> Any:
    """Return a stored value as one of the roles may see it: a table without the columns that are not theirs."""
    if field.base != "table" or not isinstance(stored, list):
        return stored
    held = frozenset(roles)
    names = {column.name for column in field.columns if may_see_field(column, held)}
    return [{name: cell for name, cell in row.items() if name in names} for row in stored]


def roles_to_look(case: Case, user: User, now: dt.datetime) -> frozenset[str]:
    """Return the roles for reading: those on the case, and on any part of it that asks the person's agency."""
    roles = set(roles_on(case, user, now))
    for mandate in mandates_of(user, local_day(now)):
        if not mandate.procedures or case.procedure in mandate.procedures:
            roles |= lent_on(case, mandate, now)
    agencies = {h.unit_code for h in holdings(user, now) if h.role == "consultee"}
    if agencies and case.parts.filter(kind="opinion", fields__agency__in=agencies).exists():
        roles.add("consultee")
    return frozenset(roles)


def sees_file(case: Case, file: Attachment, user: User, now: dt.datetime) -> bool:
    """Whether one file of a visible case is there for the person."""
    return bool(seen_files(case, [file], user, now))


def seen_files(case: Case, files: Iterable[Attachment], user: User, now: dt.datetime) -> list[Attachment]:
    """Return those files of a visible case that are there for the person.

    Who handles or audits the case sees all; the applicant the components, what came with public parts and what they
    answered with themselves; an agency that is asked the components that are not sensitive, and its own answer.
    """
    roles = roles_to_look(case, user, now)
    if only_holds(case, roles):
        return [file for file in files if file.uploaded_by_id == user.pk]
    if roles - APPLICANTS - OUTSIDE - {"administrator"}:
        return list(files)
    agencies = {h.unit_code for h in holdings(user, now) if h.role in OUTSIDE}
    return [file for file in files if roles and _sees_file(case, file, user, roles, agencies)]


def _sees_file(case: Case, file: Attachment, user: User, roles: frozenset[str], agencies: set[str]) -> bool:
    if file.uploaded_by_id == user.pk:
        return True
    if file.part is not None:
        public = definition_by(case.definition.hash).part(file.part.kind).public
        return public if roles & APPLICANTS else file.part.fields.get("agency") in agencies
    if file.kind.startswith(ASKED):
        return False
    return bool(roles & APPLICANTS) or (bool(roles & OUTSIDE) and not file.sensitive and file.replaced_at is None)


def may_look_closely(definition: Procedure, roles: frozenset[str]) -> bool:
    """Whether one of the roles may see sensitive values and files: each look is recorded, with its purpose."""
    step = definition.machine.step(LOOK)
    return bool(roles & (READERS | APPLICANTS | frozenset(step.by if step is not None else ())))


def knows_of(case: Case, user: User, now: dt.datetime) -> bool:
    """Whether code and status of a case may be told to an officer outside whose scope it lies: never of a draft."""
    held = holdings(user, now)
    return case.state != "draft" and any(h.role not in OUTSIDE | {"administrator"} for h in held)
