"""The queue: whose work it is, in which order, and that the database reads no more than a page shows."""
from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Absence, OrgUnit, RoleHeld, User
from cases import queries
from cases.models import Case, Event, Published, Task

NOW = dt.datetime(2026, 11, 25, 2, 0, tzinfo=dt.UTC)  # 09:00, a Wednesday, in Viet Nam
DAY = dt.timedelta(days=1)


def unit(code: str, kind: str) -> OrgUnit:
    return OrgUnit.objects.create(code=code, name=code, kind=kind, valid_from=dt.date(2025, 7, 1))


def officer(name: str, role: str, where: OrgUnit) -> User:
    user = User.objects.create_user(f"{name.split()[-1].lower()}{role}@lamgiang.example", full_name=name)
    RoleHeld.objects.create(user=user, role=role, unit=where, valid_from=dt.date(2025, 7, 1))
    return user


class Office:
    """Two divisions and a one-stop desk; cases are made by hand: here only the queue is at stake."""

    def __init__(self) -> None:
        self.cooperation, self.consular = unit("htqt", "division"), unit("lsbg", "division")
        self.desk, self.police = unit("mot_cua", "one_stop"), unit("provincial_police", "outside")
        self.minh = officer("Hoàng Văn Minh", "intake", self.desk)
        self.ha = officer("Lê Thu Hà", "specialist", self.cooperation)
        self.dung = officer("Mai Tiến Dũng", "specialist", self.cooperation)
        self.nga = officer("Cao Thị Nga", "specialist", self.consular)
        self.son = officer("Phạm Văn Sơn", "division_head", self.cooperation)
        self.thang = officer("Vương Đình Thắng", "consultee", self.police)
        self.law = Published.objects.create(
            procedure="ngo_aid", folder="v2", version="nd313_2025", hash="d" * 64, body=b"{}",
            effective_from=NOW.date(), published_at=NOW, replaced_at=NOW,  # nobody reads the words of a former one
        )

    def case(self, code: str = "", **more: Any) -> Case:
        moments = {"entered_at": NOW, "created_at": NOW, "saved_at": NOW}
        kept = {"state": "assigned", "unit": self.cooperation, **more}
        return Case.objects.create(
            procedure="ngo_aid", definition=self.law, case_code=code or None, opened_by=self.minh, **moments, **kept
        )

    def task(self, case: Case, role: str, **more: Any) -> Task:
        return Task.objects.create(case=case, state=case.state, role=role, opened_at=NOW, **more)


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def of(work: queries.Work) -> list[Task]:
    return work.page()[0]


def test_son_sees_urgent_work_first_then_by_due_day_then_the_oldest(office: Office) -> None:
    case = office.case()
    undated = office.task(case, "division_head")
    later = office.task(case, "division_head", due_at=NOW + 2 * DAY)
    same_day = office.task(case, "division_head", due_at=NOW + 2 * DAY)
    sooner = office.task(case, "division_head", due_at=NOW + DAY)
    urgent = office.task(case, "division_head", urgent=True, due_at=NOW + 9 * DAY)
    assert of(queries.to_take(queries.desk_of(office.son, NOW))) == [urgent, sooner, later, same_day, undated]


def test_ha_finds_her_own_tasks_and_those_free_in_her_division(office: Office) -> None:
    hers = office.task(office.case(assignee=office.ha), "specialist", assignee=office.ha)
    free = office.task(office.case(), "specialist")
    office.task(office.case(unit=office.consular), "specialist")  # Nga's division
    office.task(office.case(assignee=office.dung), "specialist")  # released by Dũng: still his case
    office.task(office.case(), "division_head")
    office.task(office.case(), "specialist", done_at=NOW)
    desk = queries.desk_of(office.ha, NOW)
    assert of(queries.mine(desk)) == [hers]
    assert of(queries.to_take(desk)) == [free]
    assert queries.counts(desk) == {"unit": 1, "mine": 1, "soon": 0, "late": 0, "waiting": 0}


def test_an_asked_agency_sees_what_it_is_asked_and_nothing_else(office: Office) -> None:
    case = office.case(state="consulting")
    asked = office.task(case, "consultee", unit_code="provincial_police")
    office.task(case, "consultee", unit_code="department_of_finance")
    desk = queries.desk_of(office.thang, NOW)
    assert of(queries.to_take(desk)) == [asked]
    assert of(queries.waiting(desk)) == []


def test_late_and_due_today_are_told_apart_by_the_clock_of_viet_nam(office: Office) -> None:
    case = office.case()
    gone = office.task(case, "division_head", due_at=NOW - dt.timedelta(minutes=1))
    tonight = office.task(case, "division_head", due_at=dt.datetime(2026, 11, 25, 16, 59, tzinfo=dt.UTC))
    office.task(case, "division_head", due_at=dt.datetime(2026, 11, 25, 17, 1, tzinfo=dt.UTC))  # 26/11 in Viet Nam
    desk = queries.desk_of(office.son, NOW)
    assert (of(queries.late(desk)), of(queries.due_today(desk))) == ([gone], [tonight])


