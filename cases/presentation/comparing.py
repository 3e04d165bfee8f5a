"""A paper beside the specimens of its signer and seal: what a step compares (built-in specimen_matches), to be seen."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.clock import local_day
from cases.access import seen_files
from cases.models import Attachment, EntryPicture, Part, TableRow
from cases.presentation.face import Look
from cases.presentation.words import label
from cases.services import possibilities
from cases.services.entry_pictures import COMPARES, kept_of, registries_of
from workflows.definition import ROW_NO, Guard, Registry, Step

ROW = re.compile(r"part\.row\.(\w+)")
FIRST, LAST = "valid_from", "valid_until"


@dataclass(frozen=True, slots=True)
class Compared:
    """One column that must be the same: what the paper says, what the specimen says."""

    name: str
    paper: str
    specimen: str

    @property
    def same(self) -> bool:
        return _plain(self.paper) == _plain(self.specimen)


@dataclass(frozen=True, slots=True)
class Specimen:
    """One entry of the registry that may be the one: by the same body or the same signer."""

    name: str
    compared: tuple[Compared, ...]
    in_use: bool  # on the day of the paper
    pictures: tuple[EntryPicture, ...]

    @property
    def fits(self) -> bool:
        return self.in_use and all(one.same for one in self.compared)


@dataclass(frozen=True, slots=True)
class Comparing:
    """A paper with its scans, and the specimens to compare it with; none is told as such."""

    paper: tuple[tuple[str, str], ...]
    scans: tuple[Attachment, ...]
    specimens: tuple[Specimen, ...]
    registry: str


def comparing_of(look: Look, part: Part | None, step: Step) -> Comparing | None:
    """Return what a step of a part compares; None for a step that compares nothing."""
    guard = next((g for g in step.require if g.builtin == COMPARES), None)
    row = row_of(look, part)
    registry = _registry(look, guard)
    if guard is None or registry is None or row is None or part is None:
        return None
    same = _same(guard)
    found = [_specimen(registry, entry, same, row, _day(guard, row)) for entry in _entries(look, registry)]
    near = sorted((s for s in found if any(one.same for one in s.compared)), key=lambda s: not s.fits)
    heads = {c.name: label(c) for c in registry.columns}
    paper = tuple((heads.get(name, name), str(row.get(of) or "")) for name, of in same.items())
    return Comparing(paper, tuple(scans_of(look)), tuple(near), label(registry))


def row_of(look: Look, part: Part | None) -> Mapping[str, Any] | None:
    """Return the row of the dossier that a part is about."""
    kind = look.definition.part(part.kind) if part is not None else None
    field = next((f for f in kind.fields if f.type == f"row({kind.per})"), None) if kind is not None else None
    if part is None or kind is None or field is None or kind.per is None:
        return None
    number = part.fields.get(field.name)
    return next((row for row in look.case.dossier.get(kind.per) or [] if row.get(ROW_NO) == number), None)


def scans_of(look: Look) -> list[Attachment]:
    """Return the scans of the dossier that the viewer may see: the components whose originals are kept or shown."""
    kinds = {kind.code for kind in look.definition.attachments if kind.originals != "none"}
    rows = look.case.attachments.filter(replaced_at=None, kind__in=kinds).select_related("blob", "shown", "part")
    return list(seen_files(look.case, rows.order_by("kind", "uploaded_at"), look.viewer, look.now))


def specimens_shown(look: Look) -> set[uuid.UUID]:
    """Return the pictures that stand on a page of a step which the viewer may take of a paper of this case."""
    def compares(part: Part | None, step: Step) -> bool:
        return part is not None and bool(registries_of(step))

    taken = [p for p in possibilities(look.case, look.viewer, look.now, of=compares) if p.role and p.part is not None]
    open_now = [p for p in taken if p.part is not None and p.part.state in p.step.sources]
    found = (comparing_of(look, p.part, p.step) for p in open_now)
    return {picture.pk for one in found if one is not None for s in one.specimens for picture in s.pictures}


def _registry(look: Look, guard: Guard | None) -> Registry | None:
    code = guard.params["registry"] if guard is not None else None
    return next((r for r in look.definition.registries if r.code == code), None)


def _same(guard: Guard) -> dict[str, str]:
    """Return column of the registry -> column of the paper's row, of those that are read from the row."""
    told = {name: ROW.fullmatch(str(text).strip()) for name, text in guard.params["same"].items()}
    return {name: found[1] for name, found in told.items() if found is not None}


def _day(guard: Guard, row: Mapping[str, Any]) -> str:
    found = ROW.fullmatch(str(guard.params["on_day"]).strip())
    return str(row.get(found[1]) or "") if found is not None else ""


def _entries(look: Look, registry: Registry) -> list[TableRow]:
    """Return the rows of the registry in force today, one for each key."""
    day = local_day(look.now)
    dated = TableRow.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)
    return list(dated.filter(table=registry.code).order_by("key"))


def _specimen(
    registry: Registry, entry: TableRow, same: Mapping[str, str], row: Mapping[str, Any], day: str
) -> Specimen:  # fmt: skip
    columns, heads = entry.columns, {c.name: label(c) for c in registry.columns}
    compared = tuple(
        Compared(heads.get(name, name), str(row.get(of) or ""), str(columns.get(name) or ""))
        for name, of in same.items()
    )
    in_use = str(columns.get(FIRST) or day) <= day <= str(columns.get(LAST) or day)
    return Specimen(str(columns.get("name") or entry.key), compared, in_use, tuple(kept_of(registry.code, entry.key)))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
