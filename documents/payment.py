"""How a fee is paid by transfer: the line that says it and the QR code that a banking application reads.

The code is VietQR, the EMVCo merchant-presented code of NAPAS: fields of two digits of name, two of length, value.
The account is the row `bank` of the table `office`; without it a notice prints neither line nor code.
"""

from __future__ import annotations

import binascii
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from documents.merge import Source, stored_value
from documents.printed import money

NAPAS = "A000000727"
TO_ACCOUNT = "QRIBFTTA"
DONG, COUNTRY = "704", "VN"  # ISO 4217, ISO 3166
DYNAMIC = "12"  # one code for one payment
CURRENCY = "VND"
PAID = frozenset({"payment_line"})  # what a text may name in a paper with `qr: pay`


def payment_of(source: Source) -> dict[str, str]:
    """Return `payment_code` and `payment_line` of a paper with `qr: pay`; empty without an account or an amount."""
    bank, due = source.rows.get("bank"), _amount_due(source)
    if not bank or due is None:
        return {"payment_code": "", "payment_line": ""}
    purpose = purpose_of(source.job.case.code)
    line = f"{bank['bank']}, tài khoản {bank['account']}, {bank['holder']}; {money(due)}; nội dung: {purpose}"
    return {"payment_code": payment_code(bank, due["minor"], purpose), "payment_line": line}


def purpose_of(code: str) -> str:
    """Return what a transfer for a case says, by which the cashier finds it."""
    return f"HS {code.replace('-', '')}"


def _amount_due(source: Source) -> Mapping[str, Any] | None:
    """Return the amount that the paper asks for: its money value, in đồng and above zero."""
    merged = (stored_value(source, n) for n in source.paper.merge if n in source.fields and _is_money(source, n))
    return amount_among(merged)


def amount_among(values: Iterable[Any]) -> Mapping[str, Any] | None:
    """Return the first amount in đồng above zero."""
    return next((m for m in values if m and m["currency"] == CURRENCY and m["minor"] > 0), None)


def _is_money(source: Source, name: str) -> bool:
    return source.fields[name].base == "money"


def payment_code(bank: Mapping[str, Any], dong: int, purpose: str) -> str:
    """Return the text of the code: `bank` {bin, account}, the amount in đồng, the purpose without diacritics."""
    account = _fields([("00", str(bank["bin"])), ("01", str(bank["account"]))])
    body = _fields(
        [
            ("00", "01"),
            ("01", DYNAMIC),
            ("38", _fields([("00", NAPAS), ("01", account), ("02", TO_ACCOUNT)])),
            ("53", DONG),
            ("54", str(dong)),
            ("58", COUNTRY),
            ("62", _fields([("08", _plain(purpose)[:25])])),
        ]
    )
    return sealed(body)


def sealed(body: str) -> str:
    """Return the fields with their checksum, CRC-16/CCITT-FALSE, as the last one."""
    checked = f"{body}6304"
    return f"{checked}{binascii.crc_hqx(checked.encode('ascii'), 0xFFFF):04X}"


def _fields(fields: Iterable[tuple[str, str]]) -> str:
    return "".join(f"{name}{len(value):02d}{value}" for name, value in fields)


def _plain(text: str) -> str:
    """Return ASCII letters, digits and blanks: what every bank passes on unchanged."""
    letters = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(c for c in letters if c.isascii() and (c.isalnum() or c == " "))
