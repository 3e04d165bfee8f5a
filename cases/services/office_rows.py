"""Dated rows of the office: written with their source, ended by a later one or by decision; none vanishes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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

WRITTEN, IMPORTED, IMPORT = "office_row_written", "office_row_imported", "office_import"
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
    imported: bool = False,
) -> str:
    """Write a row: created, changed (next revision) or unchanged; it ends the one before it on the eve.

    `imported`: one of many out of a sheet; the event has another name.
    """
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
    record(who=actor, what=IMPORTED if imported else WRITTEN, whom=None, now=now, **about)
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
    same_key = list(TableRow.objects.select_for_update().filter(table=table, key=key))
    last, reasons = judged_period(same_key, valid_from, valid_to, clean_text(src), now)
    refuse_if(reasons)
    _end_before(table, key, valid_from)
    return put_row(
        table=table, key=key, columns=columns, valid_from=valid_from, valid_to=last, src=clean_text(src),
        confirmed=confirmed, actor=actor, now=now,
    )  # fmt: skip


def judged_period(
    same_key: Sequence[TableRow], valid_from: dt.date, valid_to: dt.date | None, src: str, now: dt.datetime
) -> tuple[dt.date | None, list[Reason | None]]:
    """Return the last day of a row beside those of its key, and what stands against writing it."""
    coming = min((row for row in same_key if row.valid_from > valid_from), key=lambda row: row.valid_from, default=None)
    last = valid_to if valid_to is not None or coming is None else coming.valid_from - EVE
    period = period_fault(valid_from, last)
    return last, [required("src", src), not_past(valid_from, now), period, _overlaps(last, coming)]


def _end_before(table: str, key: str, valid_from: dt.date) -> None:
    same_key = TableRow.objects.filter(table=table, key=key)
    same_key.filter(valid_from__lt=valid_from, valid_to__gte=valid_from).update(valid_to=valid_from - EVE)


@dataclass(frozen=True, slots=True)
class RowWanted:
    """One of many rows of a table that are written together."""

    key: str
    columns: Mapping[str, Any]
    valid_from: dt.date
    valid_to: dt.date | None
    src: str
    confirmed: bool


def judged_rows(table: str, rows: Sequence[RowWanted], now: dt.datetime) -> list[tuple[str, list[Reason]]]:
    """Return for each row what would become of it (created, changed, unchanged) and what stands against it."""
    there: dict[str, list[TableRow]] = {}
    for held in TableRow.objects.filter(table=table):
        there.setdefault(held.key, []).append(held)
    seen: set[str] = set()
    found = []
    for row in rows:
        same_key = there.get(row.key, [])
        _, reasons = judged_period(same_key, row.valid_from, row.valid_to, clean_text(row.src), now)
        found.append((_outcome(row, same_key), [r for r in (*reasons, _twice(row.key, seen)) if r is not None]))
        seen.add(row.key)
    return found


def _outcome(row: RowWanted, same_key: Sequence[TableRow]) -> str:
    on_day = (held for held in same_key if held.valid_from <= row.valid_from <= (held.valid_to or row.valid_from))
    present = max(on_day, key=lambda held: held.valid_from, default=None)
    if present is None:
        return "created"
    return "unchanged" if present.columns == row.columns and row.valid_to in (None, present.valid_to) else "changed"


def _twice(key: str, seen: set[str]) -> Reason | None:
    if key not in seen:
        return None
    return Reason("row_twice", "một dòng trên đã có khóa này", "a row above has this key", "key")


@transaction.atomic
def decide_rows(*, table: str, rows: Sequence[RowWanted], actor: User | None, now: dt.datetime) -> int:
    """Write many rows by one decision, all or none; what stands unchanged is not written. Return how many were.

    Raises PeopleRefused, the path of a reason with the place of its row: rows[3].valid_from.
    """
    administrators_only(actor, now)
    list(TableRow.objects.select_for_update().filter(table=table).values_list("pk", flat=True))
    found = judged_rows(table, rows, now)
    refuse_if([replace(r, path=f"rows[{n}].{r.path}") for n, (_, reasons) in enumerate(found) for r in reasons])
    wanted = [row for row, (outcome, _) in zip(rows, found, strict=True) if outcome != "unchanged"]
    for row in wanted:
        _write_one(table, row, actor, now)
    sources = sorted({clean_text(row.src) for row in wanted})
    record(who=actor, what=IMPORT, whom=None, now=now, table=table, rows=len(wanted), src="; ".join(sources)[:300])
    return len(wanted)


def _write_one(table: str, row: RowWanted, actor: User | None, now: dt.datetime) -> None:
    same_key = list(TableRow.objects.filter(table=table, key=row.key))
    last, _ = judged_period(same_key, row.valid_from, row.valid_to, row.src, now)
    _end_before(table, row.key, row.valid_from)
    put_row(
        table=table, key=row.key, columns=row.columns, valid_from=row.valid_from, valid_to=last,
        src=clean_text(row.src), confirmed=row.confirmed, actor=actor, now=now, imported=True,
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