def test_ha_sees_who_keeps_her_cases_waiting(office: Office) -> None:
    mine = office.case(assignee=office.ha)
    waits = office.task(mine, "division_head")
    moved = office.case(assignee=office.dung)
    Event.objects.create(case=moved, seq=1, body=b"{}", hash="a" * 64, kind="transition", name="ask_opinion",
                         procedure="ngo_aid", actor=str(office.ha.pk), at=NOW)
    moved_on = office.task(moved, "dept_leader")
    office.task(office.case(assignee=office.dung), "dept_leader")
    assert of(queries.waiting(queries.desk_of(office.ha, NOW))) == [waits, moved_on]


def test_dung_stands_in_for_ha_while_she_is_away(office: Office) -> None:
    hers = office.task(office.case(assignee=office.ha), "specialist", assignee=office.ha)
    Absence.objects.create(user=office.ha, substitute=office.dung, reason="Nghỉ phép",
                           valid_from=NOW.date(), valid_to=NOW.date() + 3 * DAY)
    assert of(queries.stood_in(queries.desk_of(office.dung, NOW))) == [hers]
    assert of(queries.stood_in(queries.desk_of(office.dung, NOW + 5 * DAY))) == []
    assert of(queries.stood_in(queries.desk_of(office.son, NOW))) == []


def test_son_may_look_at_one_officers_tasks_but_not_at_another_divisions(office: Office) -> None:
    hers = office.task(office.case(assignee=office.ha), "specialist", assignee=office.ha)
    desk = queries.desk_of(office.son, NOW)
    assert of(queries.held_by(desk, str(office.ha.pk))) == [hers]
    assert of(queries.held_by(desk, str(office.nga.pk))) == []


def test_a_code_finds_the_case_however_it_is_typed(office: Office) -> None:
    case = office.case("H99.14-261124-0007")
    bare = case.submission_code.replace("-", "")
    for typed in ("H99.14-261124-0007", " h99.14-261124-0007 ", case.submission_code, bare):
        assert queries.by_code(office.ha, NOW, typed) == [queries.Found(case, visible=True)]
    assert queries.by_code(office.ha, NOW, "") == queries.by_code(office.ha, NOW, "H99.14-261124-0008") == []


def test_nga_learns_of_another_divisions_case_only_code_and_status(office: Office) -> None:
    case = office.case("H99.14-261124-0007")
    draft = office.case(state="draft", applicant=office.ha)
    assert queries.by_code(office.nga, NOW, "H99.14-261124-0007") == [queries.Found(case, visible=False)]
    assert queries.by_code(office.nga, NOW, draft.submission_code) == []
    assert queries.by_code(office.thang, NOW, "H99.14-261124-0007") == []


def test_pages_follow_each_other_without_gap_or_repetition(office: Office) -> None:
    case = office.case()
    rows = [Task(case=case, state="x", role="division_head", opened_at=NOW, urgent=n % 7 == 0,
                 due_at=NOW + n % 5 * DAY if n % 3 else None) for n in range(120)]
    Task.objects.bulk_create(rows)
    work = queries.to_take(queries.desk_of(office.son, NOW))
    pages = [work.page(number) for number in (1, 2, 3)]
    assert [len(tasks) for tasks, _ in pages] == [50, 50, 20]
    assert [more for _, more in pages] == [True, True, False]
    keys = [queries.in_order((t.urgent, t.due_at, t.pk)) for tasks, _ in pages for t in tasks]
    assert keys == sorted(set(keys))


@pytest.fixture
def crowd(office: Office) -> Office:
    """Twenty thousand tasks of two thousand cases, most done; many free for one role, many held by one officer."""
    units, people = [office.cooperation, office.consular], [None, office.ha, office.dung]
    roles = ("specialist", "division_head", "intake")
    same = {"procedure": "ngo_aid", "definition": office.law, "opened_by": office.minh, "state": "assigned",
            "entered_at": NOW, "created_at": NOW, "saved_at": NOW}
    cases = Case.objects.bulk_create(Case(unit=units[n % 2], **same) for n in range(2_000))
    tasks = [
        Task(case=cases[n % 2_000], state="assigned", role=roles[n % 3], opened_at=NOW,
             due_at=NOW + n % 90 * DAY if n % 11 else None, assignee=people[n // 3 % 3], urgent=n % 101 == 0,
             done_at=NOW if n % 4 else None)
        for n in range(20_000)
    ]
    Task.objects.bulk_create(tasks, batch_size=2_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return office


def plans(work: queries.Work) -> list[str]:
    """Return how the database reads the first page of each lane."""
    with CaptureQueriesContext(connection) as captured:
        work.page()
    ordered = [q["sql"] for q in captured if "ORDER BY" in q["sql"]]
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    found = []
    with connection.cursor() as cursor:
        for sql in ordered:
            cursor.execute(explain + sql)
            found.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
    return found


@pytest.mark.parametrize(("tab", "index"), [("unit", "task_open_role"), ("mine", "task_open_mine")])
def test_the_first_page_is_read_from_the_partial_index_in_its_order(crowd: Office, tab: str, index: str) -> None:
    person = crowd.son if tab == "unit" else crowd.ha
    found = plans(queries.TABS[tab](queries.desk_of(person, NOW)))
    assert found
    for plan in found:
        assert index in plan, plan
        assert "TEMP B-TREE" not in plan, plan
        assert "Seq Scan on cases_task" not in plan
        assert not plan.startswith("Sort"), plan

