"""A search walks an index in the order of time: it reads a page, however many events there are."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.search import Mark, Search, branches, in_order
from cases.models import Case
from tests.audit.scene import user

DAY = dt.date(2026, 3, 3)
SOMEBODY = str(uuid.UUID(int=7))
SEARCHES = {
    "event_at": [Search(), Search(first=DAY, last=DAY), Search(notable=True)],
    "event_actor": [Search(who=SOMEBODY)],
    "event_acting_for": [Search(who=SOMEBODY)],
    "event_step": [Search(name="submit"), Search(name="submit", procedure="complaint", first=DAY)],
    "event_procedure": [Search(procedure="complaint")],
    "event_unit": [Search(unit="hop_tac_quoc_te"), Search(unit="hop_tac_quoc_te", last=DAY)],
}


@pytest.fixture
def planned(told: Case) -> None:
    """The planner as it plans for many rows: PostgreSQL else reads a small table whole, and rightly."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")


@pytest.mark.parametrize(("index", "search"), [(i, s) for i, found in SEARCHES.items() for s in found])
@pytest.mark.parametrize("up", [False, True], ids=["older", "newer"])
@pytest.mark.parametrize("beyond", [None, Mark(dt.datetime(2026, 3, 3, 3, tzinfo=dt.UTC), uuid.UUID(int=1), 5)])
def test_a_search_walks_its_index(planned: None, index: str, search: Search, up: bool, beyond: Mark | None) -> None:
    plans = [in_order(rows, beyond, up=up)[:51].explain() for rows in branches(search)]
    # Of few rows PostgreSQL may choose another index of the same columns; that it walks one is what matters.
    wanted = index if connection.vendor == "sqlite" else "event_"
    assert any(wanted in plan for plan in plans), plans
    for plan in plans:
        assert "SCAN cases_event\n" not in f"{plan}\n"
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan
        assert "Seq Scan" not in plan


def test_one_case_is_read_by_its_key(planned: None, told: Case) -> None:
    plan = branches(Search(case=told.pk))[0].order_by("-at")[:51].explain()
    assert "case_id=?" in plan or "cases_event_pkey" in plan


def test_a_page_costs_the_same_statements_however_many_lines_it_has(told: Case) -> None:
    browser = Client()
    browser.force_login(user("an"))
    browser.get("/history/")  # definitions and addresses are read once per process
    counts = []
    for query in ({"code": told.code}, {"code": told.code, "name": "submit"}):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            browser.get("/history/", query)
        counts.append(len(seen))
    assert counts[0] <= counts[1] + 1
    assert max(counts) < 30
