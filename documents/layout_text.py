"""The plain text of a paper (papers/<paper>.txt) read into blocks; docs/procedure-guide-papers.md describes it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

FRONT = frozenset({"title", "subject", "to", "authority", "basis", "copy", "sign", "page", "note"})
END_OF_FRONT = "---"

Kind = Literal["heading", "section", "centred", "article", "text", "dash", "control", "lines", "table"]

_CONTROL = re.compile(r"\{%-?\s*(?P<tag>[^%]*?)\s*-?%\}")
_SOLE = re.compile(r"\{\{\s*(?P<name>\w+)\s*\}\}")
_MARKS: tuple[tuple[str, Kind], ...] = (("## ", "section"), ("# ", "heading"), ("^ ", "centred"), ("- ", "dash"))
_ARTICLE = re.compile(r"Điều \d+\.")
_ITEM = re.compile(r"(\d+|[a-zđ]|[IVX]+)[.)] ")
_INLINE = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\*\*|(?<!\*)\*(?!\*))")


class LayoutFault(Exception):
    """The text of a paper cannot be laid out; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"dòng {line}: {message}")
        self.line = line
        self.message = message


@dataclass(slots=True)
class Block:
    """A paragraph, a Jinja line of its own, or a table (rows of cells and Jinja lines between them)."""

    kind: Kind
    text: str = ""
    rows: list[list[str] | str] = field(default_factory=list)
    header: bool = False
    weights: list[int] = field(default_factory=list)
    aligns: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BodyText:
    """`front`: key -> its values in order; `blocks`: what follows the line ---."""

    front: dict[str, list[str]]
    blocks: list[Block]

    def one(self, key: str, default: str = "") -> str:
        return self.front.get(key, [default])[0]

    def many(self, key: str) -> list[str]:
        return self.front.get(key, [])


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line with one weight."""

    text: str
    bold: bool = False
    italic: bool = False


def parse(source: str) -> BodyText:
    """Read the text of a paper. Raises LayoutFault for an unknown key of the head or a broken table."""
    lines = unicodedata.normalize("NFC", source.lstrip("\ufeff")).replace("\r\n", "\n").split("\n")
    front: dict[str, list[str]] = {}
    start = 0
    if END_OF_FRONT in lines:
        start = lines.index(END_OF_FRONT) + 1
        front = _front(lines[: start - 1])
    return BodyText(front, list(_blocks(lines, start)))


def _front(lines: list[str]) -> dict[str, list[str]]:
    front: dict[str, list[str]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("//"):
            continue
        key, colon, value = line.partition(":")
        if not colon or key.strip() not in FRONT:
            raise LayoutFault(number, f"không có khóa “{key.strip()}” (unknown key); chỉ có {', '.join(sorted(FRONT))}")
        front.setdefault(key.strip(), []).append(value.strip())
    return front


def _blocks(lines: list[str], start: int) -> Iterator[Block]:
    open_block: Block | None = None
    for number, line in enumerate(lines[start:], start + 1):
        text = line.strip()
        if text.startswith("//"):
            continue
        if not text:
            yield from _closed(open_block)
            open_block = None
        elif text.startswith("|") or (open_block and open_block.kind == "table"):
            if open_block and open_block.kind != "table":
                yield from _closed(open_block)
                open_block = None
            open_block = open_block or Block("table")
            _row(open_block, text, number)
        elif open_block and _continues(text):
            open_block.text += f" {text}"
        else:
            yield from _closed(open_block)
            open_block = _begun(text)
            if open_block.kind == "control":
                yield open_block
                open_block = None
    yield from _closed(open_block)


def _closed(block: Block | None) -> Iterator[Block]:
    if block is None:
        return
    sole = _SOLE.fullmatch(block.text)
    if block.kind == "text" and sole:
        block.kind, block.text = "lines", sole["name"]
    yield block


def _continues(text: str) -> bool:
    """Whether a line goes on with the paragraph above: it begins no block of its own."""
    return _begun(text).kind == "text" and not _ITEM.match(text)


def _begun(text: str) -> Block:
    if _CONTROL.fullmatch(text):
        return Block("control", _tag(text))
    for mark, kind in _MARKS:
        if text.startswith(mark):
            return Block(kind, text.removeprefix(mark).strip())
    return Block("article" if _ARTICLE.match(text) else "text", text)


def _tag(text: str) -> str:
    found = _CONTROL.fullmatch(text)
    return found["tag"] if found else ""


def _row(table: Block, text: str, number: int) -> None:
    if _CONTROL.fullmatch(text):
        table.rows.append(_tag(text))
        return
    if not (text.startswith("|") and text.endswith("|")):
        raise LayoutFault(number, "hàng của bảng phải bắt đầu và kết thúc bằng | (a table row stands between |)")
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", text[1:-1])]
    if all(re.fullmatch(r":?-+:?", cell) for cell in cells):
        _columns(table, cells)
        return
    if table.weights and len(cells) != len(table.weights):
        raise LayoutFault(number, f"hàng có {len(cells)} ô, bảng có {len(table.weights)} cột")
    table.rows.append(cells)


def _columns(table: Block, cells: list[str]) -> None:
    """The line of dashes: how many dashes is how wide, a colon says how the column is aligned."""
    table.header = bool(table.rows)
    table.weights = [len(cell) for cell in cells]
    table.aligns = [_align(cell) for cell in cells]


def _align(cell: str) -> str:
    if cell.endswith(":"):
        return "center" if cell.startswith(":") else "right"
    return "left"


def pieces(text: str) -> list[Piece]:
    """Split a line at **bold** and *italic*; Jinja tags stay whole."""
    found: list[Piece] = []
    bold = italic = False
    for bit in _INLINE.split(text):
        if bit == "**":
            bold = not bold
        elif bit == "*":
            italic = not italic
        elif bit:
            found.append(Piece(bit, bold, italic))
    return found
