"""One file of a case. Its address shows what can be looked at: a picture's copy, a PDF; the rest is saved.

A sensitive file is given after one has said what for, and the look is in the log of views before the first byte.
"""
from __future__ import annotations

import uuid

import structlog
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.clock import now
from cases.access import APPLICANTS, may_look_closely, roles_to_look, sees_file
from cases.models import Attachment, Case
from cases.procedures import definition_by
from cases.services.views_log import log_view
from cases.store import BlobChanged, BlobMissing, open_blob
from cases.views.answers import refused_page
from cases.views.finding import with_case
from cases.views.officer import LEAST_PURPOSE, MOST_PURPOSE, PURPOSE
from workflows.errors import Reason

OWN = "own"  # the purpose of who looks at what they filed themselves
PDF = "application/pdf"
# Nothing in a file runs, loads or sends: it has an origin of its own and no rights.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
DAMAGED = Reason(
    "file_changed", "Tệp trong kho không còn đúng như khi được nộp nên không mở; hãy báo quản trị hệ thống",
    "The stored file is no longer what was handed in, so it is not opened; tell the administrator",
)  # fmt: skip

log = structlog.get_logger("hoso.files")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def attachment(request: HttpRequest, case: Case, file_id: uuid.UUID) -> HttpResponseBase:
    """Show a file, or save it when a browser cannot show it; 404 when it is not there for this person."""
    return looked_at(request, case, file_id, original=False)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def original(request: HttpRequest, case: Case, file_id: uuid.UUID) -> HttpResponseBase:
    """Save a file byte for byte as it was handed in, with what a camera wrote into it."""
    return looked_at(request, case, file_id, original=True)


def looked_at(request: HttpRequest, case: Case, file_id: uuid.UUID, *, original: bool) -> HttpResponseBase:
    """Find the file, let a sensitive one be asked for with a purpose, and give it."""
    viewer = signed_in(request)
    found = case.attachments.select_related("blob", "shown", "part").filter(pk=file_id).first()
    if found is None or not sees_file(case, found, viewer, now()):
        raise Http404
    if is_sensitive(case, found):
        asked = purpose_asked(request, case, found)
        if asked is not None:
            return asked
    return given(request, found, original=original)


def is_sensitive(case: Case, file: Attachment) -> bool:
    """Whether every look at the file is recorded: by its own mark or by its kind."""
    kinds = {kind.code for kind in definition_by(case.definition.hash).attachments if kind.sensitive}
    return file.sensitive or file.kind in kinds


def purpose_asked(request: HttpRequest, case: Case, file: Attachment) -> HttpResponse | None:
    """Ask for the purpose; None when it is given and recorded. Who filed the file is not asked, only recorded."""
    viewer, moment = signed_in(request), now()
    roles = roles_to_look(case, viewer, moment)
    if not may_look_closely(definition_by(case.definition.hash), roles):
        raise Http404
    purpose = OWN if roles & APPLICANTS else request.POST.get("purpose", "").strip()[:MOST_PURPOSE]
    if len(purpose) < LEAST_PURPOSE:
        reasons = [PURPOSE] if request.method == "POST" else []
        facts = {"case": case, "what": file.name, "purpose": purpose, "value": None, "reasons": reasons}
        return render(request, "cases/sensitive.html", facts, status=422 if reasons else 200)
    log_view(case=case, person=viewer, what=f"file:{file.pk}", purpose=purpose, now=moment)
    return None


def given(request: HttpRequest, file: Attachment, *, original: bool) -> HttpResponseBase:
    """Return the bytes, checked against their hash: of a picture the copy without metadata, or the original."""
    blob = file.blob if original or file.shown is None else file.shown
    inline = not original and (file.shown is not None or blob.media_type == PDF)
    try:
        opened = open_blob(blob)
    except (BlobMissing, BlobChanged) as fault:
        log.error("file damaged", attachment=str(file.pk), sha256=blob.sha256, found=type(fault).__name__)
        return refused_page(request, [DAMAGED], back=reverse("case", args=[file.case.code]))
    answer = FileResponse(opened, as_attachment=not inline, filename=file.name, content_type=blob.media_type)
    answer["Cache-Control"] = "no-store, private"
    answer["Content-Security-Policy"] = SANDBOX
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
