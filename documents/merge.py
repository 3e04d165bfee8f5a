"""The context of a paper: what its `merge` names, and the frame that every paper has; printed texts, ready to render.

Nothing else of the case reaches a paper: a sensitive field only when `merge` names it, a table only with the columns
named for it (without such a list: the columns that are neither personal nor sensitive).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django.conf import settings

from accounts.clock import local_day
from cases.effects import PaperJob
from cases.errors import PaperImpossible
from cases.models import Event
from cases.names import Names
from cases.office import office_rows
from cases.values import to_facts
from documents.errors import NotPrintable
from documents.ledger_office import issued_by, other_keeper
from documents.office import Issuer, Rows, issuer_of
from documents.printed import NoLabel, long_day, value_of
from documents.text import clean
from workflows.asks import asks_of
from workflows.definition import ROW_NO, Field, Paper, Procedure
from workflows.errors import Reason
from workflows.expressions import compiled
from workflows.lookups import Lookups
from workflows.tables import NoLookups

BANNER = "BẢN THỬ NGHIỆM"
DRAFT_MARK = "DỰ THẢO"
SIGNED_MARK = "ĐÃ KÝ, CHỜ CẤP SỐ"
ROW = "row_"  # before a column of the row that a part is about, where a paper has a value of its own by that name
# Set anew each time the paper is rendered; they are no part of what is signed.
LATE = ("document_no", "document_date", "mark", "qr_code", "verify_code")
FRAME = frozenset(
    {
        *LATE, "agency_name", "parent_agency_name", "agency_symbol", "unit_symbol", "place_name", "signature_lines",
        "signer_name", "signer_title", "signing_authority", "mandate_line", "recipients", "copies", "archive_line",
        "legal_basis_lines", "tracking_url", "officer_name", "proposer", "procedure_name",
        "foreign_agency_name", "ppc_name",
    }
)  # fmt: skip


@dataclass(slots=True)
class Source:
    """One paper to be merged and what is read for it, each thing once."""

    job: PaperJob
    rows: Rows
    names: Names
    day: dt.date
    issuer: Issuer
    fields: dict[str, Field] = field(default_factory=dict)

    @property
    def paper(self) -> Paper:
        return self.job.paper


def source_of(job: PaperJob, rows: Rows | None = None) -> Source:
    """Read the office configuration and the issuer of a paper. Raises PaperImpossible."""
    day = local_day(job.now)
    rows = office_rows(day) if rows is None else rows
    unit_symbol = job.case.unit.symbol if job.case.unit is not None and job.case.unit.kind == "division" else ""
    issuer = issued_by(issuer_of(job.paper, rows, unit_symbol), other_keeper(job.case, rows))
    return Source(job, rows, Names(job.definition, day), day, issuer, fields_known(job.definition, job))


def fields_known(definition: Procedure, job: PaperJob | None = None) -> dict[str, Field]:
    """Return the fields that papers of the procedure may name: dossier, parts, asks; those of the job first."""
    steps = [s for m in _machines(definition) for s in (*m.transitions, *m.acts)]
    known = {f.name: f for s in steps for f in s.ask}
    known |= {f.name: f for kind in definition.parts for f in kind.fields}
    if job is not None and job.part is not None:
        known |= {f.name: f for f in definition.part(job.part.kind).fields}
    known |= {f.name: f for f in definition.fields}
    if job is not None:
        known |= {ROW + column.name: column for column in columns_of_row(job)}
        known |= {column.name: column for column in columns_of_row(job)}
        known |= {f.name: f for f in asks_of(definition, job.step, recorded=job.recorded) if f.name in job.ask}
    return known


def _machines(definition: Procedure) -> Iterable[Any]:
    return (definition.machine, *(part.machine for part in definition.parts))


def context_of(source: Source, frame: dict[str, Any], computed: dict[str, Any]) -> dict[str, Any]:
    """Return the values of the paper's `merge` and the frame, printed. Raises PaperImpossible naming what is missing.

    `frame`: documents.frame; `computed`: values of documents.merge_values by name, those the paper merges.
    """
    context = dict(frame)
    missing: list[Reason] = []
    for name in source.paper.merge:
        if name in LATE:
            continue
        value = _merged(source, name, computed)
        if value in ("", [], None) and _required(source, name, computed):
            missing.append(_missing(source, name))
        context[name] = "" if value is None else value
    if missing:
        raise PaperImpossible(source.paper.code, missing)
    return _cleaned(source.paper, context)


def _merged(source: Source, name: str, computed: dict[str, Any]) -> Any:
    if name in computed:
        return computed[name]
    stored = stored_value(source, name)
    found = source.fields.get(name)
    if stored is None:
        # A list that is absent is an empty list: a template loops over it.
        return [] if found is not None and found.base in ("table", "list", "rows") else None
    if found is None:
        kind = source.job.definition.facts.get("case", {}).get(name)
        return long_day(dt.date.fromisoformat(stored)) if kind == "day" else str(stored)
    try:
        return value_of(found, stored, source.names, columns_of(source.paper, found))
    except NoLabel as fault:
        vi = f"Giá trị “{fault.value}” của {found.vi} chưa có chữ để in"
        reason = Reason("paper_impossible", vi, f"The value {fault.value} of {found.en} has no words", f"merge.{name}")
        raise PaperImpossible(source.paper.code, [reason]) from fault


def stored_value(source: Source, name: str) -> Any:
    """Return the stored value: of this step, of the part, of the dossier, of the case's attributes."""
    job = source.job
    rows = _rows_of_part(job, name)
    if rows is not None:
        return rows
    if name in source.paper.rows:
        return _rows_shown(source, name)
    own = job.part.fields if job.part is not None else {}
    places = (job.ask, own, row_of(job), job.case.dossier, job.case.attributes)
    return next((place[name] for place in places if place.get(name) not in (None, "")), None)


