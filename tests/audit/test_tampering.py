"""Whatever an intruder does to the record is found, with the right exit code; an untouched record raises no alarm."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import connection

from audit.bundle import Wanted, export
from audit.record import verify
from audit.verify import Report, verify_bundle
from cases.models import Case, EventValues
from cases.protection import lift
from tests.audit.forging import rewrite
from tests.audit.intruder import CRIMES

NOW = dt.datetime(2026, 3, 20, 2, 0, tzinfo=dt.UTC)
EVERYTHING = Wanted(frozenset({"auditor"}), values=True, documents=True)


def live() -> Report:
    return verify(Case.objects.all(), whole=True)


def taken_out(folder: Path) -> Report:
    export(Case.objects.all(), folder / "gói.zip", whole=True, wanted=EVERYTHING, now=NOW)
    return verify_bundle(folder / "gói.zip")


def codes(report: Report) -> set[str]:
    return {fault.code for fault in report.faults}


def test_the_untouched_record_is_in_order(told: Case, tmp_path: Path) -> None:
    for report in (live(), taken_out(tmp_path)):
        assert (report.exit_code, report.faults) == (0, [])
        assert report.cases == 2
        assert report.documents >= 6


@pytest.mark.parametrize("name", CRIMES)
def test_it_is_found_when(told: Case, tmp_path: Path, name: str) -> None:
    found = CRIMES[name]
    lift(connection)
    found.commit(told)
    report = live()
    assert found.fault in codes(report), report.faults
    assert report.exit_code == found.exit_code
    if found.in_bundle:
        assert taken_out(tmp_path).exit_code == found.exit_code


def test_there_are_at_least_25_kinds() -> None:
    assert len(CRIMES) >= 25


def test_other_cases_stay_clear_of_suspicion(told: Case) -> None:
    lift(connection)
    CRIMES["a_hash_is_replaced"].commit(told)
    assert {fault.case for fault in live().faults} == {str(told.pk)}


def test_values_that_were_dropped_leave_the_proof_intact(told: Case) -> None:
    EventValues.objects.all().delete()
    assert live().exit_code == 0


class TestWhatOneBundleCannotShow:
    """A case removed whole, and a history rewritten together with its head: an earlier bundle tells."""

    def test_a_rewritten_history_passes_by_itself_and_fails_against_the_bundle_that_an_kept(
        self, told: Case, tmp_path: Path
    ) -> None:
        export(Case.objects.all(), tmp_path / "cũ.zip", whole=True, wanted=Wanted(), now=NOW)
        lift(connection)
        rewrite(told, {2: {"build": "9.9.9"}})
        export(Case.objects.all(), tmp_path / "mới.zip", whole=True, wanted=Wanted(), now=NOW)
        assert verify_bundle(tmp_path / "mới.zip").exit_code == 0
        report = verify_bundle(tmp_path / "mới.zip", earlier=tmp_path / "cũ.zip")
        assert (report.exit_code, codes(report)) == (10, {"earlier_differs"})

    def test_a_case_that_is_gone_is_missed_by_whoever_knew_it(self, told: Case, tmp_path: Path) -> None:
        export(Case.objects.all(), tmp_path / "cũ.zip", whole=True, wanted=Wanted(), now=NOW)
        rest = Case.objects.exclude(pk=told.pk)
        export(rest, tmp_path / "mới.zip", whole=True, wanted=Wanted(), now=NOW)
        report = verify_bundle(tmp_path / "mới.zip", earlier=tmp_path / "cũ.zip")
        assert (report.exit_code, codes(report)) == (10, {"earlier_missing"})

    def test_history_that_has_only_grown_agrees_with_the_earlier_bundle(self, told: Case, tmp_path: Path) -> None:
        export(Case.objects.filter(pk=told.pk), tmp_path / "cũ.zip", whole=False, wanted=Wanted(), now=NOW)
        report = verify_bundle(tmp_path / "cũ.zip", earlier=tmp_path / "cũ.zip")
        assert report.exit_code == 0
