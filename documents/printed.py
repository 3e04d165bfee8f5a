"""Values as an official document prints them: money 1.234.567,89 USD, ngày 05 tháng 3 năm 2026, labels, never codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from accounts.clock import LOCAL
from cases.money import shown_money
from cases.values import shown
from workflows.definition import Field

NO_NUMBER = "        "  # room for a number written by hand
NameOf = Callable[[str, str], str]  # (kind of key: country, org, ref table …; key) -> name


def long_day(day: dt.date) -> str:
    """Return ngày 05 tháng 3 năm 2026: a day below 10 and the months 1 and 2 take a zero, months 3 to 9 none."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def open_day(year: int) -> str:
    """Return the line for a day that is not yet known."""
    return f"ngày       tháng       năm {year}"


def short_day(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"


def clock_time(moment: dt.datetime) -> str:
    """Return 08 giờ 05 phút, ngày 24 tháng 11 năm 2026, in local time."""
    local = moment.astimezone(LOCAL)
    return f"{local.hour:02d} giờ {local.minute:02d} phút, {long_day(local.date())}"


def money(value: Mapping[str, Any]) -> str:
    """Return 1.234.567,89 USD; đồng is written out."""
    return shown_money(value, "vi").replace(" VND", " đồng")


def grouped(number: int) -> str:
    """Return 1.234.567."""
    return f"{number:,}".replace(",", ".")


def span(duration: Mapping[str, Any] | Any) -> str:
    """Return 10 ngày làm việc for {n, u}."""
    words = {"WD": "ngày làm việc", "CD": "ngày", "MONTH": "tháng", "HOUR": "giờ"}
    n, unit = duration["n"], duration["u"]
    whole = int(n) if float(n).is_integer() else None
    figure = f"{whole:02d}" if whole is not None else str(n).replace(".", ",")
    return f"{figure} {words[unit]}"


class NoLabel(Exception):
    """A coded value has no words; the procedure's author must give some."""

    def __init__(self, field: str, value: str) -> None:
        super().__init__(f"{field}: {value}")
        self.field, self.value = field, value


def value_of(field: Field, stored: Any, name_of: NameOf, columns: Sequence[str] | None = None) -> Any:
    """Return a stored value for print: a text, or for a table its rows with the named columns only.

    Raises NoLabel for an enum value without words.
    """
    if field.base == "table":
        kept = [c for c in field.columns if c.name in (columns or ())]
        return [{c.name: _cell(c, row.get(c.name), name_of) for c in kept} for row in stored]
    if field.many:
        return [value_of(field.item, one, name_of) for one in stored]
    return _scalar(field, stored, name_of)


def _cell(column: Field, stored: Any, name_of: NameOf) -> Any:
    return "" if stored is None else value_of(column, stored, name_of)


def _scalar(field: Field, stored: Any, name_of: NameOf) -> str:
    kind = field.base
    if kind == "money":
        return money(stored)
    if kind in ("date", "day"):
        return long_day(dt.date.fromisoformat(stored[:10]))
    if kind == "int" and not isinstance(stored, bool):
        return grouped(stored)
    if kind == "enum":
        label = field.labels.get(stored, {}).get("vi")
        if not label:
            raise NoLabel(field.name, stored)
        return str(label)
    if kind in ("ref", "org", "country", "admin_unit", "person", "language"):
        return name_of(field.inner or kind, stored)
    return shown(field, stored, "vi")
