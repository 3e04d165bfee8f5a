"""Acting for somebody else: which mandate carries an act on a day."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from accounts.models import Mandate, User


def mandate_for(grantee: User, grantor: User, procedure: str, act: str, day: dt.date) -> Mandate | None:
    """Return the mandate under which `grantee` may do `act` (step or paper) for `grantor` on the local day, or None."""
    rows = Mandate.objects.in_force(day).filter(grantee=grantee, grantor=grantor)
    return next((row for row in rows if row.covers(procedure, act)), None)


def mandates_covering(grantee: User, procedure: str, act: str, day: dt.date) -> Iterator[Mandate]:
    """Yield every mandate of the person that carries the act on the day, whoever gave it."""
    return (row for row in mandates_of(grantee, day) if row.covers(procedure, act))


def mandates_between(grantee: User, grantor: User, day: dt.date) -> list[Mandate]:
    """Return every mandate in force that one person holds of another; each says which acts it covers."""
    return [row for row in mandates_of(grantee, day) if row.grantor_id == grantor.pk]


def mandates_of(grantee: User, day: dt.date) -> list[Mandate]:
    """Return every mandate in force that a person holds, whoever gave it."""
    return list(Mandate.objects.in_force(day).filter(grantee=grantee).select_related("grantor"))
