"""What a person may do now, why not, and what a step would make: nothing here changes anything."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from accounts.looking import looking
from accounts.mandates import mandates_between
from accounts.models import Mandate, User
from cases.access import is_applicant, lent_on, roles_on, sees_part
from cases.effects import preview_paper
from cases.errors import InputFaults
from cases.facts import Facts
from cases.ledger_access import is_holder
from cases.models import Case, Part
from cases.procedures import definition_by
from cases.services.applying import enter_move
from cases.services.changes import Limits, as_changed, changeable, on_its_dossier
from cases.services.computing import compute, refresh
from cases.services.filling import due_fields, fill
from cases.services.loading import load_turn, mandated, named_step, no_mandate, parts_of, take_roles
from cases.services.opening import fields_open_to, put_values
from cases.services.papers import jobs_of
from cases.services.taking import attempt_of
from cases.services.turn import Request, Turn
from workflows.definition import Field, Paper, Step
from workflows.engine import Attempt, asked, explain, fire
from workflows.errors import Reason

Wanted = Callable[[Part | None, Step], bool]


def everything(part: Part | None, step: Step) -> bool:
    return True


def no_part(part: Part) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Possible:
    """One step of the case or of a part: possible, or every reason why not; and what it asks."""

    step: Step
    part: Part | None
    allowed: bool
    reasons: tuple[Reason, ...]
    asked: tuple[Field, ...]
    due: tuple[Field, ...]  # fields of the dossier, or of the part, that must be there by this step
    role: str
    recorded: bool
    changes: Limits  # of the dossier, whose change it asks

    @property
    def name(self) -> str:
        """The step as design §9 writes it in one word: `opinion-1.answer` for a part."""
        return f"{self.part.key}.{self.step.name}" if self.part is not None else self.step.name


def possibilities(
    case: Case,
    actor: User,
    now: dt.datetime,
    acting_for: User | None = None,
    *,
    of: Wanted = everything,
    briefly: Callable[[Part], bool] = no_part,
) -> list[Possible]:
    """Return every step that a person can take at all (no automatic ones), in the order of the definition.

    `of`: which steps of which part (None: of the case) are asked about. `briefly`: parts of which only the steps out
    of where they stand that are for the person's roles are looked at; nobody reads there why others are not possible.
    """
    with looking():
        return _possibilities(case, actor, now, acting_for, of, briefly)


def _possibilities(
    case: Case,
    actor: User,
    now: dt.datetime,
    acting_for: User | None,
    of: Wanted,
    briefly: Callable[[Part], bool],
) -> list[Possible]:
    request = Request(case_id=case.pk, name="", actor=actor, now=now, acting_for=acting_for)
    turn = Turn(definition_by(case.definition.hash), case, parts_of(case), now, request)
    if case.kind == Case.Kind.ROW:
        compute(turn)
    else:
        refresh(turn)
    lent = mandates_between(actor, acting_for, turn.day) if acting_for is not None else None
    seen, dossier = Seen(turn), case.dossier

    def wanted(part: Part | None, step: Step) -> bool:
        return of(part, step) and (part is None or not briefly(part) or _is_next(step, part, turn.roles, lent))

    found = list(_of(seen, None, lent, wanted))
    for part in turn.parts:
        if not part.ended and part.attempt == case.attempt and sees_part(case, part, actor, now):
            turn.request = replace(request, part_key=part.key)
            with on_its_dossier(turn, part):
                found += _of(seen if case.dossier is dossier else Seen(turn), part, lent, wanted)
    return found


def _is_next(step: Step, part: Part, roles: frozenset[str], lent: Sequence[Mandate] | None) -> bool:
    """Whether a step starts from where the part stands and is for one of the roles, or of those that are lent."""
    mine = roles if lent is None else {mandate.role for mandate in lent}
    starts = step.kind == "act" or part.state in step.sources
    return starts and not mine.isdisjoint((*step.by, step.recorded_by))


class Seen:
    """The facts while one looks: nothing changes, so whoever has the same roles sees the same from every part."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self._everywhere: dict[tuple[frozenset[str], str], Facts] = {}
        self._last: tuple[Facts, Part | None, Facts] | None = None

    def of(self, part: Part | None) -> Facts:
        """Return the facts from a part, or from the case, as the person of the turn has them in the present roles."""
        held = self.turn.roles, self.turn.mandate_no
        if held not in self._everywhere:
            self._everywhere[held] = self.turn.facts()
        everywhere = self._everywhere[held]
        if self._last is None or self._last[0] is not everywhere or self._last[1] is not part:
            self._last = everywhere, part, everywhere.of(part)
        return self._last[2]


