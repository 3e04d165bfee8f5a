"""Publication: a folder is resolved, proved, its papers made into templates, and kept for good."""
from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from accounts.clock import LOCAL
from accounts.models import User
from accounts.services.checks import administrators_only
from cases.effects import compile_templates
from cases.models import Published, PublishedTemplate
from cases.procedures import further_roots, published_codes, steps_of
from cases.services.links import call_links
from cases.services.registering import rebuild_entries
from cases.services.seeding import seed_tables
from workflows.definition import Paper, Procedure
from workflows.errors import DefinitionError, Fault
from workflows.loader import Draft
from workflows.proof.findings import Places
from workflows.proof.scenarios import prove_scenarios
from workflows.registry import Folder, all_folders, draft
from workflows.resolve import Resolved, resolve
from workflows.soundness import builtins_of, prove


@dataclass(frozen=True, slots=True)
class Prepared:
    """A folder as it would be published: templates pinned, with every fault; without errors it may be."""

    folder: Folder
    procedure: Procedure | None  # None: its text is faulty
    templates: Mapping[str, bytes]
    faults: tuple[Fault, ...]
    places: Places

    @property
    def errors(self) -> tuple[Fault, ...]:
        return tuple(f for f in self.faults if f.level == "error")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        return tuple(f for f in self.faults if f.level != "error")


@dataclass(frozen=True, slots=True)
class Publication:
    """What became of a folder: `published` is None when it was refused, `new` when something was stored."""

    prepared: Prepared
    published: Published | None
    new: bool = False


def publish_all(*, now: dt.datetime, actor: User | None = None, roots: Iterable[Path] = ()) -> list[Publication]:
    """Publish every folder of this installation that differs from what is published. Raises NotForYou."""
    return publish_each(folders(roots), actor=actor, now=now)


def publish_each(
    chosen: Sequence[Folder], *, actor: User | None, now: dt.datetime, strict: bool = False
) -> list[Publication]:
    """Publish each folder that differs from what is published; a faulty one keeps none back. Raises NotForYou."""
    administrators_only(actor, now)
    codes = {folder.code for folder in chosen}
    proved = frozenset() if strict else _current_hashes()
    prepared = (prepare(folder, codes, strict=strict, proved=proved) for folder in chosen)
    return [_tried(one, actor=actor, now=now) for one in prepared]


def publish_folder(
    folder: Folder, *, actor: User | None, now: dt.datetime, strict: bool = False, roots: Iterable[Path] = ()
) -> Published:
    """Publish a folder; an unchanged one stays as it is. Raises DefinitionError with every fault, NotForYou.

    `roots`: further roots whose procedures this one may link to. `strict`: what no scenario walks is an error.
    """
    administrators_only(actor, now)
    codes = {f.code for f in all_folders(roots)} if roots else set()
    prepared = prepare(folder, codes, strict=strict)
    if prepared.errors:
        raise DefinitionError(prepared.errors)
    return store(prepared, actor=actor, now=now)[0]


def waiting_drafts(roots: Iterable[Path] = ()) -> list[Prepared]:
    """Return the folders that are not published as they now stand."""
    hashes = _current_hashes()
    prepared = [prepare(folder, proved=hashes) for folder in folders(roots)]
    return [p for p in prepared if p.procedure is None or p.procedure.hash() not in hashes]


def _current_hashes() -> frozenset[str]:
    return frozenset(Published.objects.filter(replaced_at=None).values_list("hash", flat=True))


def folders(roots: Iterable[Path] = ()) -> list[Folder]:
    """Return the folders of this installation: shipped, of its own, and of further roots."""
    return all_folders((*further_roots(), *roots))


def prepare(
    folder: Folder, linked: Iterable[str] = (), *, strict: bool = False, proved: Collection[str] = ()
) -> Prepared:
    """Return a folder as it would be published; nothing is stored.

    `linked`: procedures published with it. `strict`: what no scenario walks is an error. `proved`: hashes of
    publications, which need no proof again.
    """
    written = draft(folder)
    try:
        found = resolve(written)
    except DefinitionError as wrong:
        return Prepared(folder, None, {}, wrong.faults, {})
    templates = compile_templates(found.procedure, written.search_path)
    papers = _pinned(found.procedure, templates.bodies)
    pinned = found.procedure.model_copy(update={"papers": papers})
    faults = list(templates.faults)
    if pinned.hash() not in proved:
        faults += _proof(written, found, {*published_codes(), *linked})
        faults += prove_scenarios(written, found, strict=strict)
    return Prepared(folder, pinned, templates.bodies, _sorted(faults), found.places)


def _proof(written: Draft, found: Resolved, codes: set[str]) -> list[Fault]:
    fired = {link.procedure for link in found.procedure.links if link.fires}
    proof = prove(
        found.procedure,
        builtins=builtins_of(written.common),
        published=codes,
        steps_there={code: names for code in fired if (names := steps_of(code))},
        places=found.places,
    )
    return [*proof, *(f for f in written.faults if f.level != "error")]


def _pinned(procedure: Procedure, bodies: Mapping[str, bytes]) -> tuple[Paper, ...]:
    hashes = {code: hashlib.sha256(body).hexdigest() for code, body in bodies.items()}
    return tuple(paper.model_copy(update={"template": hashes.get(paper.code)}) for paper in procedure.papers)


def _sorted(faults: list[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(dict.fromkeys(faults), key=lambda f: f.level != "error"))


def _tried(prepared: Prepared, *, actor: User | None, now: dt.datetime) -> Publication:
    if prepared.errors:
        return Publication(prepared, None)
    published, new = store(prepared, actor=actor, now=now)
    return Publication(prepared, published, new)


@transaction.atomic
def store(prepared: Prepared, *, actor: User | None, now: dt.datetime) -> tuple[Published, bool]:
    """Keep a prepared folder in place of its earlier publication; return it and whether anything changed."""
    procedure = prepared.procedure
    if procedure is None:
        raise DefinitionError(prepared.faults)
    earlier = Published.objects.select_for_update().filter(procedure=procedure.procedure, folder=procedure.folder)
    same = earlier.filter(hash=procedure.hash()).first()
    if same is not None and same.replaced_at is None:
        return same, False
    earlier.filter(replaced_at=None).update(replaced_at=now)
    call_links(procedure.procedure, max(now, _law_from(procedure)))
    seed_tables(procedure, actor=actor, now=now)
    if same is None:
        published = _stored(procedure, prepared.templates, actor, now)
        rebuild_entries(procedure, now)
        return published, True
    same.replaced_at = None  # an author who takes a change back has the former text in force again
    same.save(update_fields=["replaced_at"])
    return same, True


def _law_from(procedure: Procedure) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(procedure.effective.from_), dt.time(), LOCAL)


def _stored(procedure: Procedure, templates: Mapping[str, bytes], actor: User | None, now: dt.datetime) -> Published:
    body, days = procedure.canonical(), procedure.effective
    published = Published.objects.create(
        procedure=procedure.procedure,
        folder=procedure.folder,
        version=procedure.version,
        hash=hashlib.sha256(body).hexdigest(),
        body=body,
        effective_from=dt.date.fromisoformat(days.from_),
        effective_to=dt.date.fromisoformat(days.to) if days.to else None,
        published_at=now,
        published_by=actor,
    )
    pinned = [p for p in procedure.papers if p.code in templates]
    PublishedTemplate.objects.bulk_create(
        PublishedTemplate(published=published, paper=p.code, sha256=p.template or "", body=templates[p.code])
        for p in pinned
    )
    return published
