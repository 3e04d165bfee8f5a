"""What the actor filled in at a step: read, checked field by field, in stored form and in facts form."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import UUIDField

from accounts.models import User
from cases.models import Attachment, Case, Part
from cases.prepared import Asked, Prepared
from cases.services.changes import EVERY, changeable, cleaned_changes, rewritten_rows, validated_change
from cases.services.computing import compute
from cases.services.turn import Turn
from cases.values import clean_fields, to_facts
from workflows.asks import asks_of
from workflows.definition import ROW_NO, Field, Step
from workflows.errors import Reason

# Names in the data of a request that are no fields.
ACTIVE = Prepared(lambda: User.objects.filter(pk=Asked("person", UUIDField()), is_active=True))
RESERVED = frozenset({"confirm", "checklist", "changes", "dossier", "part_fields"})


@dataclass(slots=True)
class Filled:
    """The values of a step: `ask` in stored form, `facts` in facts form, what is wrong, who is recorded."""

    ask: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    faults: list[Reason] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    recorded: bool = False
    recorded_for: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)  # everything that the event commits to


def fill(turn: Turn, step: Step, part: Part | None) -> Filled:
    """Read the request's data for a step; fields of dossier and part go into the rows in memory."""
    bare = turn.attempt(step, part)
    filled = Filled()
    filled.recorded = bare.recorded
    _fill_ask(turn, filled, asks_of(turn.definition, step, recorded=bare.recorded))
    if bare.recorded:
        filled.recorded_for = _recorded_person(filled.ask, step)
    _fill_dossier(turn, filled, step, part)
    _fill_part(turn, filled, part)
    _fill_changes(turn, filled, step, part)
    return filled


def due_fields(turn: Turn, step: Step, part: Part | None) -> list[Field]:
    """Return the fields that are due at this step (`required_from`): of the part, or of the dossier."""
    if part is None:
        return officer_fields(turn, step, part)
    return [f for f in turn.definition.part(part.kind).fields if f.required_from == step.name]


def officer_fields(turn: Turn, step: Step, part: Part | None) -> list[Field]:
    """Return the fields of the dossier that are filled in at this step at the latest (`required_from`).

    A step that asks the form to be complete for another step fills in what is due there: a result typed in anew.
    """
    if part is not None:
        return []
    stages = {step.name, *(g.params.get("stage") for g in step.require if g.builtin == "form_complete")}
    return [f for f in turn.definition.fields if f.required_from in stages and f.computed is None]


def _fill_ask(turn: Turn, filled: Filled, fields: Sequence[Field]) -> None:
    raw = {name: value for name, value in turn.request.data.items() if name not in RESERVED}
    stored, faults = clean_fields(fields, raw)
    for fault in [*faults, *unusable(turn.case, fields, stored)]:
        filled.faults.append(Reason("ask_invalid", fault.vi, fault.en, f"ask.{fault.path}"))
        stored.pop(fault.path.partition("[")[0].partition(".")[0], None)
    filled.ask, filled.facts = stored, to_facts(fields, stored)
    filled.inputs |= stored


def unusable(case: Case, fields: Sequence[Field], stored: dict[str, Any]) -> list[Reason]:
    """Return what names nobody or no file of this case; an e-mail address of a person becomes the person's id."""
    found = []
    for wanted in fields:
        value = stored.get(wanted.name)
        if value is None:
            continue
        if wanted.base == "person":
            person = person_of(str(value))
            if person is None:
                found.append(
                    Reason("", f"{wanted.vi}: không có người này", f"{wanted.en}: nobody by that name", wanted.name)
                )
            else:
                stored[wanted.name] = str(person.pk)
        elif wanted.base in ("row", "rows") and (strange := _not_there(case, wanted, value)):
            numbers = ", ".join(strange)
            vi, en = f"{wanted.vi}: không có dòng {numbers}", f"{wanted.en}: there is no row {numbers}"
            found.append(Reason("", vi, en, wanted.name))
        elif wanted.base == "file" and not _file_of(case, str(value)):
            found.append(Reason("", f"{wanted.vi}: không có tệp này", f"{wanted.en}: no such file", wanted.name))
    return found


