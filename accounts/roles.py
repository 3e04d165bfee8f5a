"""Who holds which role, and who stands in for whom, on a day."""
from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from accounts.models import Absence, OrgUnit, RoleHeld, User


def roles_of(user: User, day: dt.date) -> list[tuple[str, OrgUnit]]:
    """Return (role, unit as it is called that day) for everything the person holds on the local day."""
    held = RoleHeld.objects.of(user, day).select_related("unit")
    return [(row.role, row.unit_on(day)) for row in held]


def holders(role: str, unit_code: str, day: dt.date) -> QuerySet[User]:
    """Return the people who hold the role in the unit on the day; an empty unit code means in any unit."""
    held = RoleHeld.objects.with_role(role, day)
    if unit_code:
        held = held.filter(unit__code=unit_code)
    return User.objects.filter(pk__in=held.values("user"))


def holds_role(user: User, role: str, day: dt.date) -> bool:
    """Return whether the person holds the role in any unit on the day."""
    return RoleHeld.objects.of(user, day).filter(role=role).exists()


def is_away(user: User, day: dt.date) -> bool:
    """Return whether an absence of the person is recorded for the day."""
    return Absence.objects.away_on(day).filter(user=user).exists()


def substitutes_of(user: User, day: dt.date) -> list[User]:
    """Return who holds the person's tasks on the day; empty when the person is there or nobody was named."""
    rows = Absence.objects.away_on(day).filter(user=user, substitute__is_active=True)
    return [row.substitute for row in rows if row.substitute]


def stands_in_for(user: User, day: dt.date) -> list[User]:
    """Return the absent people whose tasks the person may hold on the day. It gives no right to sign."""
    return [row.user for row in Absence.objects.away_on(day).filter(substitute=user, user__is_active=True)]
