"""Published procedures as the rest reads them. Folders are the source of drafts only; nothing here opens one."""
from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from cases.errors import ProcedureUnknown
from cases.models import Published
from workflows.definition import Procedure, Step


def definition_of(published_pk: int) -> Procedure:
    """Return a published definition, which is final: read once per process. Raises Published.DoesNotExist."""
    return definition_by(hash_of(published_pk))


@lru_cache(maxsize=1024)
def hash_of(published_pk: int) -> str:
    """Return the hash of a publication, from the process's cache."""
    found: str = Published.objects.values_list("hash", flat=True).get(pk=published_pk)
    return found


@lru_cache(maxsize=128)
def definition_by(definition_hash: str) -> Procedure:
    """Return the definition with this hash, the same object every time. Raises Published.DoesNotExist."""
    body = Published.objects.values_list("body", flat=True).get(hash=definition_hash)
    return Procedure.model_validate_json(bytes(body))


def in_force(code: str, day: dt.date) -> Published:
    """Return the publication of a procedure that is the law on a day. Raises ProcedureUnknown."""
    found = published_on(day).filter(procedure=code).order_by("-effective_from", "-pk").first()
    if found is None:
        raise ProcedureUnknown(code)
    return found


def published_on(day: dt.date) -> QuerySet[Published]:
    """Return the publications in force on a day, without their bodies."""
    dated = Q(effective_to=None) | Q(effective_to__gte=day)
    return current().filter(dated, effective_from__lte=day)


def current() -> QuerySet[Published]:
    """Return every publication that no later one of the same folder has replaced, without their bodies."""
    return Published.objects.filter(replaced_at=None).defer("body")


def published_codes() -> frozenset[str]:
    """Return the codes of the procedures that are published, in force today or not."""
    return frozenset(Published.objects.filter(replaced_at=None).values_list("procedure", flat=True))


def steps_of(code: str) -> frozenset[str]:
    """Return the names of the steps of a procedure, of all its current publications; none when it is not published."""
    hashes = current().filter(procedure=code).values_list("hash", flat=True)
    machines = (definition_by(found).machine for found in hashes)
    return frozenset(s.name for machine in machines for s in (*machine.transitions, *machine.acts))


def is_usual(definition: Procedure, step: Step, part_kind: str | None = None) -> bool:
    """Whether a step, of the case or of a part, lies on one of the golden paths of the procedure."""
    name = step.name if part_kind is None else f"{part_kind}.{step.name}"
    return any(name in path.get("path", ()) for path in definition.golden_paths)


def open_to_people(day: dt.date) -> list[Procedure]:
    """Return the procedures that take cases of applicants on a day, by their Vietnamese name."""
    latest = {row.procedure: row.hash for row in published_on(day).order_by("effective_from", "pk")}
    found = [definition_by(definition_hash) for definition_hash in latest.values()]
    return sorted((p for p in found if p.kind == "case"), key=lambda p: p.vi)


def further_roots() -> tuple[Path, ...]:
    """Return the folders beside the shipped ones in which this installation keeps procedures of its own."""
    return tuple(Path(root) for root in settings.PROCEDURE_ROOTS)
