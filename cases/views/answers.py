"""What pages share when they hand something to a service: the hidden fields of a form, and refusals as answers."""
from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from accounts.access import signed_in
from accounts.clock import now
from accounts.errors import sentence
from accounts.models import User
from cases.errors import FileRefused, InputFaults, KeyReused, PaperImpossible
from cases.forms import ValuesForm
from cases.forms_widgets import FileChoice
from cases.models import Attachment, Case, Part
from cases.services import attach_file
from cases.store import StoreFailed, StoreFull
from workflows.errors import Reason, TransitionRefused

VERSION, KEY = "_version", "_key"  # names that no declared field can have
NOT_STORED = Reason(
    "store_failed", "Máy chủ chưa lưu được tệp, không có gì bị mất. Hãy thử lại sau hoặc báo Bộ phận Một cửa.",
    "The server could not store the file; nothing is lost. Try again later or tell the one-stop desk.", "file",
)
Made = TypeVar("Made")


def hidden(record: Case | Part | None = None) -> dict[str, Any]:
    """Return what a form carries unseen: the version that it was opened on, and a key of its own."""
    return {"version": record.version if record is not None else 0, "key": secrets.token_urlsafe(16)}


def carried(request: HttpRequest) -> dict[str, Any]:
    """Return the hidden fields of a form as it came back, to be shown again."""
    return {"version": version_of(request) or 0, "key": key_of(request) or secrets.token_urlsafe(16)}


def version_of(request: HttpRequest) -> int | None:
    """Return the version on which the form was opened; None when it does not say."""
    text = request.POST.get(VERSION, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def key_of(request: HttpRequest) -> str | None:
    """Return the idempotency key of the form."""
    text = request.POST.get(KEY, "")
    return text if 8 <= len(text) <= 100 else None


def tried(work: Callable[[], Made]) -> tuple[Made | None, tuple[Reason, ...]]:
    """Return what a service made, or every reason why it refused; conflicts and unknown cases go on upwards."""
    try:
        return work(), ()
    except (TransitionRefused, PaperImpossible, InputFaults) as refused:
        return None, refused.reasons
    except KeyReused:
        vi = "Biểu mẫu này đã được gửi với nội dung khác; hãy mở lại trang rồi gửi"
        en = "This form was already sent with other content; open the page again and send it"
        return None, (Reason("key_reused", vi, en),)


def refused_page(request: HttpRequest, reasons: Sequence[Reason], *, back: str, back_label: str = "") -> HttpResponse:
    """Say why something was not done, and where to go on (422)."""
    facts = {"reasons": reasons, "back": back, "back_label": back_label or gettext("Về trang hồ sơ")}
    return render(request, "cases/refused.html", facts, status=422)


def store_uploads(request: HttpRequest, case: Case, form: ValuesForm, *, part_key: str | None = None) -> int:
    """Store the files that came with a form and put their ids into it; return the status of a refusal, else 0."""
    faults: dict[str, str] = {}
    status = 0
    for name, upload in form.uploads.items():
        made, fault, code = stored(request, case, f"ask:{name}", upload, part_key=part_key)
        if made is not None:
            form.keep(name, str(made.pk), made.name)
        else:
            faults[name], status = fault, code
    remember_kept(request, case, form)
    for name, fault in faults.items():
        form.add_error(name, fault)
    return status


def stored(
    request: HttpRequest, case: Case, kind: str, upload: UploadedFile[Any], *, part_key: str | None = None
) -> tuple[Attachment | None, str, int]:
    """Store one file; return it, or what is wrong with it in words and the status of the answer."""
    made, reasons, status = taken_in(case, kind, upload, signed_in(request), now(), part_key=part_key)
    return made, " ".join(sentence(reason) for reason in reasons), status


def taken_in(
    case: Case, kind: str, upload: UploadedFile[Any], actor: User, moment: dt.datetime, *, part_key: str | None = None
) -> tuple[Attachment | None, tuple[Reason, ...], int]:
    """Store one file; return it, or every reason why not and the status of the answer."""
    try:
        made, reasons = tried(lambda: attach_file(
            case_id=case.pk, kind=kind, name=upload.name or "", source=upload, actor=actor, now=moment, part_id=part_key
        ))
    except FileRefused as refused:
        return None, (refused.reason,), 413 if refused.too_large else 422
    except StoreFailed as failed:
        return None, (NOT_STORED,), 507 if isinstance(failed, StoreFull) else 503
    return made, reasons, 422


def remember_kept(request: HttpRequest, case: Case, form: ValuesForm) -> None:
    """Name the files that an earlier sending of this form has stored, so that the page shows them as chosen."""
    own = case.attachments.filter(uploaded_by=signed_in(request), replaced_at=None, kind__startswith="ask:")
    names = {str(pk): name for pk, name in own.values_list("pk", "name")}
    for control in form.fields.values():
        if isinstance(control.widget, FileChoice):
            control.widget.kept_names = names
