"""Rows of a ledger, and the ledger of an agency: opened, placed under their agency, numbered; never filed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction

from accounts.clock import local_day
from accounts.models import OrgUnit, User
from cases.access import holdings
from cases.completeness import requirement
from cases.errors import InputFaults, ProcedureUnknown
from cases.facts import Facts
from cases.ledger_access import agencies, ledgers, roles_on_row, row_spec
from cases.ledger_rows import digest_of, rows_in
from cases.models import Case, Counter
from cases.procedures import definition_by, hash_of, in_force
from cases.services.computing import compute
from cases.services.events import Happening, append, id_of
from cases.services.filling import person_of
from cases.services.outcome import Outcome, outcome_of
from cases.services.repeats import first_answer, keep_answer, payload_hash
from cases.services.retrying import retried
from cases.services.row_ranges import range_faults
from cases.services.turn import Request, Snapshot, Turn
from cases.services.wake import wake
from cases.services.writing import write
from cases.values import missing_fields
from workflows.calendar import Calendar
from workflows.definition import Procedure
from workflows.errors import Reason, TransitionRefused

OPEN = "open"
Filler = Callable[[Turn], Mapping[str, Any]]


def open_row(
    *,
    ledger: str,
    actor: User | None,
    now: dt.datetime,
    values: Mapping[str, Any],
    idempotency_key: str | None = None,
    opened_by: User | None = None,
) -> Outcome:
    """Open a row with its values, complete; `actor` None: the system, in the name of `opened_by`.

    A person opens rows of the own agency alone. Raises ProcedureUnknown, InputFaults (missing, invalid, `row_exists`
    when an open row has the same key), TransitionRefused (role_missing), KeyReused.
    """
    sent, who, operation = payload_hash(values, ledger), id_of(actor), f"open:{ledger}"

    def work() -> Outcome:
        with transaction.atomic():
            repeated = first_answer(who, operation, idempotency_key, sent)
            if repeated is not None:
                return repeated
            outcome = _opened(ledger, actor, values, now, opened_by)
            keep_answer(who, operation, idempotency_key, sent, outcome, now)
            return outcome

    try:
        outcome = retried(work)
    except IntegrityError:  # the same row, or the same request, at the same moment: the other was first
        outcome = work()
    wake()
    return outcome


def _opened(
    ledger: str, actor: User | None, values: Mapping[str, Any], now: dt.datetime, opened_by: User | None
) -> Outcome:
    turn, inputs = judged_row(ledger, actor, values, now, opened_by)
    crossing = range_faults(turn.definition, [turn.case.dossier])
    if crossing:
        raise InputFaults([replace(reason, path=reason.path.removeprefix("rows[0].")) for reason in crossing])
    return written_row(turn, inputs)


def judged_row(
    ledger: str, actor: User | None, values: Mapping[str, Any], now: dt.datetime, opened_by: User | None = None
) -> tuple[Turn, dict[str, Any]]:
    """Return a row that may be opened, not written yet, and its inputs. Raises what `open_row` raises."""
    from cases.services.opening import put_values  # noqa: PLC0415  # it places rows with what stands here

    turn = _begun(ledger, Case.Kind.ROW, actor or opened_by, actor, now)
    inputs = put_values(turn, [f for f in turn.definition.fields if f.required_from is None], values)
    _check_complete(turn)
    _check_opener(turn)
    return turn, inputs


def written_row(turn: Turn, inputs: Mapping[str, Any]) -> Outcome:
    """Number a judged row and write it."""
    turn.case.case_code = _next_number(turn)
    return _written(turn, inputs)


def _begun(ledger: str, kind: str, opener: User | None, actor: User | None, now: dt.datetime) -> Turn:
    published = in_force(ledger, local_day(now))
    definition = definition_by(published.hash)
    if definition.kind != "ledger":
        raise ProcedureUnknown(ledger)
    state = definition.machine.initial
    case = Case(
        kind=kind, procedure=ledger, definition=published, state=state.code, clock=state.clock,
        public_status=None, opened_by=opener, entered_at=now, created_at=now, saved_at=now,
    )  # fmt: skip
    request = Request(case_id=case.pk, name=OPEN, actor=actor, now=now)
    return Turn(definition, case, [], now, request)


def _written(turn: Turn, inputs: Mapping[str, Any]) -> Outcome:
    turn.case.save(force_insert=True)
    turn.before = {turn.case.pk: Snapshot.of(turn.case)}
    kind = "act" if turn.request.actor else "system"
    happening = Happening(kind=kind, name=OPEN, actor=turn.person, target=turn.case.state, inputs=inputs)
    append(turn, happening)
    return outcome_of(turn, 1, write(turn))


def _check_complete(turn: Turn) -> None:
    facts: Facts = turn.facts(system=True)
    lookups = turn.lookups(turn.definition.machine.transitions[0], facts, frozenset())
    fields = turn.definition.fields
    missing = missing_fields(fields, turn.case.dossier, requirement(fields, OPEN, facts, lookups))
    if missing:
        raise InputFaults(missing)


def _check_opener(turn: Turn) -> None:
    actor = turn.request.actor
    if actor is None:
        return
    opened_by = row_spec(turn.definition).opened_by
    if not roles_on_row(holdings(actor, turn.now), turn.case, actor) & set(opened_by):
        raise TransitionRefused([_not_yours(turn.definition, opened_by)])


def _not_yours(definition: Procedure, opened_by: tuple[str, ...]) -> Reason:
    vi = ", ".join(definition.roles.get(role, {}).get("vi", role) for role in opened_by)
    en = ", ".join(definition.roles.get(role, {}).get("en", role) for role in opened_by)
    words = f"Chỉ {vi} của chính cơ quan quản lý được thêm dòng", f"Only for: {en} of the keeping agency"
    return Reason("role_missing", *words, row_spec(definition).agency)


def _next_number(turn: Turn) -> str:
    """Take the next running number of the ledger; the last thing before the row is written (lock order)."""
    counter, _ = Counter.objects.select_for_update().get_or_create(name=f"ledger:{turn.definition.procedure}")
    counter.value += 1
    counter.save(update_fields=["value"])
    return f"{row_spec(turn.definition).number}-{counter.value:05d}"


def place_row(turn: Turn) -> None:
    """Keep what follows from a row's values: its agency, its holder, its key. Raises InputFaults for a key taken."""
    spec, case = row_spec(turn.definition), turn.case
    case.unit = OrgUnit.objects.filter(code=case.dossier.get(spec.agency, "")).order_by("-valid_from").first()
    case.holder = _holder(turn, spec.holder)
    key = case.dossier.get(spec.key) if spec.key is not None else None
    case.row_key = digest_of(case.procedure, str(key)) if key is not None else ""
    same = rows_in(case.procedure).filter(row_key=case.row_key).exclude(pk=case.pk)
    if spec.range is None:  # a thing may come back; a number out of a range stands for one thing for ever
        same = same.filter(closed=False)
    if spec.key is not None and key is not None and same.exists():
        raise InputFaults([_taken(turn.definition, spec.key)])


