"""A month at the consular desk by the dice: whatever people do, stock, fees and originals come out even.

The office is full, then only receives, then has no power. SEED=… gives the same month again.
"""

from __future__ import annotations

import datetime as dt
import os
import random

import pytest

from accounts.clock import LOCAL
from cases.models import Case, Event
from tests.audit.proof import faults_of_history
from tests.cases.consular.month import closing, ways
from tests.cases.consular.month.office import FIRST, Office

SEED = int(os.environ.get("SEED", "20261124"))
RECEIVES_FROM, ENDS_ON = dt.date(2026, 11, 16), dt.date(2026, 11, 26)
LAST = dt.date(2027, 2, 26)
NOVEMBER, DECEMBER, JANUARY, FEBRUARY = (dt.date(y, m, 1) for y, m in ((2026, 11), (2026, 12), (2027, 1), (2027, 2)))


MANY = 300  # so many cases take every way, whatever the dice say


def test_a_week_by_the_dice_comes_out_even(at_consular_desk: str) -> None:
    by_the_dice(7)


@pytest.mark.long
@pytest.mark.timeout(2400)
def test_a_month_by_the_dice_comes_out_even(own_consular_desk: str) -> None:
    """Steps are committed: in one transaction PostgreSQL would drag every former row along."""
    by_the_dice(MANY)


def by_the_dice(cases: int) -> None:
    office = Office(random.Random(SEED))
    try:
        the_month(office, cases)
        comes_out_even(office)
        if cases >= MANY:
            took_every_way(office)
    except Exception as fault:
        fault.add_note(f"SEED={SEED}, {cases} cases, until {office.now}")
        fault.add_note(f"done {office.happened}; refused {office.refused}")
        raise


def took_every_way(office: Office) -> None:
    """Say which way nobody took: a month without it proves nothing of it."""
    steps = set(Event.objects.filter(case__in=office.cases).values_list("name", flat=True))
    assert ways.TAKEN - steps == set()
    modes = Case.objects.filter(pk__in=[case.pk for case in office.cases]).values_list("attributes__mode_at_receipt")
    assert {"full", "receive_only"} <= {mode for (mode,) in modes}
    assert office.turned_away


def the_month(office: Office, cases: int) -> None:
    """Let the cases of November come in, and work on until nothing is owed."""
    office.open(blanks=cases)
    office.power("full", dt.date(2026, 6, 1))
    left, day = cases, FIRST
    while day <= LAST and (left or office.owing()):
        if day == RECEIVES_FROM:
            office.power("receive_only", day)
            closing.blanks_go_back(office)
        if day == ENDS_ON:
            office.power("none", day)
        if day.weekday() < 5:
            newcomers = min(left, -(-cases // 19)) if day < dt.date(2026, 12, 1) else 0
            office.day(day, newcomers)
            left -= newcomers
        day += dt.timedelta(days=1)
    waiting = [f"{case.code} {case.state}" for case in Case.objects.filter(pk__in=office.owing())]
    assert waiting == closing.parts_open() == []


def comes_out_even(office: Office) -> None:
    """Compare what people hold in their hands with what the product says."""
    closing.blanks_go_back(office)
    closing.counted(office, "2026-11")
    closing.settled(office)
    rows = closing.stamps()
    assert {row.state for row in rows} <= {"settled", "returned"}
    used = {row.dossier["stamp_no"] for row in rows if row.dossier.get("used_on")}
    assert used == {serial for serial, _ in office.on_papers}
    assert len(used) == len(office.on_papers)
    assert closing.originals_left() == {}
    office.passes(dt.datetime(2027, 3, 1, 9, 0, tzinfo=LOCAL))
    for month in (NOVEMBER, DECEMBER, JANUARY, FEBRUARY):
        closing.closed_month(office, month, closing.exempt_in(month))
    assert faults_of_history() == []
