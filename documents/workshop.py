"""The documents of one step in memory: read once, changed, written at the end in one statement for each kind of row."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError
from django.db.models import Q

from accounts.clock import local_day
from cases.effects import PaperJob
from cases.errors import PaperImpossible
from cases.models import Blob, PublishedTemplate
from cases.office import office_rows
from documents.errors import NotPrintable, TemplateRefused
from documents.half_size import halved
from documents.merge import unprintable
from documents.models import DRAFT, ISSUED, SIGNED, Document
from documents.numbering import SeriesKey
from documents.office import Rows
from documents.render import Rendered, produce
from documents.templates import Compiled, cached, compile_template
from workflows.definition import Paper
from workflows.errors import Reason

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CHANGING = (
    "status", "event_seq", "year", "number", "number_text", "symbol", "issued_on", "issued_at", "signer_name",
    "signer_title", "signing_form", "signed_by", "signed_on", "recorded", "blob", "sha256", "content_hash", "context",
    "context_hash", "scan", "void_reason",
)  # fmt: skip


class Workshop:
    """Reads at its first use, writes in `save`; everything between happens in memory."""

    def __init__(self, jobs: Sequence[PaperJob]) -> None:
        self.jobs = jobs
        self.case = jobs[0].case
        self.now = jobs[0].now
        self.day = local_day(self.now)
        self.documents: list[Document] = []
        self.others: list[Document] = []  # documents elsewhere that have a number typed in this step
        self._created: list[Document] = []
        self._changed: list[Document] = []
        self._blobs: dict[str, Blob] = {}
        self._rows: Rows | None = None

    @property
    def rows(self) -> Rows:
        """The office configuration of the local day (one statement, when asked for)."""
        if self._rows is None:
            self._rows = office_rows(self.day)
        return self._rows

    def load(self, typed: Mapping[SeriesKey, int]) -> None:
        """Read the live documents of this step's papers, and whoever has one of the typed numbers (one statement)."""
        codes = {job.paper.code for job in self.jobs}
        live = Q(case=self.case, paper__in=codes, attempt=self.case.attempt, status__in=(DRAFT, SIGNED, ISSUED))
        for key, number in typed.items():
            live |= Q(series=key.series, type_code=key.type_code, year=key.year, number=number)
        found = Document.objects.filter(live).order_by("created_at", "pk")
        self.documents = [d for d in found if d.case_id == self.case.pk and d.paper in codes]
        self.others = list(found)

    def current(self, job: PaperJob, *statuses: str) -> Document | None:
        """Return the latest document of the job's paper and part in one of the statuses."""
        part = job.part.pk if job.part is not None else None
        same = [d for d in self.documents if d.paper == job.paper.code and d.part_id == part and d.status in statuses]
        return same[-1] if same else None

    def replaced(self, job: PaperJob) -> Document | None:
        """Return the issued document whose place a new one takes: of the job's part, or of a part that it redoes."""
        return self.current(job, ISSUED) or self.redone(job)

    def redone(self, job: PaperJob) -> Document | None:
        """Return the latest issued document of the job's paper on the parts whose results the job's part does anew."""
        before = _before(job)
        same = [d for d in self.documents if d.paper == job.paper.code and d.part_id in before and d.status == ISSUED]
        return same[-1] if same else None

    def add(self, document: Document) -> None:
        self.documents.append(document)
        self._created.append(document)

    def touch(self, document: Document, seq: int) -> None:
        document.event_seq = seq
        if document not in self._created and document not in self._changed:
            self._changed.append(document)

    def keep(self, document: Document, paper: Paper, late: Mapping[str, Any]) -> None:
        """Render a document from its context and what is set at each rendering; its bytes wait to be written."""
        rendered = self.rendered(paper, {**document.context, **late})
        blob = Blob(
            sha256=rendered.sha256, size=len(rendered.body), media_type=DOCX, body=rendered.body, created_at=self.now
        )
        self._blobs[rendered.sha256] = blob
        document.blob = blob
        document.sha256, document.content_hash = rendered.sha256, rendered.content_hash

    def rendered(self, paper: Paper, context: Mapping[str, Any]) -> Rendered:
        """Render a paper of the published definition. Raises PaperImpossible."""
        try:
            return produce(template_of(paper, half=context.get("page") == "A5"), context)
        except NotPrintable as fault:
            raise unprintable(paper, fault) from fault

    def save(self) -> None:
        """Write blobs, new documents and changed ones: one statement each. Raises PaperImpossible.

        Two clerks may type the same number at the same moment: then the database tells them apart.
        """
        try:
            self._write()
        except IntegrityError as fault:
            numbered = next((j.paper for j in self.jobs if j.stage == "issue" and j.paper.series == "typed_in"), None)
            if numbered is None:
                raise
            raise impossible(numbered, "number_taken", "số vừa được dùng", "the number was taken just now") from fault

    def _write(self) -> None:
        if self._blobs:
            # Also of what was superseded within the step: the event names its hash.
            Blob.objects.bulk_create(self._blobs.values(), ignore_conflicts=True)
        if self._created:
            Document.objects.bulk_create(self._created)
        if len(self._changed) == 1:
            self._changed[0].save(update_fields=CHANGING)
        elif self._changed:
            Document.objects.bulk_update(self._changed, CHANGING)


def _before(job: PaperJob) -> set[uuid.UUID]:
    """Return the parts whose results the job's part does anew (`redoes`): about its row, of that kind or of its own."""
    kind = job.definition.part(job.part.kind) if job.part is not None else None
    if job.part is None or kind is None or kind.redoes is None or kind.row_field is None:
        return set()
    row, kinds = job.part.fields.get(kind.row_field.name), (job.definition.part(kind.redoes), kind)
    rows = {k.code: k.row_field.name for k in kinds if k.row_field is not None}
    return {p.pk for p in job.parts if p.kind in rows and p is not job.part and p.fields.get(rows[p.kind]) == row}


def template_of(paper: Paper, *, half: bool = False) -> Compiled:
    """Return the compiled template that the definition pins, from the process's cache or the database.

    `half`: on A5. Raises PaperImpossible.
    """
    if not paper.template:
        raise impossible(paper, "no_template", "chưa có mẫu được công bố", "no template is published")
    key = f"{paper.template}:A5" if half else paper.template
    known = cached(key)
    if known is not None:
        return known
    body = PublishedTemplate.objects.filter(sha256=paper.template).values_list("body", flat=True).first()
    if body is None:
        raise impossible(paper, "no_template", "không tìm thấy mẫu đã công bố", "the published template is missing")
    try:
        return compile_template(halved(bytes(body)) if half else bytes(body), key)
    except TemplateRefused as fault:
        raise impossible(paper, "no_template", "mẫu đã công bố bị hỏng", "the published template is broken") from fault


def impossible(paper: Paper, code: str, vi: str, en: str, path: str = "") -> PaperImpossible:
    """Return the refusal of a step because of one paper."""
    return PaperImpossible(paper.code, [Reason(code, f"{paper.vi}: {vi}", f"{paper.en}: {en}", path)])


def hash_of_context(context: Mapping[str, Any], template: str) -> str:
    """Return the SHA-256 of what is printed and of its template: what a signature fixes."""
    body = json.dumps(context, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{template}\0{body}".encode()).hexdigest()