def _holder(turn: Turn, name: str | None) -> User | None:
    """Return the holder's account, typed as an id or e-mail address. Raises InputFaults for nobody's."""
    typed = turn.case.dossier.get(name) if name is not None else None
    if name is None or typed is None:
        return None
    found = person_of(str(typed))
    if found is None:
        raise InputFaults([Reason("no_such_person", "Không có người này", "There is no such person", name)])
    turn.case.dossier = {**turn.case.dossier, name: str(found.pk)}
    return found


def _taken(definition: Procedure, name: str) -> Reason:
    """Say that the key is taken without saying by which row: it may be another agency's."""
    field = definition.field(name)
    vi, en = (field.vi, field.en) if field is not None else (name, name)
    words = f"{vi}: trong sổ đã có một dòng còn mở với giá trị này", f"{en}: an open row has this value already"
    if row_spec(definition).range is not None:
        words = f"{vi}: số này đã vào sổ, không dùng lại", f"{en}: this number was entered before and is not used again"
    return Reason("row_exists", *words, name)


def book_of(ledger: str, agency: str, now: dt.datetime, opener: User) -> Case:
    """Return the ledger of an agency as a whole, made by the system at its first use: its counts are its history.

    Raises ProcedureUnknown when there is no such ledger.
    """
    code = agencies().get(agency, agency)
    key = digest_of(ledger, f"book:{code}")
    books = Case.objects.filter(procedure=ledger, kind=Case.Kind.BOOK, row_key=key).select_related("unit", "definition")
    found = books.first()
    if found is not None:
        return found
    if ledger not in ledgers():
        raise ProcedureUnknown(ledger)
    try:
        with transaction.atomic():
            _open_book(ledger, code, key, now, opener)
    except IntegrityError:  # somebody else was first
        pass
    return books.get()


def _open_book(ledger: str, agency: str, key: str, now: dt.datetime, opener: User) -> None:
    turn = _begun(ledger, Case.Kind.BOOK, opener, None, now)
    turn.case.unit = OrgUnit.objects.filter(code=agency).order_by("-valid_from").first()
    turn.case.row_key, turn.case.title = key, turn.definition.vi[:300]
    turn.case.case_code = f"{row_spec(turn.definition).number}-{agency}".upper()[:60]
    turn.case.dossier = {row_spec(turn.definition).agency: agency}
    _written(turn, {})


def as_of(row: Case, now: dt.datetime, calendar: Calendar | None = None) -> Case:
    """Return the row with what it computes as of now, in memory alone: days late go on while nobody acts.

    `calendar`: for many rows, read once. A closed row says what it said when it was closed.
    """
    if row.kind == Case.Kind.ROW and not row.closed:
        request = Request(row.pk, "", None, now)
        compute(Turn(definition_by(hash_of(row.definition_id)), row, [], now, request, read_calendar=calendar))
    return row
