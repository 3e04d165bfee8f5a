"""The family `form`: the seven forms of the one-stop shop and internal slips. They are no Decree 30 documents."""

from __future__ import annotations

from docx.document import Document
from docx.shared import Pt

from documents.layout_blocks import add, control, first, grid
from documents.layout_frame import signature
from documents.layout_page import QR_MM, qr
from documents.layout_text import BodyText
from workflows.definition import Paper

NOBODY = "none"
PAY_MM = 28  # more text than an address: larger, for the camera of a telephone
CAPTIONS = {
    "track": "Theo dõi hồ sơ: {{ tracking_url }}",
    "verify": "Mã kiểm tra: {{ verify_code }}",
    "pay": "Quét mã để chuyển khoản: {{ payment_line }}",
}


def code_line(paper: Paper) -> str:
    """Return the line under the agency: the case code, or the submission code before there is one."""
    if "submission_code" in paper.merge:
        return "Mã nộp hồ sơ: {{ submission_code }}"
    return "Mã hồ sơ: {{ case_code }}" if "case_code" in paper.merge else ""


def form_title(document: Document, paper: Paper, text: BodyText) -> None:
    """Write the form's name, centred, in capitals."""
    add(document, "TenLoai", text.one("title", paper.vi).upper())
    for line in text.many("subject"):
        add(document, "TrichYeu", line)
    document.paragraphs[-1].paragraph_format.space_after = Pt(8)


def form_foot(document: Document, paper: Paper, text: BodyText, width_mm: float) -> None:
    """Write who signs: `sign: LEFT | RIGHT`; without it the signer of the paper; `none` for a slip."""
    wanted = text.one("sign")
    if wanted != NOBODY:
        left_title, _, right_title = (part.strip() for part in wanted.partition("|"))
        table = grid(document, (width_mm / 2, width_mm / 2), 1, bordered=False)
        left, right = table.rows[0].cells
        first(left, "QuyenHan", left_title)
        if left_title:
            add(left, "KyTen", "(Ký, ghi rõ họ tên)")
        if right_title:
            first(right, "QuyenHan", right_title)
            add(right, "KyTen", "(Ký, ghi rõ họ tên)")
            add(right, "HoTen", "{{ officer_name }}")
        else:
            signature(right)
    if paper.qr in CAPTIONS:
        control(document, "if qr_code")
        qr(document, CAPTIONS[paper.qr], PAY_MM if paper.qr == "pay" else QR_MM)
        control(document, "endif")
    for line in text.many("note"):
        add(document, "GhiChu", line)
    add(document, "KeNgang", "")
