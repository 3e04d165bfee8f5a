"""Dated rows of the office: written with their source, ended by a later one or by decision; none vanishes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.clock import local_day
from accounts.errors import refuse_if
from accounts.models import User
from accounts.services.checks import (
    administrators_only,
    already_ended,
    back_dated,
    clean_text,
    period_fault,
    record,
    required,
)
from cases.models import TableRow
from workflows.errors import Reason

WRITTEN = "office_row_written"
EVE = dt.timedelta(days=1)


def put_row(
    *,
    table: str,
    key: str,
    columns: Mapping[str, Any],
    valid_from: dt.date,
    valid_to: dt.date | None,
    src: str,
    confirmed: bool,
    actor: User | None,
    now: dt.datetime,
) -> str:
    """Write a row: created, changed (next revision) or unchanged; it ends the one before it on the eve."""
    wanted = {"columns": dict(columns), "valid_to": valid_to, "src": src, "confirmed": confirmed}
    same_key = TableRow.objects.filter(table=table, key=key)
    there = same_key.filter(valid_from=valid_from).first()
    if there is not None and all(getattr(there, name) == value for name, value in wanted.items()):
        return "unchanged"
    revision = _next_revision(same_key)
    same_key.filter(valid_from__lt=valid_from, valid_to=None).update(valid_to=valid_from - EVE)
    TableRow.objects.update_or_create(
        table=table, key=key, valid_from=valid_from,
        defaults={**wanted, "revision": revision, "changed_at": now, "changed_by": _name(actor)},
    )  # fmt: skip
    about = {"table": table, "key": key, "revision": revision, "src": src, "valid_from": valid_from}
    record(who=actor, what=WRITTEN, whom=None, now=now, **about)
    return "created" if there is None else "changed"


@transaction.atomic
def decide_row(
    *,
    table: str,
    key: str,
    columns: Mapping[str, Any],
    valid_from: dt.date,
    valid_to: dt.date | None,
    src: str,
    confirmed: bool,
    actor: User | None,
    now: dt.datetime,
) -> str:
    """Write a row that an administrator decides: from today on at the earliest, what was in force stays readable.

    Raises PeopleRefused.
    """
    administrators_only(actor, now)
    src = clean_text(src)
    same_key = TableRow.objects.select_for_update().filter(table=table, key=key)
    coming = same_key.filter(valid_from__gt=valid_from).order_by("valid_from").first()
    last = valid_to if valid_to is not None or coming is None else coming.valid_from - EVE
    period = period_fault(valid_from, last)
    refuse_if([required("src", src), not_past(valid_from, now), period, _overlaps(last, coming)])
    same_key.filter(valid_from__lt=valid_from, valid_to__gte=valid_from).update(valid_to=valid_from - EVE)
    return put_row(
        table=table, key=key, columns=columns, valid_from=valid_from, valid_to=last, src=src, confirmed=confirmed,
        actor=actor, now=now,
    )  # fmt: skip


@transaction.atomic
def end_row(*, row: TableRow, last_day: dt.date, src: str, actor: User | None, now: dt.datetime) -> TableRow:
    """End a row by a decision. Raises PeopleRefused."""
    administrators_only(actor, now)
    row = TableRow.objects.select_for_update().get(pk=row.pk)
    src = clean_text(src)
    reversed_ = period_fault(row.valid_from, last_day, "last_day")
    ended = already_ended(row.valid_to, now)
    refuse_if([required("src", src), ended, back_dated(last_day, now, "last_day"), reversed_])
    row.valid_to, row.changed_at, row.changed_by = last_day, now, _name(actor)
    row.revision = _next_revision(TableRow.objects.filter(table=row.table, key=row.key))
    row.save(update_fields=["valid_to", "changed_at", "changed_by", "revision"])
    about = {"table": row.table, "key": row.key, "revision": row.revision, "src": src, "valid_to": last_day}
    record(who=actor, what=WRITTEN, whom=None, now=now, **about)
    return row


def _next_revision(same_key: QuerySet[TableRow]) -> int:
    return max(same_key.values_list("revision", flat=True), default=0) + 1


def _name(actor: User | None) -> str:
    return str(actor.pk) if actor is not None else "system"


def not_past(valid_from: dt.date, now: dt.datetime) -> Reason | None:
    """A row begins today at the earliest."""
    if valid_from >= local_day(now):
        return None
    vi = "Ngày bắt đầu không được trước hôm nay: việc đã làm theo dòng cũ không thể mất căn cứ về sau."
    en = "The first day cannot be before today: what was done under the former row keeps its ground."
    return Reason("back_dated", vi, en, "valid_from")


def _overlaps(last: dt.date | None, coming: TableRow | None) -> Reason | None:
    if coming is None or last is None or last < coming.valid_from:
        return None
    vi = f"Từ ngày {coming.valid_from:%d/%m/%Y} đã có dòng khác."
    en = f"Another row begins on {coming.valid_from:%d/%m/%Y}."
    return Reason("row_overlaps", vi, en, "valid_to")
