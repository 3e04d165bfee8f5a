"""Prepare, sign, issue: what each stage does to a document. Numbers are taken after all of them (handlers.py)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from cases.effects import PaperJob
from cases.models import Attachment
from documents.frame import frame_of
from documents.ledger_office import series_in
from documents.merge import DRAFT_MARK, LATE, SIGNED_MARK, Source, context_of, mark_of, source_of
from documents.merge_values import computed
from documents.models import DRAFT, ISSUED, SIGNED, Document
from documents.numbering import TypedNumber, number_text, symbol_of
from documents.office import form_page, site_address
from documents.payment import payment_of
from documents.printed import NO_NUMBER, long_day, open_day
from documents.signing import Signature, expected, given
from documents.workshop import Workshop, hash_of_context, impossible
from workflows.asks import SCAN, SIGNED_COPY, scan_of
from workflows.definition import Paper

NOBODY = Signature("", (), "", "")


def at_once(paper: Paper) -> bool:
    """Forms, slips and papers filled for another body go straight to issued, unless somebody has signed them."""
    return paper.family == "form" or paper.origin in ("slip", "prefilled")


def prepare(workshop: Workshop, job: PaperJob) -> Document:
    """Make a new draft; an earlier one without number becomes void, an issued one is superseded at issue."""
    source = source_of(job, workshop.rows)
    document = new_document(job, context_for(source, expected(job, source.issuer, source.rows)), source)
    document.drafter = job.actor
    _void_earlier(workshop, job)
    document.supersedes = workshop.replaced(job)
    workshop.keep(document, job.paper, late(document, job.paper, workshop.day, mark=DRAFT_MARK))
    workshop.add(document)
    return document


def sign(workshop: Workshop, job: PaperJob) -> Document:
    """Fix the content of the current draft under the signer's name. Raises PaperImpossible without a current draft."""
    document = workshop.current(job, DRAFT)
    if document is None:
        raise impossible(job.paper, "draft_missing", "chưa có dự thảo để ký", "there is no draft to sign")
    if _stale(job):
        raise impossible(job.paper, "draft_stale", "dự thảo không còn khớp với hồ sơ", "the draft is stale")
    source = source_of(job, workshop.rows)
    signature = given(job, source.issuer, source.rows)
    document.context = document.context | signature.as_context()
    if job.recorded:
        _record(workshop, job, document)
    document.context_hash = hash_of_context(document.context, document.template)
    document.signer_name, document.signer_title = signature.name, signature.title
    document.signing_form, document.signed_on = signature.form, workshop.day
    document.signed_by = None if job.recorded else job.actor
    document.sign()
    workshop.keep(document, job.paper, late(document, job.paper, workshop.day, mark=SIGNED_MARK))
    workshop.touch(document, job.seq)
    return document


def issue(workshop: Workshop, job: PaperJob) -> Document:
    """Return the document to be issued, its content ready; `publish` gives number, day and final bytes."""
    if job.paper.origin == "recorded":
        return _recorded_document(workshop, job)
    document = workshop.current(job, SIGNED)
    if document is None and at_once(job.paper):
        return _made_at_once(workshop, job)
    if document is None:
        raise impossible(job.paper, "not_signed", "văn bản chưa được ký", "the paper is not signed")
    workshop.touch(document, job.seq)
    return document


def publish(
    workshop: Workshop,
    job: PaperJob,
    document: Document,
    number: int | TypedNumber | None,
    *,
    annexed_to: Document | None = None,
) -> None:
    """Issue a document: number and day stand on it, final bytes are rendered, what it replaces is superseded.

    `annexed_to`: the document whose number and day an annex carries.
    """
    day, document.issued_at = workshop.day, workshop.now
    if annexed_to is not None:
        day, document.number_text = annexed_to.issued_on or day, annexed_to.number_text
    if isinstance(number, TypedNumber):
        day = number.day
        document.symbol = number.symbol or document.symbol
    document.issued_on = day
    if number is not None:
        document.number = number.number if isinstance(number, TypedNumber) else number
        document.year = day.year
        document.number_text = number_text(document.number, document.symbol)
    document.scan = _signed_copy(workshop, job) or document.scan
    if document.status == SIGNED:
        document.issue()
    else:
        document.issue_at_once()
    _supersede(workshop, job, document)
    if job.paper.rendered:
        workshop.keep(document, job.paper, late(document, job.paper, day, mark=""))


def context_for(source: Source, signature: Signature) -> dict[str, Any]:
    """Return the full context of a paper but for what is set at each rendering. Raises PaperImpossible."""
    frame = frame_of(source, signature)
    context = context_of(source, frame, computed(source, frame))
    fixed = {name: value for name, value in context.items() if name not in LATE}
    paid = payment_of(source) if source.paper.qr == "pay" else {}
    return fixed | paid | {"site": site_address(source.rows), "page": form_page(source.paper, source.rows)}


def late(document: Document, paper: Paper, day: dt.date, *, mark: str) -> dict[str, str]:
    """Return what is set at each rendering: number, day, mark, code to verify."""
    final = not mark
    number = document.number_text or (f"{NO_NUMBER}/{document.symbol}" if document.symbol else NO_NUMBER)
    site = str(document.context.get("site", ""))
    code = {
        "track": str(document.context.get("tracking_url", "")),
        "verify": f"{site}/v/{document.verify_code}" if final and site else "",
        "pay": str(document.context.get("payment_code", "")),
    }.get(paper.qr, "")
    return {
        "document_no": number if paper.family == "nd30" else document.number_text,
        "document_date": long_day(day) if final or paper.family == "form" else open_day(day.year),
        "mark": mark_of(mark),
        "qr_code": code,
        "verify_code": document.verify_code if final else "",
    }


