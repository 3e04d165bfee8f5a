"""Accounts of people: open, renew, disable; profile and language."""
from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts.clock import local_day
from accounts.errors import refuse_if
from accounts.models import User
from accounts.phones import clean_phone, phone_fault
from accounts.services.checks import administrators_only, clean_text, last_administrator, record, required
from workflows.errors import Reason

FIRST_PASSWORD_DAYS = 7
# Without 0 O 1 l I: an administrator may have to read it out over the telephone.
READABLE = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """An opened account and its first password, which nobody can read again later."""

    user: User
    first_password: str


def first_password() -> str:
    """Return a random password of four groups (93 bits)."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(4))


def email_fault(email: str) -> Reason | None:
    try:
        validate_email(email)
    except ValidationError:
        return Reason("email_invalid", "Địa chỉ thư điện tử không hợp lệ.", "The e-mail address is not valid.", "email")
    if User.objects.filter(email__iexact=email).exists():
        vi = "Địa chỉ này đã có tài khoản; hãy mở trang của người đó để giao vai trò."
        return Reason("email_taken", vi, "There is an account with this address; grant it a role instead.", "email")
    return None


@transaction.atomic
def create_officer(
    *,
    email: str,
    full_name: str,
    title: str = "",
    phone: str = "",
    password_hash: str = "",
    actor: User | None,
    now: dt.datetime,
) -> NewOfficer:
    """Open an officer's account with a first password to be changed at first login. Raises PeopleRefused.

    `password_hash`: the trial province gives its people one known password; then there is no first password.
    """
    administrators_only(actor, now)
    email, name = email.strip().lower(), clean_text(full_name)
    refuse_if([email_fault(email), required("full_name", name), phone_fault(phone)])
    user = User(email=email, full_name=name, title=clean_text(title), phone=clean_phone(phone), is_officer=True)
    password = "" if password_hash else set_first_password(user, now)
    if password_hash:
        user.password = password_hash
        user.save()
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    record(who=actor, what="officer_created", whom=user, now=now)
    return NewOfficer(user, password)


def set_first_password(user: User, now: dt.datetime) -> str:
    """Save the account with a random password that works a week and must be changed at the first login."""
    password = first_password()
    user.set_password(password)
    user.must_change_password = True
    user.first_password_until = now + dt.timedelta(days=FIRST_PASSWORD_DAYS)
    user.save()
    return password


@transaction.atomic
def renew_first_password(*, user: User, actor: User | None, now: dt.datetime) -> str:
    """Give a new first password (the old one is lost or lapsed); ends every session of the person."""
    administrators_only(actor, now)
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse_if([account_closed(user)])
    password = set_first_password(user, now)
    end_sessions(user)
    record(who=actor, what="first_password_renewed", whom=user, now=now)
    return password


def account_closed(user: User) -> Reason | None:
    if user.is_active:
        return None
    return Reason("account_closed", "Tài khoản đang bị khóa.", "The account is disabled.")


@transaction.atomic
def disable_user(*, user: User, actor: User | None, now: dt.datetime) -> User:
    """Close an account at once: its sessions end, its password no longer works. Raises PeopleRefused."""
    administrators_only(actor, now)
    user = User.objects.select_for_update().get(pk=user.pk)
    refuse_if([own_account(user, actor), account_closed(user), last_administrator(user, local_day(now))])
    user.is_active = False
    user.set_unusable_password()  # a kept copy of a session cookie can never match again
    user.save()
    end_sessions(user)
    record(who=actor, what="user_disabled", whom=user, now=now)
    return user


def own_account(user: User, actor: User | None) -> Reason | None:
    if user != actor:
        return None
    return Reason("own_account", "Không thể khóa tài khoản của chính mình.", "You cannot disable your own account.")


@transaction.atomic
def enable_user(*, user: User, actor: User | None, now: dt.datetime) -> str:
    """Open a disabled account again; returns its new first password."""
    administrators_only(actor, now)
    user = User.objects.select_for_update().get(pk=user.pk)
    user.is_active = True
    password = set_first_password(user, now)
    record(who=actor, what="user_enabled", whom=user, now=now)
    return password


def end_sessions(user: User) -> None:
    """End every session of the person, on every device."""
    for session in UserSession.objects.filter(user=user):
        session.end()


@transaction.atomic
def change_profile(
    *, user: User, full_name: str, phone: str, language: str, mail_consent: bool, now: dt.datetime
) -> User:
    """Change one's own particulars; the event names the fields, never their values. Raises PeopleRefused."""
    name = clean_text(full_name)
    refuse_if([required("full_name", name), phone_fault(phone)])
    wanted: dict[str, object] = {"full_name": name, "phone": clean_phone(phone), "language": language}
    if mail_consent != user.mail_consent:
        wanted["mail_consent_at"] = now if mail_consent else None
    changed = sorted(field for field, value in wanted.items() if getattr(user, field) != value)
    if changed:
        for field in changed:
            setattr(user, field, wanted[field])
        user.save(update_fields=changed)
        record(who=user, what="profile_changed", whom=user, now=now, fields=changed)
    return user


def choose_language(*, user: User, language: str) -> User:
    """Keep the language of the pages and mails in the person's profile."""
    user.language = language
    user.save(update_fields=["language"])
    return user


@transaction.atomic
def own_password_set(*, user: User, now: dt.datetime) -> User:
    """Note that the person chose a password: the first one is history."""
    user.must_change_password = False
    user.first_password_until = None
    user.save(update_fields=["must_change_password", "first_password_until"])
    record(who=user, what="password_changed", whom=user, now=now)
    return user
