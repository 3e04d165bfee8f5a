"""Paragraphs, runs, tables and drawn lines on a python-docx document: the vocabulary of both families of papers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from documents.layout_styles import LOOKS
from documents.layout_text import Block, Piece, pieces
from documents.metrics import TWIPS_PER_MM

NARROWEST_MM = 11.0
Container = Any  # Document, _Cell, header: whatever has add_paragraph


@dataclass(frozen=True, slots=True)
class Sheet:
    """The room for text: its width in mm."""

    width_mm: float


def styled(paragraph: Paragraph, style: str) -> Paragraph:
    """Give a paragraph a style of ours and return it. Raises KeyError for any other.

    By its id: python-docx looks through all styles for a name, a fifth of the time that composing takes.
    """
    if style not in LOOKS:
        raise KeyError(style)
    paragraph._p.style = style
    return paragraph


def add(container: Container, style: str, text: str | Sequence[Piece]) -> Paragraph:
    """Add a paragraph of a style; `text` with **bold** and *italic*, or pieces."""
    paragraph = styled(container.add_paragraph(), style)
    for piece in pieces(text) if isinstance(text, str) else text:
        run = paragraph.add_run(piece.text)
        if piece.bold:
            run.bold = True
        if piece.italic:
            run.italic = True
    return paragraph


def first(cell: _Cell, style: str, text: str) -> Paragraph:
    """Write into the empty paragraph that every new cell has."""
    paragraph = styled(cell.paragraphs[0], style)
    for piece in pieces(text):
        run = paragraph.add_run(piece.text)
        run.bold = True if piece.bold else None
        run.italic = True if piece.italic else None
    return paragraph


def control(container: Container, tag: str) -> None:
    """Add a Jinja line that stands for no paragraph of its own."""
    container.add_paragraph(f"{{%p {tag} %}}")


def rule(container: Container, indent: str | int, *, after_pt: int = 2) -> None:
    """Draw a solid centred line: an empty, very low paragraph with a border below, indented on both sides.

    `indent`: twips, or the Jinja expression that yields them at merge time.
    """
    paragraph = styled(container.add_paragraph(), "KeNgang")
    properties = paragraph._p.get_or_add_pPr()
    border = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
        line.set(qn(f"w:{key}"), value)
    border.append(line)
    spacing = OxmlElement("w:spacing")
    for key, value in (("before", "20"), ("after", str(after_pt * 20)), ("line", "40"), ("lineRule", "exact")):
        spacing.set(qn(f"w:{key}"), value)
    sides = OxmlElement("w:ind")
    for side in ("left", "right"):
        sides.set(qn(f"w:{side}"), str(indent))
    for element in (border, spacing, sides):
        properties.append(element)


def grid(container: Container, widths_mm: Sequence[float], rows: int, *, bordered: bool) -> Table:
    """Add a table of fixed widths; without borders it only places things side by side."""
    table: Table = (
        container.add_table(rows, len(widths_mm))
        if isinstance(container, Document)
        else container.add_table(rows=rows, cols=len(widths_mm))
    )
    properties = table._tbl.tblPr
    for child in list(properties):
        properties.remove(child)
    _append(properties, "tblW", w=round(sum(widths_mm) * TWIPS_PER_MM), type="dxa")
    if bordered:
        properties.append(_borders())
    _append(properties, "tblLayout", type="fixed")
    if not bordered:
        margins = _append(properties, "tblCellMar")
        for side in ("left", "right"):
            _append(margins, side, w=0, type="dxa")
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths_mm, strict=True):
        column.set(qn("w:w"), str(round(width * TWIPS_PER_MM)))
    for row in table.rows:
        set_widths(row, widths_mm)
    return table


def set_widths(row: Any, widths_mm: Sequence[float]) -> None:
    """Fix the widths of a row's cells and keep the row on one page."""
    properties = row._tr.get_or_add_trPr()
    _append(properties, "cantSplit")
    for cell, width in zip(row.cells, widths_mm, strict=True):
        cell_properties = cell._tc.get_or_add_tcPr()
        for child in list(cell_properties):
            cell_properties.remove(child)
        _append(cell_properties, "tcW", w=round(width * TWIPS_PER_MM), type="dxa")


def repeat_header(row: Any) -> None:
    """Repeat the row at the top of every page."""
    _append(row._tr.get_or_add_trPr(), "tblHeader")


def _borders() -> Any:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        _append(borders, side, val="single", sz=4, space=0, color="000000")
    return borders


def _append(parent: Any, tag: str, **attributes: object) -> Any:
    element = OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), str(value))
    parent.append(element)
    return element


STYLE_OF = {
    "heading": "QuyetDinh",
    "section": "DeMuc",
    "centred": "GiuaTrang",
    "article": "Dieu",
    "text": "NoiDung",
    "dash": "NoiDung",
}


def write(container: Container, blocks: Iterable[Block], sheet: Sheet) -> None:
    """Write the body of a paper."""
    for block in blocks:
        if block.kind == "control":
            control(container, block.text)
        elif block.kind == "lines":
            control(container, f"for line in {block.text}|paragraphs")
            add(container, "NoiDung", "{{ line }}")
            control(container, "endfor")
        elif block.kind == "table":
            _table(container, block, sheet)
        else:
            add(container, STYLE_OF[block.kind], _marked(block))


def _marked(block: Block) -> list[Piece]:
    """Put back the dash, make `Điều 1.` bold."""
    if block.kind == "dash":
        return [Piece("- "), *pieces(block.text)]
    if block.kind == "article":
        number, _, rest = block.text.partition(".")
        return [Piece(f"{number}.", bold=True), *pieces(rest)]
    return pieces(block.text)


def _table(container: Container, block: Block, sheet: Sheet) -> None:
    rows = [row for row in block.rows if isinstance(row, list)]
    weights = block.weights or [1] * len(rows[0])
    widths = _shared(sheet.width_mm, weights)
    table = grid(container, widths, len(block.rows), bordered=bool(block.weights))
    for n, (row, content) in enumerate(zip(table.rows, block.rows, strict=True)):
        heading = block.header and n == 0
        if heading:
            repeat_header(row)
        cells = [f"{{%tr {content} %}}"] if isinstance(content, str) else content
        for m, (cell, text) in enumerate(zip(row.cells, cells, strict=False)):
            paragraph = first(cell, "BangDau" if heading else "Bang", text)
            align = block.aligns[m] if block.aligns and not heading else ""
            if align in ("center", "right"):
                _append(paragraph._p.get_or_add_pPr(), "jc", val=align)
    # Word joins two tables that touch; the text below needs air.
    add(container, "KeNgang", "").paragraph_format.space_after = Pt(5)


def _shared(width_mm: float, weights: Sequence[int]) -> list[float]:
    """Share the width by weight; no column is too narrow for a heading of two letters."""
    narrow = [w for w in weights if width_mm * w / sum(weights) < NARROWEST_MM]
    left = width_mm - NARROWEST_MM * len(narrow)
    wide = sum(weights) - sum(narrow)
    return [NARROWEST_MM if w in narrow else left * w / wide for w in weights]
