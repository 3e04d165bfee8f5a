"""Pictures of entries: kept at the registry, looked at beside the paper of a case, where every look is recorded."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from accounts.clock import now
from accounts.errors import sentence
from cases.access import holdings
from cases.errors import FileRefused
from cases.models import Case, EntryPicture
from cases.presentation.comparing import specimens_shown
from cases.presentation.face import Look
from cases.registry_queries import Book, entry_at
from cases.services.entry_pictures import add_picture, keepers_of, set_picture_aside
from cases.services.views_log import log_view
from cases.store import open_blob
from cases.views.attachment import SANDBOX
from cases.views.finding import with_case
from cases.views.registries import with_book


@require_POST
@with_book
def pictures(request: HttpRequest, book: Book, pk: int) -> HttpResponse:
    """Put a picture of an entry in, or set one aside; what is wrong with a file is told on the page of the entry."""
    person, at = signed_in(request), now()
    found = entry_at(book, ("row", str(pk)), person, at)
    if found is None or not keepers_of(book.code) & {h.role for h in holdings(person, at)}:
        raise Http404
    back = redirect(f"{reverse('registry_row', args=[book.code, pk])}#pictures")
    if "_remove" in request.POST:
        set_picture_aside(
            picture_id=_id(request.POST["_remove"]), registry=book.code, key=found.key, actor=person, now=at
        )
        return back
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, gettext("Chưa chọn tệp nào."))
        return back
    try:
        add_picture(registry=book.code, key=found.key, name=upload.name or "", source=upload, actor=person, now=at)
    except FileRefused as refused:
        messages.error(request, sentence(refused.reason))
    return back


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as malformed:
        raise Http404 from malformed


@never_cache
@require_safe
@with_case
def specimen(request: HttpRequest, case: Case, picture_id: uuid.UUID) -> HttpResponseBase:
    """Show a specimen to who compares a paper of this case with it; the look is recorded before."""
    look = Look(case, signed_in(request), now())
    if picture_id not in specimens_shown(look):
        raise Http404
    found = EntryPicture.objects.select_related("shown").get(pk=picture_id)
    purpose = gettext("Đối chiếu giấy tờ của hồ sơ với mẫu")
    what = f"specimen:{found.registry}:{found.key}:{found.pk}"
    log_view(case=case, person=look.viewer, what=what, purpose=purpose, now=look.now)
    answer = FileResponse(open_blob(found.shown), filename=found.name, content_type=found.shown.media_type)
    answer["Cache-Control"] = "no-store, private"
    answer["Content-Security-Policy"] = SANDBOX
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
