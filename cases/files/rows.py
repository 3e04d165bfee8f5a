"""The rows of a workbook, read in the child after its structure was judged: the first visible sheet with the headings.

Nothing is calculated and no result that a file remembers is believed: a formula is told as a formula. Every cell comes
as [kind, text as a person would type it]. No Django: the child imports it.
"""
from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from cases.files.faults import Unsafe

HEAD_ROWS = 10  # a title and a few lines may stand above the headings
ENOUGH = (2, 1)  # known headings that make a row of headings; one is enough where no row has two
MOST_COLUMNS = 200
DIGITS = 15  # what a spreadsheet keeps of a number
TEXT, NUMBER, FORMULA, ERROR, ROUNDED = "text", "number", "formula", "error", "rounded"
ORDINALS = frozenset({"stt", "tt", "no", "no.", "#"})
Told = list[list[str]]
Found = dict[str, Any]
_MARKS = re.compile(r"[\s*:]+$")
_ZEROS = re.compile(r"0{2,}")


def heading(text: str) -> str:
    """Return a heading for comparing: composed letters, one blank, no capitals, no star at its end."""
    return " ".join(_MARKS.sub("", unicodedata.normalize("NFC", text)).casefold().split())


def place_of_head(rows: Iterable[Sequence[str]], known: frozenset[str], least: int) -> int | None:
    """Return which of the first rows holds the headings: at least so many known ones."""
    for place, row in enumerate(rows):
        if len({heading(text) for text in row} & known) >= least:
            return place
    return None


def read_rows(path: Path, wanted: Mapping[str, Any]) -> Found:
    """Return the sheet that has the headings of `wanted`, with at most `most` rows. Raises Unsafe."""
    try:
        with path.open("rb") as file:
            book = load_workbook(file, read_only=True)
            return _found(book, frozenset(wanted["headings"]), int(wanted["most"]))
    except MemoryError:
        raise
    except Exception as fault:  # openpyxl raises whatever the oddity of a file leads it to
        raise Unsafe("file_damaged") from fault


def _found(book: Any, known: frozenset[str], most: int) -> Found:
    seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet for sheet in book.worksheets if sheet.sheet_state != "visible"]
    for sheet, least in ((sheet, least) for least in ENOUGH for sheet in seen):
        found = _rows_of(sheet, known, most, least)
        if found is not None:
            return {**found, "others": [other.title for other in seen if other is not sheet]}
    only_hidden = next((s.title for s in hidden if _head_of(s, known, ENOUGH[0]) is not None), "")
    return {"sheet": "", "hidden": only_hidden, "first": _first_row(seen)}


def _head_of(sheet: Any, known: frozenset[str], least: int) -> int | None:
    firsts = [[_told(cell)[1] for cell in row] for _, row in _numbered(sheet, HEAD_ROWS)]
    return place_of_head(firsts, known, least)


def _first_row(sheets: Sequence[Any]) -> list[str]:
    for sheet in sheets:
        for _, row in _numbered(sheet, HEAD_ROWS):
            return [text for _, text in (_told(cell) for cell in row) if text]
    return []


def _numbered(sheet: Any, most: int | None = None) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the rows that hold something with their numbers; of the first ones only, when `most` is given."""
    sheet.reset_dimensions()  # what a file says of its size is not believed
    found = 0
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
        if any(cell.value is not None and str(cell.value).strip() for cell in row):
            yield number, row
            found += 1
            if found == most:
                return


def _rows_of(sheet: Any, known: frozenset[str], most: int, least: int) -> Found | None:
    at = _head_of(sheet, known, least)
    if at is None:
        return None
    rows = _numbered(sheet)
    head_number, head = next(row for place, row in enumerate(rows) if place == at)
    width = max(n for n, cell in enumerate(head, 1) if cell.value is not None)
    found: list[tuple[int, Told]] = []
    for number, row in rows:
        if len(found) == most:
            return {"sheet": sheet.title, "too_many": True}
        found.append((number, _cells(row, width)))
    merged = _merged(sheet, head_number)
    return {"sheet": sheet.title, "head": _cells(head, width), "rows": found, "merged": merged}


def _cells(row: Sequence[Any], width: int) -> Told:
    """Return the cells under the headings, and those beside them that hold something."""
    told = [_told(cell) for cell in row]
    while len(told) > width and not told[-1][1]:
        told.pop()
    return told


def _told(cell: Any) -> list[str]:
    value = cell.value
    if value is None:
        return [TEXT, ""]
    if cell.data_type == "f":
        return [FORMULA, value if isinstance(value, str) else "="]
    if cell.data_type == "e":
        return [ERROR, str(value)]
    if isinstance(value, bool):
        return [TEXT, "true" if value else "false"]
    if isinstance(value, int):
        return _number(str(value), str(cell.number_format or ""))
    if isinstance(value, float):
        return _number(format(Decimal(f"{value:.{DIGITS}g}").normalize(), "f"), str(cell.number_format or ""))
    return [TEXT, _written(value)]


def _number(text: str, form: str) -> list[str]:
    """Return a number as it is written, with the zeros that its format shows before it (012 of the format 000)."""
    if len(text.strip("-").partition(".")[0]) > DIGITS:
        return [ROUNDED, text]
    return [NUMBER, text.zfill(len(form)) if _ZEROS.fullmatch(form) else text]


def _written(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return f"{value:%d/%m/%Y}" if value.time() == dt.time() else f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    return f"{value:%H:%M}" if isinstance(value, dt.time) else str(value).strip()


def _merged(sheet: Any, head: int) -> list[str]:
    """Return the ranges of merged cells from the headings on; what is merged above them is a title."""
    found: list[str] = []

    def element(name: str, values: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "mergeCell":
            found.append(values.get("ref", ""))

    parser = expat.ParserCreate()
    parser.StartElementHandler = element
    with sheet._get_source() as source:  # a sheet that is streamed does not tell its merged cells
        parser.ParseFile(source)
    return [ref for ref in found if range_boundaries(ref)[3] >= head][:20]
