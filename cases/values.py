"""Typed input into stored form, stored form into facts and into words: the only place that knows the three forms.

Stored form is JSON: text in NFC, whole numbers, "YYYY-MM-DD", {"minor", "currency"}, lists, tables as lists of
{column: value}; what is absent has no key. Facts are the same with day numbers for days. Whether a value
must be there is asked apart (`missing_fields`), so drafts can be saved half filled.
"""
from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from cases.errors import InputFaults
from cases.money import shown_money, vietnamese
from cases.scalars import Unfit, is_blank, read_scalar
from workflows.definition import ROW_NO, Field
from workflows.errors import Reason

Label = tuple[str, str]  # the name of the value, vi and en
Required = Callable[[Field, Mapping[str, Any] | None], bool]  # of a column: with its row, stored form
MOST_ROWS = 500
EPOCH = dt.date(1970, 1, 1)
WORDS = {True: {"vi": "Có", "en": "Yes"}, False: {"vi": "Không", "en": "No"}}


def clean_value(field: Field, raw: Any) -> Any:
    """Return the stored form of what was typed; None when nothing was. Raises InputFaults, one reason per value."""
    value, reasons = _cleaned(field, raw, field.name, (field.vi, field.en))
    if reasons:
        raise InputFaults(reasons)
    return value


def clean_fields(fields: Sequence[Field], raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Reason]]:
    """Return the stored values by name, and what is wrong with the others (Reason.path: members[2].name).

    A name whose input is blank appears in neither: the caller that saves a form takes it out. Computed fields
    and names that the procedure does not know are refused.
    """
    return _cleaned_record(fields, raw, "", ("", ""))


def missing_fields(
    fields: Sequence[Field], stored: Mapping[str, Any], required: Required
) -> list[Reason]:
    """Return one reason for every required value that is absent, columns of tables included."""
    return list(_missing(fields, stored, required, "", ("", "")))


