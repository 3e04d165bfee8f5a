"""Questions compiled once give what their querysets give, each time anew."""
from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.db.models import CharField
from django.test.utils import CaptureQueriesContext

from accounts.models import OrgUnit
from cases.prepared import Asked, Prepared
from cases.services import advance_case
from tests.procedures.province import case_at
from tests.procedures.runner import person

BY_CODE = Prepared(lambda: OrgUnit.objects.filter(code=Asked("code", CharField())).order_by("pk"))
NAMES = Prepared(lambda: OrgUnit.objects.filter(code=Asked("code", CharField())).values_list("code", "name"))


@pytest.fixture
def units(db: None) -> None:
    for code, name in (("le_tan", "Phòng Lễ tân"), ("lanh_su", "Phòng Lãnh sự")):
        OrgUnit.objects.create(code=code, name=name, kind="division", valid_from=dt.date(2025, 1, 1))


@pytest.mark.usefixtures("units")
def test_each_value_asked_gets_its_own_rows() -> None:
    assert [unit.name for unit in BY_CODE.rows(code="le_tan")] == ["Phòng Lễ tân"]
    assert [unit.name for unit in BY_CODE.rows(code="lanh_su")] == ["Phòng Lãnh sự"]
    assert BY_CODE.first(code="ngoai_vu") is None


@pytest.mark.usefixtures("units")
def test_an_object_is_the_one_that_the_queryset_gives() -> None:
    prepared, plain = BY_CODE.first(code="le_tan"), OrgUnit.objects.get(code="le_tan")
    assert prepared == plain
    assert prepared is not None
    assert prepared.valid_from == plain.valid_from
    prepared.name = "Phòng Lễ tân và Hợp tác"
    prepared.save()
    assert OrgUnit.objects.get(code="le_tan").name == "Phòng Lễ tân và Hợp tác"


@pytest.mark.usefixtures("units")
def test_a_list_of_values_comes_as_tuples() -> None:
    assert NAMES.rows(code="lanh_su") == [("lanh_su", "Phòng Lãnh sự")]


@pytest.mark.usefixtures("units")
def test_it_is_one_statement_and_its_values_are_bound_never_written_into_it(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(1):
        assert BY_CODE.rows(code="'; DROP TABLE accounts_orgunit; --") == []


@pytest.mark.usefixtures("in_province")
def test_a_step_without_a_paper_takes_at_most_fourteen_statements() -> None:
    """Issue bound; on PostgreSQL the hint to the worker is the last of them."""
    walk, head, data = case_at("received"), person("son"), {"assignee": str(person("ha").pk)}
    with CaptureQueriesContext(connection) as asked:
        advance_case(case_id=walk.case.pk, transition="assign", actor=head, now=walk.now, data=data)
    around = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    told = [q["sql"] for q in asked.captured_queries if not q["sql"].startswith(around)]
    assert len(told) <= 14, "\n".join(told)
