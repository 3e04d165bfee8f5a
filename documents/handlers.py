"""What documents does for a step of a case: registered at the door cases.effects (DocumentsConfig.ready)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q

from cases.effects import Effect, PaperJob, PaperMade
from documents.merge import DRAFT_MARK, source_of
from documents.models import DRAFT, SIGNED, Document
from documents.numbering import NumberRefused, SeriesKey, TypedNumber, series_of, take_numbers, typed_number
from documents.signing import expected, given
from documents.stages import (
    NOBODY,
    at_once,
    context_for,
    issue,
    late,
    new_document,
    prepare,
    publish,
    recorded_day,
    sign,
)
from documents.workshop import Workshop, impossible
from workflows.definition import Paper

Typed = dict[str, TypedNumber]
NO_EFFECT = "Hồ sơ đã kết thúc"


def make_papers(jobs: Sequence[PaperJob]) -> list[PaperMade]:
    """Prepare, sign and issue the papers of one step inside its transaction. Raises PaperImpossible.

    Numbers come last, in one statement for all series, after everything that may refuse.
    """
    if not jobs:
        return []
    workshop = Workshop(jobs)
    typed = _typed_numbers(workshop)
    workshop.load({series_of(_paper(jobs, code), found.day): found.number for code, found in typed.items()})
    _refuse_used(workshop, typed)
    made: list[PaperMade | None] = []
    issued: list[tuple[int, PaperJob, Document]] = []
    for at, job in enumerate(jobs):
        if job.stage == "issue":
            issued.append((at, job, issue(workshop, job)))
            made.append(None)
        else:
            made.append(made_of(job, (prepare if job.stage == "prepare" else sign)(workshop, job)))
    _publish(workshop, issued, typed)
    for at, job, document in issued:
        made[at] = made_of(job, document)
    workshop.save()
    return [one for one in made if one is not None]


def _publish(workshop: Workshop, issued: Sequence[tuple[int, PaperJob, Document]], typed: Typed) -> None:
    """Give numbers to what takes one from our books, typed ones to the others, then the final bytes."""
    for _, job, document in issued:
        _refuse_other_number(job, document, typed)
    ours = [(job, document) for _, job, document in issued if job.paper.series == "automatic" and job.paper.rendered]
    numbers = take_numbers([series_of(job.paper, workshop.day, doc.series) for job, doc in ours], workshop.day)
    taken = {document.pk: number for (_, document), number in zip(ours, numbers, strict=True)}
    for _, job, document in sorted(issued, key=lambda one: _carries_a_number(one[1].paper)):
        main = _numbered_with(job.paper, issued)
        number = taken.get(document.pk) or typed.get(job.paper.code)
        publish(workshop, job, document, number, annexed_to=main)
        if job.paper.origin == "recorded":
            document.issued_on = recorded_day(job, workshop.day)


def _carries_a_number(paper: Paper) -> bool:
    return paper.annex or paper.numbered_as is not None


def _numbered_with(paper: Paper, issued: Sequence[tuple[int, PaperJob, Document]]) -> Document | None:
    """Return the document of this step whose number and day a paper carries: the one that it names, else the first."""
    if not _carries_a_number(paper):
        return None
    others = ((j.paper, d) for _, j, d in issued if not _carries_a_number(j.paper) and d.number_text)
    return next((d for other, d in others if paper.numbered_as in (None, other.code)), None)


def _typed_numbers(workshop: Workshop) -> Typed:
    """Read the numbers that other bodies gave the papers issued in this step. Raises PaperImpossible."""
    wanted = [j for j in workshop.jobs if j.stage == "issue" and j.paper.series == "typed_in" and j.paper.rendered]
    found: Typed = {}
    for job in wanted:
        try:
            number = typed_number(job.paper, job.ask, workshop.day, alone=len(wanted) == 1)
        except NumberRefused as fault:
            raise impossible(job.paper, "paper_impossible", fault.vi, fault.en, fault.path) from fault
        if number is None:
            path = f"ask.number_{job.paper.code}"
            raise impossible(job.paper, "ask_missing", "chưa nhập số, ký hiệu", "its number is missing", path)
        found[job.paper.code] = number
    return found


def _refuse_used(workshop: Workshop, typed: Typed) -> None:
    for code, number in typed.items():
        paper = _paper(workshop.jobs, code)
        key = series_of(paper, number.day)
        for other in workshop.others:
            if SeriesKey(other.series, other.type_code, other.year or 0) == key and other.number == number.number:
                day = f"{other.issued_on:%d/%m/%Y}" if other.issued_on else ""
                vi = f"số {other.number_text} đã dùng cho “{other.title}” ngày {day}"
                en = f"number {other.number_text} is taken by a document of {day}"
                raise impossible(paper, "number_taken", vi, en, f"ask.number_{code}")


def _refuse_other_number(job: PaperJob, document: Document, typed: Typed) -> None:
    """The number typed at issue must be the one recorded when the signed original was entered."""
    recorded = str(document.context.get("recorded_no", "")).replace(" ", "").partition("/")[0]
    number = typed.get(job.paper.code)
    if number is not None and recorded.isdigit() and int(recorded) != number.number:
        vi = f"số nhập khi ghi nhận bản đã ký là {document.context['recorded_no']}"
        raise impossible(job.paper, "number_differs", vi, "the signed original was recorded with another number")


def _paper(jobs: Sequence[PaperJob], code: str) -> Paper:
    return next(job.paper for job in jobs if job.paper.code == code)


def made_of(job: PaperJob, document: Document) -> PaperMade:
    """Return what the event says of a document after a stage."""
    return PaperMade(
        document_id=document.pk,
        paper=job.paper.code,
        stage=job.stage,
        status=document.status,
        number=document.number_text,
        issued_on=_iso(document.issued_on),
        sha256=document.sha256,
        content_hash=document.content_hash,
        template=document.template,
    )


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day is not None else ""


def preview(job: PaperJob) -> bytes:
    """Return what the step would make, marked DỰ THẢO, without a number; nothing is stored. Raises PaperImpossible."""
    if not job.paper.rendered:
        raise impossible(job.paper, "paper_impossible", "là văn bản của cơ quan khác", "is another body's document")
    workshop = Workshop([job])
    if job.stage != "prepare":
        workshop.load({})
        waiting = workshop.current(job, DRAFT, SIGNED)
        if waiting is not None:
            return _previewed(workshop, job, waiting)
    source = source_of(job, workshop.rows)
    if job.paper.signer == "system":
        signature = NOBODY
    else:
        signature = (given if at_once(job.paper) else expected)(job, source.issuer, source.rows)
    return _previewed(workshop, job, new_document(job, context_for(source, signature), source))


def _previewed(workshop: Workshop, job: PaperJob, document: Document) -> bytes:
    context = dict(document.context)
    if job.stage == "sign" and document.status == DRAFT:
        source = source_of(job, workshop.rows)
        context |= given(job, source.issuer, source.rows).as_context()
    return workshop.rendered(job.paper, context | late(document, job.paper, workshop.day, mark=DRAFT_MARK)).body


def void_papers(effect: Effect) -> None:
    """Void the drafts and the signed papers without number of a case that has entered a closed state, or of a part."""
    waiting = Document.objects.filter(case=effect.case_id, status__in=(DRAFT, SIGNED), number=None)
    ended = Q(part=None) | Q(part__closed=True) | Q(part__ended=True)
    of = Q(part__key=effect.payload["part"]) if effect.payload.get("part") else ended
    for document in waiting.filter(of, event_seq__lte=effect.seq):
        document.void(NO_EFFECT)
        document.save(update_fields=["status", "void_reason"])
