"""Values that are computed for papers: `merge_values` of the common layer, one function a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from documents import ledger_values, merge_rows
from documents.merge import Source, named_part
from documents.models import DRAFT, ISSUED, VOID, Document
from documents.printed import clock_time, long_day, short_day, span

REASONS = {
    "nguoi_nop_rut": "Người nộp hồ sơ đề nghị rút hồ sơ",
    "khong_bo_sung": "Đã hết thời hạn mà hồ sơ không được bổ sung, giải trình theo yêu cầu",
}
GUIDANCE = (
    "Trường hợp không đồng ý với nội dung nêu trên, người nộp hồ sơ có quyền phản ánh, kiến nghị, khiếu nại theo quy "
    "định của pháp luật tại cơ quan đã ban hành văn bản này hoặc qua Cổng Dịch vụ công quốc gia."
)
Value = Callable[[Source], Any]


def case_code(source: Source) -> str:
    return source.job.case.code


def submission_code(source: Source) -> str:
    return source.job.case.submission_code


def received_at(source: Source) -> str:
    at = source.job.case.received_at
    return clock_time(at) if at is not None else ""


def due_date(source: Source) -> str:
    return _day(source.job.case.due_on)


def original_due_date(source: Source) -> str:
    return _day(source.job.case.original_due_on)


def new_due_date(source: Source) -> str:
    asked = source.job.ask.get("new_due_on")
    return long_day(dt.date.fromisoformat(asked)) if asked else _day(source.job.case.due_on)


def extension_count(source: Source) -> str:
    return f"{int(source.job.case.attributes.get('extension_count', 0)):02d}"


def supplement_due(source: Source) -> str:
    """The time to answer: of the paper's own kind (explanation_time of explanation_request), else of supplements."""
    config = source.job.definition.config
    own = f"{source.paper.code.removesuffix('_request')}_time"
    duration = config.get(own) or config.get("supplement_time")
    return span(duration) if duration else ""


def refusal_ground(source: Source) -> str:
    ground = source.job.ask.get("ground") or source.job.case.attributes.get("ground")
    return source.names("refusal_grounds", ground) if ground else ""


def stop_reason(source: Source) -> str:
    reason = source.job.case.attributes.get("stop_reason") or source.job.ask.get("stop_reason", "")
    if reason in REASONS:
        return REASONS[reason]
    return str(source.job.ask.get("reason") or source.job.case.attributes.get("reason") or "")


def stage(source: Source) -> str:
    """Where the case stands: for a supplement whether it is received, for a stop the state it is in."""
    job = source.job
    if source.paper.code.startswith("form_02"):
        return "Khi giải quyết hồ sơ" if job.case.received_at else "Khi kiểm tra, tiếp nhận hồ sơ"
    states = {s.code: s.vi for s in job.definition.machine.states}
    # The case has entered its new state when its papers are made; the one it left is kept for @return.
    return states.get(job.case.return_state or job.case.state, "")


def retention_until(source: Source) -> str:
    row = source.names.row("retention_rules", source.job.case.procedure)
    if row.get("permanent"):
        return "Vĩnh viễn"
    closed = source.job.case.closed_on
    if closed is None or "years" not in row:
        return ""
    return f"{int(row['years']):02d} năm, đến hết năm {closed.year + int(row['years'])}"


def review_note(source: Source) -> str:
    """The officer's note with the results of the checks: of this step, else as an earlier paper printed it."""
    own = source.job.ask.get("review_note")
    if own:
        return str(own)
    made = Document.objects.filter(case=source.job.case, attempt=source.job.case.attempt).exclude(context={})
    contexts = made.order_by("-created_at", "-pk").values_list("context", flat=True)
    return next((str(found["check_results"]) for found in contexts if found.get("check_results")), "")


def summary(source: Source) -> str:
    """What the case is about; on a paper without check_results what the officer found."""
    found = "" if "check_results" in source.paper.merge else review_note(source)
    return found or source.job.case.title or source.job.definition.vi


def complaint_guidance(source: Source) -> str:
    return str(source.rows.get("complaint_guidance", {}).get("vi") or GUIDANCE)


def component_count(source: Source) -> str:
    return f"{len(merge_rows.component_list(source)):02d}"


def period_from(source: Source) -> str:
    return short_day(merge_rows.period(source)[0])


def period_to(source: Source) -> str:
    return short_day(merge_rows.period(source)[1])


def original_document_no(source: Source) -> str:
    found = original(source)
    return found.number_text if found is not None else ""


def original_document_date(source: Source) -> str:
    found = original(source)
    return _day(found.issued_on) if found is not None else ""


def replaced_document_no(source: Source) -> str:
    before = Document.objects.filter(case=source.job.case, paper=source.paper.code, status=ISSUED).order_by(
        "-issued_at"
    )
    found = before.first()
    return found.number_text if found is not None else ""


def original(source: Source) -> Document | None:
    """The document that this one speaks of: of the part that its own part names, else the latest of its own part,
    else the latest result."""
    issued = Document.objects.filter(case=source.job.case).exclude(number_text="").exclude(status__in=(DRAFT, VOID))
    named = named_part(source.job)
    if named is not None:
        same = issued.filter(part__pk=named, public=True).order_by("-issued_at") if named else issued.none()
        return same.filter(recorded=True, series="").first() or same.exclude(type_code="").first()
    issued = issued.exclude(paper=source.paper.code).order_by("-issued_at")
    own = issued.filter(part=source.job.part).first() if source.job.part is not None else None
    if own is not None:
        return own
    if source.paper.code.startswith("pm_"):
        return issued.filter(paper="pm_decision").first()
    return issued.filter(public=True).exclude(paper__in=("correction_letter", "revocation_notice")).first()


def _day(day: dt.date | None) -> str:
    return long_day(day) if day is not None else ""


VALUES: dict[str, Value] = {
    f.__name__: f
    for f in (
        case_code, submission_code, received_at, due_date, original_due_date, new_due_date, extension_count,
        supplement_due, refusal_ground, stop_reason, stage, retention_until, summary, complaint_guidance,
        component_count, period_from, period_to, original_document_no, original_document_date, replaced_document_no,
    )
}  # fmt: skip
VALUES |= {"check_results": review_note, **merge_rows.ROWS, **ledger_values.VALUES}


def computed(source: Source, frame: dict[str, Any]) -> dict[str, Any]:
    """Return the computed values that the paper merges, by name; frame values by their own name among them."""
    wanted = [name for name in source.paper.merge if name in VALUES]
    return {**{n: frame[n] for n in source.paper.merge if n in frame}, **{n: VALUES[n](source) for n in wanted}}
