"""The life of a co-signature: proposed by one; agreed by another (then the step fires), declined, or taken back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from accounts.models import User
from cases.models import Case, Event, Part
from cases.services.events import Happening, append, id_of
from cases.services.filling import RESERVED, Filled
from cases.services.loading import take_roles
from cases.services.turn import Turn
from workflows.definition import Step
from workflows.engine import Move
from workflows.errors import Reason, TransitionRefused

AGREE, DECLINE, TAKE_BACK = "agree", "decline", "take_back"
ACTS = (AGREE, DECLINE, TAKE_BACK)
SUFFIX = {AGREE: "agreed", DECLINE: "declined", TAKE_BACK: "taken_back"}
Taker = Callable[..., Event]


def propose(turn: Turn, part: Part | None, move: Move, filled: Filled) -> Event:
    """Append `<name>.proposed`: asks and confirms are kept, the state stays, one proposal at a time."""
    record: Case | Part = part if part is not None else turn.case
    if record.proposal is not None:
        raise TransitionRefused([_pending()])
    event = append(
        turn,
        Happening(
            kind="act",
            name=f"{move.step.name}.proposed",
            role=move.role,
            part_key=part.key if part is not None else "",
            source=move.source,
            target=move.source,
            actor=id_of(turn.actor),
            inputs=filled.inputs,
            acting_for=str(turn.request.acting_for.pk) if turn.request.acting_for else "",
            confirms=turn.request.confirms,
        ),
    )
    kept = {name: value for name, value in turn.request.data.items() if name in RESERVED}
    record.proposal = {
        "name": move.step.name,
        "by": turn.person,
        "data": {**filled.ask, **kept},
        "seq": event.seq,
        "acting_for": str(turn.request.acting_for.pk) if turn.request.acting_for else "",
        "at": turn.now.isoformat(),
    }
    return event


def _pending() -> Reason:
    return Reason("cosign_pending", "Đang chờ người thứ hai đồng ý", "The yes of a second person is awaited")


def answers(turn: Turn) -> bool:
    """Whether the request answers a pending proposal, not a step of that name."""
    record: Case | Part = turn.part if turn.part is not None else turn.case
    name = turn.request.name
    return name in ACTS and record.proposal is not None and turn.machine(turn.part).step(name) is None


def answer(turn: Turn, taken: Taker) -> int:
    """Agree, decline or take back; `taken` takes the proposed step. Returns the seq of the event that counts.

    Raises TransitionRefused for the first person's own yes, a role missing, a reason missing.
    """
    record: Case | Part = turn.part if turn.part is not None else turn.case
    proposal: dict[str, Any] = record.proposal or {}
    step = turn.machine(turn.part).step(proposal["name"])
    if step is None:
        raise TransitionRefused([_pending()])
    _check_person(turn, step, proposal)
    event = append(turn, _said(turn, step))
    record.proposal = None
    if turn.request.name != AGREE:
        return event.seq
    return _agreed(turn, step, proposal, taken).seq


def _said(turn: Turn, step: Step) -> Happening:
    reason = turn.request.data.get("reason")
    return Happening(
        kind="act",
        name=f"{step.name}.{SUFFIX[turn.request.name]}",
        role=_role(turn, step),
        part_key=turn.part.key if turn.part is not None else "",
        actor=turn.person,
        inputs={"reason": str(reason)} if reason else {},
    )


def _role(turn: Turn, step: Step) -> str:
    held = (step.cosign or "",) if turn.request.name != TAKE_BACK else step.by
    return next((role for role in held if role in turn.roles), "")


def _check_person(turn: Turn, step: Step, proposal: dict[str, Any]) -> None:
    first, name = turn.person == proposal["by"], turn.request.name
    reasons = []
    if name == TAKE_BACK and not first:
        reasons.append(
            Reason("role_missing", "Chỉ người đề nghị được rút lại", "Only the person who proposed may take it back")
        )
    if name != TAKE_BACK and first:
        reasons.append(
            Reason("separation_of_duties", "Người thứ hai phải là người khác", "The second person is never the first")
        )
    if name != TAKE_BACK and step.cosign not in turn.roles:
        label = turn.definition.roles.get(step.cosign or "", {})
        reasons.append(
            Reason("role_missing", f"Việc của: {label.get('vi', '')}", f"This is for: {label.get('en', '')}")
        )
    if name == DECLINE and not str(turn.request.data.get("reason") or "").strip():
        reasons.append(Reason("ask_missing", "Chưa nhập: Lý do", "Missing: Reason", "ask.reason"))
    if reasons:
        raise TransitionRefused(reasons)


def _agreed(turn: Turn, step: Step, proposal: dict[str, Any], taken: Taker) -> Event:
    """Take the step as its proposer, as of now, all guards judged anew for both persons."""
    second, roles = turn.person, turn.roles
    grantor = User.objects.filter(pk=uuid.UUID(proposal["acting_for"])).first() if proposal["acting_for"] else None
    proposer = User.objects.get(pk=uuid.UUID(proposal["by"]))
    turn.request = replace(
        turn.request,
        name=step.name,
        actor=proposer,
        acting_for=grantor,
        data=proposal["data"],
    )
    take_roles(turn, proposer, grantor)
    return taken(turn, step, turn.part, agreed=roles, second=second)
