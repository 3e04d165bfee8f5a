"""A supplement, item by item: what is asked and why, the answer in words or as a file, and the tick that it is done."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from accounts.access import signed_in
from accounts.clock import now
from cases.applicant_side import SUPPLEMENT
from cases.errors import CaseChanged
from cases.forms_choices import plain
from cases.models import Attachment, Case, Part
from cases.procedures import definition_by
from cases.services import Possible, advance_case
from cases.views.answers import carried, hidden, key_of, stored, tried, version_of
from cases.views.files import accepted
from workflows.definition import AttachmentKind, Procedure
from workflows.errors import Reason


@dataclass(slots=True)
class Item:
    """One thing that is asked, with what was answered so far."""

    number: int
    asked: dict[str, Any]
    reply: str = ""
    answered: bool = False
    kind: str = ""
    fault: str = ""


def answer_page(request: HttpRequest, case: Case, possible: Possible) -> HttpResponse:
    """Show the items; store files as they come; send the answer when every item is ticked."""
    part, definition = possible.part, definition_by(case.definition.hash)
    if part is None:
        raise ValueError("a supplement is a part")
    items = items_of(request, part, definition)
    if request.method != "POST":
        return items_page(request, case, part, items)
    status = stored_all(request, case, items)
    if status or "_upload" in request.POST:
        return items_page(request, case, part, items, status=status or 200)
    return sent(request, case, part, items)


def items_of(request: HttpRequest, part: Part, definition: Procedure) -> list[Item]:
    """Return the items as they were typed, else as they stand."""
    posted = request.POST if request.method == "POST" else None
    found = []
    for number, row in enumerate(part.fields.get("items", [])):
        item = Item(number, row, str(row.get("reply", "")), bool(row.get("answered")), like(row, definition))
        if posted is not None:
            item.reply = posted.get(f"reply-{number}", "")
            item.answered = f"answered-{number}" in posted
            item.kind = posted.get(f"kind-{number}", item.kind)
        found.append(item)
    return found


def takes_words(definition: Procedure) -> bool:
    """Whether an item has room for an answer in words; in earlier publications it had none."""
    items = next((f for f in definition.part(SUPPLEMENT).fields if f.name == "items"), None)
    return items is not None and any(column.name == "reply" for column in items.columns)


def like(row: dict[str, Any], definition: Procedure) -> str:
    """Return the component that an item names, when it names one by its own words."""
    named = plain(str(row.get("item", "")))
    return next((a.code for a in definition.attachments if named in (plain(a.vi), plain(a.en))), "")


def stored_all(request: HttpRequest, case: Case, items: list[Item]) -> int:
    """Store the files that came, each as the component that was chosen; return the status of one that was refused."""
    status = 0
    for item in items:
        uploads = request.FILES.getlist(f"file-{item.number}")
        for upload in uploads:
            status = stored_one(request, case, item, upload) or status
        if uploads:
            continue
        if request.POST.get("_upload") == str(item.number):
            item.fault, status = gettext("Chưa chọn tệp nào."), 422
    return status


def stored_one(request: HttpRequest, case: Case, item: Item, upload: UploadedFile[Any]) -> int:
    """Store one file; 0 when it lies in the case."""
    if not item.kind:
        item.fault = gettext("Hãy chọn tệp này là giấy tờ nào.")
        return 422
    made, fault, status = stored(request, case, item.kind, upload)
    item.fault = " ".join(dict.fromkeys(told for told in (item.fault, fault) if told))
    return 0 if made is not None else status


def sent(request: HttpRequest, case: Case, part: Part, items: list[Item]) -> HttpResponse:
    """Send the answer; what is not ticked is told, and nothing typed is lost."""
    worded = takes_words(definition_by(case.definition.hash))
    ticks = ["true" if item.answered else "false" for item in items]
    rows = [{"answered": t, **({"reply": i.reply} if worded else {})} for t, i in zip(ticks, items, strict=True)]
    try:
        outcome, reasons = tried(lambda: advance_case(
            case_id=case.pk, transition="answer", part_id=part.key, actor=signed_in(request), now=now(),
            data={"part_fields": {"items": rows}}, expected_version=version_of(request),
            idempotency_key=key_of(request),
        ))
    except CaseChanged as changed:
        return items_page(request, case, part, items, status=409, changed=changed, version=changed.version)
    if outcome is None:
        return items_page(request, case, part, items, status=422, reasons=reasons)
    messages.success(request, gettext("Đã gửi bổ sung. Cơ quan sẽ kiểm tra và giải quyết tiếp."))
    return redirect("case", outcome.case.code)


def items_page(
    request: HttpRequest, case: Case, part: Part, items: list[Item], *, status: int = 200,
    reasons: tuple[Reason, ...] = (), **more: Any,
) -> HttpResponse:
    """Show the items with what is there of each component."""
    kinds: tuple[AttachmentKind, ...] = definition_by(case.definition.hash).attachments
    files: dict[str, list[Attachment]] = {}
    for row in case.attachments.filter(replaced_at=None).select_related("blob").order_by("-uploaded_at"):
        files.setdefault(row.kind, []).append(row)
    kept = carried(request) if request.method == "POST" else hidden(part)
    facts = {
        "case": case, "part": part, "items": items, "kinds": kinds, "reasons": reasons,
        "accept": accepted(t for kind in kinds for t in kind.types),
        "files": [(kind, files[kind.code]) for kind in kinds if kind.code in files],
        "faults": [item for item in items if item.fault], "worded": takes_words(definition_by(case.definition.hash)),
        **kept, **more,
    }
    return render(request, "cases/supplement.html", facts, status=status)
