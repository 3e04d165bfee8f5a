"""Which documents a person may see, and the bytes of one."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.models import User
from cases.access import APPLICANTS, OUTSIDE, may_open, roles_to_look
from cases.ledger_access import only_holds
from cases.models import Blob, Case
from documents.models import ISSUED, SUPERSEDED, Document

OUTWARD = (ISSUED, SUPERSEDED)


class BytesMissing(Exception):
    """The bytes of a document are not where its row says (exit 11)."""


class BytesChanged(Exception):
    """The bytes of a document are not those whose hash stands in the history (exit 10)."""


def documents_of(case: Case, viewer: User, at: dt.datetime) -> QuerySet[Document]:
    """Return the documents of a visible case that the person may see, in time order.

    Officers and auditors see all; the applicant what is issued and public; an outside agency what is issued and
    addressed to it.
    """
    made = Document.objects.filter(case=case).select_related("scan").order_by("created_at", "pk")
    roles = roles_to_look(case, viewer, at)
    if only_holds(case, roles):
        return made.filter(public=True, status__in=OUTWARD)
    if roles - APPLICANTS - OUTSIDE:
        return made
    seen = Q(public=True) if roles & APPLICANTS else Q(pk__in=())
    ours = [pk for pk, audience in made.values_list("pk", "audience") if set(audience) & roles & OUTSIDE]
    return made.filter(seen | Q(pk__in=ours), status__in=OUTWARD)


def find_document(document_id: uuid.UUID, viewer: User, at: dt.datetime) -> Document | None:
    """Return a document that the person may see, None when it does not exist or is invisible."""
    found = Document.objects.filter(pk=document_id).select_related("case", "blob", "scan__blob").first()
    if found is None or not may_open(found.case, viewer, at):
        return None
    return (
        documents_of(found.case, viewer, at).select_related("case", "blob", "scan__blob").filter(pk=document_id).first()
    )


def bytes_of(blob: Blob | None) -> bytes:
    """Return the bytes of a blob, from the row or the content-addressed folder. Raises BytesMissing, BytesChanged."""
    if blob is None:
        raise BytesMissing
    body = bytes(blob.body) if blob.body is not None else _from_store(blob.sha256)
    if hashlib.sha256(body).hexdigest() != blob.sha256:
        raise BytesChanged(blob.sha256)
    return body


def _from_store(sha256: str) -> bytes:
    place = Path(settings.MEDIA_ROOT) / "sha256" / sha256[:2] / sha256[2:]
    try:
        return place.read_bytes()
    except OSError as fault:
        raise BytesMissing(sha256) from fault


def address_of(document_id: str) -> str:
    """Return where a document is downloaded."""
    return reverse("documents:download", args=[document_id])


def as_row(document: Document) -> dict[str, Any]:
    """Return a document for the command line (docs/cli/documents.schema.json)."""
    return {
        "id": str(document.pk),
        "paper": document.paper,
        "title": document.title,
        "status": document.status,
        "number": document.number_text,
        "issued_on": document.issued_on.isoformat() if document.issued_on else "",
        "signer": document.signer_name,
        "recorded": document.recorded,
        "public": document.public,
        "sha256": document.sha256,
        "content_hash": document.content_hash,
        "template": document.template,
        "event": document.event_seq,
        "void_reason": document.void_reason,
    }
