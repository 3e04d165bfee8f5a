"""Compose the .docx template of a paper from its spec and its plain text (docs/procedure-guide-papers.md)."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

from docx.document import Document

from documents.layout_blocks import Sheet, add, write
from documents.layout_form import code_line, form_foot, form_title
from documents.layout_frame import ADDRESSED, TYPES, addressees, bases, foot, heading, title
from documents.layout_page import A4, FORM_MARGINS, ND30_MARGINS, header, sheet
from documents.layout_text import BodyText, LayoutFault, parse
from documents.package import repacked, unpack
from workflows.definition import Paper

__all__ = ["LayoutFault", "compose"]

FORM_SHRINK = 1  # forms are set in 13 points where letters have 14


def compose(paper: Paper, body_text: str) -> bytes:
    """Return the template (.docx with Jinja fields) of a paper on A4; the same bytes for the same input.

    An office that prints its forms on A5 makes them smaller later (documents.half_size). Raises LayoutFault.
    """
    text = parse(body_text)
    build = _annex if paper.annex else _nd30 if paper.family == "nd30" else _form
    document = build(paper, text)
    written = io.BytesIO()
    document.save(written)
    return repacked(unpack(written.getvalue()))


def _nd30(paper: Paper, text: BodyText) -> Document:
    width = A4[0] - ND30_MARGINS[2] - ND30_MARGINS[3]
    document = sheet(escape(paper.vi), A4, ND30_MARGINS, landscape=False, shrink=0)
    header(document, numbered=True)
    number = [("SoKyHieu", "Số: {{ document_no }}")]
    subject = text.one("subject", paper.vi)
    if paper.type_code is None:
        number.append(("TrichYeuCV", f"V/v {subject}"))
    heading(document, width, number)
    if paper.type_code is not None:
        title(document, text.one("title") or _kind(paper.type_code), subject, width)
    if paper.type_code in ADDRESSED and text.one("to") != "none":
        addressees(document, text.many("to"))
    if text.one("authority"):
        add(document, "ThamQuyen", text.one("authority"))
    bases(document, text)
    write(document, text.blocks, Sheet(width))
    _keep_last_with_next(document)
    foot(document, paper, text, width)
    return document


def _kind(type_code: str) -> str:
    """Return the name of a kind of document. Raises LayoutFault for none of Nghị định 30/2020/NĐ-CP, annex III."""
    if type_code not in TYPES:
        known = ", ".join(TYPES)
        raise LayoutFault(0, f"loại {type_code} không có trong Nghị định 30, cần title: / unknown kind; known: {known}")
    return TYPES[type_code]


def _annex(paper: Paper, text: BodyText) -> Document:
    """An annex has no head of its own: its title, under it the paper that it belongs to (Nghị định 30/2020/NĐ-CP)."""
    width = A4[0] - ND30_MARGINS[2] - ND30_MARGINS[3]
    document = sheet(escape(paper.vi), A4, ND30_MARGINS, landscape=False, shrink=0)
    header(document, numbered=True)
    title(document, text.one("title", paper.vi), text.one("subject", ""), width)
    write(document, text.blocks, Sheet(width))
    _keep_last_with_next(document)
    foot(document, paper, text, width)
    return document


def _form(paper: Paper, text: BodyText) -> Document:
    landscape = text.one("page") == "landscape"
    width = (A4[1] if landscape else A4[0]) - FORM_MARGINS[2] - FORM_MARGINS[3]
    document = sheet(escape(paper.vi), A4, FORM_MARGINS, landscape=landscape, shrink=FORM_SHRINK)
    header(document, numbered=True)
    if paper.number:
        add(document, "MauSo", f"Mẫu số {paper.number}")
    heading(document, width, [("SoKyHieu", code_line(paper))])
    form_title(document, paper, text)
    if text.many("to"):
        addressees(document, text.many("to"))
    bases(document, text)
    write(document, text.blocks, Sheet(width))
    _keep_last_with_next(document)
    form_foot(document, paper, text, width)
    return document


def _keep_last_with_next(document: Document) -> None:
    """A signature never stands alone on a page: the last paragraph of the text goes with it."""
    document.paragraphs[-1].paragraph_format.keep_with_next = True
