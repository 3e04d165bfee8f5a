"""The record as verify.py reads it, from the live database: cases in the order of ids, some hundred at a time."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from audit.verify import Definitions, Fault, Heads, Report, Verifier, parse
from cases.canonical import moment
from cases.evidence import Piece, pieces_of
from cases.models import Case, Event, EventValues, Part, Published, PublishedTemplate, ViewLog

BATCH = 200


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """One case as it lies in the database; `head` None: history without a case."""

    id: uuid.UUID
    head: dict[str, Any] | None
    events: list[Event] = field(default_factory=list)
    values: dict[int, dict[str, Any]] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)


def records(cases: QuerySet[Case]) -> Iterator[CaseRecord]:
    """Yield the record of each case, in the order of ids: seven statements for some hundred cases."""
    last: uuid.UUID | None = None
    while True:
        rows = cases.order_by("pk") if last is None else cases.order_by("pk").filter(pk__gt=last)
        batch = list(rows.select_related("definition").defer("definition__body", "dossier")[:BATCH])
        if not batch:
            return
        yield from _read([case.pk for case in batch], _heads(batch))
        last = batch[-1].pk


def orphans() -> Iterator[CaseRecord]:
    """Yield history whose case is gone: the database forbids it, so somebody went around the database."""
    known = Case.objects.filter(pk=OuterRef("case_id"))
    lost = Event.objects.filter(~Exists(known)).order_by().values_list("case_id", flat=True).distinct()
    yield from _read(sorted(lost), {})


def body_of(digest: str) -> bytes | None:
    """Return the bytes of a published definition, None when there is none."""
    found = Published.objects.filter(hash=digest).values_list("body", flat=True).first()
    return bytes(found) if found is not None else None


def verify(cases: QuerySet[Case], *, whole: bool, origin: str = "", earlier: Heads | None = None) -> Report:
    """Check the live record with the functions of verify.py; `whole`: the cases are all there are."""
    verifier = Verifier(Definitions(body_of), origin=origin, earlier=earlier)
    pinned: set[str] = set()
    for record in records(cases):
        _check(verifier, record, pinned)
    for record in orphans() if whole else ():
        _check(verifier, record, pinned)
    verifier.report.add(_templates(pinned))
    return verifier.finish(whole=whole)


def document_row(record: CaseRecord, piece: Piece) -> dict[str, Any]:
    """Return what verify.py is told of a file, without its bytes."""
    return {"case": str(record.id), "document": piece.id, "kind": piece.kind, "sha256": piece.sha256}


def view_row(view: ViewLog) -> dict[str, Any]:
    """Return what verify.py is told of a view."""
    told = {"case": str(view.case_id), "person": view.person, "what": view.what, "purpose": view.purpose}
    return {**told, "at": moment(view.at), "prev": view.prev, "hash": view.hash}


def _check(verifier: Verifier, record: CaseRecord, pinned: set[str]) -> None:
    events = [(event.hash, bytes(event.body)) for event in record.events]
    found = [{**document_row(record, piece), "found": hash_of(piece.read())} for piece in record.pieces]
    verifier.case(record.head, str(record.id), events, found, record.values, record.views)
    for event in record.events:
        body = parse(bytes(event.body))
        if body is not None:
            pinned.add(str(body.get("definition", "")))
            verifier.report.add(_columns(event, body))


def hash_of(body: bytes | None) -> str | None:
    """Return the hash of bytes, None of what is gone."""
    return None if body is None else hashlib.sha256(body).hexdigest()


def hash_of_file(path: Path) -> str:
    """Return the hash of a file on disk."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _columns(event: Event, body: dict[str, Any]) -> Iterator[Fault]:
    """The columns are for finding events: one that tells another story hides an event from a search."""
    told = {
        "seq": event.seq,
        "kind": event.kind,
        "name": event.name,
        "part": event.part_key or None,
        "actor": event.actor,
        "acting_for": event.acting_for or None,
        "at": moment(event.at),
    }
    for name, value in told.items():
        if body.get(name) != value:
            yield Fault("column_differs", str(event.case_id), event.seq, name)


def _templates(pinned: set[str]) -> Iterator[Fault]:
    """The templates that pinned definitions name must be the bytes that papers were made from."""
    rows = PublishedTemplate.objects.filter(published__hash__in=pinned)
    for paper, sha256, body in rows.values_list("paper", "sha256", "body"):
        if hash_of(bytes(body)) != sha256:
            yield Fault("template_differs", detail=paper)


def _heads(batch: Sequence[Case]) -> dict[uuid.UUID, dict[str, Any]]:
    parts: defaultdict[uuid.UUID, dict[str, str]] = defaultdict(dict)
    for case, key, state in Part.objects.filter(case__in=batch).values_list("case", "key", "state"):
        parts[case][key] = state
    return {case.pk: head_of(case, parts[case.pk]) for case in batch}


def head_of(case: Case, parts: dict[str, str]) -> dict[str, Any]:
    """Return what a case row claims about its history."""
    return {
        "case": str(case.pk),
        "procedure": case.procedure,
        "code": case.code,
        "definition": case.definition.hash,
        "state": case.state,
        "head_seq": case.head_seq,
        "head_hash": case.head_hash,
        "parts": parts,
    }


def _read(ids: Sequence[uuid.UUID], heads: dict[uuid.UUID, dict[str, Any]]) -> Iterator[CaseRecord]:
    found = {case: CaseRecord(case, heads.get(case)) for case in ids}
    for event in Event.objects.filter(case__in=ids).order_by("case_id", "seq"):
        found[event.case_id].events.append(event)
    for case, seq, values in EventValues.objects.filter(case__in=ids).values_list("case", "seq", "values"):
        found[case].values[seq] = values
    for view in ViewLog.objects.filter(case__in=ids).order_by("pk"):
        found[view.case_id].views.append(view_row(view))
    for case, pieces in pieces_of(ids).items():
        found[case].pieces.extend(pieces)
    yield from found.values()
