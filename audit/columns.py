"""The columns of the history as CSV. Of people only officers are named; no value that was filled in goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from accounts.clock import LOCAL
from audit.search import Search, walk
from audit.words import Line, lines_of
from cases.presentation.words import said

BITE = 500
Column = tuple[str, str, Callable[[Line], Any]]
COLUMNS: Sequence[Column] = (
    ("Thời điểm", "Moment", lambda line: f"{line.at.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}"),
    ("Mã hồ sơ", "Case", lambda line: line.code),
    ("Thủ tục", "Procedure", lambda line: line.procedure),
    ("Sự kiện", "Event", lambda line: line.seq),
    ("Việc", "What", lambda line: line.title),
    ("Mã việc", "Name", lambda line: line.name),
    ("Phần việc", "Part", lambda line: line.part),
    ("Từ trạng thái", "From", lambda line: line.source),
    ("Đến trạng thái", "To", lambda line: line.target),
    ("Người thực hiện", "Who", lambda line: line.who.abroad if line.who else ""),
    ("Vai trò", "Role", lambda line: line.role),
    ("Thay mặt", "On behalf of", lambda line: line.acting_for.abroad if line.acting_for else ""),
    ("Ghi nhận văn bản của", "Recorded for", lambda line: line.recorded_for.abroad if line.recorded_for else ""),
    ("Người thứ hai đồng ý", "Second person", lambda line: line.agreed_by.abroad if line.agreed_by else ""),
    ("Đơn vị thụ lý", "Unit", lambda line: line.unit),
    ("Văn bản", "Papers", lambda line: "; ".join(line.papers)),
    ("Đáng chú ý", "Notable", lambda line: "; ".join(line.marks)),
    ("Mã băm", "Hash", lambda line: line.hash),
)


def heads() -> list[str]:
    """Return the names of the columns in the reader's language."""
    return [said(vi, en) for vi, en, _ in COLUMNS]


def rows_of(search: Search) -> Iterator[list[Any]]:
    """Yield a row for each event that is looked for, newest first."""
    events = walk(search)
    while bite := list(islice(events, BITE)):
        for line in lines_of(bite):
            yield [value(line) for _, _, value in COLUMNS]
