"""One reader for each type of single value: typed input in, stored form out, or Unfit with the reason in words."""
from __future__ import annotations

import datetime as dt
import functools
import re
import unicodedata
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import re2
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from cases.money import LARGEST_MINOR, UnknownCurrency, UnreadableAmount, minor_digits, parsed
from workflows.definition import Field

Reader = Callable[[Field, Any], Any]
LONGEST = {"long_text": 20_000, "email": 254}
LONGEST_LINE = 1_000
LARGEST_INT = 2**53 - 1
YEARS = range(1900, 2201)
TRUE, FALSE = frozenset({"true", "1", "on", "yes", "có"}), frozenset({"false", "0", "off", "no", "không"})
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d{1,16})", re.ASCII)
# Control characters, line and paragraph separators, lone surrogates and what XML cannot hold.
_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_QUIET: Any = re2.Options()
_QUIET.log_errors = False


class Unfit(Exception):
    """The value does not fit its type; the caller adds the field's name and path."""

    def __init__(self, code: str, vi: str, en: str) -> None:
        super().__init__(code)
        self.code, self.vi, self.en = code, vi, en


def is_blank(raw: Any) -> bool:
    """Whether nothing was typed: None, white space, an empty list or table, or money without an amount."""
    if isinstance(raw, str):
        return not raw.strip()
    if isinstance(raw, Mapping) and set(raw) <= {"amount", "currency"}:
        return is_blank(raw.get("amount"))
    return raw is None or raw in ([], (), {})


def read_scalar(field: Field, raw: Any) -> Any:
    """Return the stored form of a single value that is not blank. Raises Unfit."""
    reader: Reader = _READERS.get(field.base, read_line)
    return reader(field, raw)


def normalised(raw: Any, *, lines: bool = False) -> str:
    """Return the text in NFC without blanks at its ends; with `lines` it may have several. Raises Unfit."""
    if not isinstance(raw, str):
        raise Unfit("not_text", "phải là chữ", "must be text")
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\t", " ")).strip()
    if _UNUSABLE.search(text.replace("\n", "") if lines else text):
        raise Unfit(
            "control_character",
            "có ký tự điều khiển hoặc xuống dòng không dùng được, hãy xóa và gõ lại",
            "holds a control character or line break that cannot be used; delete it and type again",
        )
    return text


def read_line(field: Field, raw: Any) -> str:
    """Read one line: text, and the keys of organisations, people, countries, places and registry rows."""
    text = normalised(raw)
    _check_length(field, text)
    _check_pattern(field, text)
    return text


def read_long_text(field: Field, raw: Any) -> str:
    text = normalised(raw, lines=True)
    _check_length(field, text)
    _check_pattern(field, text)
    return text


def read_email(field: Field, raw: Any) -> str:
    text = read_line(field, raw)
    try:
        validate_email(text)
    except ValidationError as fault:
        raise Unfit("not_email", "phải là địa chỉ thư điện tử, ví dụ lan@vidu.vn",
                    "must be an e-mail address, for example lan@example.org") from fault
    return text


def read_int(field: Field, raw: Any) -> int:
    number = raw if isinstance(raw, int) and not isinstance(raw, bool) else _typed_int(raw)
    if abs(number) > LARGEST_INT:
        raise Unfit("too_large", "quá lớn", "is too large")
    _check_range(field, number, 1)
    return number


def read_bool(field: Field, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = raw.strip().lower() if isinstance(raw, str) else ""
    if word not in TRUE | FALSE:
        raise Unfit("not_bool", "phải chọn có hoặc không", "must be yes or no")
    return word in TRUE


def read_date(field: Field, raw: Any) -> str:
    if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime):
        return raw.isoformat()
    day = _day(raw.strip()) if isinstance(raw, str) else None
    if day is None or day.year not in YEARS:
        raise Unfit("not_date", "phải là một ngày có thật, ví dụ 24/11/2026",
                    "must be a real day, for example 24/11/2026")
    return day.isoformat()


def read_datetime(field: Field, raw: Any) -> str:
    """Read a local moment to the minute: 2026-11-24T09:00, or 24/11/2026 09:00, or a day alone."""
    text = raw.strip().replace("T", " ") if isinstance(raw, str) else ""
    date, _, time = text.partition(" ")
    day = _day(date)
    try:
        at = dt.time.fromisoformat(time.strip() or "00:00")
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise Unfit("not_datetime", "phải là ngày và giờ có thật, ví dụ 24/11/2026 09:00",
                    "must be a real day and time, for example 24/11/2026 09:00")
    return f"{day.isoformat()}T{at:%H:%M}"


