"""The attachments of a draft: what is asked, what is there, upload, replace, remove."""
from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.access import signed_in
from accounts.clock import now
from cases.filing import Filing
from cases.forms_words import needed_when
from cases.models import Attachment
from cases.services import remove_attachment
from cases.views.answers import stored
from cases.views.drafting import with_draft
from workflows.definition import AttachmentKind

MEDIA = {"jpg": "image/jpeg", "png": "image/png", "heic": "image/heic", "pdf": "application/pdf"}


@dataclass(slots=True)
class Slot:
    """One kind of paper: whether it is needed, what is there, what was wrong with the last upload."""

    kind: AttachmentKind
    needed: str  # always, missing, sometimes, never
    when: str
    files: list[Attachment] = field(default_factory=list)
    fault: str = ""

    @property
    def types(self) -> str:
        return ", ".join(kind.upper() for kind in self.kind.types)

    @property
    def accept(self) -> str:
        return accepted(self.kind.types)


def accepted(types: Iterable[str]) -> str:
    """Return what the browser offers for types: endings, and the types by which a telephone offers its camera."""
    known = list(dict.fromkeys(types))
    endings = [f".{kind}" for kind in [*known, *(["jpeg"] if "jpg" in known else [])]]
    return ",".join([*endings, *(MEDIA[kind] for kind in known if kind in MEDIA)])


@require_http_methods(["GET", "HEAD", "POST"])
@with_draft
def files(request: HttpRequest, filing: Filing) -> HttpResponse:
    """Show every paper that the case may carry; take one up, or take one out."""
    if request.method != "POST":
        return files_page(request, filing)
    if "_remove" in request.POST:
        return removed(request, filing, request.POST["_remove"])
    return taken_up(request, filing, request.POST.get("_kind", ""))


def taken_up(request: HttpRequest, filing: Filing, code: str) -> HttpResponse:
    """Store the uploaded files, in the place of those that they replace; with one refused nothing is replaced."""
    kind = next((a for a in filing.definition.attachments if a.code == code), None)
    if kind is None:
        raise Http404
    uploads = request.FILES.getlist("file")
    if not uploads:
        return files_page(request, filing, code, gettext("Chưa chọn tệp nào."), 422)
    before = list(filing.case.attachments.filter(kind=code, replaced_at=None)) if "_replace" in request.POST else []
    found = [stored(request, filing.case, code, upload) for upload in uploads]
    taken, faults = [made for made, _, _ in found if made is not None], [one for one in found if one[0] is None]
    if faults:
        kept = [gettext("Các tệp khác vừa chọn đã được nhận.")] if taken else []
        return files_page(request, filing, code, " ".join([*(fault for _, fault, _ in faults), *kept]), faults[-1][2])
    for old in (row for row in before if row not in taken):
        remove_attachment(attachment_id=old.pk, actor=signed_in(request), now=now())
    messages.success(request, gettext("Đã tải tệp lên."))
    return redirect(back_to(request, filing, code))


def removed(request: HttpRequest, filing: Filing, text: str) -> HttpResponse:
    """Take a file of this draft out."""
    try:
        found = filing.case.attachments.filter(pk=uuid.UUID(text), replaced_at=None).first()
    except ValueError as malformed:
        raise Http404 from malformed
    if found is None:
        raise Http404
    remove_attachment(attachment_id=found.pk, actor=signed_in(request), now=now())
    messages.success(request, gettext("Đã xóa tệp."))
    return redirect(back_to(request, filing, found.kind))


def back_to(request: HttpRequest, filing: Filing, code: str) -> str:
    """Return the address of the paper on this page, keeping the way back to the check."""
    query = "?back=check" if request.GET.get("back") == "check" else ""
    return f"{reverse('case_files', args=[filing.case.code])}{query}#file-{code}"


def slots_of(filing: Filing) -> list[Slot]:
    """Return every kind of paper with the files that are there."""
    siblings = {f.name: f for f in filing.definition.fields}
    present: dict[str, list[Attachment]] = {}
    for row in filing.case.attachments.filter(replaced_at=None).select_related("blob").order_by("uploaded_at"):
        present.setdefault(row.kind, []).append(row)
    return [
        Slot(kind, _needed(filing, kind), needed_when(kind.required, siblings), present.get(kind.code, []))
        for kind in filing.definition.attachments
    ]


def _needed(filing: Filing, kind: AttachmentKind) -> str:
    if kind.code in filing.missing_files:
        return "missing"
    if isinstance(kind.required, bool):
        return "always" if kind.required else "never"
    return "sometimes"


def files_page(
    request: HttpRequest, filing: Filing, wrong: str = "", fault: str = "", status: int = 200
) -> HttpResponse:
    """Show the papers, with what was wrong with the last upload."""
    slots = slots_of(filing)
    for slot in slots:
        slot.fault = fault if slot.kind.code == wrong else ""
    facts: dict[str, Any] = {
        "filing": filing, "case": filing.case, "procedure": filing.definition, "slots": slots, "wrong": wrong,
        "fault": fault, "faults": fault, "back": request.GET.get("back", ""),
    }
    return render(request, "cases/filing/files.html", facts, status=status)
