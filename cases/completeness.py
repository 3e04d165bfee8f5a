"""What is still missing of a dossier at a stage: required fields and required attachments."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cases.models import Case, Part
from cases.values import Required, missing_fields, to_facts
from workflows.definition import AttachmentKind, Field, Procedure
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled
from workflows.lookups import Lookups
from workflows.roots import Beside

SUBMIT = "submit"


def missing_at(
    definition: Procedure, case: Case, stage: str, facts: Mapping[str, Any], lookups: Lookups
) -> list[tuple[str, str, str]]:
    """Return (path, vi, en) of every required field and attachment that is absent at `stage`.

    `stage` is submit, or the name of a step: then the fields `required_from` that step count as well.
    """
    return [*_fields(definition, case, stage, facts, lookups), *_attachments(definition, facts, lookups)]


def missing_of_part(
    definition: Procedure, part: Part, stage: str, facts: Mapping[str, Any], lookups: Lookups
) -> list[tuple[str, str, str]]:
    """Return (path, vi, en) of every field of a part that is due at one of its steps and absent."""
    fields = definition.part(part.kind).fields
    due = [f for f in fields if f.required_from == stage]
    found = missing_fields(due, part.fields, requirement(due, stage, facts, lookups))
    return [(f"part.{reason.path}", reason.vi, reason.en) for reason in found]


def requirement(fields: Sequence[Field], stage: str, facts: Mapping[str, Any], lookups: Lookups) -> Required:
    """Return the question whether a field, or a column of a row, must be there at this stage."""
    columns = {id(column): field.columns for field in fields for column in field.columns}
    last: list[tuple[Mapping[str, Any], Beside]] = []  # the columns of a row are asked about one after the other

    def beside(field: Field, row: Mapping[str, Any]) -> Beside:
        if not last or last[0][0] is not row:
            last[:] = [(row, Beside(facts, this=to_facts(columns.get(id(field), ()), row)))]
        return last[0][1]

    def required(field: Field, row: Mapping[str, Any] | None) -> bool:
        if row is None or isinstance(field.required, bool):
            return required_now(field, stage, facts, lookups)
        return required_now(field, stage, beside(field, row), lookups)

    return required


def required_now(field: Field, stage: str, facts: Mapping[str, Any], lookups: Lookups) -> bool:
    """Whether the field must be there at this stage; of a column `facts` have its row as `this`."""
    if field.required_from not in (None, stage) or field.computed is not None:
        return False
    return _holds(field.required, facts, lookups)


def _holds(condition: bool | str, facts: Mapping[str, Any], lookups: Lookups) -> bool:  # noqa: FBT001  # a literal or CEL
    if isinstance(condition, bool):
        return condition
    try:
        return compiled(condition).judge(facts, lookups)
    except CannotBeJudged:
        return False  # what it hangs on is itself required and named


def _fields(
    definition: Procedure, case: Case, stage: str, facts: Mapping[str, Any], lookups: Lookups
) -> Iterator[tuple[str, str, str]]:
    required = requirement(definition.fields, stage, facts, lookups)
    for reason in missing_fields(definition.fields, case.dossier, required):
        yield f"dossier.{reason.path}", reason.vi, reason.en


def _attachments(definition: Procedure, facts: Mapping[str, Any], lookups: Lookups) -> Iterator[tuple[str, str, str]]:
    for kind in definition.attachments:
        if needs(kind, facts, lookups) and not facts["attachments"][kind.code]["present"]:
            yield f"attachments.{kind.code}", kind.vi, kind.en


def needs(kind: AttachmentKind, facts: Mapping[str, Any], lookups: Lookups) -> bool:
    """Whether the attachment is required by the present dossier."""
    return _holds(kind.required, facts, lookups)