def read_enum(field: Field, raw: Any) -> str:
    text, values = normalised(raw), field.values
    # Values that an office keeps in its configuration are checked by the guard that reads them.
    if text not in values and not any(v.startswith("config.") for v in values):
        shown = [field.labels.get(v, {}) | {"code": v} for v in values]
        raise Unfit("not_a_choice", "phải chọn một trong: " + ", ".join(s.get("vi", s["code"]) for s in shown),
                    "must be one of: " + ", ".join(s.get("en", s["code"]) for s in shown))
    return text


def read_file(field: Field, raw: Any) -> str:
    try:
        return str(uuid.UUID(raw if isinstance(raw, str) else ""))
    except ValueError as fault:
        raise Unfit("not_a_file", "phải là một tệp đã tải lên", "must be a file that was uploaded") from fault


def read_money(field: Field, raw: Any) -> dict[str, Any]:
    """Read {"minor", "currency"}, {"amount": "1.234,50", "currency": "USD"} or "1.234,50 USD"."""
    try:
        money = _money(raw)
    except UnknownCurrency as fault:
        raise Unfit("unknown_currency", "thiếu hoặc sai loại tiền, ví dụ VND, USD, EUR",
                    "lacks a known currency such as VND, USD, EUR") from fault
    except UnreadableAmount as fault:
        raise Unfit("not_money", "phải là số tiền, ví dụ 1.234.567,89 USD hoặc 15.000.000 VND (không có số lẻ)",
                    "must be an amount such as 1.234.567,89 USD or 15.000.000 VND (no minor digits)") from fault
    _check_range(field, money["minor"], 10 ** minor_digits(money["currency"]))
    return money


_READERS: dict[str, Reader] = {
    "long_text": read_long_text, "email": read_email, "int": read_int, "row": read_int, "bool": read_bool,
    "date": read_date, "day": read_date, "datetime": read_datetime, "enum": read_enum, "file": read_file,
    "money": read_money,
}


def _money(raw: Any) -> dict[str, Any]:
    if isinstance(raw, str):
        amount, _, currency = raw.strip().rpartition(" ")
        return parsed(amount, currency.strip().upper())
    if not isinstance(raw, Mapping) or not isinstance(raw.get("currency"), str):
        raise UnknownCurrency
    currency = raw["currency"].strip().upper()
    if set(raw) == {"minor", "currency"}:
        return _stored_money(raw["minor"], currency)
    if set(raw) != {"amount", "currency"} or not isinstance(raw["amount"], str):
        raise UnreadableAmount
    return parsed(raw["amount"], currency)


def _stored_money(minor: Any, currency: str) -> dict[str, Any]:
    minor_digits(currency)
    if not isinstance(minor, int) or isinstance(minor, bool) or abs(minor) > LARGEST_MINOR:
        raise UnreadableAmount
    return {"minor": minor, "currency": currency}


def _typed_int(raw: Any) -> int:
    text = raw.strip() if isinstance(raw, str) else ""
    if not _WHOLE.fullmatch(text):
        raise Unfit("not_int", "phải là số nguyên, ví dụ 12 hoặc 1.500",
                    "must be a whole number, for example 12 or 1.500")
    return int(text.replace(".", ""))


def _day(text: str) -> dt.date | None:
    european = _DAY.fullmatch(text)
    try:
        if european:
            return dt.date(int(european[3]), int(european[2]), int(european[1]))
        return dt.date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None


def _check_length(field: Field, text: str) -> None:
    longest = field.max_len or LONGEST.get(field.base, LONGEST_LINE)
    if len(text) > longest:
        raise Unfit("too_long", f"dài quá {longest} ký tự (đang có {len(text)})",
                    f"is longer than {longest} characters ({len(text)} now)")
    if field.min_len is not None and len(text) < field.min_len:
        raise Unfit("too_short", f"phải có ít nhất {field.min_len} ký tự (đang có {len(text)})",
                    f"needs at least {field.min_len} characters ({len(text)} now)")


def _check_pattern(field: Field, text: str) -> None:
    if field.pattern is not None and _compiled(field.pattern).fullmatch(text) is None:
        help_vi, help_en = (f" ({field.help[lang]})" if field.help.get(lang) else "" for lang in ("vi", "en"))
        raise Unfit("pattern", f"không đúng dạng{help_vi}", f"does not have the right form{help_en}")


def _check_range(field: Field, number: int, per_unit: int) -> None:
    if field.min is not None and number < field.min * per_unit:
        raise Unfit("too_small", f"phải từ {field.min:g} trở lên", f"must be {field.min:g} or more")
    if field.max is not None and number > field.max * per_unit:
        raise Unfit("too_large", f"không được quá {field.max:g}", f"must not be above {field.max:g}")


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    """RE2: linear in the length of the value whatever a procedure's author writes; raises re2.error otherwise."""
    return re2.compile(pattern, _QUIET)
