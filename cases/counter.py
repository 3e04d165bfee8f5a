"""Filing at the counter: an officer of the one-stop unit writes the dossier of a person present, or of a letter."""
from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from accounts.models import User
from accounts.phones import clean_phone, phone_fault
from cases.access import COUNTER, holdings
from cases.models import Case


def at_counter(user: User, now: dt.datetime) -> bool:
    """Whether the person serves at the counter today."""
    return any(held.role == COUNTER for held in holdings(user, now))


def account_of(text: str) -> User | None:
    """Return the open account of an applicant by the whole e-mail address or telephone; None: none or several."""
    people = User.objects.filter(is_active=True, is_officer=False)
    if "@" in text:
        return people.filter(email__iexact=text.strip()).first()
    if phone_fault(text) is not None or not text.strip():
        return None
    found = list(people.filter(phone=clean_phone(text))[:2])
    return found[0] if len(found) == 1 else None


def drafts_of(officer: User) -> QuerySet[Case]:
    """Return the drafts that an officer has begun at the counter, the latest first."""
    cases = Case.objects.filter(kind=Case.Kind.CASE, submitted_at=None, closed=False)
    return cases.filter(opened_by=officer).order_by("-saved_at")
