"""Tables that are computed for papers: components, defects, opinions, history, registers, documents."""

from __future__ import annotations

import calendar
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from accounts.clock import LOCAL, local_day
from accounts.models import User
from cases.models import Attachment, Case, Event
from documents.merge import Source
from documents.models import DRAFT, VOID, Document
from documents.printed import short_day
from workflows.definition import Field

Rows = list[dict[str, Any]]
VERDICTS = {
    "dong_y": "Đồng ý",
    "dong_y_co_dieu_kien": "Đồng ý có điều kiện",
    "khong_dong_y": "Không đồng ý",
    "khong_y_kien": "Không có ý kiến",
}
ORIGINALS = {"kept": "Bản gốc nộp lưu", "shown": "Bản gốc xuất trình", "none": "Bản điện tử"}
REGISTER_LIMIT = 5_000
# Columns of each computed table: what a template may read in a loop over it.
COLUMNS: dict[str, set[str]] = {
    "component_list": {"name", "count", "kind"},
    "missing_items": {"item", "why", "basis", "how"},
    "opinions": {"agency", "verdict", "content", "answer_no", "answer_date", "explanation"},
    "history_lines": {"at", "by", "step", "result", "note"},
    "register_rows": {"code", "applicant", "procedure", "received", "due", "handled", "returned", "status"},
    "document_rows": {"number", "date", "title", "author", "note"},
}


def component_list(source: Source) -> Rows:
    """One row per kind of component that is there, in the order of the procedure's list."""
    kinds = list(
        Attachment.objects.filter(case=source.job.case, replaced_at=None).values_list("kind", "original_received")
    )
    rows = []
    for kind in source.job.definition.attachments:
        held = [original for code, original in kinds if code == kind.code]
        if held:
            what = ORIGINALS[kind.originals] if any(held) else ORIGINALS["none"]
            rows.append({"name": kind.vi, "count": f"{len(held):02d}", "kind": what})
    return rows


def missing_items(source: Source) -> Rows:
    """Every defect that the officer named at this step."""
    return [
        {column: str(row.get(column, "")) for column in sorted(COLUMNS["missing_items"])}
        for row in source.job.ask.get("items", [])
    ]


def opinions(source: Source) -> Rows:
    """One row per agency asked in this attempt; silence is printed as silence, never as agreement."""
    asked = [p for p in source.job.parts if p.kind == "opinion" and p.state != "dropped" and not p.stale]
    return [_opinion(source, part.fields) for part in asked]


def _opinion(source: Source, values: dict[str, Any]) -> dict[str, Any]:
    verdict = values.get("verdict", "")
    words = _labels(source, "verdict").get(verdict) or VERDICTS.get(verdict, "")
    if not verdict:
        words = "Không có ý kiến trong thời hạn" if values.get("silence") else "Chưa có ý kiến"
    answered = values.get("answer_date")
    return {
        "agency": source.names("consultees", values.get("agency", "")),
        "verdict": words,
        "content": values.get("content", ""),
        "answer_no": values.get("answer_no", ""),
        "answer_date": short_day(dt.date.fromisoformat(answered)) if answered else "",
        "explanation": values.get("explanation", ""),
    }


def _labels(source: Source, name: str) -> dict[str, str]:
    found: Field | None = source.fields.get(name)
    return {value: words.get("vi", "") for value, words in found.labels.items()} if found is not None else {}


def history_lines(source: Source) -> Rows:
    """One line per transition of the case: when, who, what, into which state."""
    events = Event.objects.filter(case=source.job.case, kind="transition", part_key="").order_by("seq")
    rows = [json.loads(bytes(e.body)) | {"when": e.at} for e in events]
    people = {str(u.pk): u.full_name for u in User.objects.filter(pk__in={r["actor"] for r in rows} - {"system"})}
    definition = source.job.definition
    states = {s.code: s.vi for s in definition.machine.states}
    steps = {s.name: s.vi for s in definition.machine.transitions}
    return [
        {
            "at": f"{row['when'].astimezone(LOCAL):%H:%M %d/%m/%Y}",
            "by": people.get(row["actor"], "Hệ thống"),
            "step": steps.get(row["name"], ""),
            "result": states.get(row.get("to") or "", ""),
            "note": "Ghi nhận thay" if row.get("recorded_for") else "",
        }
        for row in rows
    ]


def period(source: Source) -> tuple[dt.date, dt.date]:
    """The period asked for, else the present month."""
    asked = [source.job.ask.get(name) for name in ("period_from", "period_to")]
    if all(asked):
        first, last = (dt.date.fromisoformat(str(day)) for day in asked)
        return first, last
    day = source.day
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def register_rows(source: Source) -> Rows:
    """The cases received in the period, by day of receipt."""
    first, last = period(source)
    start = dt.datetime.combine(first, dt.time(), LOCAL)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), LOCAL)
    cases = Case.objects.filter(received_at__gte=start, received_at__lt=end).order_by("received_at")[:REGISTER_LIMIT]
    return [_register_row(source, case) for case in cases]


def _register_row(source: Source, case: Case) -> dict[str, Any]:
    states = (
        {s.code: s.vi for s in source.job.definition.machine.states}
        if case.procedure == source.job.case.procedure
        else {}
    )
    handled, closed = case.handled_on, case.closed_on
    return {
        "code": case.code,
        "applicant": case.applicant_name,
        "procedure": case.title or case.procedure,
        "received": short_day(local_day(case.received_at)) if case.received_at else "",
        "due": short_day(case.due_on) if case.due_on else "",
        "handled": short_day(handled) if handled else "",
        "returned": short_day(closed) if closed else "",
        "status": states.get(case.state, "Đang giải quyết" if not case.closed else "Đã kết thúc"),
    }


def document_rows(source: Source) -> Rows:
    """Every document of the case in time order, other bodies' documents among them; drafts are not indexed."""
    made = Document.objects.filter(case=source.job.case).exclude(status__in=(DRAFT, VOID)).exclude(issued_on=None)
    rows = made.order_by("issued_on", "created_at").values_list(
        "number_text", "issued_on", "title", "signer_name", "recorded"
    )
    return [
        {"number": n, "date": short_day(day), "title": title, "author": signer, "note": "Bản quét" if recorded else ""}
        for n, day, title, signer, recorded in rows
        if day is not None
    ]


ROWS: dict[str, Callable[[Source], Any]] = {
    f.__name__: f for f in (component_list, missing_items, opinions, history_lines, register_rows, document_rows)
}
