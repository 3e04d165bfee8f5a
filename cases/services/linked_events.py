"""An event of a row of a ledger counts as an event of the cases that are linked with it (language §1, ADR 0019).

Told through the outbox: the row's step locks the row alone. Were the linked case locked in the same transaction, a
step of that case which fires one of the row would lock them the other way round; and a fault in what the case does by
itself would keep a passport out of the safe.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Q

from cases.effects import Effect
from cases.models import Case, LinkedCase
from cases.services.turn import Turn

LINKED_EVENT = "linked_event"


def promise_to_linked(turn: Turn) -> None:
    """Promise every open case that is linked with this row to look again; one statement, rows alone."""
    if turn.case.kind != Case.Kind.ROW or not turn.events:
        return
    either = Q(linked_from__case=turn.case) | Q(links__other=turn.case)
    found = Case.objects.filter(either, kind=Case.Kind.CASE, closed=False).order_by("pk").distinct()
    for case_id in found.values_list("pk", flat=True):
        turn.promise(LINKED_EVENT, {"case": str(case_id)}, tag=str(case_id))


def tell_linked(effect: Effect) -> None:
    """Take the automatic steps that the row's event has made possible in the linked case; again changes nothing."""
    from cases.services.advance import run_autos_after  # noqa: PLC0415  # the writer of turns asks this module

    case_id = uuid.UUID(effect.payload["case"])
    with transaction.atomic(durable=True):
        if Case.objects.filter(pk=case_id, closed=False).exists():
            run_autos_after(case_id, effect.now)


def link_with(turn: Turn, kind: str, named: object) -> None:
    """Link this case or row with those that are named by id or code; who is not there, or linked already, is left."""
    for other in called(named):
        there = LinkedCase.objects.filter(
            Q(case=turn.case, other=other) | Q(case=other, other=turn.case), kind=kind, status=LinkedCase.Status.LINKED
        )
        if other.pk != turn.case.pk and not there.exists():
            LinkedCase.objects.create(
                kind=kind, case=turn.case, other=other, procedure=other.procedure,
                status=LinkedCase.Status.LINKED, created_at=turn.now,
            )  # fmt: skip


def called(named: object) -> list[Case]:
    """Return the cases and rows of an id or code, or of a list of them; nothing of what is not there."""
    wanted = [str(one) for one in named] if isinstance(named, list | tuple) else [str(named)]
    names = [text for text in wanted if text]
    ids = [found for text in names if (found := _uuid(text)) is not None]
    return list(Case.objects.filter(Q(pk__in=ids) | Q(case_code__in=names) | Q(submission_code__in=names)))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
