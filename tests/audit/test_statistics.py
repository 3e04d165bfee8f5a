"""Every statistic that the procedures declare, counted by hand against the product; the identity of one-stop §8."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from audit.attempts import Period, attempts_in
from audit.statistics import Figure, balance, quantile, statistics_of
from cases.models import Case, Part, TableRow
from tests.audit.office import AUDITOR, FOLDER, MARCH, Office, at, grant, on
from workflows.registry import load


@pytest.fixture
def office(db: None) -> Office:
    return Office()


TESTED: set[str] = set()


def of(*codes: str) -> Callable[[Any], Any]:
    TESTED.update(codes)
    return lambda test: test


class TestWhatCameAndWent:
    @of("received_in_period", "carried_over")
    def test_both_days_of_the_period_count(self, office: Office) -> None:
        office.case(at(2, 28, 23), on(3, 20))
        office.case(at(3, 1, 0), on(3, 20), dossier={"channel": "buu_chinh"})
        office.case(at(3, 31, 23), on(4, 20))
        office.case(at(4, 1, 0), on(4, 20))
        office.case()  # never received
        assert office.total("received_in_period") == 2
        assert office.total("carried_over") == 1
        rows = dict(office.result("received_in_period").rows)
        assert {key[1]: figure.value for key, figure in rows.items()} == {"Trực tuyến": 1, "Qua bưu chính công ích": 1}

    @of("carried_over")
    def test_what_was_handled_before_is_not_carried_over(self, office: Office) -> None:
        office.case(at(2, 2), on(2, 20), on(2, 27))
        office.case(at(2, 2), on(3, 20), on(3, 1))
        assert office.total("carried_over") == 1

    @of("handled_early", "handled_on_time", "handled_late")
    def test_handled_against_the_due_day(self, office: Office) -> None:
        for handled in (on(3, 9), on(3, 10), on(3, 11), on(3, 12), on(4, 1), on(2, 20)):
            office.case(at(2, 2), on(3, 10), handled)
        assert [office.total(f"handled_{how}") for how in ("early", "on_time", "late")] == [1, 1, 2]
        assert [key for key, _ in office.result("handled_late").rows] == [(LABEL, "Phòng Hợp tác quốc tế")]

    @of("in_process_within", "in_process_late", "paused")
    def test_what_is_still_open_at_the_end(self, office: Office) -> None:
        office.case(at(3, 2), on(3, 31), assignee=office.ha)
        office.case(at(3, 2), on(4, 20))
        office.case(at(3, 2), on(3, 30), overdue=True)
        office.case(at(3, 2), on(4, 20), clock="pause")
        office.case(at(3, 2), on(4, 20), clock="out")
        assert [office.total(c) for c in ("in_process_within", "in_process_late", "paused")] == [2, 1, 2]
        within = {key[2]: figure.value for key, figure in office.result("in_process_within").rows}
        assert within == {"Vũ Thu Hà": 1, "(không có)": 1}

    @of("in_process_within")
    def test_what_happened_after_the_period_is_not_known_to_it(self, office: Office) -> None:
        office.case(at(3, 2), on(4, 20), on(4, 10))
        assert office.total("in_process_within") == 1
        assert office.total("handled_early") == 0
        april = Period(on(4, 1), on(4, 30))
        assert (office.total("carried_over", period=april), office.total("handled_early", period=april)) == (1, 1)

    def test_a_case_handed_over_counts_in_the_unit_that_received_it(self, office: Office) -> None:
        office.case(at(3, 2), on(3, 10), on(3, 9), unit=office.other, attributes={"received_by_unit": "htqt"})
        assert [key[1] for key, _ in office.result("handled_early").rows] == ["Phòng Hợp tác quốc tế"]


class TestRates:
    @of("on_time_rate", "on_time_rate_original")
    def test_an_extension_helps_the_one_rate_and_not_the_other(self, office: Office) -> None:
        office.case(at(3, 2), on(3, 10), on(3, 10))
        office.case(at(3, 2), on(3, 20), on(3, 19), original_due_on=on(3, 10), attributes={"extension_count": 1})
        office.case(at(3, 2), on(3, 10), on(3, 13))
        office.case(at(3, 2), on(3, 10))
        assert office.result("on_time_rate").total == Figure(2 / 3, 3)
        assert office.result("on_time_rate_original").total == Figure(1 / 3, 3)

    @of("share_online")
    def test_how_many_were_filed_online(self, office: Office) -> None:
        office.case(at(3, 2), on(3, 10))
        office.case(at(3, 2), on(3, 10), dossier={"channel": "truc_tiep"})
        assert office.result("share_online").total == Figure(0.5, 2)

    def test_nothing_to_share_has_no_rate(self, office: Office) -> None:
        assert office.result("on_time_rate").total == Figure(None, 0)

    @of("late_without_apology")
    def test_late_cases_that_nobody_apologised_for(self, office: Office) -> None:
        office.case(at(2, 2), on(3, 10), overdue=True)
        office.case(at(2, 2), on(3, 10), overdue=True, attributes={"extension_count": 1, "extended_on": "2026-03-05"})
        office.case(at(2, 2), on(4, 3), overdue=True)  # was late only after the period
        assert office.total("late_without_apology") == 1


class TestPartsAndEvents:
    @of("supplements_per_case")
    def test_rounds_of_supplement(self, office: Office) -> None:
        case = office.case(at(3, 2), on(3, 20))
        office.case(at(3, 2), on(3, 20))
        for number, opened in ((1, at(3, 3)), (2, at(4, 3))):
            Part.objects.create(
                case=case,
                kind="supplement",
                key=f"supplement-{number}",
                state="asked",
                opened_at=opened,
                entered_at=opened,
            )
        assert office.result("supplements_per_case").total == Figure(1, 2)

    @of("internal_rework", "apologies")
    def test_steps_taken_within_the_period(self, office: Office) -> None:
        case = office.case(at(3, 2), on(3, 20))
        for name in ("division_send_back", "dept_send_back", "ppc_return", "submit_dept", "extend_with_apology"):
            office.event(case, name, at(3, 5))
        office.event(case, "division_send_back", at(2, 27))
        office.event(case, "apologise_late", at(3, 31, 23))
        assert office.result("internal_rework").total == Figure(3, 1)
        assert office.result("apologies").total == Figure(2, 1)
        assert office.total("apologies", "complaint") == 0

    @of("hours_per_state")
    def test_working_hours_in_each_state_with_median_and_90th_percentile(self, office: Office) -> None:
        for days in (1, 2, 3):
            case = office.case(at(3, 2), on(3, 20))
            office.event(case, "receive", at(3, 2, 8), "submitted", "received")
            office.event(case, "log_step", at(3, 2, 9), "received", "received")
            office.event(case, "assign", at(3, 2 + days, 8), "received", "assigned")
        figures = {key[1]: figure for key, figure in office.result("hours_per_state").rows}
        assert figures["Đã tiếp nhận"] == Figure(16.0, 3, 24.0)  # 8 hours a day, the lunch hour left out
        assert set(figures) == {"Đã tiếp nhận"}

    def test_paused_stays_are_told_apart(self, office: Office) -> None:
        case = office.case(at(3, 2), on(3, 20), clock="pause")
        office.event(case, "request_supplement", at(3, 2, 8), "assigned", "supplement_processing")
        office.event(case, "provide_supplement", at(3, 3, 12), "supplement_processing", "assigned")
        assert [key[1] for key, _ in office.result("hours_per_state").rows] == [
            "Yêu cầu bổ sung khi thẩm định (tạm dừng)"
        ]


class TestAid:
    @of("grants_by_kind", "committed_value")
    def test_grants_and_their_value_without_the_refused(self, office: Office) -> None:
        grant(office, "phi_du_an", 1_000_000, on(3, 2))
        grant(office, "phi_du_an", 2_000_000, on(3, 31))
        grant(office, "chuong_trinh", 4_000_000, on(3, 5))
        grant(office, "chuong_trinh", 8_000_000, on(3, 5), "tu_choi")
        grant(office, "chuong_trinh", 16_000_000, on(2, 27))
        assert office.total("grants_by_kind") == 3
        assert sorted(figure.value or 0 for _, figure in office.result("grants_by_kind").rows) == [1, 2]
        assert office.result("committed_value").total == Figure(7_000_000, 3)

    @of("value_by_donor_country")
    def test_value_by_donor_and_country(self, office: Office) -> None:
        TableRow.objects.create(
            table="countries", key="US", columns={"name": "Hoa Kỳ"}, valid_from=on(1, 1), src="thử", changed_at=at(1, 1)
        )
        grant(office, "phi_du_an", 5, on(3, 2))
        grant(office, "phi_du_an", 7, on(3, 2), donor_name="Sông Xanh")
        found = {key: figure.value for key, figure in office.result("value_by_donor_country").rows}
        assert found == {("Green River", "Hoa Kỳ"): 5, ("Sông Xanh", "Hoa Kỳ"): 7}

    @of("value_by_sector_and_site")
    def test_a_grant_with_two_sites_counts_once_for_each_and_once_in_the_total(self, office: Office) -> None:
        grant(office, "phi_du_an", 10, on(3, 2), sites=["xã Cồn Lớn", "xã Cồn Nhỏ"])
        grant(office, "phi_du_an", 3, on(3, 2), sites=["xã Cồn Nhỏ"])
        result = office.result("value_by_sector_and_site")
        assert {key[1]: figure.value for key, figure in result.rows} == {"xã Cồn Lớn": 10, "xã Cồn Nhỏ": 13}
        assert result.total == Figure(13, 2)

    @of("appraisal_time")
    def test_median_days_from_receipt_to_signature(self, office: Office) -> None:
        for day in (2, 4, 10, 28):
            grant(office, "phi_du_an", 1, on(3, day))
        office.case(at(2, 20), on(4, 1))
        assert office.result("appraisal_time").total == Figure(15, 4, 36)  # of 10, 12, 18, 36 calendar days


class TestComplaints:
    @of("complaints_by_matter")
    def test_by_matter_in_the_procedures_own_words(self, office: Office) -> None:
        for what in ("cham", "cham", "thai_do"):
            office.case(at(3, 2), on(3, 16), procedure="complaint", dossier={"about_what": what})
        found = {key[0]: figure.value for key, figure in office.result("complaints_by_matter", "complaint").rows}
        assert found == {"Chậm giải quyết": 2, "Thái độ phục vụ": 1}

    @of("complaints_in_time", "complaints_upheld")
    def test_in_time_and_upheld(self, office: Office) -> None:
        for handled, result in ((on(3, 10), "chap_thuan"), (on(3, 20), "tu_choi"), (on(3, 12), "tu_choi")):
            facts = {"issued_on": handled.isoformat(), "result_kind": result}
            office.case(
                at(3, 2), on(3, 16), handled, procedure="complaint", attributes=facts, dossier={"about_what": "cham"}
            )
        assert office.result("complaints_in_time", "complaint").total == Figure(2 / 3, 3)
        assert office.result("complaints_upheld", "complaint").total == Figure(1 / 3, 3)


class TestReopened:
    def reopened(self, office: Office) -> Case:
        """Received on 2 March, refused on the 9th, reopened on the 16th and received anew on the 17th."""
        case = office.case(at(3, 17), on(4, 6), attempt=1)
        office.event(case, "receive", at(3, 2), "submitted", "received", due_on="2026-03-10")
        office.event(case, "issue_refusal", at(3, 9), "refusal_signed", "refused", due_on="2026-03-10")
        office.event(case, "return_result", at(3, 10), "refused", "returned", due_on="2026-03-10")
        Case.objects.filter(pk=case.pk).update(attempt=2)
        case.attempt = 2
        office.event(case, "reopen", at(3, 16), "returned", "submitted")
        office.event(case, "receive", at(3, 17), "submitted", "received", due_on="2026-04-06")
        return case

    def test_it_counts_once_for_every_attempt(self, office: Office) -> None:
        self.reopened(office)
        assert [attempt.number for attempt in attempts_in("ngo_aid", MARCH)] == [1, 2]
        assert office.total("received_in_period") == 2
        assert office.total("handled_early") == 1
        assert office.total("in_process_within") == 1
        assert office.total("grants_by_kind") == 0

    def test_the_first_attempt_is_not_carried_into_april(self, office: Office) -> None:
        self.reopened(office)
        april = Period(on(4, 1), on(4, 30))
        assert [attempt.number for attempt in attempts_in("ngo_aid", april)] == [2]
        assert office.total("carried_over", period=april) == 1


def test_every_declared_statistic_is_tested() -> None:
    declared = {s.code for code, folder in FOLDER.items() for s in load(code, folder).statistics}
    assert declared == TESTED
    assert {s.code for s in load("ngo_aid", "v2").statistics} <= TESTED


DAYS = st.integers(0, 89)
FATES = st.tuples(DAYS, st.integers(1, 40), st.none() | st.integers(0, 60), st.sampled_from(["run", "pause", "out"]))


@hypothesis_settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FATES, max_size=8), DAYS, DAYS)
def test_what_came_equals_what_went_and_what_is_left(office: Office, fates: Any, one: int, other: int) -> None:
    """Carried over + received = handled + in process + paused, for every period, past ones included."""
    Case.objects.all().delete()
    start = at(1, 1, 10)
    for received, term, handled, clock in fates:
        moment = start + dt.timedelta(days=received)
        due = (moment + dt.timedelta(days=term)).date()
        done = (moment + dt.timedelta(days=handled)).date() if handled is not None else None
        office.case(moment, due, done, clock="" if done else clock)
    first, last = sorted((one, other))
    period = Period((start + dt.timedelta(days=first)).date(), (start + dt.timedelta(days=last)).date())
    both = balance(statistics_of(office.procedure("complaint" if not fates else "ngo_aid"), period, AUDITOR))
    assert both is not None
    assert both[0] == both[1]


def test_quantiles() -> None:
    assert quantile([], 0.5) is None
    assert quantile([3], 0.5) == quantile([3], 0.9) == 3
    assert quantile([4, 1, 3, 2], 0.5) == 2.5
    assert quantile(list(range(1, 11)), 0.9) == 9


LABEL = load("ngo_aid", "v1").vi