def new_document(job: PaperJob, context: dict[str, Any], source: Source | None) -> Document:
    """Return an unsaved draft of the job's paper."""
    paper = job.paper
    own = source is not None and not paper.annex
    symbol = symbol_of(paper, source.issuer.symbol, source.issuer.unit_symbol) if source is not None and own else ""
    return Document(
        case=job.case,
        part=job.part,
        paper=paper.code,
        title=paper.vi,
        attempt=job.case.attempt,
        public=paper.public,
        audience=[*paper.addressee, *paper.copies_to],
        event_seq=job.seq,
        series=_series(job, source) if paper.series in ("automatic", "typed_in") else "",
        type_code=paper.type_code or "",
        symbol=symbol,
        template=paper.template or "",
        context=context,
        context_hash=hash_of_context(context, paper.template or ""),
        created_at=job.now,
    )


def _series(job: PaperJob, source: Source | None) -> str:
    rows = source.rows if source is not None else {}
    return series_in(job.paper, job.definition, job.case, rows)


def _made_at_once(workshop: Workshop, job: PaperJob) -> Document:
    source = source_of(job, workshop.rows)
    signature = NOBODY if job.paper.signer == "system" else given(job, source.issuer, source.rows)
    document = new_document(job, context_for(source, signature), source)
    document.drafter = job.actor
    document.signer_name, document.signer_title = signature.name, signature.title
    document.signing_form, document.signed_on = signature.form, workshop.day
    document.signed_by = None if job.recorded or job.paper.signer == "system" else job.actor
    if job.recorded:
        _record(workshop, job, document)
    _void_earlier(workshop, job)
    workshop.add(document)
    return document


def _recorded_document(workshop: Workshop, job: PaperJob) -> Document:
    """Another body's own document: number, day, signer and scan are kept, nothing is rendered or numbered by us."""
    ask = job.ask
    document = new_document(job, {}, None)
    document.series = document.symbol = ""
    _record(workshop, job, document)
    document.recorded, document.supersedes = True, workshop.redone(job)
    document.number_text = str(ask.get("outside_no", ""))
    document.signer_name = str(ask.get("outside_signer") or (job.actor.full_name if job.actor is not None else ""))
    if document.scan is not None:
        document.blob, document.sha256 = document.scan.blob, document.scan.blob_id
    workshop.add(document)
    return document


def recorded_day(job: PaperJob, day: dt.date) -> dt.date:
    """Return the day on another body's document, the day of recording when it has none."""
    text = job.ask.get("outside_date")
    return dt.date.fromisoformat(text) if text else day


def _record(workshop: Workshop, job: PaperJob, document: Document) -> None:
    """Keep that somebody typed this in for the signer, the number on the signed original, and link its scan."""
    document.recorded = True
    if job.ask.get("outside_no"):
        document.context = document.context | {"recorded_no": job.ask["outside_no"]}
    given_scan = job.ask.get(scan_of(job.step) or SCAN) or job.ask.get("file") or _file_of_part(job)
    if given_scan:
        found = Attachment.objects.select_related("blob").filter(pk=uuid.UUID(given_scan), case=workshop.case).first()
        if found is None:
            raise impossible(
                job.paper, "scan_missing", "không tìm thấy bản quét", "the scan is missing", "ask.outside_scan"
            )
        document.scan = found


def _file_of_part(job: PaperJob) -> str | None:
    """Return the file that the part asks at this step: a report that is handed in is its own document."""
    if job.part is None:
        return None
    fields = job.definition.part(job.part.kind).fields
    due = [f.name for f in fields if f.base == "file" and f.required_from == job.step.name]
    return next((str(job.part.fields[name]) for name in due if job.part.fields.get(name)), None)


def _signed_copy(workshop: Workshop, job: PaperJob) -> Attachment | None:
    """Return the digitally signed PDF that was given with the issue."""
    given_copy = job.ask.get(SIGNED_COPY + job.paper.code)
    if not given_copy:
        return None
    return Attachment.objects.select_related("blob").filter(pk=uuid.UUID(given_copy), case=workshop.case).first()


def _stale(job: PaperJob) -> bool:
    """Whether an accepted change has overtaken the draft; one prepared in this very step is fresh."""
    if job.paper.code in job.step.papers.prepare:
        return False
    holder = job.part.papers if job.part is not None and job.paper.code in job.part.papers else job.case.papers
    return bool(holder.get(job.paper.code, {}).get("stale"))


def _void_earlier(workshop: Workshop, job: PaperJob) -> None:
    while (earlier := workshop.current(job, DRAFT, SIGNED)) is not None:
        earlier.void("Được soạn lại")
        workshop.touch(earlier, job.seq)


def _supersede(workshop: Workshop, job: PaperJob, document: Document) -> None:
    """The paper whose place this one takes loses it; found among what the step has read."""
    for earlier in workshop.documents:
        if earlier.pk == document.supersedes_id and earlier.status == ISSUED:
            earlier.supersede()
            workshop.touch(earlier, job.seq)
