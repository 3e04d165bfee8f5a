"""What an administrator decides about a row of the office: judged by the shape of the row, written with its day."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from accounts.errors import refuse_if
from accounts.models import OrgUnit, User
from cases.models import TableRow
from cases.services.office_rows import decide_row, end_row
from config.office_schema import OFFICE_ROWS, SERIES_KEY, kind_of
from documents.models import Register
from documents.numbering import COMMON_TYPE
from workflows.errors import Reason

LASTING = ("office", "series")  # tables whose rows are replaced, never ended
SAID = {
    "missing": ("Bạn chưa nhập mục này.", "This is missing."),
    "string_too_short": ("Bạn chưa nhập mục này.", "This is missing."),
    "string_too_long": ("Dài quá.", "This is too long."),
    "string_pattern_mismatch": ("Không đúng dạng.", "This does not have the right form."),
    "literal_error": ("Không phải một trong các giá trị được dùng.", "This is none of the values in use."),
    "greater_than_equal": ("Không được là số âm.", "This cannot be negative."),
}


def decide(
    *,
    table: str,
    key: str,
    columns: Mapping[str, Any],
    valid_from: dt.date,
    valid_to: dt.date | None,
    src: str,
    confirmed: bool,
    actor: User | None,
    now: dt.datetime,
) -> str:
    """Write a row from a day on. Raises PeopleRefused with every reason."""
    refuse_if([*shape_faults(table, key, columns, valid_from), *_lasting_fault(table, valid_to)])
    return decide_row(
        table=table, key=key, columns=columns, valid_from=valid_from, valid_to=valid_to, src=src, confirmed=confirmed,
        actor=actor, now=now,
    )


def end(*, row: TableRow, last_day: dt.date, src: str, actor: User | None, now: dt.datetime) -> TableRow:
    """End a row. Raises PeopleRefused."""
    refuse_if(list(_lasting_fault(row.table, last_day)))
    return end_row(row=row, last_day=last_day, src=src, actor=actor, now=now)


def shape_faults(table: str, key: str, columns: Mapping[str, Any], day: dt.date) -> Iterator[Reason]:
    """Yield what a row cannot be; the path names the column."""
    if table == "office" and key not in OFFICE_ROWS:
        yield Reason("row_unknown", "Cấu hình không có mục này.", "There is no such row.", "key")
    kind = kind_of(table, key)
    if kind is not None:
        yield from _model_faults(kind, columns)
    if table == "series":
        yield from _series_faults(key, columns)
    if table == "retention_rules" and not columns.get("permanent") and not columns.get("years"):
        yield Reason("required", "Ghi số năm, hoặc chọn vĩnh viễn.", "Give the years, or choose permanent.", "years")
    if table == "office":
        yield from _unit_faults(columns, day)


def _model_faults(kind: Any, columns: Mapping[str, Any]) -> Iterator[Reason]:
    try:
        TypeAdapter(kind).validate_python(columns)
    except ValidationError as wrong:
        for error in wrong.errors():
            message = error["msg"].removeprefix("Value error, ")
            vi, en = SAID.get(error["type"], (f"Không hợp lệ: {message}", f"Not valid: {message}"))
            yield Reason(error["type"], vi, en, ".".join(map(str, error["loc"])))


def _unit_faults(columns: Mapping[str, Any], day: dt.date) -> Iterator[Reason]:
    known = set(OrgUnit.objects.codes_in_force(day))
    for name, code in (columns.get("units") or {}).items():
        if code not in known:
            vi, en = f"Không có đơn vị {code} vào ngày đó.", f"There is no unit {code} on that day."
            yield Reason("unit_unknown", vi, en, f"units.{name}")


def _series_faults(key: str, columns: Mapping[str, Any]) -> Iterator[Reason]:
    """A start number goes up only, and means nothing once the book has given a number."""
    if not SERIES_KEY.fullmatch(key):
        vi, en = "Khóa có dạng <sổ>:<loại>:<năm>, ví dụ agency:CV:2026.", "The key is as agency:CV:2026."
        yield Reason("series_key", vi, en, "key")
        return
    given = register_last(key)
    if given is not None:
        vi = f"Sổ này đã cấp đến số {given}; số đầu không đổi được nữa, số tiếp theo do sổ giữ."
        en = f"The book has given numbers up to {given}; its start cannot change, the book itself counts on."
        yield Reason("series_running", vi, en, "last")
    before = TableRow.objects.filter(table="series", key=key).order_by("-valid_from").first()
    wanted = columns.get("last")
    if before is not None and isinstance(wanted, int) and wanted < int(before.columns["last"]):
        last = before.columns["last"]
        yield Reason("series_lower", f"Không được dưới {last}, số đã ghi.", f"It cannot be below {last}.", "last")


def register_last(key: str) -> int | None:
    """Return the last number that the book of a start number has given; None before its first."""
    series, type_code, year = key.split(":")
    kept = Register.objects.filter(series=series, type_code="" if type_code == COMMON_TYPE else type_code, year=year)
    return kept.values_list("last", flat=True).first()


def _lasting_fault(table: str, last_day: dt.date | None) -> Iterator[Reason]:
    if table in LASTING and last_day is not None:
        vi, en = "Dòng này được thay bằng dòng mới, không kết thúc.", "A later row replaces this one; it never ends."
        yield Reason("row_lasts", vi, en, "valid_to")
