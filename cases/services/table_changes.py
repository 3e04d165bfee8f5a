"""Changes of declared tables: one administrator proposes, another decides; the table's own rules judge both times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction

from accounts.errors import NotForYou, refuse_if
from accounts.models import User
from accounts.services.checks import administrators_only, clean_text, period_fault, record, required
from cases.models import TableChange, TableRow
from cases.services.office_rows import EVE, decide_row, end_row, not_past
from cases.table_editing import faults_of_rows, table_of
from cases.tables import lines_from
from workflows.definition import TableLine
from workflows.errors import Reason

PROPOSED, DECIDED = "table_change_proposed", "table_change_decided"
Outcome = TableChange.Outcome


@transaction.atomic
def propose_change(
    *,
    table: str,
    key: str,
    valid_from: dt.date,
    src: str,
    actor: User,
    now: dt.datetime,
    columns: Mapping[str, Any] | None = None,
    valid_to: dt.date | None = None,
    confirmed: bool = False,
    ends: bool = False,
) -> TableChange:
    """Propose a row from a day on, or (`ends`) that the row in force ends with `valid_to`.

    Raises NotForYou, NoSuchTable, PeopleRefused with every reason: what the table's own rules and tests say of the
    rows as they would be among them.
    """
    administrators_only(actor, now)
    table_of(table)
    change = TableChange(
        table=table, key=key, ends=ends, columns=dict(columns or {}), valid_from=valid_from, valid_to=valid_to,
        src=clean_text(src), confirmed=confirmed, proposed_by=actor, proposed_at=now,
    )  # fmt: skip
    refuse_if([required("src", change.src), *_dated(change, now), _other_waits(table)])
    refuse_if(list(row_reasons(change)))
    change.save()
    record(who=actor, what=PROPOSED, whom=None, now=now, table=table, key=key, change=change.pk, valid_from=valid_from)
    return change


@transaction.atomic
def accept_change(*, change_id: int, actor: User, now: dt.datetime) -> TableChange:
    """Put a proposed row into force, as its second person. Raises NotForYou, PeopleRefused."""
    change = _waiting(change_id, actor, now)
    refuse_if([_same_person(change, actor), *_dated(change, now), *row_reasons(change)])
    if change.ends:
        row = _in_force(change)
        end_row(row=row, last_day=change.valid_to or change.valid_from, src=change.src, actor=actor, now=now)
    else:
        decide_row(
            table=change.table, key=change.key, columns=change.columns, valid_from=change.valid_from,
            valid_to=change.valid_to, src=change.src, confirmed=change.confirmed, actor=actor, now=now,
        )  # fmt: skip
    return _decided(change, Outcome.ACCEPTED, actor, now)


@transaction.atomic
def decline_change(*, change_id: int, reason: str, actor: User, now: dt.datetime) -> TableChange:
    """Decline a proposed row with a reason, as its second person. Raises NotForYou, PeopleRefused."""
    change = _waiting(change_id, actor, now)
    change.reason = clean_text(reason)
    refuse_if([_same_person(change, actor), required("reason", change.reason)])
    return _decided(change, Outcome.DECLINED, actor, now)


@transaction.atomic
def take_back_change(*, change_id: int, actor: User, now: dt.datetime) -> TableChange:
    """Take back what one has proposed. Raises NotForYou."""
    change = _waiting(change_id, actor, now)
    if change.proposed_by_id != actor.pk:
        raise NotForYou
    return _decided(change, Outcome.TAKEN_BACK, actor, now)


def lines_as_if(change: TableChange) -> list[TableLine]:
    """Return every row of the table as it would stand with the change, in their order."""
    rows = list(TableRow.objects.filter(table=change.table))
    same = [row for row in rows if row.key == change.key]
    if change.ends:
        for row in same:
            if row.valid_from <= change.valid_from and (row.valid_to is None or row.valid_to >= change.valid_from):
                row.valid_to = change.valid_to
        return lines_from(rows)
    for row in same:
        if row.valid_from < change.valid_from and (row.valid_to is None or row.valid_to >= change.valid_from):
            row.valid_to = change.valid_from - EVE
    kept = [row for row in rows if (row.key, row.valid_from) != (change.key, change.valid_from)]
    return lines_from([*kept, _row_of(change, same)])


def row_reasons(change: TableChange) -> Iterator[Reason]:
    """Yield what the table's rules say of its rows with the change among them."""
    for fault in faults_of_rows(change.table, lines_as_if(change)):
        said = f"{fault.row}: {fault.message}" if fault.row else fault.message
        yield Reason("row_faulty", said, said, "if" if fault.message.startswith("if:") else "")


def _row_of(change: TableChange, same: list[TableRow]) -> TableRow:
    coming = min((row.valid_from for row in same if row.valid_from > change.valid_from), default=None)
    last = coming - EVE if change.valid_to is None and coming is not None else change.valid_to
    return TableRow(
        table=change.table, key=change.key, columns=change.columns, valid_from=change.valid_from, valid_to=last,
        src=change.src, confirmed=change.confirmed,
    )  # fmt: skip


def _in_force(change: TableChange) -> TableRow:
    return TableRow.objects.filter(
        table=change.table, key=change.key, valid_from__lte=change.valid_from
    ).latest("valid_from")


def _dated(change: TableChange, now: dt.datetime) -> list[Reason | None]:
    return [not_past(change.valid_from, now), period_fault(change.valid_from, change.valid_to)]


def _other_waits(table: str) -> Reason | None:
    """Two changes of one table would each be judged without the other."""
    if not TableChange.objects.filter(table=table, outcome=Outcome.WAITING).exists():
        return None
    vi = "Bảng này đang có một thay đổi chờ người thứ hai quyết định."
    return Reason("change_waits", vi, "A change of this table waits for a second person.")


def _same_person(change: TableChange, actor: User) -> Reason | None:
    if change.proposed_by_id != actor.pk:
        return None
    return Reason("four_eyes", "Người đề nghị không tự quyết định.", "Whoever proposes does not decide.")


def _waiting(change_id: int, actor: User, now: dt.datetime) -> TableChange:
    """Return a change that still waits, locked. Raises NotForYou when there is none."""
    administrators_only(actor, now)
    found = TableChange.objects.select_for_update().filter(pk=change_id, outcome=Outcome.WAITING).first()
    if found is None:
        raise NotForYou
    return found


def _decided(change: TableChange, outcome: TableChange.Outcome, actor: User, now: dt.datetime) -> TableChange:
    change.outcome, change.decided_by, change.decided_at = outcome, actor, now
    change.save(update_fields=["outcome", "decided_by", "decided_at", "reason"])
    about = {"table": change.table, "key": change.key, "change": change.pk, "outcome": outcome.value}
    record(who=actor, what=DECIDED, whom=None, now=now, **about)
    return change
