"""Where in a case a file may be put now, and by whom: a component of the dossier, or what a step asks for."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.mandates import mandates_covering
from cases.access import ASKED, COUNTER, fills_at_counter, lent_on, roles_on
from cases.errors import FileRefused
from cases.files.checking import Allowed
from cases.internal import opening_roles
from cases.models import Part
from cases.services.turn import Turn
from workflows.asks import asks_of
from workflows.definition import Field, Step
from workflows.errors import Reason, TransitionRefused

APPLICANT = "applicant"
SUPPLEMENT = "supplement"
ASKED_FILE = Allowed(("pdf", "docx", "xlsx", "jpg", "png"), 20)


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of file that the person may put in now."""

    kind: str  # the code of a component, or ask:<name>
    allowed: Allowed
    role: str  # in which the person puts it in
    sensitive: bool
    dossier: bool  # a component: its coming and going changes what others have read of the case
    part: Part | None = None


def place_of(turn: Turn, kind: str) -> Place:
    """Return the place of a kind. Raises FileRefused (no such place), TransitionRefused (not now, not this person)."""
    component = next((a for a in turn.definition.attachments if a.code == kind), None)
    if component is not None:
        role = _filing_role(turn)
        if not role:
            raise TransitionRefused([_closed_to(turn)])
        return Place(kind, Allowed(component.types, component.max_mb), role, component.sensitive, dossier=True)
    return _asked_place(turn, kind)


def _filing_role(turn: Turn) -> str:
    """A draft is open to who files it; a filed case again while a supplement is asked, at the counter too."""
    draft = turn.case.state == turn.definition.machine.initial.code
    if not draft and not any(p.kind == SUPPLEMENT and _is_open(turn, p) for p in turn.parts):
        return ""
    if turn.applies:
        return APPLICANT
    if draft and (opening := opening_roles(turn.definition) & turn.roles):
        return min(opening)
    at_counter = fills_at_counter(turn.case, turn.request.actor, turn.roles) if draft else COUNTER in turn.roles
    return COUNTER if at_counter else ""


def _is_open(turn: Turn, part: Part) -> bool:
    return not (part.closed or part.ended) and part.attempt == turn.case.attempt


def _asked_place(turn: Turn, kind: str) -> Place:
    name = kind.removeprefix(ASKED) if kind.startswith(ASKED) else ""
    named = turn.request.part_key is not None
    records = [turn.part] if named else [None, *(p for p in turn.parts if _is_open(turn, p))]
    known = False
    for part in records:
        for field, step in _asking(turn, part, name):
            known = True
            if role := _taker(turn, part, step):
                return Place(kind, ASKED_FILE, role, field.sensitive, dossier=False, part=part)
    if not known:
        vi, en = "Hồ sơ này không có chỗ cho loại tệp đó", "This case has no place for such a file"
        raise FileRefused(Reason("file_kind", vi, en, "kind"))
    raise TransitionRefused([_closed_to(turn)])


def _asking(turn: Turn, part: Part | None, name: str) -> Iterator[tuple[Field, Step]]:
    """Yield the steps that take a file of this name: asked at the step, or a field that is due at it."""
    machine = turn.machine(part)
    owned = turn.definition.part(part.kind).fields if part is not None else turn.definition.fields
    for step in (*machine.transitions, *machine.acts):
        due = [f for f in owned if f.required_from in (None, step.name)]
        for field in _files(turn, step, due):
            if field.name == name:
                yield field, step


def _files(turn: Turn, step: Step, due: list[Field]) -> Iterator[Field]:
    asked = asks_of(turn.definition, step, recorded=step.recorded_by is not None)
    for field in (*asked, *due):
        if field.base == "file":
            yield field
        yield from (column for column in field.columns if column.base == "file")


def _taker(turn: Turn, part: Part | None, step: Step) -> str:
    """Return the role, own or lent by a mandate, in which the person may take a step that the record waits for."""
    record, actor = part if part is not None else turn.case, turn.request.actor
    if actor is None or (step.kind == "transition" and record.state not in step.sources):
        return ""
    lent = mandates_covering(actor, turn.case.procedure, step.name, turn.day)
    here = [roles_on(turn.case, actor, turn.now, part), *(lent_on(turn.case, m, turn.now, part) for m in lent)]
    taken = next((found for roles in here if (found := {*step.by, step.recorded_by} & roles)), {""})
    return str(min(taken, key=str))


def _closed_to(turn: Turn) -> Reason:
    state = turn.definition.machine.state(turn.case.state)
    return Reason(
        "not_in_state",
        f"Hồ sơ ở trạng thái “{state.vi}”: bạn không nộp hoặc bỏ loại tệp này được vào lúc này",
        f"The case is in “{state.en}”: you cannot add or remove such a file now",
    )
