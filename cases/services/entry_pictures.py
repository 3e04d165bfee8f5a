"""Pictures of the entries of a registry: put in by who compares with them, set aside instead of deleted."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

from django.db import transaction

from accounts.models import User
from cases.files.checking import Allowed, check_name
from cases.files.names import clean_name
from cases.models import EntryPicture
from cases.procedures import current, definition_by
from cases.services.attachments import blob_row, checked_and_stored
from cases.store import Readable
from workflows.definition import Step

PICTURES = Allowed(types=("jpg", "png"), max_mb=5)
COMPARES = "specimen_matches"  # the guard of a step that compares with entries


def kept_of(registry: str, key: str) -> list[EntryPicture]:
    """Return the pictures of an entry that were not set aside, the oldest first."""
    rows = EntryPicture.objects.filter(registry=registry, key=key, removed_at=None)
    return list(rows.select_related("shown", "added_by").order_by("added_at", "pk"))


def keepers_of(registry: str) -> frozenset[str]:
    """Return the roles that compare with the entries of a registry: they keep its pictures."""
    return frozenset(role for step in _steps() for role in step.by if registry in registries_of(step))


def registries_of(step: Step) -> set[str]:
    """Return the registries with whose entries a step compares."""
    return {str(guard.params["registry"]) for guard in step.require if guard.builtin == COMPARES}


def _steps() -> Iterator[Step]:
    for body_hash in current().values_list("hash", flat=True):
        definition = definition_by(body_hash)
        for machine in (definition.machine, *(part.machine for part in definition.parts)):
            yield from machine.transitions


def add_picture(
    *, registry: str, key: str, name: str, source: Readable, actor: User, now: dt.datetime
) -> EntryPicture:  # fmt: skip
    """Put a picture in after the checks of every file; what is kept is the copy without metadata.

    Raises FileRefused, StoreFull, StoreFailed.
    """
    cleaned = clean_name(name)
    check_name(cleaned, PICTURES)
    stored = checked_and_stored(source, cleaned, PICTURES)
    sha256, size = stored.shown or (stored.sha256, stored.size)
    with transaction.atomic():
        return EntryPicture.objects.create(
            registry=registry, key=key, name=stored.name, shown=blob_row(now, sha256, size, stored.media_type),
            added_by=actor, added_at=now,
        )  # fmt: skip


def set_picture_aside(*, picture_id: uuid.UUID, registry: str, key: str, actor: User, now: dt.datetime) -> bool:
    """Set a picture of an entry aside; whether there was one to set aside."""
    rows = EntryPicture.objects.filter(pk=picture_id, registry=registry, key=key, removed_at=None)
    return bool(rows.update(removed_by=actor, removed_at=now))
