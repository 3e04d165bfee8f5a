"""Rows of the office's free tables out of a sheet: registries, lists, fees. What a row holds, as columns of a table."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import override

from cases.models import TableRow
from cases.services.office_rows import RowWanted, judged_rows
from cases.sheet_rows import Row, Taken, heads_of, taken
from cases.sheets import Head, Sheet, at_cell
from config.forms_office import KEY
from config.office_decisions import shape_faults
from config.office_schema import kind_of
from config.office_tables import Leaf, leaves, words_of_tables
from config.templatetags.hoso import choose
from workflows.definition import Field
from workflows.errors import Reason

MOST = 500  # at once: all are written in one transaction, for which others wait
OWN = ("key", "row_from", "row_to", "row_src")  # of every dated row; its other columns are the table's
PATHS = {"valid_from": "row_from", "valid_to": "row_to", "src": "row_src"}  # of a service -> column of the sheet
TYPES = {str: "text", int: "int", bool: "bool"}
OUTCOMES = {
    "created": ("Dòng mới", "New row"),
    "changed": ("Thay dòng đang có", "Replaces the row in force"),
    "unchanged": ("Không đổi", "No change"),
}


@dataclass(frozen=True, slots=True)
class Usual:
    """What counts for a row that does not say otherwise."""

    valid_from: dt.date
    src: str
    confirmed: bool


def takes_sheets(table: str) -> bool:
    """Whether many rows may come at once: not those that say who the office is and where its numbers stand."""
    return table != "office" and kind_of(table, "") is None


def rows_of(table: str) -> Field:
    """Return the rows of a table as the declared table that a sheet is read into."""
    with override("vi"):
        vi, vi_leaves = words_of_tables([table])[table], leaves(table, "", {})
    with override("en"):
        en, en_leaves = words_of_tables([table])[table], leaves(table, "", {})
    columns = [_field(here, there) for here, there in zip(vi_leaves, en_leaves, strict=True)]
    first, *dates = _own_fields()
    return Field(name="rows", vi=vi, en=en, type="table", columns=(first, *columns, *dates), max_rows=MOST)


def _own_fields() -> Iterator[Field]:
    yield Field(name="key", vi="Khóa", en="Key", type="text", required=True, pattern=KEY, max_len=60)
    yield Field(name="row_from", vi="Từ ngày", en="From", type="date")
    yield Field(name="row_to", vi="Đến hết ngày", en="Until", type="date")
    yield Field(name="row_src", vi="Văn bản làm căn cứ", en="Ground", type="text", max_len=300)


def _field(vi: Leaf, en: Leaf) -> Field:
    least = 0 if vi.kind is int else None
    return Field(name=vi.name, vi=vi.words, en=en.words, type=TYPES[vi.kind], required=vi.required, min=least)


def heads(spec: Field) -> list[Head]:
    """Return the headings: the key and what a row must hold are there."""
    return heads_of(spec, complete=True)


def read(table: str, spec: Field, sheet: Sheet, usual: Usual, now: dt.datetime) -> tuple[Taken, list[RowWanted]]:
    """Return the rows of a sheet with everything that writing them would say, and what is to be written."""
    found = taken(spec, sheet, {})
    for row in found.rows:
        row.faults += [_missing(row, reason) for reason in row.lacking]
        row.lacking = []
    held = _present(table)
    wanted = [_wanted(row, spec, sheet, usual, held) for row in found.rows]
    for row, one, (outcome, reasons) in zip(found.rows, wanted, judged_rows(table, wanted, now), strict=True):
        row.outcome = str(choose(*OUTCOMES[outcome]))
        shape = shape_faults(table, one.key, one.columns, one.valid_from)
        if not row.faults:
            row.faults += [_told(spec, row, reason) for reason in (*shape, *reasons)]
    return found, wanted


def _present(table: str) -> dict[str, Mapping[str, Any]]:
    """Return what the last row of each key holds: columns that the sheet does not have stay as they are."""
    rows = TableRow.objects.filter(table=table).order_by("valid_from").values_list("key", "columns")
    return dict(rows)


def _wanted(
    row: Row, spec: Field, sheet: Sheet, usual: Usual, held: Mapping[str, Mapping[str, Any]]
) -> RowWanted:  # fmt: skip
    values = row.values
    key = str(values.get("key", ""))
    absent = {head.name for head in sheet.absent}
    names = {column.name for column in spec.columns}
    kept = {name: cell for name, cell in held.get(key, {}).items() if name in absent or name not in names}
    given = {name: value for name, value in values.items() if name not in OWN}
    return RowWanted(
        key=key, columns={**kept, **given}, src=values.get("row_src", usual.src), confirmed=usual.confirmed,
        valid_from=_day(values.get("row_from")) or usual.valid_from, valid_to=_day(values.get("row_to")),
    )  # fmt: skip


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _missing(row: Row, reason: Reason) -> Reason:
    label = (reason.vi.rpartition(": ")[0], reason.en.rpartition(": ")[0])
    return at_cell("missing", row.number, label, ("chưa có", "missing"), reason.path)


def _told(spec: Field, row: Row, reason: Reason) -> Reason:
    name = PATHS.get(reason.path, reason.path)
    column = next((c for c in spec.columns if c.name == name), spec)
    return at_cell(reason.code, row.number, (column.vi, column.en), (reason.vi, reason.en), name)
