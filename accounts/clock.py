"""The only place that reads the clock; everything above is given `now`."""
from __future__ import annotations

import datetime as dt
import os
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> dt.datetime:
    """Return the present moment in UTC; HOSO_CLOCK=<ISO> is honoured only with HOSO_TEST=1."""
    fixed = os.environ.get("HOSO_CLOCK")
    if fixed and os.environ.get("HOSO_TEST") == "1":
        return dt.datetime.fromisoformat(fixed).astimezone(dt.UTC)
    return dt.datetime.now(dt.UTC)


def local_day(moment: dt.datetime) -> dt.date:
    """Return the legal day of a moment: the local date in Viet Nam."""
    return moment.astimezone(LOCAL).date()
