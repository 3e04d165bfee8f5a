"""Many rows of a ledger at once, out of a sheet: judged first, then all opened in one transaction, or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction

from accounts.clock import local_day
from accounts.models import User
from cases.errors import InputFaults
from cases.ledger_access import row_spec
from cases.procedures import definition_by, in_force
from cases.services.events import id_of
from cases.services.outcome import Outcome
from cases.services.repeats import first_answer, keep_answer, payload_hash
from cases.services.retrying import retried
from cases.services.row_ranges import range_faults
from cases.services.rows import judged_row, written_row
from cases.services.turn import Turn
from cases.services.wake import wake
from workflows.definition import Procedure
from workflows.errors import Reason, TransitionRefused

Values = Mapping[str, Any]


def rows_judged(*, ledger: str, actor: User, now: dt.datetime, rows: Sequence[Values]) -> list[Reason]:
    """Return what stands against opening these rows, by path (rows[3].passport_number); nothing is written.

    Raises ProcedureUnknown.
    """
    keys: set[str] = set()
    reasons: list[Reason] = []
    for number, values in enumerate(rows):
        row, faults = _judged(ledger, actor, values, now, number)
        reasons += faults
        key = row[0].case.row_key if row is not None else ""
        if row is not None and key and key in keys:
            reasons.append(_twice(row[0].definition, number))
        keys.add(key)
    return [*reasons, *range_faults(_definition(ledger, now), rows)]


def open_rows(
    *, ledger: str, actor: User, now: dt.datetime, rows: Sequence[Values], idempotency_key: str | None = None
) -> Outcome:
    """Open all rows; return how the last was opened, or the first answer to this key.

    Raises ProcedureUnknown, KeyReused, InputFaults with every fault of every row: then none is opened.
    """
    sent, operation = payload_hash({"rows": rows}, ledger), f"import:{ledger}"

    def work() -> Outcome:
        with transaction.atomic():
            repeated = first_answer(id_of(actor), operation, idempotency_key, sent)
            if repeated is not None:
                return repeated
            outcome = _opened(ledger, actor, now, rows)
            keep_answer(id_of(actor), operation, idempotency_key, sent, outcome, now)
            return outcome

    try:
        outcome = retried(work)
    except IntegrityError:  # one of the rows, or the same request, at the same moment: the other was first
        outcome = work()
    wake()
    return outcome


def _opened(ledger: str, actor: User, now: dt.datetime, rows: Sequence[Values]) -> Outcome:
    reasons = range_faults(_definition(ledger, now), rows)
    outcome: Outcome | None = None
    for number, values in enumerate(rows):
        row, faults = _judged(ledger, actor, values, now, number)
        reasons += faults
        if row is not None and not reasons:
            outcome = written_row(*row)
    if reasons or outcome is None:
        raise InputFaults(reasons)
    return outcome


def _definition(ledger: str, now: dt.datetime) -> Procedure:
    return definition_by(in_force(ledger, local_day(now)).hash)


def _judged(
    ledger: str, actor: User, values: Values, now: dt.datetime, number: int
) -> tuple[tuple[Turn, dict[str, Any]] | None, list[Reason]]:
    """Return a row that may be opened, or why not, each reason with its place among the rows."""
    try:
        return judged_row(ledger, actor, values, now), []
    except (InputFaults, TransitionRefused) as refused:
        return None, [replace(reason, path=f"rows[{number}].{reason.path}") for reason in refused.reasons]


def _twice(definition: Procedure, number: int) -> Reason:
    name = row_spec(definition).key or ""
    field = definition.field(name)
    vi, en = (field.vi, field.en) if field is not None else (name, name)
    words = f"{vi}: một dòng trên đã có giá trị này", f"{en}: a row above has this value"
    return Reason("row_exists", *words, f"rows[{number}].{name}")