def to_facts(fields: Sequence[Field], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what guards may know of stored values: the same, days as day numbers. Undeclared names are left out."""
    return {field.name: _fact(field, stored[field.name]) for field in fields if stored.get(field.name) is not None}


def to_fact(field: Field, stored: Any) -> Any:
    """Return what guards may know of one stored value; None when it is absent."""
    return None if stored is None else _fact(field, stored)


def with_set_by_steps(
    fields: Iterable[Field], before: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return new values of a dossier in which rows that say the same as before keep what steps have set in them."""
    tables = {f.name: f for f in fields if any(c.by_steps for c in f.columns)}
    return {
        name: [_with_set(tables[name], row, before.get(name) or []) for row in value] if name in tables else value
        for name, value in values.items()
    }


def _with_set(table: Field, row: Mapping[str, Any], before: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    typed = [c.name for c in table.columns if c.typed]
    kept = [c.name for c in table.columns if c.by_steps]
    same = next((old for old in before if all(old.get(n) == row.get(n) for n in typed)), {})
    return {**row, **{name: same[name] for name in kept if name in same}}


def shown(field: Field, stored: Any, lang: str) -> str:
    """Return a stored value for people: 24/11/2026, 1.234.567,89 USD, the labels of an enum; "" when absent."""
    if stored is None:
        return ""
    if field.base == "table":
        return "; ".join(_shown_row(field.columns, row, lang) for row in stored)
    if field.base == "rows":
        return ", ".join(str(number) for number in stored)
    if field.many:
        return ", ".join(shown(field.item, one, lang) for one in stored)
    return _shown_scalar(field, stored, lang)


# ------------------------------------------------------------------------------------------------------ reading


def _cleaned(field: Field, raw: Any, path: str, label: Label) -> tuple[Any, list[Reason]]:
    if is_blank(raw):
        return None, []
    try:
        if field.base == "table":
            return _cleaned_table(field, raw, path, label)
        if field.many:
            return _cleaned_list(field, raw, path, label)
        return read_scalar(field, raw), []
    except Unfit as unfit:
        return None, [_reason(unfit, path, label)]


def _cleaned_record(
    fields: Sequence[Field], raw: Mapping[str, Any], prefix: str, label: Label
) -> tuple[dict[str, Any], list[Reason]]:
    by_name = {field.name: field for field in fields}
    values: dict[str, Any] = {}
    reasons: list[Reason] = []
    for name, given in raw.items():
        field = by_name.get(name)
        if field is None or not field.typed:
            reasons.append(_reason(_unusable(name, field, by_name), prefix + _named(name), label))
            continue
        value, faults = _cleaned(field, given, prefix + name, _joined(label, field))
        reasons += faults
        if value is not None and not faults:
            values[name] = value
    return values, reasons


def _cleaned_table(field: Field, raw: Any, path: str, label: Label) -> tuple[Any, list[Reason]]:
    if not isinstance(raw, list | tuple) or not all(isinstance(row, Mapping) for row in raw):
        raise Unfit("not_a_table", "phải là một bảng gồm các dòng", "must be a table of rows")
    filled = sum(not _blank_row(row) for row in raw)
    if not filled:
        return None, []  # an empty row of the form is no row, and no table yet
    _check_count(field, filled)
    rows: list[dict[str, Any]] = []
    reasons: list[Reason] = []
    for number, row in enumerate(raw):
        if _blank_row(row):
            continue
        where = (f"{label[0]}, dòng {number + 1}", f"{label[1]}, row {number + 1}")
        values, faults = _cleaned_record(field.columns, row, f"{path}[{number}].", where)
        rows.append(values)
        reasons += faults
    if any(column.name == ROW_NO for column in field.columns):
        _number(rows)
    return rows or None, reasons


def _number(rows: Sequence[dict[str, Any]]) -> None:
    """Give rows without a number the next one, in their order; a number that was typed stays."""
    last = max((row[ROW_NO] for row in rows if ROW_NO in row), default=0)
    for row in (row for row in rows if ROW_NO not in row):
        last = row[ROW_NO] = last + 1


def _cleaned_list(field: Field, raw: Any, path: str, label: Label) -> tuple[Any, list[Reason]]:
    given = [line for line in raw.splitlines() if line.strip()] if isinstance(raw, str) else raw
    if not isinstance(given, list | tuple):
        raise Unfit("not_a_list", "phải là một danh sách", "must be a list")
    given = [one for one in given if not is_blank(one)]
    _check_count(field, len(given))
    item, values, reasons = field.item, [], []
    for number, one in enumerate(given):
        value, faults = _cleaned(item, one, f"{path}[{number}]", label)
        reasons += faults
        if value not in values:
            values.append(value)
    return values or None, reasons


def _check_count(field: Field, count: int) -> None:
    most = field.max_rows or MOST_ROWS
    if count > most:
        raise Unfit("too_many_rows", f"không được quá {most} dòng (đang có {count})",
                    f"must not have more than {most} rows ({count} now)")
    if field.min_rows is not None and count < field.min_rows:
        raise Unfit("too_few_rows", f"phải có ít nhất {field.min_rows} dòng (đang có {count})",
                    f"needs at least {field.min_rows} rows ({count} now)")


def _unusable(name: str, field: Field | None, by_name: Mapping[str, Field]) -> Unfit:
    if field is not None:
        return Unfit("computed_field", f"{field.vi}: hệ thống tự ghi, không nhập",
                     f"{field.en}: kept by the system, not typed in")
    near = difflib.get_close_matches(name[:60], by_name, n=1)
    hint_vi, hint_en = (f"; gần nhất: {near[0]}", f"; nearest: {near[0]}") if near else ("", "")
    return Unfit("unknown_field", f"không có trường “{_named(name)}”{hint_vi}",
                 f"no field is named “{_named(name)}”{hint_en}")


def _named(name: str) -> str:
    """A name that somebody sent, fit to be shown back and logged."""
    return name if len(name) <= 60 and name.isidentifier() else "?"


def _reason(unfit: Unfit, path: str, label: Label) -> Reason:
    vi, en = (f"{name}: {text}" if name else text[:1].upper() + text[1:]
              for name, text in zip(label, (unfit.vi, unfit.en), strict=True))
    return Reason(unfit.code, vi, en, path)


def _joined(label: Label, field: Field) -> Label:
    return (f"{label[0]}, {field.vi}", f"{label[1]}, {field.en}") if label[0] else (field.vi, field.en)


def _blank_row(row: Mapping[str, Any]) -> bool:
    return all(is_blank(cell) for cell in row.values())


def _missing(
    fields: Iterable[Field],
    stored: Mapping[str, Any],
    required: Required,
    prefix: str,
    label: Label,
    row: Mapping[str, Any] | None = None,
) -> Iterator[Reason]:
    for field in fields:
        names, path = _joined(label, field), f"{prefix}{field.name}"
        if is_blank(stored.get(field.name)):
            if required(field, row):
                yield Reason("missing", f"{names[0]}: chưa có", f"{names[1]}: missing", path)
        elif field.base == "table":
            for number, one in enumerate(stored[field.name]):
                where = (f"{names[0]}, dòng {number + 1}", f"{names[1]}, row {number + 1}")
                yield from _missing(field.columns, one, required, f"{path}[{number}].", where, one)


# ------------------------------------------------------------------------------------------------------ showing


def _fact(field: Field, stored: Any) -> Any:
    if type(stored) is bool or type(stored) is int:
        return stored
    base = field.base
    if base in ("date", "day", "datetime"):
        return (dt.date.fromisoformat(stored[:10]) - EPOCH).days
    if base == "table":
        return [to_facts(field.columns, row) for row in stored]
    if base == "list" and field.inner in ("date", "day", "datetime"):
        return [_fact(field.item, one) for one in stored]
    return stored


def _shown_scalar(field: Field, stored: Any, lang: str) -> str:
    if field.base == "money":
        return shown_money(stored, lang)
    if field.base == "rows":
        return ", ".join(str(number) for number in stored)
    if isinstance(stored, bool):
        return WORDS[stored][lang]
    if isinstance(stored, int):
        grouped = f"{stored:,}" if abs(stored) >= 10_000 else str(stored)  # 2026 is a year more often than an amount
        return vietnamese(grouped) if lang == "vi" else grouped
    if field.base in ("date", "day", "datetime"):
        return _shown_day(stored)
    return str(field.labels.get(stored, {}).get(lang, stored))


def _shown_day(stored: str) -> str:
    day = f"{dt.date.fromisoformat(stored[:10]):%d/%m/%Y}"
    return f"{day} {stored[11:]}" if len(stored) > 10 else day


def _shown_row(columns: Sequence[Field], row: Mapping[str, Any], lang: str) -> str:
    cells = (shown(column, row.get(column.name), lang) for column in columns)
    return ", ".join(cell for cell in cells if cell)