def _not_there(case: Case, wanted: Field, value: Any) -> list[str]:
    """Return the numbers that no row of the table has."""
    there = {row.get(ROW_NO) for row in case.dossier.get(wanted.inner) or []}
    return [str(number) for number in (value if wanted.many else [value]) if number not in there]


def person_of(text: str) -> User | None:
    """Return the person of an id or e-mail address."""
    if "@" in text:
        return User.objects.filter(email=text.strip().lower(), is_active=True).first()
    try:
        return ACTIVE.first(person=uuid.UUID(text))
    except ValueError:
        return None


def _file_of(case: Case, text: str) -> bool:
    return Attachment.objects.filter(pk=uuid.UUID(text), case=case, replaced_at=None).exists()


def _recorded_person(ask: Mapping[str, Any], step: Step) -> str:
    """Return the id of the person whose act is typed in, when that person has an account: four eyes counts them."""
    signer = str(ask.get("outside_signer", ""))
    held = User.objects.filter(full_name__iexact=signer, roles__role__in=step.by) if signer else User.objects.none()
    found = held.first()
    return str(found.pk) if found is not None else ""


def _fill_dossier(turn: Turn, filled: Filled, step: Step, part: Part | None) -> None:
    raw = turn.request.data.get("dossier")
    if not isinstance(raw, dict):
        return
    fields = officer_fields(turn, step, part)
    values, faults = clean_fields(fields, raw)
    for fault in [*faults, *unusable(turn.case, fields, values)]:
        filled.faults.append(Reason("ask_invalid", fault.vi, fault.en, f"dossier.{fault.path}"))
        values.pop(fault.path.partition("[")[0].partition(".")[0], None)
    turn.case.dossier = {**turn.case.dossier, **values}
    compute(turn)
    filled.inputs |= {f"dossier.{name}": value for name, value in values.items()}


def _fill_part(turn: Turn, filled: Filled, part: Part | None) -> None:
    """Fill fields of the part that neither its opening nor a step writes: rows of a table take their open columns."""
    raw = turn.request.data.get("part_fields")
    if part is None or not isinstance(raw, dict):
        return
    kind = turn.definition.part(part.kind)
    merged = {name: _merged(part.fields.get(name), value) for name, value in raw.items()}
    values, faults = clean_fields(kind.fields, merged)
    for fault in [*faults, *unusable(turn.case, kind.fields, values)]:
        filled.faults.append(Reason("ask_invalid", fault.vi, fault.en, f"part.{fault.path}"))
        values.pop(fault.path.partition("[")[0].partition(".")[0], None)
    part.fields = {**part.fields, **values}
    filled.inputs |= {f"part.{name}": value for name, value in values.items()}


def _merged(present: Any, given: Any) -> Any:
    """Return rows with their own values kept and the given ones added; only a no may be changed afterwards."""
    if not isinstance(present, list) or not isinstance(given, list):
        return given
    rows = [row if isinstance(row, dict) else {} for row in [*given, *([{}] * len(present))]]
    return [row | {k: v for k, v in kept.items() if v is not False} for row, kept in zip(rows, present, strict=False)]


def _fill_changes(turn: Turn, filled: Filled, step: Step, part: Part | None) -> None:
    """Read the changes of the dossier that the step asks for; rules of CEL know which fields and rows change."""
    if not step.changes:
        return
    limits, needed = changeable(turn, step, part), any(c.field == EVERY for c in step.changes)
    given = turn.request.data.get("changes")
    filled.changes, faults = cleaned_changes(turn.definition, turn.case.dossier, given, limits, needed=needed)
    filled.faults += [replace(f, code="ask_missing" if f.code == "ask_missing" else "ask_invalid") for f in faults]
    filled.faults += validated_change(turn, filled.changes) if filled.changes else []
    filled.inputs |= {f"changes.{name}": value for name, value in filled.changes.items()}
    rows = [int(number) for value in filled.changes.values() for number in rewritten_rows(value) or ()]
    filled.facts |= {"changes": list(filled.changes), "changed_rows": rows}
