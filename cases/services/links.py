"""A link that a step has promised: open the linked case in the other procedure, once that procedure is published."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.clock import local_day
from cases.effects import Effect
from cases.errors import DeliveryImpossible, DeliveryPostponed, InputFaults, ProcedureUnknown
from cases.facts import fields_to_stored
from cases.models import Case, LinkedCase, OutboxEntry, Task
from cases.procedures import definition_by, in_force
from cases.services.advance import run_autos_after
from cases.services.events import Happening, append_alone, locked_case
from cases.services.opening import open_case
from cases.services.rows import open_row
from cases.services.tasks import LINK_PENDING

LINKED = "link"
OFFICER = "specialist"  # whoever handles the case follows up what it leads to
LOOK_AGAIN = dt.timedelta(days=30)  # a publication calls what waits for it; this finds what no call has reached


def open_linked(effect: Effect) -> None:
    """Open the linked case, as the system, for the same applicant; the source case says so in its history.

    While the other procedure is not published the link stays pending, with a task for the officer of the case.
    Raises DeliveryPostponed then; DeliveryImpossible when what the link carries does not fit the other dossier.
    """
    if not _opened(effect):
        raise DeliveryPostponed("procedure_not_published", until=effect.now + LOOK_AGAIN)


def call_links(procedure: str, at: dt.datetime) -> None:
    """Let the links that wait for a procedure be opened from `at` on: its first version is the law then."""
    waiting = LinkedCase.objects.filter(procedure=procedure, status=LinkedCase.Status.PENDING)
    undone = OutboxEntry.objects.filter(kind=LINKED, done_at=None, dead_at=None)
    undone.filter(payload__link__in=list(waiting.values_list("pk", flat=True))).update(due=at)


@transaction.atomic(durable=True)
def _opened(effect: Effect) -> bool:
    if effect.case_id is None:
        raise DeliveryImpossible("link_missing")
    case = locked_case(effect.case_id)
    link = LinkedCase.objects.filter(pk=effect.payload["link"], case=case).first()
    if link is None:
        raise DeliveryImpossible("link_missing")
    if link.other_id is not None:
        return True
    try:
        _open(case, link, effect.now)
    except ProcedureUnknown:
        _ask_officer(case, effect.now)
        return False
    _settle(case, effect.now)
    return True


def _open(case: Case, link: LinkedCase, now: dt.datetime) -> None:
    definition = definition_by(in_force(link.procedure, local_day(now)).hash)
    values = fields_to_stored(definition.fields, link.carries)
    try:
        if definition.kind == "ledger":
            outcome = open_row(ledger=link.procedure, actor=None, opened_by=case.opened_by, now=now, values=values)
        else:
            outcome = open_case(
                procedure=link.procedure, actor=None, opened_by=case.opened_by, now=now, applicant=case.applicant,
                organisation=case.organisation, values=values,
            )  # fmt: skip
    except InputFaults as faults:
        names = ", ".join(sorted(reason.path for reason in faults.reasons))
        raise DeliveryImpossible(f"carries: {names}") from faults
    link.other, link.status = outcome.case, LinkedCase.Status.LINKED
    link.save(update_fields=["other", "status"])
    what = Happening(kind="system", name=LINKED, facts={"link": link.kind, "case": str(outcome.case.pk)})
    append_alone(case, what, now)
    run_autos_after(case.pk, now)


def _ask_officer(case: Case, now: dt.datetime) -> None:
    if Task.objects.filter(case=case, state=LINK_PENDING, done_at=None).exists():
        return
    unit = case.unit.code if case.unit is not None else ""
    Task.objects.create(
        case=case, state=LINK_PENDING, role=OFFICER, unit_code=unit, assignee=case.assignee, urgent=case.urgent,
        opened_at=now,
    )  # fmt: skip


def _settle(case: Case, now: dt.datetime) -> None:
    """Close the task once no link of the case is pending any more."""
    if not LinkedCase.objects.filter(case=case, status=LinkedCase.Status.PENDING).exists():
        Task.objects.filter(case=case, state=LINK_PENDING, done_at=None).update(done_at=now)
