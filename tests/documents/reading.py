"""A .docx read back with python-docx, which knows nothing of how we write one: effective looks, lines, texts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

EMU_PER_MM = 36_000


def opened(body: bytes) -> Any:
    return docx.Document(io.BytesIO(body))


def paragraphs(document: Any) -> Iterator[Any]:
    """Every paragraph of the body in order, those in tables included."""
    for element in document.element.body.iter(qn("w:p")):
        yield Paragraph(element, document._body)


def of_style(document: Any, style: str) -> list[Any]:
    return [p for p in paragraphs(document) if p.style.name == style]


def texts(document: Any, style: str) -> list[str]:
    return [p.text for p in of_style(document, style)]


def whole_text(body: bytes) -> str:
    return "\n".join(p.text for p in paragraphs(opened(body)))


def header_text(body: bytes) -> str:
    section = opened(body).sections[0]
    return "\n".join(p.text for part in (section.first_page_header, section.header) for p in part.paragraphs)


def size(paragraph: Any) -> float:
    """Points, as they are in effect: run, then style, then default."""
    sizes = {run.font.size or paragraph.style.font.size for run in paragraph.runs if run.text.strip()}
    assert len(sizes) == 1, paragraph.text
    return float(sizes.pop().pt)


def weight(paragraph: Any) -> tuple[bool, bool]:
    """(bold, italic) of the first run with text, in effect."""
    run = next(r for r in paragraph.runs if r.text.strip())
    style = paragraph.style.font
    bold = run.bold if run.bold is not None else bool(style.bold)
    return bold, run.italic if run.italic is not None else bool(style.italic)


def mm(length: Any) -> float:
    return round(int(length) / EMU_PER_MM, 2)
