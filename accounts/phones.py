"""Vietnamese telephone numbers: ten digits, eleven for a fixed line, beginning with 0."""
from __future__ import annotations

import re

from workflows.errors import Reason

PHONE = re.compile(r"0\d{9,10}")


def clean_phone(text: str) -> str:
    """Return the number as digits, +84 written as 0; blanks, dots and dashes are for the eye."""
    digits = re.sub(r"[\s.()-]", "", text)
    return "0" + digits[3:] if digits.startswith("+84") else digits


def phone_fault(text: str) -> Reason | None:
    """Return the reason why the text is no telephone number; none for an empty text."""
    if not text.strip() or PHONE.fullmatch(clean_phone(text)):
        return None
    vi = "Số điện thoại gồm 10 chữ số (số cố định 11 chữ số), bắt đầu bằng 0, ví dụ 0912345678."
    en = "A telephone number has 10 digits (a fixed line 11) and begins with 0, for example 0912345678."
    return Reason("phone_invalid", vi, en, "phone")
