"""Rows that somebody pastes or sends as .xlsx: found under their headings, text of each cell as a person would type it.

What stands in the cells is judged by whoever asked for the rows, with the reader of its forms; here only what a sheet
itself can get wrong is told: headings, formulas, merged cells, too many rows.
"""
from __future__ import annotations

import csv
import difflib
import io
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter, range_boundaries

from cases.files.checking import Allowed, check_name, read_rows, refusal
from cases.files.names import clean_name
from cases.files.rows import ENOUGH, ERROR, FORMULA, HEAD_ROWS, NUMBER, ORDINALS, ROUNDED, TEXT, heading, place_of_head
from cases.store import Readable, TooLarge, received
from workflows.errors import Reason

ALLOWED = Allowed(("xlsx",), 5)
MOST_LETTERS = 1_000_000
MOST_TOLD = 12  # headings named in one sentence
NOT_TAKEN = {
    FORMULA: ("là công thức ({text}): hãy dán giá trị thay cho công thức", "is a formula ({text}): paste its value"),
    ERROR: ("có lỗi {text}: hãy sửa trong bảng tính", "holds the error {text}: mend it in the sheet"),
    ROUNDED: (
        "là số quá 15 chữ số, bảng tính đã làm tròn: hãy đặt ô kiểu văn bản rồi gõ lại",
        "is a number of more than 15 digits, which a sheet rounds: make the cell text and type it again",
    ),
}


class SheetRefused(Exception):
    """No row can be read from what was given; one reason for each thing that is wrong (422, exit 2)."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("; ".join(reason.vi for reason in reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Head:
    """A column that may be given: under its Vietnamese or English label or its name."""

    name: str
    vi: str
    en: str
    required: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        return (self.vi, self.en, self.name)


Columns = dict[int, Head | None]


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: `number` when the sheet holds a number and not text."""

    text: str
    number: bool = False


