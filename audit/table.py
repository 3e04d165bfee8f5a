"""Tables that leave the product: CSV that a spreadsheet opens as text, in Vietnamese, without running anything."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

BOM = "\ufeff"  # without it, spreadsheets read UTF-8 as an old code page
# What begins a formula in some spreadsheet, full-width forms included.
DANGEROUS = re.compile(r"^[\s]*[=+\-@\t\r\n＝＋－＠]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def safe(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if isinstance(cell, int | float):
        return cell
    text = CONTROL.sub(" ", "" if cell is None else str(cell))
    return f"'{text}" if DANGEROUS.match(text) else text


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield the file line by line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    yield BOM
    yield from _written(writer, buffer, itertools.chain([head], rows))


def _written(writer: Any, buffer: io.StringIO, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Return a download under a name that may carry diacritics; rows are written while they are read."""
    answer = StreamingHttpResponse(csv_lines(head, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.csv")
    answer["Cache-Control"] = "no-store, private"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
