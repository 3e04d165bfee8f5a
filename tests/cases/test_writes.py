"""What a transaction writes goes out in its order, in one message where the database takes one."""
from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cases.models import OutboxEntry, Task
from cases.services.events import locked_case
from cases.writes import Writes
from tests.procedures.province import case_at

NOW = dt.datetime(2026, 3, 2, 2, 10, tzinfo=dt.UTC)


class Gone(Exception):
    """What a test waits for."""


def entry(key: str, **payload: Any) -> OutboxEntry:
    return OutboxEntry(key=key, kind="notice", seq=1, payload=payload, due=NOW, created_at=NOW)


@pytest.mark.django_db
def test_rows_inserted_together_get_their_numbers_in_order(django_assert_num_queries: Any) -> None:
    rows, writes = [entry("a", notice="việc mới"), entry("b", notice="nhắc & hẹn; 100 %")], Writes()
    writes.insert(rows)
    with django_assert_num_queries(1):
        writes.send()
    kept = OutboxEntry.objects.in_bulk([row.pk for row in rows])
    assert [kept[row.pk].payload for row in rows] == [{"notice": "việc mới"}, {"notice": "nhắc & hẹn; 100 %"}]


@pytest.mark.django_db
def test_nothing_to_write_asks_nothing(django_assert_num_queries: Any) -> None:
    writes = Writes()
    writes.insert([])
    writes.set_together([], "done_at", NOW)
    with django_assert_num_queries(0):
        writes.send()


@pytest.mark.usefixtures("in_province")
def test_a_row_is_written_at_the_version_that_was_read_and_at_no_other() -> None:
    case = case_at("received").case
    with transaction.atomic():
        held = locked_case(case.pk)
        fields = [f for f in held._meta.concrete_fields if f.name in ("title", "version")]
        held.title, before, held.version = "Nước sạch vùng cao", held.version, held.version + 1
        writes = Writes()
        writes.update(held, fields, version=before, missed=Gone())
        writes.send()
        writes.update(held, fields, version=before, missed=Gone())
        with pytest.raises(Gone):
            writes.send()
    case.refresh_from_db()
    assert (case.title, case.version) == ("Nước sạch vùng cao", before + 1)


@pytest.mark.usefixtures("in_province")
def test_each_statement_reads_its_own_result_and_postgresql_gets_one_message(django_assert_num_queries: Any) -> None:
    case = case_at("received").case
    first, tasks, last = [entry("a"), entry("b")], list(Task.objects.filter(case=case, done_at=None)), [entry("c")]
    writes = Writes()
    with transaction.atomic():
        writes.insert(first)
        writes.set_together(tasks, "done_at", NOW)
        writes.insert(last)
        with django_assert_num_queries(1 if connection.vendor == "postgresql" else 3):
            writes.send()
    assert tasks
    assert not Task.objects.filter(case=case, done_at=None).exists()
    assert [OutboxEntry.objects.get(pk=row.pk).key for row in (*first, *last)] == ["a", "b", "c"]


@pytest.mark.usefixtures("in_province")
def test_a_statement_that_the_database_refuses_takes_the_others_with_it() -> None:
    writes = Writes()
    writes.insert([entry("a")])
    writes.insert([entry("a")])
    with pytest.raises(IntegrityError), transaction.atomic():
        writes.send()
    assert not OutboxEntry.objects.filter(key="a").exists()
