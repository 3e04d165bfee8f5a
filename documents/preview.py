"""A .docx of ours as HTML to be read on a page before signing: the words, tables and their order, not the exact look.

python-docx reads it; every text is escaped, no style and no script of the file reaches the page.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import docx
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.styles.style import BaseStyle
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

ALIGNED = {WD_ALIGN_PARAGRAPH.CENTER: "center", WD_ALIGN_PARAGRAPH.RIGHT: "end"}
MARKS = {"bold": "<strong>{}</strong>", "italic": "<em>{}</em>"}
LINED = '<div class="table-frame" tabindex="0"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
TD, TH = '<td colspan="{}">{}</td>', '<th scope="col" colspan="{}">{}</th>'


def as_html(body: bytes) -> SafeString:
    """Return the text of a document as HTML."""
    return _blocks(docx.Document(io.BytesIO(body)))


def _blocks(holder: Docx | _Cell) -> SafeString:
    return format_html_join("\n", "{}", ((_block(block),) for block in holder.iter_inner_content()))


def _block(block: Paragraph | Table) -> SafeString:
    return _table(block) if isinstance(block, Table) else _paragraph(block)


def _paragraph(paragraph: Paragraph) -> SafeString:
    words = format_html_join("", "{}", ((_run(run, paragraph.style),) for run in _runs(paragraph)))
    if not words:
        return SafeString("")
    own = paragraph.alignment
    aligned = ALIGNED.get(own if own is not None else _inherited(paragraph.style, _alignment))
    if aligned is None:
        return format_html("<p>{}</p>", words)
    return format_html('<p class="sheet__{}">{}</p>', aligned, words)


def _inherited(style: BaseStyle | None, read: Callable[[Any], Any]) -> Any:
    """Return what the nearest style says for itself; None when none does."""
    while style is not None:
        found = read(style)
        if found is not None:
            return found
        style = getattr(style, "base_style", None)
    return None


def _alignment(style: Any) -> Any:
    return style.paragraph_format.alignment


def _runs(paragraph: Paragraph) -> Iterator[Run]:
    for inner in paragraph.iter_inner_content():
        yield from [inner] if isinstance(inner, Run) else inner.runs


def _run(run: Run, style: BaseStyle | None) -> SafeString:
    lines = run.text.replace("\t", "\u2003").split("\n")
    said = format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines))
    for mark, around in MARKS.items():
        own = getattr(run, mark)
        if said and (own if own is not None else _inherited(style, attrgetter(f"font.{mark}"))):
            said = format_html(around, said)
    return said


def _table(table: Table) -> SafeString:
    """A table with lines is data, its first row names the columns; one without is there for the layout."""
    rows = [row.cells for row in table.rows]
    if not _has_lines(table):
        body = format_html_join("", "<tr>{}</tr>", ((_row(cells, TD),) for cells in rows))
        return format_html('<table role="presentation" class="sheet__frame">{}</table>', body)
    head = _row(rows[0], TH) if rows else SafeString("")
    body = format_html_join("", "<tr>{}</tr>", ((_row(cells, TD),) for cells in rows[1:]))
    return format_html(LINED, head, body)


def _row(cells: Sequence[_Cell], around: str) -> SafeString:
    """Merged cells are met several times; each is shown once, as wide as it is."""
    spans: list[tuple[_Cell, int]] = []
    for cell in cells:
        if spans and spans[-1][0]._tc is cell._tc:
            spans[-1] = (cell, spans[-1][1] + 1)
        else:
            spans.append((cell, 1))
    return format_html_join("", around, ((n, _blocks(cell)) for cell, n in spans))


def _has_lines(table: Table) -> bool:
    drawn = table._tbl.xpath("./w:tblPr/w:tblBorders/w:insideH[not(@w:val='none') and not(@w:val='nil')]")
    return bool(drawn) or (table.style is not None and table.style.name == "Table Grid")
