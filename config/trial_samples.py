"""Everything on the way in the trial province: grants, trips, passports, the consular desk, the ledger of passports."""

from __future__ import annotations

import datetime as dt

from config.trial_cases import load_cases
from config.trial_consular import load_consular
from config.trial_passport import load_passports
from config.trial_rows import load_rows
from config.trial_trips import load_trips

# The request for a passport before the trips: the worker opens one that hangs on a trip as soon as that is decided.
LOADS = (load_cases, load_passports, load_trips, load_rows, load_consular)


def load_samples(*, now: dt.datetime) -> list[str]:
    """Put the samples into a province that has none; return why one stands still, where one does."""
    return [stopped for load in LOADS for stopped in load(now=now)]
