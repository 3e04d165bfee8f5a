"""The slip of a case filed at the counter as a Word file, on A4 or on half the sheet."""

from __future__ import annotations

import datetime as dt

from accounts.clock import LOCAL
from accounts.models import User
from cases.models import Case
from cases.presentation.at_counter import Slip
from documents.office_list import list_as_docx
from documents.printed import money, short_day
from workflows.definition import Paper, Procedure

PAPER = Paper(
    code="counter_slip", vi="Phiếu nhận giấy tờ", en="Slip of papers received", family="form", issuer="one_stop",
    signer="intake", origin="slip", merge=("case_code",), qr="track",
)  # fmt: skip
TEXT = """\
sign: NGƯỜI NỘP | NGƯỜI NHẬN
note: Phiếu ghi giấy tờ đã nhận tại quầy; giấy tiếp nhận và hẹn trả (mẫu 01) được cấp khi hồ sơ được tiếp nhận.
---
Người nộp: **{{ applicant_name }}**. Thủ tục: {{ procedure_name }}.

Nộp lúc: {{ filed_at }}. Ngày hẹn trả: **{{ due }}**.

{% for line in costs %}
{{ line }}

{% endfor %}
{% if papers %}
| TT | Giấy tờ | Chi tiết | Bản gốc |
|:------:|----------------------|--------------------------|------------|
{% for row in papers %}
| {{ loop.index }} | {{ row.name }} | {{ row.more }} | {{ row.original }} |
{% endfor %}
{% endif %}

{% if scans %}
Thành phần hồ sơ đã nhận (số tệp): {{ scans }}.

{% endif %}
"""


def as_docx(
    slip: Slip, case: Case, definition: Procedure, officer: User, now: dt.datetime, *, address: str, half: bool
) -> bytes:  # fmt: skip
    """Return the slip; `address`: where the case is followed, for the code. Raises PaperImpossible."""
    filed = case.submitted_at.astimezone(LOCAL) if case.submitted_at else now
    values = {
        "applicant_name": case.applicant_name, "procedure_name": definition.vi, "case_code": case.code,
        "submission_code": case.code,
        "filed_at": f"{filed:%H:%M}, {short_day(filed.date())}",
        "due": short_day(slip.due_on) if slip.due_on else "khi hồ sơ được tiếp nhận",
        "costs": [_cost(field.vi, amount, paid=slip.paid) for field, amount in slip.costs],
        "papers": [{"name": p.name, "more": p.more, "original": p.original} for p in slip.papers],
        "scans": "; ".join(f"{p.name} ({p.more})" for p in slip.scans),
        "qr_code": address, "tracking_url": address,
    }  # fmt: skip
    paper = PAPER if case.case_code else PAPER.model_copy(update={"merge": ("submission_code",)})
    return list_as_docx(paper, TEXT, values, officer, now, half=half)


def _cost(name: str, amount: dict[str, object], *, paid: bool) -> str:
    stands = "đã nộp" if paid else "chưa nộp" if amount["minor"] else "không phải nộp"
    return f"{name}: {money(amount)}, {stands}."
