"""A passport request of the trial province: confirmed by the employer, paid, appraised, with the leader to sign."""

from __future__ import annotations

import datetime as dt

from cases.models import Case
from config.trial_cases import BEGUN, walked
from workflows.errors import DefinitionError
from workflows.registry import SHIPPED
from workflows.scenarios import read_scenarios

PROCEDURE = "diplomatic_passport"
TO_LEADER = ("request_confirmation", "confirm", "ask_fee", "pay", "assign", "submit_division", "submit_dept")


def load_passports(*, now: dt.datetime) -> list[str]:
    """Put the sample request into a province that has none; return why it stands still, where it does."""
    if Case.objects.filter(procedure=PROCEDURE).exists():
        return []
    try:
        golden = read_scenarios(SHIPPED / PROCEDURE / "v1").scenarios[0]
    except (DefinitionError, IndexError) as wrong:
        return [str(wrong)]
    refused = walked(PROCEDURE, golden, "lan", {}, TO_LEADER, now=now - BEGUN)
    return [f"{PROCEDURE}: {refused}"] if refused else []
