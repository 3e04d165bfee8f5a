"""One file of a case, as it may be looked at; a sensitive one only after saying what for."""
from __future__ import annotations

import uuid

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.clock import now
from cases.models import Attachment, Case
from cases.presentation.dossier import attachments_of
from cases.presentation.face import Look
from cases.store import BlobChanged, BlobMissing, open_blob
from cases.views.answers import refused_page
from cases.views.finding import with_case
from cases.views.officer import MOST_PURPOSE, recorded
from workflows.errors import Reason

DAMAGED = Reason("file_changed", "Tệp trong kho không còn khớp mã băm đã ghi; hãy báo quản trị hệ thống",
                 "The stored file no longer matches its recorded hash; tell the administrator")  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@with_case
def attachment(request: HttpRequest, case: Case, file_id: uuid.UUID) -> HttpResponseBase:
    """Give a file; 404 when it is not there for this person."""
    look = Look(case, signed_in(request), now())
    found = next((file for papers in attachments_of(look) for file in papers.files if file.pk == file_id), None)
    if found is None:
        raise Http404
    if is_sensitive(look, found):
        asked = purpose_page(request, look, found)
        if asked is not None:
            return asked
    return given(request, found)


def is_sensitive(look: Look, file: Attachment) -> bool:
    """Whether every look at the file is recorded: by its own mark or by its kind."""
    kinds = {kind.code for kind in look.definition.attachments if kind.sensitive}
    return file.sensitive or file.kind in kinds


def purpose_page(request: HttpRequest, look: Look, file: Attachment) -> HttpResponse | None:
    """Ask for the purpose and record it; None when that is done and the file may be given."""
    purpose = request.POST.get("purpose", "").strip()[:MOST_PURPOSE]
    reasons = recorded(look, purpose) if request.method == "POST" else ()
    if request.method == "POST" and not reasons:
        return None
    facts = {"case": look.case, "what": file.name, "purpose": purpose, "value": None, "reasons": reasons}
    return render(request, "cases/sensitive.html", facts, status=422 if reasons else 200)


def given(request: HttpRequest, file: Attachment) -> HttpResponseBase:
    """Return the bytes: of a picture the copy without what the camera wrote into it."""
    blob = file.shown if file.shown is not None else file.blob
    try:
        answer = FileResponse(open_blob(blob), as_attachment=True, filename=file.name, content_type=blob.media_type)
    except BlobMissing as fault:
        raise Http404 from fault
    except BlobChanged:
        return refused_page(request, [DAMAGED], back=reverse("case", args=[file.case.code]))
    answer["Cache-Control"] = "no-store, private"
    answer["Content-Security-Policy"] = "sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
