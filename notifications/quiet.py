"""When a mail may go out: between 07:00 and 20:00 of the local day; urgent ones at once (notifications.md §2)."""
from __future__ import annotations

import datetime as dt

from accounts.clock import LOCAL

OPENS, CLOSES = dt.time(7), dt.time(20)


def sendable_from(now: dt.datetime, *, urgent: bool) -> dt.datetime:
    """Return the first moment from now on at which a mail may go out."""
    here = now.astimezone(LOCAL)
    if urgent or OPENS <= here.time() < CLOSES:
        return now
    day = here.date() if here.time() < OPENS else here.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, OPENS, LOCAL).astimezone(dt.UTC)
