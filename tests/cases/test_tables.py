"""Declared tables become live rows; registries are read from cases; a case keeps the rows of its day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import LOCAL
from cases import table_editing
from cases.canonical import parse_body
from cases.models import Case, Event, RegistryEntry, TableRow
from cases.procedures import definition_of
from cases.services import save_dossier
from cases.services.office_rows import decide_row
from cases.services.registering import rebuild_entries
from cases.services.seeding import seed_tables
from cases.tables import columns_of, hits_on
from tests.cases.travel import DELEGATED, PROCEDURE, member, scenario, travelled
from tests.procedures.province import OPENED
from tests.procedures.runner import Walk, person
from workflows.definition import TableLine
from workflows.functions import day_number
from workflows.registry import load

pytestmark = pytest.mark.usefixtures("in_province")
TRAVEL = load("outbound_delegation")
LATER = dt.datetime(2027, 3, 1, 9, tzinfo=LOCAL)
PLAN_OF_2027 = {"plan_items": {"dr-2027-01": {"vi": "Hội nghị đầu năm", "en": "Conference", "year": 2027}}}


def reads(case: Case) -> dict[str, int]:
    """Return the revisions of all rows that the history of a case names."""
    bodies = [parse_body(bytes(body)) for body in Event.objects.filter(case=case).values_list("body", flat=True)]
    return {name: revision for body in bodies for name, revision in body.get("reads", [])}


def changed(code: str, now: dt.datetime, **columns: Any) -> None:
    """An administrator decides another version of a row of the matrix."""
    row = TableRow.objects.filter(table="approval_matrix", key=code).latest("valid_from")
    decide_row(
        table="approval_matrix", key=code, columns={**row.columns, **columns}, valid_from=now.astimezone(LOCAL).date(),
        valid_to=None, src="15/QĐ-SNgV", confirmed=True, actor=person("admin"), now=now,
    )  # fmt: skip


def routes(walk: Walk) -> list[str]:
    case = Case.objects.get(pk=walk.case.pk)
    return [row["route"] for row in case.dossier["members"]]


class TestRows:
    def test_publication_writes_the_first_version_in_its_order(self) -> None:
        rows = hits_on("approval_matrix", OPENED.date())

        assert [hit.line.code for hit in rows] == [f"r{n}" for n in range(1, 10)]
        assert {hit.revision for hit in rows} == {1}
        assert hits_on("amendment_rules", OPENED.date())[0].line.columns["act"] == "gia_han"

    def test_a_later_version_of_the_folder_leaves_what_the_office_decided(self) -> None:
        changed("r9", LATER, decider="agency_head")

        assert seed_tables(TRAVEL, actor=None, now=LATER) == []
        assert hits_on("approval_matrix", LATER.date())[-1].line.columns["decider"] == "agency_head"

    def test_a_case_keeps_the_rows_of_its_day_of_receipt_and_a_later_one_takes_the_new(self) -> None:
        before = travelled("assign")
        changed("r7", before.now + dt.timedelta(days=1), **{"if": "false"})
        before.pass_time(before.now + dt.timedelta(days=2))

        prepared = travelled("submit", given={"at": "2026-11-26 08:00"})
        assert (routes(before), routes(prepared)) == (["r7"], ["r9"])

    def test_the_history_names_the_revision_of_every_row_that_was_read(self) -> None:
        walk = travelled("assign")
        told = reads(walk.case)

        assert told["approval_matrix:r7"] == 1
        assert "approval_matrix:r8" not in told  # r7 was hit before it
        assert told["trip_limits:total_days"] == 1
        assert any(name.startswith("mandates:") for name in told)

    def test_no_name_or_identifier_of_a_traveller_stands_in_what_the_history_read(self) -> None:
        travelled("issue_delegated")
        second = travelled("assign", given={"at": "2026-11-26 08:00"})

        assert any(name.startswith("travellers:") for name in reads(second.case))
        assert not any(member()["id_no"] in name for name in reads(second.case))


class TestEditing:
    """What the pages of an administrator are given."""

    def test_the_declared_structure_is_that_of_the_publication(self) -> None:
        declared = table_editing.table_of("trip_limits")

        assert (declared.table.hit, declared.procedure.procedure) == ("all", "outbound_delegation")
        with pytest.raises(table_editing.NoSuchTable):
            table_editing.table_of("trip_limit")

    def test_live_rows_have_no_fault_and_a_wrong_set_is_told(self) -> None:
        assert table_editing.faults_of_rows("approval_matrix") == []
        rows = [hit.line for hit in table_editing.rows_on("approval_matrix", OPENED.date())]
        wrong = [rows[0].model_copy(update={"if_": "member.rnak == 'x'"}), *rows[1:]]

        assert "nearest: " in table_editing.faults_of_rows("approval_matrix", wrong)[0].message

    def test_rows_that_are_not_live_can_be_tried_first(self) -> None:
        rows = table_editing.rows_on("amendment_rules", OPENED.date())
        inputs = {"changes": 2, "only_later_return": False}

        hits = table_editing.tried("amendment_rules", rows, inputs).hits

        assert [hit.line.code for hit in hits] == ["two_or_more_changes"]
        assert table_editing.failing_tests_of("amendment_rules", rows[:2]) != []
        assert table_editing.failing_tests_of("amendment_rules", rows) == []

    def test_a_line_written_as_a_row_reads_back_as_the_line(self) -> None:
        line = TableLine.model_validate({"code": "r2b", "if": "false", "columns": {"decider": "provincial_party"}})
        TableRow.objects.create(
            table="approval_matrix", key="r2b", columns=columns_of(line, 25), valid_from=OPENED.date(), src="x",
            changed_at=OPENED,
        )  # fmt: skip
        found = hits_on("approval_matrix", OPENED.date())

        assert [hit.line.code for hit in found][1:4] == ["r2", "r2b", "r3"]
        assert found[2].line.columns == {"decider": "provincial_party"}


class TestRegistries:
    def trips(self, walk: Walk) -> list[int]:
        return [row["trips_this_year"] for row in Case.objects.get(pk=walk.case.pk).dossier["members"]]

    def test_a_trip_in_force_counts_in_the_next_case_and_not_in_its_own(self) -> None:
        first = travelled("issue_delegated")
        second = travelled("submit", given={"at": "2026-11-26 08:00"})

        assert (self.trips(first), self.trips(second)) == ([0], [1])

    def test_a_trip_of_the_next_year_is_counted_with_the_next_year(self) -> None:
        travelled("issue_delegated")
        days: dict[str, Any] = {
            "depart_date": "2027-01-10", "return_date": "2027-01-12", "plan_item": "dr-2027-01",
            "legs": [{"country": "JP", "from_date": "2027-01-10", "to_date": "2027-01-12"}],
            "programme": [{"on_day": "2027-01-11", "dia_diem": "Osaka", "noi_dung": "Hội nghị", "sightseeing": False}],
        }  # fmt: skip

        given = {"at": "2026-11-26 08:00", "rows": PLAN_OF_2027}
        assert self.trips(travelled("submit", given=given, **days)) == [0]

    def test_report_and_passport_that_are_due_are_told_in_the_next_case(self) -> None:
        abroad = travelled("open_passport_case")
        abroad.pass_time(dt.datetime(2026, 12, 18, 8, tzinfo=LOCAL))
        case = travelled("submit", given={"at": "2026-12-20 08:00", "attachments": [
            "signed_request_letter", "programme_file", "invitation", "invitation_translation", "plan_decision",
            "explanation_letter"], "rows": PLAN_OF_2027}, **self.january()).case

        assert Case.objects.get(pk=case.pk).dossier["members"][0]["open_duties"] == 2
        codes = [row["code"] for row in Case.objects.get(pk=case.pk).dossier["failing_limits"]]
        assert "previous_report_open" in codes

    def january(self) -> dict[str, Any]:
        return {
            "depart_date": "2027-01-20", "return_date": "2027-01-22", "plan_item": "dr-2027-01",
            "legs": [{"country": "LA", "from_date": "2027-01-20", "to_date": "2027-01-22"}],
            "programme": [{"on_day": "2027-01-21", "dia_diem": "Lào", "noi_dung": "Hội nghị", "sightseeing": False}],
        }  # fmt: skip

    def test_all_members_of_a_case_are_asked_for_in_one_statement(self) -> None:
        travelled("issue_delegated")
        walk = opened()
        people = [{**member(), "row_no": n, "id_no": f"0991840000{n:02d}", "full_name": f"Người {n}",
                   "delegation_role": "truong_doan" if n == 1 else "thanh_vien"} for n in range(1, 11)]
        with CaptureQueriesContext(connection) as asked:
            save_dossier(case_id=walk.case.pk, actor=person("lan"), now=walk.now, values={"members": people})

        about = [q["sql"] for q in asked if '"cases_registryentry"."registry"' in q["sql"] and "IN (" in q["sql"]]
        assert len([sql for sql in about if "SELECT" in sql and "columns" in sql]) == 1

    def test_a_decision_in_force_is_a_row_that_other_procedures_find_by_its_number(self) -> None:
        walk = travelled("issue_delegated")
        entry = RegistryEntry.objects.get(registry="sending_decisions", case=walk.case)

        assert entry.key == "62/QĐ-SNgV"
        assert entry.columns["holders"] == [member()["id_no"]]
        assert entry.columns["return_date"] == day_number(dt.date(2026, 12, 17))

    def test_entries_can_be_made_anew_at_any_time(self) -> None:
        walk = travelled("issue_delegated")
        kept = list(RegistryEntry.objects.filter(case=walk.case).values_list("registry", "key", "columns"))
        RegistryEntry.objects.all().delete()

        assert rebuild_entries(definition_of(walk.case.definition_id), walk.now) == 1
        assert list(RegistryEntry.objects.filter(case=walk.case).values_list("registry", "key", "columns")) == kept


def opened() -> Walk:
    """Return a draft that nobody has filed yet."""
    given = scenario(DELEGATED).given
    walk = Walk(PROCEDURE, given, dt.datetime(2026, 11, 26, 8, tzinfo=LOCAL))
    walk.open()
    return walk
