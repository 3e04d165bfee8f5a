"""Rows of ledgers as others see them: by key, by holder, as facts, and against a count of what is really there."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from accounts.clock import local_day
from cases.facts import case_facts, day_number
from cases.ledger_access import agencies, row_spec
from cases.models import Case
from cases.procedures import definition_of
from cases.values import to_facts
from workflows.definition import LedgerRow

NOT_FOUND = ("kiểm đếm không thấy", "not found by the count")
NOT_EXPECTED = ("kiểm đếm thấy mà sổ ghi khác", "found, but the ledger says otherwise")
SEPARATORS = str.maketrans("", "", " .-/")


def digest_of(ledger: str, key: str) -> str:
    """Return what stands for a key in the database: however it is spaced or written, and never the value itself."""
    plain = key.translate(SEPARATORS).upper()
    return hashlib.sha256(f"{ledger}:{plain}".encode()).hexdigest()


def rows_in(ledger: str) -> QuerySet[Case]:
    """Return the rows of a ledger, closed ones among them."""
    return Case.objects.filter(procedure=ledger, kind=Case.Kind.ROW)


def row_called(ledger: str, key: str) -> Case | None:
    """Return the row with this id or key: the open one before closed ones, of those the last."""
    return rows_called(ledger, [key]).get(key)


def rows_called(ledger: str, keys: Iterable[str]) -> dict[str, Case]:
    """Return the rows with these ids or keys, each as `row_called` finds it (one statement)."""
    ids = {key: found for key in keys if (found := _as_id(key)) is not None}
    digests = {key: digest_of(ledger, key) for key in keys}  # a key may look like an id: that of a person
    wanted = Q(pk__in=list(ids.values())) | Q(row_key__in=list(digests.values()))
    rows = list(rows_in(ledger).filter(wanted).select_related("unit").order_by("-closed", "created_at"))
    by_id, by_key = {row.pk: row for row in rows}, {row.row_key: row for row in rows}
    said = {key: (by_id.get(ids[key]) if key in ids else None) or by_key.get(digests[key]) for key in digests}
    return {key: row for key, row in said.items() if row is not None}


def _as_id(key: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(key)
    except ValueError:
        return None


def there_on(row: Case, day: dt.date) -> bool:
    """Whether the row stood in the ledger on a day. What it says is what it says now: rows keep no former values."""
    return local_day(row.created_at) <= day and (row.closed_on is None or row.closed_on >= day)


def ledger_facts(row: Case) -> dict[str, Any]:
    """Return a row as CEL of other procedures sees it: its fields, what steps have set, id, state, agency."""
    definition = definition_of(row.definition_id)
    kept = case_facts(definition, row, [])
    own = {name: kept[name] for name in (*row.attributes, "state", "closed", "entered_on") if name in kept}
    named = to_facts(definition.fields, row.dossier)
    bound = row_spec(definition).bound
    given = {"bound_to": named[bound]} if bound is not None and bound in named else {}
    return {**named, **given, **own, "id": str(row.pk), "no": row.code}


def rows_ever_called(ledger: str, key: str) -> list[Case]:
    """Return every row that ever had this key, in the order in which they were opened."""
    return list(rows_in(ledger).filter(row_key=digest_of(ledger, key)).order_by("created_at"))


def held_by(ledger: str, holders: Sequence[str]) -> list[Case]:
    """Return the open rows that belong to these holders, as the ledger's `subject` names them."""
    latest = rows_in(ledger).order_by("-created_at").first()
    subject = row_spec(definition_of(latest.definition_id)).subject if latest is not None else None
    if subject is None or not holders:
        return []
    return list(rows_in(ledger).filter(closed=False, **{f"dossier__{subject}__in": list(holders)}).order_by("pk"))


def standing_of(row: Case) -> dict[str, Any]:
    """Return number, state and whether the thing is where it should be or answered for."""
    settled = row_spec(definition_of(row.definition_id)).settled
    return {"no": row.code, "state": row.state, "settled": row.closed or row.state in settled}


# ----------------------------------------------------------------------------------------------------------- counting
def kept_in(book: Case, ledger: str) -> list[Case]:
    """Return the open rows that the agency of a ledger keeps, in the order of the ledger."""
    if book.unit is None:
        return []
    places = agencies()
    here = [code for code, agency in places.items() if agency == places.get(book.unit.code)]
    rows = rows_in(ledger).filter(closed=False, unit__code__in=here)
    return list(rows.order_by(*order_of(row_spec(definition_of(book.definition_id)))))


def order_of(spec: LedgerRow) -> list[str]:
    """Return by what a ledger lists its rows: fields that it names, then their number."""
    return [*(f"dossier__{name}" for name in spec.order), "case_code"]


def book_over(row: Case) -> Case | None:
    """Return the ledger of a row's agency as a whole, once it was ever counted."""
    places = agencies()
    agency = places.get(row.unit.code, row.unit.code) if row.unit is not None else ""
    key = digest_of(row.procedure, f"book:{agency}")
    return Case.objects.filter(procedure=row.procedure, kind=Case.Kind.BOOK, row_key=key).first()


def to_be_found(row: Case) -> bool | None:
    """Whether a count must find the thing in its place, must not, or either may be (None): by the row's state.

    What has only been entered must be there.
    """
    definition = definition_of(row.definition_id)
    spec = row_spec(definition)
    if row.state in spec.present or row.state == definition.machine.initial.code:
        return True
    return False if row.state in spec.absent else None


def open_differences(rows: Sequence[Case], counted: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Return (path, vi, en) of everything that a count neither finds nor explains; rows by their number."""
    lines = {str(line.get("row", "")).strip(): line for line in counted}
    found = [said for row in rows if (said := _difference(row, lines.get(row.code, {})))]
    known = {row.code for row in rows}
    strange = [line for number, line in lines.items() if number not in known and not _explained(line)]
    return found + [_strange(str(line.get("row", ""))) for line in strange]


def _explained(line: Mapping[str, Any]) -> bool:
    return bool(str(line.get("explanation") or "").strip())


def _difference(row: Case, line: Mapping[str, Any]) -> tuple[str, str, str] | None:
    expected, found = to_be_found(row), line.get("found") is True
    if expected in (None, found) or _explained(line):
        return None
    vi, en = NOT_FOUND if expected else NOT_EXPECTED
    return f"ask.counted.{row.code}", f"Dòng {row.code}: {vi}, chưa giải trình", f"Row {row.code}: {en}, not explained"


def _strange(number: str) -> tuple[str, str, str]:
    shown = number[:40] or "–"
    vi, en = f"Không có dòng {shown} trong sổ, chưa giải trình", f"No row {shown} in the ledger, not explained"
    return "ask.counted", vi, en


def late_since(row: Case) -> str | None:
    """Return the ISO day since when a row is late, None when it is not."""
    late = row_spec(definition_of(row.definition_id)).late
    return row.attributes.get(late) if late is not None else None


def valid_until(row: Case) -> dt.date | None:
    """Return the last day on which the thing is valid."""
    expires = row_spec(definition_of(row.definition_id)).expires
    text = row.dossier.get(expires) if expires is not None else None
    return dt.date.fromisoformat(text) if text else None


def days_left(row: Case, today: dt.date) -> int | None:
    """Return how many calendar days the thing is still valid."""
    last = valid_until(row)
    return day_number(last) - day_number(today) if last is not None else None