def _rows_shown(source: Source, name: str) -> list[dict[str, Any]]:
    """Return the rows of a dossier table for which the paper's own condition holds."""
    table, wanted = source.job.definition.field(name), compiled(source.paper.rows[name])
    columns = table.columns if table is not None else ()
    rows = source.job.case.dossier.get(name, [])
    return [row for row in rows if wanted.judge({"this": to_facts(columns, row)}, cast(Lookups, NoLookups()))]


def columns_of_row(job: PaperJob) -> tuple[Field, ...]:
    """Return the columns of the table whose row the job's part is about."""
    named = job.definition.part(job.part.kind).row_field if job.part is not None else None
    table = job.definition.field(named.inner) if named is not None else None
    return table.columns if table is not None else ()


def row_of(job: PaperJob) -> dict[str, Any]:
    """Return the row of the dossier that the job's part is about: its papers print its columns by their names.

    `row_signer_name` is the column signer_name: without `row_` that is who signs the paper.
    """
    named = job.definition.part(job.part.kind).row_field if job.part is not None else None
    if job.part is None or named is None:
        return {}
    rows, number = job.case.dossier.get(named.inner, []), job.part.fields.get(named.name)
    found: dict[str, Any] = next((row for row in rows if row.get(ROW_NO) == number), {})
    return {**found, **{ROW + name: value for name, value in found.items()}}


def _rows_of_part(job: PaperJob, name: str) -> list[dict[str, Any]] | None:
    """Return the rows of a dossier table that the part is about: a field `rows(table)` holds their numbers."""
    if job.part is None:
        return None
    fields = job.definition.part(job.part.kind).fields
    table = next((f.inner for f in fields if f.base == "rows" and name in (f.name, f.inner)), None)
    if table is None:
        return None
    held = next(job.part.fields.get(f.name, []) for f in fields if f.base == "rows" and f.inner == table)
    return [row for row in job.case.dossier.get(table, []) if row.get(ROW_NO) in held]


def columns_of(paper: Paper, found: Field) -> tuple[str, ...]:
    """Return the columns of a table that a paper may show."""
    if found.name in paper.columns:
        return paper.columns[found.name]
    return tuple(c.name for c in found.columns if not (c.personal or c.sensitive))


def named_part(job: PaperJob) -> str | None:
    """Return the id of the part that the paper's part names: the decision that it changes or reports about.

    Empty while it names none, None when parts of this kind never do.
    """
    fields = job.definition.part(job.part.kind).fields if job.part is not None else ()
    names = [f.name for f in fields if f.type == "ref(parts)"]
    if job.part is None or not names:
        return None
    return next((str(job.part.fields[n]) for n in names if job.part.fields.get(n)), "")


def _required(source: Source, name: str, computed: dict[str, Any]) -> bool:
    """A field that is required whatever the rest says must print; a conditional one may be blank."""
    if name in OF_ORIGINAL and named_part(source.job) == "":
        return False
    found = source.fields.get(name)
    if found is not None and name not in computed:
        return found.required is True and not _due_later(source.job, found)
    return name not in OPTIONAL


def _due_later(job: PaperJob, found: Field) -> bool:
    """Whether a field of the dossier is due at a step that is still to come: until then a paper may leave it blank."""
    if found.required_from in (None, job.step.name) or job.definition.machine.step(found.required_from) is None:
        return False
    return not Event.objects.filter(case=job.case, name=found.required_from).exists()


OF_ORIGINAL = frozenset({"original_document_no", "original_document_date"})
# Computed values that may be empty on paper: there may have been no opinion, no earlier date.
OPTIONAL = frozenset(
    {
        "opinions", "check_results", "summary", "history_lines", "register_rows", "document_rows", "qr_code",
        "tracking_url", "parent_agency_name", "unit_symbol", "signing_authority", "replaced_document_no",
        "legal_basis_lines", "recipients", "complaint_guidance", "component_list", "signer_name", "ledger_rows",
        "count_rows", "state_rows", "movement_rows",
    }
)  # fmt: skip


def _missing(source: Source, name: str) -> Reason:
    found = source.fields.get(name)
    vi, en = (found.vi, found.en) if found is not None else (name, name)
    return Reason(
        "paper_impossible",
        f"{source.paper.vi}: chưa có {vi}",
        f"{source.paper.en}: {en} is missing",
        f"merge.{name}",
    )


def _cleaned(paper: Paper, context: dict[str, Any]) -> dict[str, Any]:
    try:
        cleaned: dict[str, Any] = clean(context)
    except NotPrintable as fault:
        raise unprintable(paper, fault) from fault
    return cleaned


def unprintable(paper: Paper, fault: NotPrintable) -> PaperImpossible:
    """Turn a value that cannot stand on paper into the refusal of the step."""
    vi, en = f"{paper.vi}: {fault.path} {fault.why_vi}", f"{paper.en}: {fault.path} {fault.why_en}"
    return PaperImpossible(paper.code, [Reason("paper_impossible", vi, en, f"merge.{fault.path}")])


def mark_of(mark: str) -> str:
    """Return the mark on every page: draft or signed without number, and that the province is invented."""
    return " · ".join(part for part in (mark, BANNER if settings.DEMO else "") if part)
