"""Pages of documents: downloads. What a person may see is decided in cases.access."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.clock import now
from accounts.models import User
from cases.models import Blob
from documents.file_names import disposition
from documents.models import Document
from documents.queries import BytesMissing, bytes_of, find_document


@login_required
@never_cache
@require_safe
def download(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """Give the .docx of a document as it stands; 404 when it is not there for this person."""
    document = _found(request, document_id)
    if document.blob is None:
        raise Http404
    name = document.scan.name if document.scan is not None and document.blob_id == document.scan.blob_id else ""
    return _file(document.blob, name or document.file_name)


@login_required
@never_cache
@require_safe
def download_scan(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """Give the scan of the original that was signed on paper."""
    document = _found(request, document_id)
    if document.scan is None:
        raise Http404
    return _file(document.scan.blob, document.scan.name)


def _found(request: HttpRequest, document_id: uuid.UUID) -> Document:
    viewer = request.user
    document = find_document(document_id, viewer, now()) if isinstance(viewer, User) else None
    if document is None:
        raise Http404
    return document


def _file(blob: Blob, name: str) -> HttpResponse:
    try:
        body = bytes_of(blob)
    except BytesMissing as fault:
        raise Http404 from fault
    answer = HttpResponse(body, content_type=blob.media_type)
    answer["Content-Disposition"] = disposition(name)
    answer["Cache-Control"] = "no-store, private"
    answer["Content-Security-Policy"] = "sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
