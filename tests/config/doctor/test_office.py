"""What doctor says about the office, and how it answers as a whole."""
from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import RoleHeld, User
from cases.models import CalendarDay, Published, TableRow
from config.doctor import office as room
from config.trial import load_province

NOW = dt.datetime(2026, 6, 24, 2, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 6, 24)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 24 June 2026."""
    monkeypatch.setenv("HOSO_TEST", "1")
    monkeypatch.setenv("HOSO_CLOCK", NOW.isoformat())


@pytest.mark.django_db
class TestOfAnOffice:
    def test_a_year_without_decision_is_told_ninety_days_ahead(self):
        assert room.calendar(DAY).level == "ok"
        assert room.calendar(dt.date(2026, 11, 1)).details == ("2027",)
        source = {"source_document": "Văn bản 1/VPCP", "decided_on": dt.date(2026, 10, 20)}
        CalendarDay.objects.create(date=dt.date(2027, 2, 8), kind="off", **source)
        assert room.calendar(dt.date(2026, 11, 1)).level == "ok"

    def test_an_office_without_procedures_is_told_how_to_publish(self):
        found = room.published([], [])
        assert found.level == "fault"
        assert "procedures publish" in found.vi
        assert any(name.startswith("ngo_aid") for name in found.details)

    def test_a_publication_that_this_version_cannot_read_is_a_fault(self):
        Published.objects.create(procedure="permit", folder="v1", version="a", hash="e" * 64, body=b"{}",
                                 effective_from=DAY, published_at=NOW)  # fmt: skip
        found = room.published(*room.in_force(DAY))
        assert (found.level, found.details) == ("fault", ("permit",))

    def test_unconfirmed_rows_are_counted_by_table(self):
        first = {"valid_from": DAY, "src": "dự kiến", "changed_at": NOW}
        TableRow.objects.create(table="fees", key="a", **first)
        TableRow.objects.create(table="fees", key="b", confirmed=True, **first)
        TableRow.objects.create(table="fees", key="c", valid_to=DAY - dt.timedelta(days=1), **first)
        assert room.confirmed([], DAY).details == ("fees: 1 dòng / rows",)

    def test_an_office_needs_an_administrator_and_better_two(self):
        assert room.administered(DAY).level == "fault"
        load_province(now=NOW)
        assert room.administered(DAY).level == "warning"
        held = RoleHeld.objects.get(role="administrator")
        RoleHeld.objects.create(user=User.objects.get(email="an@lamgiang.example"), role="administrator",
                                unit=held.unit, valid_from=held.valid_from)  # fmt: skip
        assert room.administered(DAY).level == "ok"

    def test_the_trial_is_no_real_office(self):
        load_province(now=NOW)
        found = room.real(DAY)
        assert "HOSO_ENV ≠ production" in found.details
        assert "office: site.url ≠ https://" in found.details
        assert any("@lamgiang.example" in detail for detail in found.details)

    def test_an_office_with_its_own_people_and_address_is_real(self, settings: Any):
        load_province(now=NOW, site="https://hoso.tinh.gov.vn")
        User.objects.update(is_active=False)
        settings.PRODUCTION = True
        assert room.real(DAY).level == "ok"


def test_fees_that_no_account_takes_are_told(in_province):
    asked, day = room.in_force(DAY)[0], DAY
    assert room.payable(asked, day).level == "ok"
    TableRow.objects.filter(table="office", key="bank").delete()
    found = room.payable(asked, day)
    assert (found.level, found.details) == ("warning", ("diplomatic_passport: Thông báo nộp lệ phí",))


def test_the_trial_is_well_and_says_which_values_nobody_confirmed(trial, clock, answered):
    said = answered("doctor")
    levels = {check["code"]: check["level"] for check in said["checks"]}
    assert said["ok"]
    assert {code for code, level in levels.items() if level != "ok"} == {"delivery", "unconfirmed", "administrators"}
    (unconfirmed,) = (check for check in said["checks"] if check["code"] == "unconfirmed")
    assert any(detail.startswith("ngo_aid: config.") for detail in unconfirmed["details"])
    assert "trip_limits: lead_time" in unconfirmed["details"], "rows that decide are named one by one"


def test_what_must_be_settled_before_opening_is_a_fault_then(trial, clock, answered):
    said = answered("doctor", "--golive", code=3)
    faults = {check["code"] for check in said["checks"] if check["level"] == "fault"}
    assert {"unconfirmed", "delivery", "real_office"} <= faults


def test_a_role_that_nobody_holds_any_more_is_told(trial, clock, answered):
    RoleHeld.objects.filter(role="specialist").update(valid_to=DAY - dt.timedelta(days=1))
    (staffing,) = (check for check in answered("doctor")["checks"] if check["code"] == "staffing")
    assert staffing["level"] == "warning"
    assert any("specialist" in detail for detail in staffing["details"])


def test_every_file_can_be_asked_for(trial, clock, answered):
    (store,) = (check for check in answered("doctor", "--all-files")["checks"] if check["code"] == "store")
    assert store["level"] == "ok"


def test_people_read_marks_and_both_languages(trial, clock, capsys):
    call_command("doctor")
    said = capsys.readouterr().out
    assert "✓ Lịch sử không sửa, không xóa được / Events cannot be changed or removed" in said
