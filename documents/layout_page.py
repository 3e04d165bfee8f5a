"""The sheet itself: size, margins, page number and marks in the header, the picture of the QR code."""

from __future__ import annotations

import base64
import io
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from documents.layout_blocks import control
from documents.layout_styles import blank

A4 = (210, 297)
A5 = (148, 210)
ND30_MARGINS = (20, 20, 30, 20)  # top, bottom, left, right; the decree allows 20-25, 20-25, 30-35, 15-20
FORM_MARGINS = (15, 15, 20, 15)
QR_MM = 20
# A white point stands in the template where the code is drawn at merge time; a draft keeps it.
EMPTY_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
)


def sheet(
    title: str, size_mm: tuple[int, int], margins: tuple[int, int, int, int], *, landscape: bool, shrink: float
) -> Document:
    """Return an empty document of that paper size (mm) and margins (top, bottom, left, right in mm)."""
    document = docx.Document(io.BytesIO(blank(title, shrink=shrink)))
    section = document.sections[0]
    wide, high = sorted(size_mm, reverse=landscape)
    section.page_width, section.page_height = Mm(wide), Mm(high)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = map(Mm, margins)
    section.header_distance, section.footer_distance = Mm(9), Mm(9)
    return document


def header(document: Document, *, numbered: bool) -> None:
    """Write the headers: page number centred in the top margin, hidden on page 1, and the marks on every page."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    for part, number in ((section.first_page_header, False), (section.header, numbered)):
        part.is_linked_to_previous = False
        empty = part.paragraphs[0]
        control(part, "if mark")
        part.add_paragraph("{{ mark }}", style="DauHieu")
        control(part, "endif")
        if number:
            _field(part.add_paragraph(style="SoTrang"), "PAGE")
            empty._p.getparent().remove(empty._p)
        else:
            # A header may not be without a paragraph; this one is as low as a hair.
            empty._p.getparent().append(empty._p)
            empty.style = "KeNgang"


def _field(paragraph: Paragraph, code: str) -> None:
    run = paragraph.add_run()
    for kind in ("begin", "instr", "end"):
        if kind == "instr":
            element = OxmlElement("w:instrText")
            element.text = f" {code} "
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def qr(container: Any, caption: str, size_mm: int = QR_MM) -> None:
    """Put the picture of the QR code and a line below it."""
    paragraph = container.add_paragraph(style="NoiNhanDs")
    paragraph.paragraph_format.space_before = Mm(3)
    paragraph.add_run().add_picture(io.BytesIO(EMPTY_PICTURE), width=Mm(size_mm), height=Mm(size_mm))
    note = container.add_paragraph(style="NoiNhanDs")
    run = note.add_run(caption)
    run.font.size = Mm(2.9)
