"""What deserves an auditor's eye, read from the law of the case itself: steps of which its procedure tells the auditor
(late apology, urgent mark, reopening, disposal), signing as a deputy, acts typed in for others, acting for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit.verify import parse
from audit.visible import definition_at
from cases.models import Event
from cases.presentation.words import said
from cases.procedures import current, definition_by
from workflows.definition import Procedure, Step

AUDITOR, DEPUTY, GIVEN_UP = "auditor", "deputy_reason", "delivery_given_up"


def notable_names() -> list[str]:
    """Return the names of steps that may be notable, in every law that is or was in force."""
    found = {GIVEN_UP}
    for row in current().only("hash"):
        found |= {step.name for step in steps_of(definition_by(row.hash)) if _may_be(step)}
    return sorted(found)


def steps_of(definition: Procedure) -> list[Step]:
    """Return every transition and act of a procedure, parts included."""
    machines = [definition.machine, *(part.machine for part in definition.parts)]
    return [step for machine in machines for step in (*machine.transitions, *machine.acts)]


def is_notable(event: Event) -> bool:
    """Whether the event bears a mark."""
    body = parse(bytes(event.body))
    return body is not None and bool(marks_of(body))


def marks_of(body: Mapping[str, Any]) -> list[str]:
    """Return why an event is notable, in the reader's words."""
    found = []
    definition = definition_at(body)
    step = _step(definition, body) if definition is not None else None
    if step is not None and _tells_auditor(step):
        found.append(said("Phải báo người kiểm tra", "The auditor is told"))
    if DEPUTY in body.get("inputs", {}):
        found.append(said("Ký thay, có lý do", "Signed as a deputy, with a reason"))
    if body.get("facts", {}).get("recorded"):
        found.append(said("Ghi nhận văn bản của người khác", "Somebody else's document typed in"))
    if body.get("acting_for"):
        found.append(said("Thay mặt người khác", "Acting for somebody"))
    if body.get("name") == GIVEN_UP:
        found.append(said("Việc gửi đi đã bỏ dở", "A delivery was given up"))
    return found


def _step(definition: Procedure, body: Mapping[str, Any]) -> Step | None:
    kind = (body.get("part") or "").rpartition("-")[0]
    machine = next((p.machine for p in definition.parts if p.code == kind), definition.machine)
    return machine.step(str(body.get("name")))


def _may_be(step: Step) -> bool:
    return _tells_auditor(step) or step.recorded_by is not None or any(f.name == DEPUTY for f in step.ask)


def _tells_auditor(step: Step) -> bool:
    return any(AUDITOR in notice.to for notice in step.notify)
