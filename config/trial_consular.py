"""The consular desk of the trial province: signers, blank stamps, and cases that wait, are in work, are finished.

They are written as scenarios (demo/consular/scenarios.yaml) and walk through the services as the people whom they name.
"""
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from accounts.clock import LOCAL, local_day
from cases.models import Case
from cases.services import open_row
from config.trial import FOLDER
from config.trial_cases import REFUSED, Sample, moved, opened_as, person, written_on
from workflows.errors import DefinitionError
from workflows.scenarios import Action, Scenario, Standing, read_scenarios

PROCEDURE = "consular_legalization"
BEGUN = dt.timedelta(hours=2)
NEW_FILE = re.compile(r"@file (\w+)")


class Row(Sample):
    """A row of a ledger on its way: it may carry files, and steps of the system have a moment of their own."""

    def dated(self, values: Any) -> Any:
        if isinstance(values, dict):
            return {name: self.dated(value) for name, value in values.items()}
        if isinstance(values, str) and (named := NEW_FILE.fullmatch(values)):
            return self.attach(f"ask:{named.group(1)}", person(self.golden.given.by))
        return super().dated(values)


def load_consular(*, now: dt.datetime) -> list[str]:
    """Put a consular desk into a province that has none; return why something stands still, where it does."""
    if Case.objects.filter(procedure=PROCEDURE).exists():
        return []
    try:
        samples = read_scenarios(FOLDER / "consular").scenarios
    except DefinitionError as wrong:
        return [str(wrong)]
    rows = [_stood(samples[0], one, more, now) for one in samples[0].given.standing for more in one.each]
    said = [*rows, *(_filed(sample, now - BEGUN) for sample in samples)]
    return [f"{PROCEDURE}: {refused}" for refused in said if refused]


def _stood(path: Scenario, standing: Standing, more: dict[str, Any], now: dt.datetime) -> str:
    """Open one row and take its steps, as many days ago as it lies before the day of the scenarios."""
    ago = written_on(path) - dt.date.fromisoformat(standing.at[:10])
    begun = now - ago
    given = path.given.model_copy(update={"at": standing.at, "by": standing.by})
    values = moved({**standing.dossier, **more}, dt.date.fromisoformat(standing.at[:10]), local_day(begun))
    try:
        opened = open_row(ledger=standing.ledger, actor=person(standing.by), now=begun, values=values)
        row = Row(path.model_copy(update={"given": given}), begun, opened.case)
        _walk(row, standing.steps)
    except REFUSED as refused:
        return str(refused)
    return ""


def _filed(path: Scenario, now: dt.datetime) -> str:
    try:
        _walk(opened_as(PROCEDURE, path, path.given.by, {}, now), path.steps)
    except REFUSED as refused:
        return f"{path.name}: {refused}"
    return ""


def _walk(sample: Sample, steps: Iterable[Action]) -> None:
    for action in steps:
        if action.at:
            sample.now += _from(sample.golden.given.at, action.at)
        sample.do(action)


def _from(begun: str, at: str) -> dt.timedelta:
    """Return how long after its beginning a step is written down."""
    first, then = (dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL) for text in (begun, at))
    return then - first
