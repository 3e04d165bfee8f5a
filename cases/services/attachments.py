"""Files of a case: taken in after their checks, set aside instead of deleted; each an act in the history.

The bytes are looked at and stored before the transaction begins (design §4); what the transaction then refuses
leaves a file that no row names, which is swept a day later.
"""
from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from cases.errors import CaseNotFound, FileRefused
from cases.files.checking import Allowed, check_file, check_name, refusal
from cases.files.names import clean_name
from cases.models import Attachment, Blob
from cases.services.advance import remember_refusal, run_autos_after
from cases.services.events import Happening, append_alone
from cases.services.loading import load_turn
from cases.services.places import Place, place_of
from cases.services.retrying import retried
from cases.services.turn import Request, Turn
from cases.store import Incoming, Readable, TooLarge, put, received, waiting_place
from workflows.errors import Reason, TransitionRefused

MOST_FILES = 300
ATTACH, DETACH = "attach", "detach"
LARGEST_COPY = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """A checked file as it lies in the store."""

    name: str
    sha256: str
    size: int
    media_type: str
    shown: tuple[str, int] | None  # hash and size of a picture's copy without metadata


def attach_file(
    *,
    case_id: uuid.UUID,
    kind: str,
    name: str,
    source: Readable | Path,
    actor: User,
    now: dt.datetime,
    part_id: str | None = None,
) -> Attachment:
    """Put a file into a case: a component of the dossier by its code, or `ask:<name>` for what a step asks.

    The same bytes of the same kind again are the attachment that is there. A component raises the case's version;
    an answer to a step does not, for nobody has read it yet. Raises CaseNotFound, TransitionRefused (not now, not by
    this person), FileRefused, and StoreFull or StoreFailed when the disk is full or broken.
    """
    request = Request(case_id=case_id, name=ATTACH, actor=actor, now=now, part_key=part_id)
    with _remembered(request):
        place = _place_now(request, kind)
        cleaned = clean_name(name)
        check_name(cleaned, place.allowed)
        with _opened(source) as stream:
            stored = checked_and_stored(stream, cleaned, place.allowed)
        return retried(lambda: _attached(request, kind, stored))


def remove_attachment(*, attachment_id: uuid.UUID, actor: User, now: dt.datetime) -> Attachment:
    """Set a file aside: it counts no more and stays in the history. A second call changes nothing.

    Whoever may put a file of its kind in may take it out; an answer to a step only its uploader, until the next step.
    Raises CaseNotFound, TransitionRefused.
    """
    found = Attachment.objects.select_related("part").filter(pk=attachment_id).first()
    if found is None:
        raise CaseNotFound(attachment_id)
    part = found.part.key if found.part is not None else None
    request = Request(case_id=found.case_id, name=DETACH, actor=actor, now=now, part_key=part)
    with _remembered(request):
        return retried(lambda: _set_aside(request, attachment_id))


# ------------------------------------------------------------------------------------------------ before the lock
def _place_now(request: Request, kind: str) -> Place:
    """Ask before the bytes are read; it is asked again under the lock that counts."""
    with transaction.atomic():
        turn = load_turn(request)
        _check_quota(turn, 0)
        return place_of(turn, kind)


@contextmanager
def _opened(source: Readable | Path) -> Iterator[Readable]:
    if isinstance(source, Path):
        with source.open("rb") as opened:
            yield opened
    else:
        yield source


def checked_and_stored(stream: Readable, name: str, allowed: Allowed) -> Stored:
    """Take the stream in, check it, and move what passed into the store. Raises FileRefused, StoreFull, StoreFailed."""
    shown = waiting_place()
    try:
        with received(stream, allowed.limit) as incoming:
            media_type = check_file(incoming.path, name, allowed, shown)
            incoming.keep()
            return _with_copy(incoming, name, media_type, shown)
    except TooLarge as fault:
        raise refusal("file_too_large", name, allowed) from fault
    finally:
        shown.unlink(missing_ok=True)


def _with_copy(incoming: Incoming, name: str, media_type: str, shown: Path) -> Stored:
    copy = None
    if shown.exists():
        with shown.open("rb") as opened:
            copy = put(opened, LARGEST_COPY)
    return Stored(name, incoming.sha256, incoming.size, media_type, copy)


