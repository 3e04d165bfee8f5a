"""Read and lock what a step needs, and re-read what the actor may do: everything here happens after the lock."""

from __future__ import annotations

import uuid

from django.db.models import UUIDField

from accounts.mandates import mandates_between
from accounts.models import User
from cases.access import APPLICANTS, is_applicant, lent_on, may_open, roles_on, sees_part
from cases.errors import CaseChanged, CaseNotFound
from cases.ledger_access import is_holder
from cases.models import Case, Event, Part
from cases.prepared import Asked, Prepared
from cases.procedures import definition_of
from cases.services.computing import compute
from cases.services.events import locked_case
from cases.services.turn import Request, Snapshot, Turn
from workflows.definition import Step
from workflows.errors import Reason, TransitionRefused
from workflows.shapes import near

PARTS = Prepared(lambda: Part.objects.filter(case_id=Asked("case", UUIDField())))


def load_turn(request: Request) -> Turn:
    """Return the turn of a request on its locked case. Raises CaseNotFound, also for what the actor may not see."""
    case = locked_case(request.case_id)
    turn = Turn(definition_of(case.definition_id), case, parts_of(case), request.now, request)
    turn.before = {case.pk: Snapshot.of(case)} | {part.pk: Snapshot.of(part) for part in turn.parts}
    if case.kind == Case.Kind.ROW:
        compute(turn)  # what a row computes hangs on the day and on rows elsewhere
    admit(turn)
    return turn


def admit(turn: Turn) -> None:
    """Set the roles of who takes the turn's step. Raises CaseNotFound for what that person may not see."""
    take_roles(turn, turn.request.actor, turn.request.acting_for)
    _check_visible(turn)


def parts_of(case: Case) -> list[Part]:
    """Return the parts of a case in the order in which they were opened."""
    return sorted(PARTS.rows(case=case.pk), key=lambda p: (p.opened_at, int(p.key.rpartition("-")[2])))


def take_roles(turn: Turn, actor: User | None, acting_for: User | None) -> None:
    """Set the roles of the actor on case and part, or those lent by the mandate of whom the actor acts for.

    Raises TransitionRefused (mandate_ended) when no mandate in force covers the step.
    """
    turn.mandate_no = ""
    if acting_for is None or actor is None:
        turn.roles = roles_on(turn.case, actor, turn.now, turn.part)
        turn.applies = bool(turn.roles & APPLICANTS) or is_holder(turn.case, actor)
        return
    turn.applies = is_applicant(turn.case, actor, turn.now) or is_holder(turn.case, actor)
    acts, given = _acts(turn), mandates_between(actor, acting_for, turn.day)
    covering = [m for m in given if any(m.covers(turn.case.procedure, act) for act in acts)]
    if not covering:
        raise TransitionRefused([no_mandate(acting_for)])
    mandate = next((m for m in covering if m.role in _doers(turn)), covering[0])
    turn.roles = lent_on(turn.case, mandate, turn.now, turn.part)
    turn.mandate_no = mandate.document_no


def named_step(turn: Turn) -> Step:
    """Return the step that the request names. Raises TransitionRefused for a name that the procedure does not have."""
    machine = turn.machine(turn.part)
    step = machine.step(turn.request.name)
    if step is None:
        nearest = near(turn.request.name, [s.name for s in (*machine.transitions, *machine.acts)])
        hint_vi, hint_en = (f"; gần nhất: {nearest}", f"; nearest: {nearest}") if nearest else ("", "")
        raise TransitionRefused(
            [Reason("not_in_state", f"Thủ tục không có bước này{hint_vi}", f"The procedure has no such step{hint_en}")]
        )
    return step


def no_mandate(grantor: User) -> Reason:
    """Return the reason that no mandate of this person covers the step today."""
    return Reason(
        "mandate_ended",
        f"Không có văn bản ủy quyền còn hiệu lực của {grantor} cho việc này",
        f"No mandate of {grantor} in force covers this",
    )


def _acts(turn: Turn) -> list[str]:
    step = turn.machine(turn.part).step(turn.request.name)
    return mandated(step) if step is not None else [turn.request.name]


def _doers(turn: Turn) -> tuple[str, ...]:
    step = turn.machine(turn.part).step(turn.request.name)
    return step.by if step is not None else ()


def mandated(step: Step) -> list[str]:
    """Return what a mandate may name: the step, or a paper that it signs."""
    return [step.name, *step.papers.sign]


def _check_visible(turn: Turn) -> None:
    request, part = turn.request, turn.part
    if request.part_key and part is None:
        raise CaseNotFound(f"{turn.case.code} {request.part_key}")
    if request.actor is None:
        return
    initial = turn.definition.machine.initial.code
    drafted = turn.case.state == initial and not turn.case.in_ledger  # a draft is its filer's alone
    known = turn.applies or (bool(turn.roles) and not drafted)
    seen = known or may_open(turn.case, request.actor, turn.now)
    if not seen or (part is not None and not sees_part(turn.case, part, request.actor, turn.now)):
        raise CaseNotFound(turn.case.pk)


def check_version(turn: Turn) -> None:
    """Refuse a form that was opened before somebody else's change. Raises CaseChanged."""
    record: Case | Part = turn.part if turn.part is not None else turn.case
    expected = turn.request.expected_version
    if expected is None or expected == record.version:
        return
    steps = Event.objects.filter(case=turn.case, kind__in=("transition", "act"))
    if turn.part is not None:
        steps = steps.filter(part_key=turn.part.key)
    raise changed_by(turn, steps.order_by("-seq").first(), record.version)


def changed_by(turn: Turn, last: Event | None, version: int) -> CaseChanged:
    """Return the conflict as people read it: who did what, when."""
    step = step_named(turn, last.name, last.part_key) if last is not None else None
    who = _name(last.actor) if last is not None else ""
    name = last.name if last is not None else ""
    vi, en = (step.vi, step.en) if step is not None else (name, name)
    return CaseChanged(version, who, vi, en, last.at.isoformat() if last is not None else "")


def step_named(turn: Turn, name: str, part_key: str) -> Step | None:
    """Return the step that an event names, None for acts of the engine itself."""
    part = next((p for p in turn.parts if p.key == part_key), None)
    return turn.machine(part).step(name)


def _name(person: str) -> str:
    try:
        return str(User.objects.get(pk=uuid.UUID(person)))
    except (ValueError, User.DoesNotExist):
        return "Hệ thống"
