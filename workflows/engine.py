"""The engine: what is possible on a case or part, why not, and what a step changes. Pure; holds nothing.

`transitions` runs the state machines; this is the only module that imports it. One immutable Machine per
machine of a definition, fired on a throw-away cursor (7 µs, thread-safe): never add_model, never queued,
never callback strings from data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from transitions import EventData, Machine, MachineError

import workflows.guards_of_forms  # registers the built-in that asks for the form
import workflows.guards_of_money  # registers the built-ins of amounts
import workflows.guards_of_tables  # registers the built-ins that ask declared tables
import workflows.ledger_guards  # noqa: F401  # registers the built-ins that ask a ledger
from workflows.asks_now import asks_now
from workflows.definition import RETURN, ROW_NO, Notice, Procedure, Step
from workflows.definition import Machine as Definition
from workflows.errors import CannotBeJudged, Reason, TransitionRefused
from workflows.expressions import compiled
from workflows.guards import Question, judge
from workflows.lookups import Lookups
from workflows.roots import Beside

MAX_AUTOS = 12  # a chain longer than this is a fault of the definition that the proof should have found


@dataclass(slots=True)
class Cursor:
    """The throw-away object that a machine is fired on."""

    state: str
    return_state: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody wants to take a step: on the case (`part_kind` None) or on a part."""

    procedure: Procedure
    step: Step
    facts: Mapping[str, Any]  # roots of CEL
    lookups: Lookups
    roles: frozenset[str]  # held on this case by the actor, or lent by a mandate
    part_kind: str | None = None
    return_state: str = ""
    ask: Mapping[str, Any] = field(default_factory=dict)  # facts form
    confirms: frozenset[str] = frozenset()
    ask_faults: Sequence[Reason] = ()
    people: frozenset[str] = frozenset()  # actor, grantor and recorded person: whom four eyes counts
    agreed_by: frozenset[str] | None = None  # roles of the second person, when the step is co-signed

    @property
    def scope(self) -> str:
        return "part" if self.part_kind else "case"

    @property
    def state(self) -> str:
        found: str = self.facts[self.scope]["state"]
        return found

    @property
    def recorded(self) -> bool:
        """Whether the act of the paper's own signer, or of an outside body, is typed in by another role."""
        by = self.step.recorded_by
        return by is not None and by in self.roles and (by in self.step.by or not self.roles & set(self.step.by))

    @property
    def role(self) -> str:
        """The role in which the step is taken."""
        if self.recorded:
            return self.step.recorded_by or ""
        return next((r for r in self.step.by if r in self.roles), "")


@dataclass(frozen=True, slots=True)
class PartOpening:
    kind: str
    fields: Mapping[str, Any]  # facts form


@dataclass(frozen=True, slots=True)
class Move:
    """What a step changes; cases.services carries it out."""

    step: Step
    source: str
    target: str
    role: str
    recorded: bool
    proposed: bool  # a co-sign is awaited: nothing moves yet
    sets: Mapping[str, Any]  # attribute of the case or field of the part -> value in facts form, None removes
    close: tuple[str, ...]
    open: tuple[PartOpening, ...]
    notify: tuple[Notice, ...]  # those whose condition holds on the facts before the step
    reads: Mapping[str, int]
    counted: int | None = None  # how many things the step takes in or pays out money for


@dataclass(frozen=True, slots=True)
class Possibility:
    """One step as `explain` shows it: possible, or every reason why not."""

    step: Step
    part_kind: str | None
    allowed: bool
    reasons: tuple[Reason, ...]


def fire(attempt: Attempt) -> Move:
    """Judge the attempt and return what it changes. Raises TransitionRefused with all reasons."""
    reasons = list(refusals(attempt))
    if reasons:
        raise TransitionRefused(reasons)
    proposed = attempt.step.cosign is not None and attempt.agreed_by is None
    target = attempt.state if proposed else _target(attempt)
    return Move(
        step=attempt.step,
        source=attempt.state,
        target=target,
        role=attempt.role,
        recorded=attempt.recorded,
        proposed=proposed,
        sets={} if proposed else _sets(attempt),
        close=attempt.step.close,
        open=() if proposed else tuple(_openings(attempt)),
        notify=tuple(n for n in attempt.step.notify if n.if_ is None or _holds(attempt, n.if_)),
        reads=dict(attempt.lookups.reads),
        counted=_counted(attempt),
    )


def _counted(attempt: Attempt) -> int | None:
    """What `count` of `money` says before the step: what is still due is due no more when it is paid."""
    name = attempt.step.money.count if attempt.step.money is not None else None
    found: int | None = attempt.facts["dossier"].get(name) if name is not None else None
    return found


def explain(attempt: Attempt) -> Possibility:
    """Say whether the step is possible now, leaving out what is only known when it is filled in."""
    reasons = tuple(refusals(attempt, filled=False))
    return Possibility(attempt.step, attempt.part_kind, not reasons, reasons)