# ------------------------------------------------------------------------------------------------- under the lock
def _attached(request: Request, kind: str, stored: Stored) -> Attachment:
    with transaction.atomic():
        turn = load_turn(request)
        place = place_of(turn, kind)
        there = turn.case.attachments.filter(part=place.part, kind=kind, blob=stored.sha256, replaced_at=None).first()
        if there is not None:
            return there
        _check_quota(turn, stored.size)
        made = _row(turn, place, stored)
        inputs = {"file_name": stored.name}
        facts = {**_facts(made), "bytes": stored.size, "media_type": stored.media_type}
        _append(turn, ATTACH, place, made, inputs, facts)
        return made


def _row(turn: Turn, place: Place, stored: Stored) -> Attachment:
    return Attachment.objects.create(
        case=turn.case,
        part=place.part,
        kind=place.kind,
        name=stored.name,
        blob=blob_row(turn.now, stored.sha256, stored.size, stored.media_type),
        shown=blob_row(turn.now, *stored.shown, stored.media_type) if stored.shown is not None else None,
        sensitive=place.sensitive,
        uploaded_by=turn.request.actor,
        uploaded_at=turn.now,
    )


def blob_row(at: dt.datetime, sha256: str, size: int, media_type: str) -> Blob:
    """Return the row of bytes that lie in the store."""
    values = {"size": size, "media_type": media_type, "created_at": at}
    return Blob.objects.get_or_create(sha256=sha256, defaults=values)[0]


def _set_aside(request: Request, attachment_id: uuid.UUID) -> Attachment:
    with transaction.atomic():
        turn = load_turn(request)
        found = Attachment.objects.select_related("blob", "part").get(pk=attachment_id)
        if found.replaced_at is not None:
            return found
        place = place_of(turn, found.kind)
        if not place.dossier:
            _check_own(turn, found)
        found.replaced_at = turn.now
        found.save(update_fields=["replaced_at"])
        _append(turn, DETACH, place, found, {}, _facts(found))
        return found


def _check_own(turn: Turn, found: Attachment) -> None:
    """What a step has been taken on stays; until then it is the uploader's."""
    record = turn.part if turn.part is not None else turn.case
    if found.uploaded_by == turn.request.actor and record.entered_at <= found.uploaded_at:
        return
    vi = "Tệp này đã dùng cho một bước xử lý hoặc do người khác nộp nên không bỏ được"
    en = "A step has used this file, or somebody else has put it in; it cannot be taken out"
    raise TransitionRefused([Reason("not_in_state", vi, en)])


def _check_quota(turn: Turn, more: int) -> None:
    """All files of a case count, set aside or not: they are all kept."""
    kept = Attachment.objects.filter(case=turn.case)
    used = kept.aggregate(size=Sum("blob__size"))["size"] or 0
    most = settings.CASE_QUOTA_MB
    if used + more > most * 1024 * 1024 or kept.count() >= MOST_FILES:
        vi = f"Các tệp của hồ sơ đã đến giới hạn {most} MB hoặc {MOST_FILES} tệp; hãy liên hệ cán bộ thụ lý"
        en = f"The files of the case have reached {most} MB or {MOST_FILES} files; ask the officer in charge"
        raise FileRefused(Reason("file_quota", vi, en, "file"), too_large=True)


def _facts(attachment: Attachment) -> dict[str, Any]:
    return {"attachment": str(attachment.pk), "attachment_kind": attachment.kind, "sha256": attachment.blob_id}


def _append(
    turn: Turn, name: str, place: Place, attachment: Attachment, inputs: Mapping[str, Any], facts: Mapping[str, Any]
) -> None:
    part = attachment.part.key if attachment.part is not None else ""
    happening = Happening(
        kind="act", name=name, role=place.role, part_key=part, actor=turn.person, inputs=inputs, facts=facts
    )
    append_alone(turn.case, happening, turn.now, changed=place.dossier)
    run_autos_after(turn.case.pk, turn.now)


@contextmanager
def _remembered(request: Request) -> Iterator[None]:
    """Keep a refusal, in a transaction of its own, after whatever was begun is undone."""
    try:
        yield
    except TransitionRefused as refused:
        remember_refusal(request, refused.reasons)
        raise
