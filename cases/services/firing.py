"""Links that fire: a step of one case takes a step of the cases that are linked with it, all or none (language §1)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

from django.db.models import Q

from cases.facts import fields_to_stored
from cases.models import Case
from cases.services.linked_events import called
from cases.services.loading import load_turn, named_step, take_roles
from cases.services.turn import Fired, Request, Turn
from workflows.asks import asks_of
from workflows.errors import Reason, TransitionRefused


def fire_linked(turn: Turn, advance: Callable[[Turn], object]) -> None:
    """Take the steps that this turn's links fire, in the same transaction; `advance` carries a loaded turn out.

    Raises TransitionRefused with the reasons of the linked case, named by its code: then neither case has moved.
    """
    for fired in turn.fired:
        for case_id in _meant(turn, fired):
            linked = _loaded(turn, fired, case_id)
            try:
                advance(linked)
            except TransitionRefused as refused:
                raise TransitionRefused([_of(linked.case, reason) for reason in refused.reasons]) from refused


def _meant(turn: Turn, fired: Fired) -> list[uuid.UUID]:
    """Return the matters whose step is fired: those that the link names, else every one that is linked.

    Raises TransitionRefused when the link names a matter that is not there, or closed.
    """
    if fired.named is None:
        return _open_cases(turn, fired.link.procedure)
    found = [case.pk for case in called(fired.named) if case.procedure == fired.link.procedure and not case.closed]
    if not found:
        vi, en = "Không có dòng hoặc hồ sơ còn mở mà bước này cần", "What this step needs is not there, or closed"
        raise TransitionRefused([Reason("link_missing", vi, en)])
    return sorted(found)


def _open_cases(turn: Turn, procedure: str) -> list[uuid.UUID]:
    """The open cases of a procedure linked with this one, whoever opened whom; not those whose step led here.

    In the order of their ids. Two cases that fire each other at once can still knot; PostgreSQL then ends
    one turn, which is begun again (retrying).
    """
    either = Q(linked_from__case=turn.case) | Q(links__other=turn.case)
    found = Case.objects.filter(either, procedure=procedure, closed=False).exclude(pk__in=turn.request.chain)
    return list(found.order_by("pk").values_list("pk", flat=True).distinct())


def _loaded(turn: Turn, fired: Fired, case_id: uuid.UUID) -> Turn:
    """Lock the linked case for whoever took the step here, or for the system where the step there is the system's."""
    request, chain = turn.request, (*turn.request.chain, turn.case.pk)
    linked = load_turn(Request(case_id=case_id, name=fired.link.fires or "", actor=None, now=turn.now, chain=chain))
    step = named_step(linked)
    data = fields_to_stored(asks_of(linked.definition, step), fired.carries)
    linked.request = replace(linked.request, data=data)
    if "system" not in step.by:
        linked.request = replace(linked.request, actor=request.actor, acting_for=request.acting_for)
        take_roles(linked, request.actor, request.acting_for)
    return linked


def _of(case: Case, reason: Reason) -> Reason:
    return replace(reason, vi=f"Hồ sơ liên kết {case.code}: {reason.vi}", en=f"Linked case {case.code}: {reason.en}")