def dossier_faults(case: Case, actor: User, now: dt.datetime, values: Mapping[str, Any]) -> tuple[Reason, ...]:
    """Return what saving these values would be refused for."""
    request = Request(case_id=case.pk, name="save", actor=actor, now=now)
    turn = Turn(definition_by(case.definition.hash), copy(case), parts_of(case), now, request)
    take_roles(turn, actor, None)
    try:
        put_values(turn, fields_open_to(turn), values)
    except InputFaults as faults:
        return faults.reasons
    return ()


def dossier_preview(case: Case, actor: User, now: dt.datetime, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the dossier as saving these values would leave it, with what is computed; what is wrong is left out."""
    request = Request(case_id=case.pk, name="save", actor=actor, now=now)
    turn = Turn(definition_by(case.definition.hash), copy(case), parts_of(case), now, request)
    take_roles(turn, actor, None)
    with suppress(InputFaults):
        put_values(turn, fields_open_to(turn), values)
    found: Mapping[str, Any] = turn.case.dossier
    return found


def _of(seen: Seen, part: Part | None, lent: Sequence[Mandate] | None, of: Wanted) -> Iterator[Possible]:
    """Yield the steps of a case or part; `lent`: the mandates under which somebody acts for another person."""
    turn = seen.turn
    machine = turn.machine(part)
    turn.roles = roles_on(turn.case, turn.request.actor, turn.now, part)
    steps = [s for s in (*machine.transitions, *machine.acts) if _is_taken(s) and of(part, s)]
    if not steps:
        return
    turn.applies = is_applicant(turn.case, turn.request.actor, turn.now) or is_holder(turn.case, turn.request.actor)
    for step in steps:
        yield _possible(seen, step, part, lent)


def _is_taken(step: Step) -> bool:
    """Whether people take the step at all."""
    return step.when == "manual" and set(step.by) | {step.recorded_by} != {"system", None}


def _possible(seen: Seen, step: Step, part: Part | None, lent: Sequence[Mandate] | None) -> Possible:
    turn = seen.turn
    mandate = _covering(turn, step, lent) if lent is not None else None
    if lent is not None:
        turn.roles = lent_on(turn.case, mandate, turn.now, part) if mandate is not None else frozenset()
        turn.mandate_no = mandate.document_no if mandate is not None else ""
    attempt = _attempt(seen, step, part)
    said = explain(attempt)
    grantor = turn.request.acting_for
    missing = [no_mandate(grantor)] if grantor is not None and mandate is None else []
    due = tuple(due_fields(turn, step, part))
    reasons = (*missing, *said.reasons)
    limits = changeable(turn, step, part) if not reasons else {}
    return Possible(step, part, not reasons, reasons, asked(attempt), due, attempt.role, attempt.recorded, limits)


def _covering(turn: Turn, step: Step, lent: Sequence[Mandate]) -> Mandate | None:
    acts = mandated(step)
    covering = [m for m in lent if any(m.covers(turn.case.procedure, act) for act in acts)]
    return next((m for m in covering if m.role in step.by), covering[0] if covering else None)


def _attempt(seen: Seen, step: Step, part: Part | None) -> Attempt:
    turn, grantor = seen.turn, seen.turn.request.acting_for
    people = {turn.person} | ({str(grantor.pk)} if grantor is not None else set())
    return turn.attempt_on(seen.of(part), step, part, people=frozenset(people))


def preview_step(
    *,
    case_id: uuid.UUID,
    name: str,
    actor: User,
    now: dt.datetime,
    part_id: str | None = None,
    acting_for: User | None = None,
    data: Mapping[str, Any] | None = None,
) -> list[tuple[Paper, bytes]]:
    """Return the .docx (DỰ THẢO) of every paper that the step would prepare, sign or issue; nothing is stored.

    Confirms and a second person's yes are taken as given: one looks before one ticks. Raises what advance_case raises.
    """
    request = Request(
        case_id=case_id, name=name, actor=actor, now=now, part_key=part_id, acting_for=acting_for, data=dict(data or {})
    )
    with transaction.atomic():
        found = _previewed(load_turn(request))
        transaction.set_rollback(True)
    return found


def _previewed(turn: Turn) -> list[tuple[Paper, bytes]]:
    step, part = named_step(turn), turn.part
    agreed, ticked = frozenset({step.cosign}) if step.cosign else None, frozenset(c.code for c in step.confirm)
    with on_its_dossier(turn, part):
        filled = fill(turn, step, part)
        with as_changed(turn, filled.changes):
            move = fire(replace(attempt_of(turn, step, part, filled, agreed), confirms=ticked))
        enter_move(turn, move, part)
        jobs = {job.paper.code: job for job in jobs_of(turn, move, part, filled.ask) if job.paper.rendered}
        return [(job.paper, preview_paper(job)) for job in jobs.values()]
