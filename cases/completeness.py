"""What is still missing of a dossier at a stage: required fields and required attachments."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cases.models import Case
from cases.values import missing_fields
from workflows.definition import AttachmentKind, Field, Procedure
from workflows.errors import CannotBeJudged
from workflows.expressions import compiled
from workflows.lookups import Lookups

SUBMIT = "submit"


def missing_at(
    definition: Procedure, case: Case, stage: str, facts: Mapping[str, Any], lookups: Lookups
) -> list[tuple[str, str, str]]:
    """Return (path, vi, en) of every required field and attachment that is absent at `stage`.

    `stage` is submit, or the name of a step: then the fields `required_from` that step count as well.
    """
    return [*_fields(definition, case, stage, facts, lookups), *_attachments(definition, facts, lookups)]


def required_now(field: Field, stage: str, facts: Mapping[str, Any], lookups: Lookups) -> bool:
    """Whether the field must be there at this stage."""
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
    for reason in missing_fields(definition.fields, case.dossier, lambda f: required_now(f, stage, facts, lookups)):
        yield f"dossier.{reason.path}", reason.vi, reason.en


def _attachments(definition: Procedure, facts: Mapping[str, Any], lookups: Lookups) -> Iterator[tuple[str, str, str]]:
    for kind in definition.attachments:
        if needs(kind, facts, lookups) and not facts["attachments"][kind.code]["present"]:
            yield f"attachments.{kind.code}", kind.vi, kind.en


def needs(kind: AttachmentKind, facts: Mapping[str, Any], lookups: Lookups) -> bool:
    """Whether the attachment is required by the present dossier."""
    return _holds(kind.required, facts, lookups)
