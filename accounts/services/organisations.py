"""Applicants' organisations and their members."""
from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.clock import local_day
from accounts.errors import NotForYou, refuse_if
from accounts.models import Invitation, Membership, Organisation, User
from accounts.roles import holds_role
from accounts.services.checks import (
    ADMINISTRATOR,
    already_ended,
    back_dated,
    clean_text,
    last_manager,
    period_fault,
    record,
    required,
)
from workflows.errors import Reason

INVITATION_DAYS = 7


@transaction.atomic
def register_organisation(
    *, name: str, tax_code: str = "", address: str = "", name_en: str = "", manager: User, now: dt.datetime,
    actor: User | None = None,
) -> Organisation:
    """Register an organisation whose first member manages the others. Raises PeopleRefused.

    `actor`: the administrator who registers it for them; None: the manager does it.
    """
    name, day = clean_text(name), local_day(now)
    refuse_if([required("name", name), tax_code_fault(tax_code)])
    organisation = Organisation.objects.create(
        code=f"TC-{secrets.token_hex(4).upper()}", name=name, name_en=clean_text(name_en), tax_code=tax_code.strip(),
        address=clean_text(address), valid_from=day,
    )
    Membership.objects.create(organisation=organisation, user=manager, manager=True, valid_from=day)
    who = actor if actor is not None else manager
    record(who=who, what="organisation_registered", whom=manager, now=now, organisation=organisation.code)
    return organisation


def tax_code_fault(text: str) -> Reason | None:
    digits = text.strip().replace("-", "", 1)
    if not digits or (digits.isdecimal() and len(digits) in {10, 12, 13}):
        return None
    vi = "Mã số thuế hoặc mã số tổ chức gồm 10, 12 hoặc 13 chữ số."
    return Reason("tax_code_invalid", vi, "The tax or organisation code has 10, 12 or 13 digits.", "tax_code")


def managers_only(organisation: Organisation, actor: User | None, now: dt.datetime) -> None:
    """Raise NotForYou unless the actor manages the organisation today or administers; None is the system."""
    if actor is None or holds_role(actor, ADMINISTRATOR, local_day(now)):
        return
    mine = organisation.memberships.in_force(local_day(now)).filter(user=actor, manager=True)
    if not (actor.is_active and mine.exists()):
        raise NotForYou


@transaction.atomic
def add_member(
    *,
    organisation: Organisation,
    user: User,
    valid_from: dt.date,
    manager: bool = False,
    actor: User | None,
    now: dt.datetime,
) -> Membership:
    """Add a person who has an account to an organisation. Raises PeopleRefused."""
    managers_only(organisation, actor, now)
    return join(organisation, user, valid_from, manager=manager, actor=actor, now=now)


def join(
    organisation: Organisation, user: User, day: dt.date, *, manager: bool, actor: User | None, now: dt.datetime
) -> Membership:
    """Make the membership that a manager or an invitation allows."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    refuse_if([organisation_closed(organisation, day), member_already(organisation, user, day)])
    member = Membership.objects.create(organisation=organisation, user=user, manager=manager, valid_from=day)
    details = {"organisation": organisation.code, "membership": member.pk, "manager": manager, "valid_from": day}
    record(who=actor, what="member_added", whom=user, now=now, **details)
    return member


def organisation_closed(organisation: Organisation, day: dt.date) -> Reason | None:
    if Organisation.objects.in_force(day).filter(pk=organisation.pk).exists():
        return None
    return Reason("organisation_closed", "Tổ chức không còn hoạt động.", "The organisation is closed.")


def member_already(organisation: Organisation, user: User, day: dt.date) -> Reason | None:
    if not organisation.memberships.overlapping(day, None).filter(user=user).exists():
        return None
    return Reason("member_already", "Người này đã là thành viên.", "This person is a member already.", "email")


@transaction.atomic
def end_member(*, membership: Membership, last_day: dt.date, actor: User | None, now: dt.datetime) -> Membership:
    """End a membership; the organisation's cases stay with its other members. Raises PeopleRefused."""
    organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    managers_only(organisation, actor, now)
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    faults = [already_ended(membership.valid_to, now), back_dated(last_day, now, "last_day")]
    refuse_if([*faults, period_fault(membership.valid_from, last_day, "last_day")])
    if membership.manager:
        refuse_if([last_manager(organisation, membership.user, last_day)])
    membership.valid_to = last_day
    membership.save(update_fields=["valid_to"])
    details = {"organisation": organisation.code, "membership": membership.pk, "valid_to": last_day}
    record(who=actor, what="member_ended", whom=membership.user, now=now, **details)
    return membership


def fingerprint(token: str) -> str:
    """Return what is stored of an invitation's token."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite_member(
    *, organisation: Organisation, email: str, manager: bool = False, actor: User, now: dt.datetime
) -> tuple[Invitation, str]:
    """Invite a person by e-mail; returns the invitation and its token, which only the mail may hold.

    The answer is the same whether or not the address has an account. An earlier invitation loses its force.
    """
    managers_only(organisation, actor, now)
    email, token = email.strip().lower(), secrets.token_urlsafe(32)
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    refuse_if([organisation_closed(organisation, local_day(now))])
    organisation.invitations.filter(email=email, accepted_at=None, replaced_at=None).update(replaced_at=now)
    expires = now + dt.timedelta(days=INVITATION_DAYS)
    invitation = Invitation.objects.create(
        organisation=organisation, email=email, manager=manager, token_sha256=fingerprint(token), invited_by=actor,
        invited_at=now, expires_at=expires,
    )
    details = {"organisation": organisation.code, "invitation": invitation.pk, "manager": manager}
    record(who=actor, what="member_invited", whom=None, now=now, **details)
    return invitation, token


@transaction.atomic
def take_back_invitation(*, invitation: Invitation, actor: User, now: dt.datetime) -> Invitation:
    """Take an invitation back that was not accepted yet."""
    managers_only(invitation.organisation, actor, now)
    if Invitation.objects.waiting(now).filter(pk=invitation.pk).update(replaced_at=now):
        record(who=actor, what="invitation_taken_back", whom=None, now=now, invitation=invitation.pk)
    return invitation


def invitation_for(token: str, user: User, now: dt.datetime) -> Invitation:
    """Return the waiting invitation of this person's checked address. Raises NotForYou."""
    waiting = Invitation.objects.waiting(now).select_related("organisation")
    found = waiting.filter(token_sha256=fingerprint(token)).first()
    own = found and EmailAddress.objects.filter(user=user, email__iexact=found.email, verified=True).exists()
    if found is None or not own:
        raise NotForYou
    return found


@transaction.atomic
def accept_invitation(*, token: str, user: User, now: dt.datetime) -> Membership:
    """Join the organisation; the link works once. Raises NotForYou, PeopleRefused."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation_for(token, user, now).pk)
    invitation_for(token, user, now)  # nobody was faster
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    day = local_day(now)
    return join(invitation.organisation, user, day, manager=invitation.manager, actor=invitation.invited_by, now=now)