def refusals(attempt: Attempt, *, filled: bool = True) -> Iterator[Reason]:
    """Yield every reason against the attempt; `filled` false leaves out asks, confirms and what reads them."""
    yield from state_reasons(attempt)
    yield from _role_reasons(attempt)
    if filled:
        yield from attempt.ask_faults
        yield from _ask_reasons(attempt)
        yield from _confirm_reasons(attempt)
        yield from _due_reasons(attempt)
    question = _question(attempt)
    for guard in attempt.step.require:
        yield from judge(guard, question, filled=filled)
    yield from _duty_reasons(attempt)
    yield from _paper_reasons(attempt)


def _question(attempt: Attempt) -> Question:
    return Question(
        attempt.procedure, attempt.step, attempt.facts, attempt.lookups, attempt.people, attempt.recorded
    )


def asked(attempt: Attempt) -> tuple[Any, ...]:
    """Return the fields that this attempt asks: number and day only of papers that it may issue."""
    return asks_now(attempt.procedure, attempt.step, attempt.facts, attempt.lookups, recorded=attempt.recorded)


# ---------------------------------------------------------------------------------------------- reasons
def state_reasons(attempt: Attempt) -> Iterator[Reason]:
    step = attempt.step
    if step.kind == "transition" and attempt.state not in step.sources:
        yield Reason(
            "not_in_state",
            "Bước này không thực hiện được ở trạng thái hiện tại",
            "This step is not possible in the present state",
        )
    if not attempt.part_kind and (step.of == "ledger") != bool(attempt.facts["case"].get("book")):
        words = "Việc này là của cả sổ, hoặc của từng dòng", "This is for the whole ledger, or for a row"
        yield Reason("not_in_state", *words)
    if attempt.part_kind and attempt.facts["part"].get("ended"):
        yield Reason("not_in_state", "Phần việc đã kết thúc", "The part has ended")
    if step.allowed_when is not None and not _holds(attempt, step.allowed_when):
        yield Reason("not_in_state", "Việc này hiện không thực hiện được", "This is not possible at present")


def _holds(attempt: Attempt, text: str) -> bool:
    try:
        return compiled(text).judge(attempt.facts, attempt.lookups)
    except CannotBeJudged:
        return False


def _role_reasons(attempt: Attempt) -> Iterator[Reason]:
    step = attempt.step
    if not attempt.role:
        names = ", ".join(attempt.procedure.roles.get(r, {}).get("vi", r) for r in step.by)
        english = ", ".join(attempt.procedure.roles.get(r, {}).get("en", r) for r in step.by)
        yield Reason("role_missing", f"Việc của: {names}", f"This is for: {english}")
    if step.cosign and attempt.agreed_by is not None and step.cosign not in attempt.agreed_by:
        yield Reason(
            "role_missing",
            "Người đồng ý không giữ vai trò cần thiết",
            "The second person does not hold the role needed",
        )


def _ask_reasons(attempt: Attempt) -> Iterator[Reason]:
    faulty = {r.path.split(".")[1] for r in attempt.ask_faults if "." in r.path}
    for wanted in asked(attempt):
        if wanted.name in attempt.ask or wanted.name in faulty:
            continue
        if wanted.required is True or (isinstance(wanted.required, str) and _holds(attempt, wanted.required)):
            yield Reason("ask_missing", f"Chưa nhập: {wanted.vi}", f"Missing: {wanted.en}", f"ask.{wanted.name}")


def _confirm_reasons(attempt: Attempt) -> Iterator[Reason]:
    for confirm in attempt.step.confirm:
        if confirm.code not in attempt.confirms:
            yield Reason(
                "confirm_missing",
                f"Chưa xác nhận: {confirm.vi}",
                f"Not confirmed: {confirm.en}",
                f"confirm.{confirm.code}",
            )


def _due_reasons(attempt: Attempt) -> Iterator[Reason]:
    """Fields that are due at this step (`required_from`), of the dossier or of the part; with form_complete or not."""
    step, kind = attempt.step, attempt.part_kind
    fields = attempt.procedure.part(kind).fields if kind else attempt.procedure.fields
    if all(f.required_from != step.name for f in fields):
        return
    if any(g.builtin == "form_complete" and g.params.get("stage") == step.name for g in step.require):
        return
    for path, vi, en in attempt.lookups.missing(step.name):
        yield Reason("ask_missing", f"Chưa nhập: {vi}", f"Missing: {en}", path)


def _duty_reasons(attempt: Attempt) -> Iterator[Reason]:
    """Separation of duties that holds at every step (common layer: separation_of_duties)."""
    own = attempt.facts["actor"].get("is_applicant") and attempt.role not in (
        "",
        "applicant",
        "sending_agency",
        "system",
    )
    if own:
        yield Reason(
            "separation_of_duties",
            "Người nộp hoặc thành viên của hồ sơ không được xử lý hồ sơ của mình",
            "The applicant or a member never handles the own case",
        )
    if attempt.step.papers.sign and attempt.lookups.gave_opinion(attempt.people):
        yield Reason(
            "separation_of_duties",
            "Người đã cho ý kiến không được quyết định hồ sơ này",
            "Whoever gave an opinion never decides the case",
        )


