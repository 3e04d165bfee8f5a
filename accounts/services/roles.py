"""Roles, mandates and absences of officers."""
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from django.db import transaction

from accounts.errors import refuse_if
from accounts.models import Absence, Mandate, OrgUnit, RoleHeld, User
from accounts.roles import holds_role
from accounts.services.checks import (
    ADMINISTRATOR,
    AUDITOR,
    administrators_only,
    already_ended,
    back_dated,
    clean_text,
    last_administrator,
    period_fault,
    record,
    required,
    unit_closed,
)
from accounts.services.people import account_closed
from workflows.errors import Reason

ROLE_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
NEVER_GRANTED = frozenset({"applicant", "sending_agency", "system"})  # these follow from the case, not from an office


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: str,
    unit: OrgUnit,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    actor: User | None,
    now: dt.datetime,
) -> RoleHeld:
    """Let a person hold a role in a unit for a period, both days included. Raises PeopleRefused."""
    administrators_only(actor, now)
    user = User.objects.select_for_update().get(pk=user.pk)
    faults = [role_fault(role), period_fault(valid_from, valid_to), unit_closed(unit, valid_from), account_closed(user)]
    refuse_if([*faults, held_already(user, role, unit, valid_from, valid_to)])
    held = RoleHeld.objects.create(user=user, role=role, unit=unit, valid_from=valid_from, valid_to=valid_to)
    User.objects.filter(pk=user.pk).update(is_officer=True)
    details = {"role": role, "unit": unit.code, "valid_from": valid_from, "valid_to": valid_to}
    record(who=actor, what="role_granted", whom=user, now=now, held=held.pk, **details)
    return held


def role_fault(role: str) -> Reason | None:
    if ROLE_CODE.fullmatch(role) and role not in NEVER_GRANTED:
        return None
    return Reason("role_unknown", "Vai trò này không thể giao.", "This role cannot be granted.", "role")


def held_already(
    user: User, role: str, unit: OrgUnit, valid_from: dt.date, valid_to: dt.date | None
) -> Reason | None:
    if valid_to is not None and valid_to < valid_from:
        return None
    same = RoleHeld.objects.overlapping(valid_from, valid_to).filter(user=user, role=role, unit__code=unit.code)
    row = same.first()
    if row is None:
        return None
    until = f"{row.valid_to:%d/%m/%Y}" if row.valid_to else "…"
    vi = f"Đã giữ vai trò này ở đơn vị này từ {row.valid_from:%d/%m/%Y} đến {until}."
    en = f"The role is already held in this unit from {row.valid_from:%d/%m/%Y} to {until}."
    return Reason("role_overlaps", vi, en, "valid_from")


@transaction.atomic
def end_role(*, held: RoleHeld, last_day: dt.date, actor: User | None, now: dt.datetime) -> RoleHeld:
    """End a role; the mandates given under it end with it. Raises PeopleRefused."""
    administrators_only(actor, now)
    held = RoleHeld.objects.select_for_update().get(pk=held.pk)
    faults = [already_ended(held.valid_to, now), back_dated(last_day, now, "last_day")]
    refuse_if([*faults, period_fault(held.valid_from, last_day, "last_day")])
    if held.role == ADMINISTRATOR:
        refuse_if([last_administrator(held.user, last_day)])
    held.valid_to = last_day
    held.save(update_fields=["valid_to"])
    record(who=actor, what="role_ended", whom=held.user, now=now, held=held.pk, role=held.role, valid_to=last_day)
    return held


@transaction.atomic
def give_mandate(
    *,
    grantor: User,
    grantee: User,
    role: str,
    form: str,
    document_no: str,
    document_date: dt.date,
    valid_from: dt.date,
    valid_to: dt.date,
    procedures: Sequence[str] = (),
    acts: Sequence[str] = (),
    actor: User | None,
    now: dt.datetime,
) -> Mandate:
    """Record that `grantee` acts for `grantor` (organisation.md §3). Raises PeopleRefused."""
    administrators_only(actor, now)
    number = clean_text(document_no)
    refuse_if(
        [
            required("document_no", number),
            period_fault(valid_from, valid_to),
            document_too_late(document_date, valid_from),
            not_in_office(grantor, role, valid_from),
            unfit_grantee(grantor, grantee, valid_from),
            given_already(grantor, grantee, role, number, valid_from),
        ]
    )
    scope = {"procedures": sorted(set(procedures)), "acts": sorted(set(acts))}
    term = {"document_date": document_date, "valid_from": valid_from, "valid_to": valid_to}
    mandate = Mandate.objects.create(
        grantor=grantor, grantee=grantee, role=role, form=form, document_no=number, **scope, **term
    )
    details = {"mandate": mandate.pk, "role": role, "form": form, "grantee": str(grantee.pk), **scope, **term}
    record(who=actor, what="mandate_given", whom=grantor, now=now, **details)
    return mandate


def given_already(
    grantor: User, grantee: User, role: str, document_no: str, valid_from: dt.date
) -> Reason | None:
    """One paper gives one person a role from a day once."""
    same = Mandate.objects.filter(grantor=grantor, grantee=grantee, role=role, document_no=document_no)
    if not same.filter(valid_from=valid_from, revoked_on=None).exists():
        return None
    vi, en = "Ủy quyền này đã được ghi nhận.", "This mandate is recorded already."
    return Reason("mandate_exists", vi, en, "document_no")