@dataclass(slots=True)
class Line:
    """A row: its number in the sheet, its filled cells by column, and what cannot be taken from the sheet."""

    number: int
    cells: dict[str, Cell] = field(default_factory=dict)
    faults: list[Reason] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows that were found; `title`: of the sheet (none for pasted text); `others`: sheets that were not read."""

    lines: Sequence[Line]
    absent: Sequence[Head]
    title: str = ""
    others: Sequence[str] = ()


def sheet_of_file(stream: Readable, name: str, heads: Sequence[Head], most: int) -> Sheet:
    """Read an .xlsx. Raises FileRefused, SheetRefused, and StoreFull or StoreFailed when the disk cannot take it."""
    cleaned = clean_name(name)
    check_name(cleaned, ALLOWED)
    known = named(heads)
    try:
        with received(stream, ALLOWED.limit) as incoming:
            wanted = {"headings": sorted({*known, *_shared(heads)}), "most": most}
            found = read_rows(incoming.path, cleaned, ALLOWED, wanted)
    except TooLarge as fault:
        raise refusal("file_too_large", cleaned, ALLOWED) from fault
    if not found["sheet"]:
        raise SheetRefused([_no_headings(heads, found["first"], found["hidden"])])
    if found.get("too_many"):
        raise SheetRefused([too_many(most)])
    columns, absent = matched([text for _, text in found["head"]], heads)
    if sum(len(text) for _, cells in found["rows"] for _, text in cells) > MOST_LETTERS:
        raise SheetRefused([too_many(most)])
    lines = [_line(number, cells, columns) for number, cells in found["rows"]]
    _tell_merged(found["merged"], lines)
    return Sheet(_there(lines), absent, found["sheet"], found["others"])


def sheet_of_text(pasted: str, heads: Sequence[Head], most: int) -> Sheet:
    """Read rows as a spreadsheet copies them: cells between tabs, headings in the first rows. Raises SheetRefused."""
    if len(pasted) > MOST_LETTERS:
        raise SheetRefused([too_many(most)])
    rows = [(n, row) for n, row in enumerate(_split(pasted), 1) if any(text.strip() for text in row)]
    known = frozenset({*named(heads), *_shared(heads)})
    firsts = [row for _, row in rows[:HEAD_ROWS]]
    places = (place_of_head(firsts, known, least) for least in ENOUGH)
    at = next((place for place in places if place is not None), None)
    if at is None:
        raise SheetRefused([_no_headings(heads, rows[0][1] if rows else [], "")])
    if len(rows) - at - 1 > most:
        raise SheetRefused([too_many(most)])
    columns, absent = matched(rows[at][1], heads)
    lines = [_line(number, [(TEXT, text) for text in row], columns) for number, row in rows[at + 1 :]]
    return Sheet(_there(lines), absent)


def too_many(most: int) -> Reason:
    """Say that more rows came than are taken at once."""
    vi = f"Có hơn {most} dòng; mỗi lần nhận tối đa {most} dòng: hãy chia thành nhiều lần"
    en = f"There are more than {most} rows; at most {most} are taken at once: do it in several goes"
    return Reason("too_many_rows", vi, en)


# --------------------------------------------------------------------------------------------------------- headings
def named(heads: Sequence[Head]) -> dict[str, Head]:
    """Return every heading that means one column; a label that two columns share means none."""
    often = Counter(word for head in heads for word in {heading(text) for text in head.words})
    return {word: head for head in heads for word in map(heading, head.words) if often[word] == 1}


def _shared(heads: Sequence[Head]) -> set[str]:
    return {heading(text) for head in heads for text in head.words} - set(named(heads))


def title_of(head: Head, heads: Sequence[Head], *, english: bool) -> str:
    """Return what to write above a column: its label, or its name where two columns share the label."""
    label = head.en if english else head.vi
    return label if heading(label) in named(heads) else head.name


def matched(given: Sequence[str], heads: Sequence[Head]) -> tuple[Columns, list[Head]]:
    """Return position -> column (None: a running number that nobody asked for), and the columns that are not given.

    Raises SheetRefused with every wrong heading.
    """
    known = named(heads)
    columns: Columns = {}
    faults: list[Reason] = []
    for place, text in enumerate(given):
        word = heading(text)
        head = known.get(word)
        if head is not None and head in columns.values():
            faults.append(_twice(text))
        elif head is not None or word in ORDINALS:
            columns[place] = head
        elif word:
            faults.append(_unknown(text, heads))
    absent = [head for head in heads if head not in columns.values()]
    faults += [_lacking(head) for head in absent if head.required]
    if faults:
        raise SheetRefused(faults)
    return columns, absent


def _twice(text: str) -> Reason:
    shown = text.strip()[:60]
    return Reason("heading_twice", f"Cột “{shown}” có hai lần", f"The column “{shown}” comes twice")


def _unknown(text: str, heads: Sequence[Head]) -> Reason:
    shown, known = text.strip()[:60], {heading(word): word for head in heads for word in head.words}
    close = difflib.get_close_matches(heading(text), known, n=1, cutoff=0.5)
    near_vi, near_en = (f"; gần nhất: “{known[close[0]]}”", f"; nearest: “{known[close[0]]}”") if close else ("", "")
    if heading(text) in _shared(heads):
        names = ", ".join(head.name for head in heads if heading(text) in map(heading, head.words))
        near_vi, near_en = f"; nhiều cột cùng tên, hãy ghi: {names}", f"; several columns share it, write: {names}"
    return Reason("heading_unknown", f"Không có cột “{shown}”{near_vi}", f"There is no column “{shown}”{near_en}")


def _lacking(head: Head) -> Reason:
    return Reason("heading_missing", f"Thiếu cột “{head.vi}”", f"The column “{head.en}” is missing")


def _no_headings(heads: Sequence[Head], first: Sequence[str], hidden: str) -> Reason:
    if hidden:
        vi = f"Các cột cần tìm chỉ có trong trang tính ẩn “{hidden}”: hãy bỏ ẩn hoặc chuyển sang trang tính khác"
        en = f"The headings stand in the hidden sheet “{hidden}” alone: unhide it or use another sheet"
        return Reason("sheet_hidden", vi, en)
    if not first:
        return Reason("sheet_empty", "Không có dòng nào", "There is no row")
    words_vi, words_en = (_listed([getattr(head, lang) for head in heads]) for lang in ("vi", "en"))
    seen = _listed([text.strip()[:40] for text in first if text.strip()])
    vi = f"Không thấy dòng tiêu đề. Cần các cột như: {words_vi}. Dòng đầu đang là: {seen}"
    en = f"No row of headings was found. Wanted are columns such as: {words_en}. The first row says: {seen}"
    return Reason("headings_missing", vi, en)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:MOST_TOLD]) + ("…" if len(words) > MOST_TOLD else "")


# ------------------------------------------------------------------------------------------------------------ cells
def _split(pasted: str) -> list[list[str]]:
    """Return the cells of pasted text. A cell with a line break or quotes comes quoted; a lone quote is a letter."""
    text = pasted.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    try:
        return list(csv.reader(io.StringIO(text), delimiter="\t", strict=True))
    except csv.Error:
        return [row.split("\t") for row in text.split("\n")]


def _line(number: int, cells: Sequence[Sequence[str]], columns: Columns) -> Line:
    line = Line(number)
    for place, (kind, text) in enumerate(cells):
        head = columns.get(place)
        if place not in columns and text.strip():
            line.faults.append(_no_heading(number, place))
        elif head is not None and kind in NOT_TAKEN:
            line.faults.append(_not_taken(number, head, kind, text))
        elif head is not None and text.strip():
            line.cells[head.name] = Cell(unicodedata.normalize("NFC", text), number=kind == NUMBER)
    return line


def _no_heading(number: int, place: int) -> Reason:
    letter = get_column_letter(place + 1)
    words = ("có nội dung nhưng cột không có tiêu đề", "holds something under no heading")
    return at_cell("heading_missing", number, (f"cột {letter}", f"column {letter}"), words, letter)


def _not_taken(number: int, head: Head, kind: str, text: str) -> Reason:
    vi, en = (words.format(text=text[:40]) for words in NOT_TAKEN[kind])
    return at_cell(f"cell_{kind}", number, (head.vi, head.en), (vi, en), head.name)


def _tell_merged(merged: Sequence[str], lines: Sequence[Line]) -> None:
    """Tell merged cells at every row that they touch: which cell their value is meant for is not known."""
    for ref in merged:
        _, first, _, last = range_boundaries(ref)
        words = ("là ô gộp: hãy bỏ gộp và điền từng ô", "are merged: split them and fill in each cell")
        touched = [line for line in lines if first <= line.number <= last]
        for line in touched:
            line.faults.append(at_cell("cell_merged", line.number, (f"ô {ref}", f"cells {ref}"), words, ref))
        if not touched:
            raise SheetRefused([Reason("cell_merged", f"Ô {ref} {words[0]}", f"Cells {ref} {words[1]}")])


def _there(lines: Sequence[Line]) -> Sequence[Line]:
    if not lines:
        vi, en = "Dưới dòng tiêu đề không có dòng nào", "No row follows the headings"
        raise SheetRefused([Reason("sheet_empty", vi, en)])
    return lines


def at_cell(code: str, number: int, label: tuple[str, str], words: tuple[str, str], name: str) -> Reason:
    """Return what is wrong with one cell: the row of the sheet, the column, the words."""
    vi, en = f"Dòng {number}, {label[0]}: {words[0]}", f"Row {number}, {label[1]}: {words[1]}"
    return Reason(code, vi, en, f"rows[{number}].{name}")