def _paper_reasons(attempt: Attempt) -> Iterator[Reason]:
    work, papers = attempt.step.papers, attempt.facts["papers"]
    for code in work.sign:
        if code in work.prepare or not applies(attempt, code):
            continue
        name = attempt.procedure.paper(code)
        if not papers[code]["draft"]:
            yield Reason("draft_missing", f"Chưa có dự thảo: {name.vi}", f"No draft: {name.en}", f"papers.{code}")
        elif papers[code]["stale"]:
            yield Reason(
                "draft_stale",
                f"Dự thảo không còn khớp hồ sơ: {name.vi}",
                f"The draft is stale: {name.en}",
                f"papers.{code}",
            )
    for code in work.issue:
        name = attempt.procedure.paper(code)
        needs = name.family == "nd30" and name.origin == "ours" and code not in work.sign and applies(attempt, code)
        if needs and not papers[code]["signed"]:
            yield Reason("not_signed", f"Chưa ký: {name.vi}", f"Not signed: {name.en}", f"papers.{code}")


def applies(attempt: Attempt, code: str) -> bool:
    """Whether a paper's condition holds; a paper without condition always applies."""
    condition = attempt.procedure.paper(code).applies
    return condition is None or _holds(attempt, condition)


# ---------------------------------------------------------------------------------------------- the move
@lru_cache(maxsize=512)
def _machine(definition: Definition) -> Machine:
    """Build the machine; one arrow per source and target, an @return arrow asks the cursor where it came from."""
    machine = Machine(
        model=None,
        states=[s.code for s in definition.states],
        initial=None,
        auto_transitions=False,
        send_event=True,
        queued=False,
    )
    for step in definition.transitions:
        for source in step.sources:
            for target in _targets(definition, step, source):
                conditions = [_came_from(target)] if step.target == RETURN else []
                machine.add_transition(step.name, source, target, conditions=conditions)
    return machine


def _targets(definition: Definition, step: Step, source: str) -> list[str]:
    if step.target != RETURN:
        return [step.target or source]
    into = {s for t in definition.transitions if t.target == source for s in t.sources}
    return sorted(into - {source})


def _came_from(target: str) -> Any:
    def condition(event: EventData) -> bool:
        cursor = event.model
        return isinstance(cursor, Cursor) and cursor.return_state == target

    return condition


def _target(attempt: Attempt) -> str:
    if attempt.step.kind == "act":
        return attempt.state
    cursor = Cursor(attempt.state, attempt.return_state)
    machine = _machine(attempt.procedure.machine_of(attempt.part_kind))
    try:
        moved = machine.events[attempt.step.name].trigger(cursor)
    except MachineError:
        moved = False
    if not moved:
        raise TransitionRefused(
            [
                Reason(
                    "not_in_state",
                    "Không xác định được trạng thái trước đó để quay lại",
                    "The state to return to is not known",
                )
            ]
        )
    return cursor.state


def _sets(attempt: Attempt) -> dict[str, Any]:
    return {name: _set_to(attempt, name, text) for name, text in attempt.step.set.items()}


def _set_to(attempt: Attempt, name: str, text: str) -> Any:
    """Return the value that is set; of a column of the dossier one for each row (`this`), None leaves the row alone."""
    if not name.startswith("dossier."):
        return _value(attempt, text)
    rows = attempt.facts["dossier"].get(name.split(".")[1], ())
    return [_value(attempt, text, this=row) for row in rows]


def _value(attempt: Attempt, text: str, **extra: Any) -> Any:
    if text == "null":
        return None
    facts = Beside(attempt.facts, **extra) if extra else attempt.facts
    try:
        return compiled(text).evaluate(facts, attempt.lookups)
    except CannotBeJudged:
        if text.startswith("ask."):  # an optional ask that was left empty
            return None
        raise


def _openings(attempt: Attempt) -> Iterator[PartOpening]:
    for opening in attempt.step.open:
        items = [None] if opening.for_each is None else _value(attempt, opening.for_each) or []
        for item in items:
            extra = {} if opening.for_each is None else {"item": item}
            fields = _number_of(attempt, opening.part, item)
            fields |= {name: _value(attempt, text, **extra) for name, text in opening.set.items()}
            yield PartOpening(opening.part, {k: v for k, v in fields.items() if v is not None})


def _number_of(attempt: Attempt, kind: str, item: Any) -> dict[str, Any]:
    """Return which row a part of a kind with `per` is about: the one that it is opened for."""
    opened = attempt.procedure.part(kind)
    named = opened.row_field if opened.per is not None else None
    return {named.name: item[ROW_NO]} if named is not None and isinstance(item, Mapping) and ROW_NO in item else {}