def document_too_late(document_date: dt.date, valid_from: dt.date) -> Reason | None:
    if document_date <= valid_from:
        return None
    vi = "Văn bản ủy quyền ký sau ngày ủy quyền có hiệu lực."
    en = "The document is dated after the day from which it is to hold."
    return Reason("document_too_late", vi, en, "document_date")


def not_in_office(grantor: User, role: str, day: dt.date) -> Reason | None:
    """Only who holds the office itself gives it on: a mandate is never given under another mandate."""
    if holds_role(grantor, role, day):
        return None
    vi = f"Người ủy quyền không giữ vai trò này ngày {day:%d/%m/%Y}; người được ủy quyền không được ủy quyền lại."
    en = f"The grantor does not hold this role on {day:%d/%m/%Y}; who acts under a mandate cannot give one."
    return Reason("grantor_not_in_office", vi, en, "grantor")


def unfit_grantee(grantor: User, grantee: User, day: dt.date) -> Reason | None:
    if grantor == grantee:
        vi, en = "Không thể ủy quyền cho chính mình.", "Nobody gives a mandate to themselves."
    elif holds_role(grantee, AUDITOR, day):
        vi, en = "Người kiểm tra không thực hiện việc nào.", "An auditor never acts."
    elif not grantee.is_active:
        vi, en = "Tài khoản của người được ủy quyền đang bị khóa.", "The account of the grantee is disabled."
    else:
        return None
    return Reason("unfit_grantee", vi, en, "grantee")


@transaction.atomic
def revoke_mandate(*, mandate: Mandate, from_day: dt.date, actor: User | None, now: dt.datetime) -> Mandate:
    """Revoke a mandate; `from_day` is the first day on which it no longer holds. Raises PeopleRefused."""
    administrators_only(actor, now)
    mandate = Mandate.objects.select_for_update().get(pk=mandate.pk)
    ended = already_ended(mandate.revoked_on or mandate.valid_to, now)
    refuse_if([ended, back_dated(from_day - dt.timedelta(days=1), now, "from_day")])
    mandate.revoked_on = from_day
    mandate.save(update_fields=["revoked_on"])
    record(who=actor, what="mandate_revoked", whom=mandate.grantor, now=now, mandate=mandate.pk, revoked_on=from_day)
    return mandate


@transaction.atomic
def record_absence(
    *,
    user: User,
    substitute: User | None,
    reason: str,
    valid_from: dt.date,
    valid_to: dt.date,
    actor: User | None,
    now: dt.datetime,
) -> Absence:
    """Record that a person is away and who holds the tasks meanwhile; the person or an administrator may.

    Raises PeopleRefused.
    """
    if actor != user:
        administrators_only(actor, now)
    why = clean_text(reason)
    faults = [required("reason", why), period_fault(valid_from, valid_to), already_ended(valid_to, now)]
    twice = away_already(user, valid_from, valid_to)
    refuse_if([*faults, twice, unfit_substitute(user, substitute, valid_from, valid_to)])
    period = {"valid_from": valid_from, "valid_to": valid_to}
    absence = Absence.objects.create(user=user, substitute=substitute, reason=why, **period)
    who_else = str(substitute.pk) if substitute else None
    record(who=actor, what="absence_recorded", whom=user, now=now, absence=absence.pk, substitute=who_else, **period)
    return absence


def away_already(user: User, first: dt.date, last: dt.date) -> Reason | None:
    if last < first or not Absence.objects.overlapping(first, last).filter(user=user).exists():
        return None
    vi, en = "Đã có lần vắng mặt trong thời gian này.", "An absence covers this time already."
    return Reason("absence_overlaps", vi, en, "valid_from")


def unfit_substitute(user: User, substitute: User | None, first: dt.date, last: dt.date) -> Reason | None:
    if substitute is None:
        return None
    if substitute == user:
        vi, en = "Không thể tự thay mình.", "Nobody stands in for themselves."
    elif not substitute.is_active or not RoleHeld.objects.of(substitute, first).exists():
        vi, en = "Người thay không giữ vai trò nào trong thời gian này.", "The substitute holds no role at that time."
    elif last >= first and Absence.objects.overlapping(first, last).filter(user=substitute).exists():
        vi, en = "Người thay cũng vắng mặt trong thời gian này.", "The substitute is away at that time too."
    else:
        return None
    return Reason("unfit_substitute", vi, en, "substitute")


@transaction.atomic
def end_absence(*, absence: Absence, last_day: dt.date, actor: User | None, now: dt.datetime) -> Absence:
    """Note that the person is back earlier. Raises PeopleRefused."""
    if actor != absence.user:
        administrators_only(actor, now)
    absence = Absence.objects.select_for_update().get(pk=absence.pk)
    faults = [already_ended(absence.valid_to, now), back_dated(last_day, now, "last_day")]
    refuse_if([*faults, period_fault(absence.valid_from, last_day, "last_day"), longer(absence, last_day)])
    absence.valid_to = last_day
    absence.save(update_fields=["valid_to"])
    record(who=actor, what="absence_ended", whom=absence.user, now=now, absence=absence.pk, valid_to=last_day)
    return absence


def longer(absence: Absence, last_day: dt.date) -> Reason | None:
    if last_day <= absence.valid_to:
        return None
    vi, en = "Muốn nghỉ thêm, hãy ghi một lần vắng mặt mới.", "To stay away longer, record a new absence."
    return Reason("absence_longer", vi, en, "last_day")
