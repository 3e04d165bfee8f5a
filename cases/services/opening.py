"""Open a case and fill in its dossier: what happens before and beside the steps."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.clock import local_day
from accounts.models import Organisation, User
from cases.access import COUNTER, fills_at_counter, holdings, is_applicant
from cases.errors import InputFaults, ProcedureUnknown
from cases.internal import opening_roles, opens
from cases.models import Case
from cases.procedures import definition_by, in_force
from cases.sections import APPLICANT, FILING
from cases.services.computing import compute, validated
from cases.services.events import Happening, append, id_of
from cases.services.loading import check_version, load_turn
from cases.services.outcome import Outcome, outcome_of
from cases.services.repeats import first_answer, keep_answer, payload_hash
from cases.services.retrying import retried
from cases.services.rows import place_row
from cases.services.turn import Request, Snapshot, Turn
from cases.services.wake import wake
from cases.services.writing import write
from cases.values import clean_fields, shown, with_set_by_steps
from workflows.definition import Field, Procedure
from workflows.errors import Reason, TransitionRefused

SELF: Final = object()  # the applicant is whoever opens the case
TITLED = ("text", "enum")


def open_case(
    *,
    procedure: str,
    actor: User | None,
    now: dt.datetime,
    organisation: Organisation | None = None,
    applicant: User | object | None = SELF,
    values: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
    opened_by: User | None = None,
) -> Outcome:
    """Open a draft of a procedure, with first values of its dossier.

    `applicant` None: filed at the counter for somebody without an account, by an officer of the one-stop unit.
    `actor` None: the system opens a linked case in the name of `opened_by`. Raises ProcedureUnknown, InputFaults,
    TransitionRefused (not one's organisation, not an officer of the counter), KeyReused.
    """
    person = actor if applicant is SELF else applicant
    if person is not None and not isinstance(person, User):
        raise TypeError("applicant")
    sent = payload_hash(
        values or {}, procedure, str(organisation.pk if organisation else ""), str(person.pk if person else "")
    )
    who, operation = id_of(actor), f"open:{procedure}"

    def work() -> Outcome:
        with transaction.atomic():
            repeated = first_answer(who, operation, idempotency_key, sent)
            if repeated is not None:
                return repeated
            outcome = _opened(procedure, actor, person, organisation, values or {}, now, opened_by)
            keep_answer(who, operation, idempotency_key, sent, outcome, now)
            return outcome

    try:
        outcome = retried(work)
    except IntegrityError:  # the same key at the same moment: the other was first
        outcome = work()
    wake()
    return outcome


def _opened(
    procedure: str,
    actor: User | None,
    person: User | None,
    organisation: Organisation | None,
    values: Mapping[str, Any],
    now: dt.datetime,
    opened_by: User | None,
) -> Outcome:
    published = in_force(procedure, local_day(now))
    definition = definition_by(published.hash)
    if definition.kind == "ledger":  # its rows are opened by cases.services.rows
        raise ProcedureUnknown(procedure)
    if definition.kind == "standalone":  # nobody files it: who asks stands in the dossier
        person = organisation = None
    state = definition.machine.initial
    case = Case(
        procedure=procedure,
        definition=published,
        state=state.code,
        clock=state.clock,
        public_status=state.public,
        applicant=person,
        organisation=organisation,
        opened_by=actor or opened_by,
        entered_at=now,
        created_at=now,
        saved_at=now,
    )
    _check_opener(case, definition, actor, now)
    case.save(force_insert=True)
    request = Request(case_id=case.pk, name="open", actor=actor, now=now)
    turn = Turn(definition, case, [], now, request)
    turn.before = {case.pk: Snapshot.of(case)}
    inputs = put_values(turn, definition.fields, values)
    append(
        turn,
        Happening(
            kind="act" if actor else "system", name="open", actor=turn.person, target=state.code, inputs=inputs,
            reads=turn.read,
        ),
    )
    return outcome_of(turn, 1, write(turn))


def _check_opener(case: Case, definition: Procedure, actor: User | None, now: dt.datetime) -> None:
    if actor is None or opens(definition, {held.role for held in holdings(actor, now)}):
        return
    if definition.kind == "standalone":
        raise TransitionRefused([_not_yours(definition)])
    if is_applicant(case, actor, now) and case.applicant_id == actor.pk and _member(case, actor, now):
        return
    if any(held.role == COUNTER for held in holdings(actor, now)):
        return
    raise TransitionRefused(
        [
            Reason(
                "role_missing",
                "Chỉ Bộ phận Một cửa được nộp thay người khác; bạn chỉ nộp cho mình hoặc tổ chức của mình",
                "Only the one-stop unit files for somebody else; you file for yourself or your organisation",
            )
        ]
    )


def _not_yours(definition: Procedure) -> Reason:
    roles = [definition.roles.get(role, {}) for role in sorted(opening_roles(definition))]
    vi, en = (", ".join(role.get(lang, "") for role in roles) for lang in ("vi", "en"))
    return Reason("role_missing", f"Việc nội bộ, chỉ dành cho: {vi}", f"An internal matter, only for: {en}")


def _member(case: Case, actor: User, now: dt.datetime) -> bool:
    if case.organisation_id is None:
        return True
    return is_applicant(Case(organisation_id=case.organisation_id), actor, now)


def save_dossier(
    *, case_id: uuid.UUID, actor: User, now: dt.datetime, values: Mapping[str, Any], expected_version: int | None = None
) -> Outcome:
    """Save values of the dossier, as typed or in stored form; a blank one is taken out.

    The applicant (or the counter) fills a draft; officers fill the fields that later steps require. Raises
    CaseNotFound, CaseChanged, TransitionRefused (not now, not by this person), InputFaults with every fault.
    """
    request = Request(case_id=case_id, name="save", actor=actor, now=now, expected_version=expected_version)

    def work() -> Outcome:
        with transaction.atomic():
            turn = load_turn(request)
            check_version(turn)
            fields = fields_open_to(turn)
            if not fields:
                raise TransitionRefused([_closed_to(turn)])
            inputs = put_values(turn, fields, values)
            what = Happening(
                kind="act", name="save", role=_role(turn), actor=turn.person, inputs=inputs, reads=turn.read
            )
            append(turn, what)
            return outcome_of(turn, turn.events[-1].seq, write(turn))

    outcome = retried(work)
    wake()
    return outcome


def _closed_to(turn: Turn) -> Reason:
    state = turn.definition.machine.state(turn.case.state)
    return Reason(
        "not_in_state",
        f"Hồ sơ ở trạng thái “{state.vi}”: không sửa trực tiếp được; hãy đề nghị thay đổi",
        f"The case is in “{state.en}”: it cannot be edited; propose a change instead",
    )


def _role(turn: Turn) -> str:
    return next(iter(sorted(turn.roles)), "")


def fields_open_to(turn: Turn) -> list[Field]:
    """Return the fields that the actor may fill now: a draft's by who files it, later ones by who handles the case."""
    typed = [f for f in turn.definition.fields if f.computed is None]
    if turn.case.in_ledger:
        return _fields_of_row(turn, typed)
    if turn.case.state == turn.definition.machine.initial.code:
        return [f for f in typed if f.required_from is None] if _writes_draft(turn) else []
    if turn.case.closed or turn.applies or turn.case.attributes.get("signed"):
        return []
    return [f for f in typed if f.required_from is not None and _handles(turn, f)]


def _writes_draft(turn: Turn) -> bool:
    """Whether the actor writes what has not been filed: the filer, the counter, whoever opens such a matter."""
    at_counter = fills_at_counter(turn.case, turn.request.actor, turn.roles)
    return turn.applies or at_counter or opens(turn.definition, turn.roles)


def _fields_of_row(turn: Turn, typed: Sequence[Field]) -> list[Field]:
    """A row is put right by who opens rows until it is first used; after that steps alone change it."""
    spec = turn.definition.row
    if spec is None or turn.case.kind != Case.Kind.ROW or turn.applies:
        return []
    if turn.case.state == turn.definition.machine.initial.code and turn.roles & set(spec.opened_by):
        return [f for f in typed if f.required_from is None]
    return []


def _handles(turn: Turn, field: Field) -> bool:
    step = turn.definition.machine.step(field.required_from or "")
    return step is not None and bool(set(step.by) & turn.roles)


def put_values(turn: Turn, fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Put typed values into the dossier in memory and return what the event commits to. Raises InputFaults."""
    stored, faults = clean_fields(fields, values)
    known = {f.name for f in fields}
    blank = [name for name in values if name in known and name not in stored]
    kept = {name: value for name, value in turn.case.dossier.items() if name not in blank}
    turn.case.dossier = {**kept, **with_set_by_steps(fields, turn.case.dossier, stored)}
    compute(turn)
    faults += validated(turn, frozenset(stored))
    if faults:
        raise InputFaults(faults)
    if turn.case.kind == Case.Kind.ROW:
        place_row(turn)
    name_case(turn.case, turn.definition)
    turn.case.saved_at = turn.now
    return {**stored, **dict.fromkeys(blank)}


def name_case(case: Case, definition: Procedure) -> None:
    """Keep what the queue shows beside the code: the matter, and who asks."""
    wanted = sorted((f for f in definition.fields if _names_matter(f)), key=lambda f: TITLED.index(f.base))
    titles = (shown(f, case.dossier[f.name], "vi") for f in wanted if f.name in case.dossier)
    case.title = next(titles, "")[:300]
    case.applicant_name = str(case.dossier.get("applicant_name", ""))[:200]


def _names_matter(field: Field) -> bool:
    filer = field.name.startswith(APPLICANT) or field.name in FILING
    plain = not (field.personal or field.sensitive or field.visible_to or filer)
    return plain and field.base in TITLED and field.required is True and field.required_from is None
