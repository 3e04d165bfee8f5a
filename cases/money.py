"""Money in whole minor units: 1.234.567,89 USD is {"minor": 123456789, "currency": "USD"}."""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

LARGEST_MINOR = 2**53 - 1  # what the canonical form of an event can carry


def _codes(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


NO_MINOR = _codes("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF")
TWO_MINOR = _codes(
    "AED AFN ALL AMD AOA ARS AUD AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP "
    "CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD GBP GEL GHS GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR "
    "KPW KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB "
    "PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SLE SOS SRD SSP STN SYP SZL THB TJS TMT TOP TRY TTD "
    "TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW"
)
CURRENCIES = NO_MINOR | TWO_MINOR
_WRITTEN = re.compile(r"(\d{1,3}(?:[. ]\d{3})+|\d+)(?:,(\d{1,2}))?", re.ASCII)


class UnknownCurrency(ValueError):
    """The currency is not one of CURRENCIES (ISO 4217 codes with no or two minor digits)."""


class UnreadableAmount(ValueError):
    """The amount is not written as 1.234.567,89, or has more minor digits than the currency."""


def minor_digits(currency: str) -> int:
    """Return 0 or 2. Raises UnknownCurrency."""
    if currency not in CURRENCIES:
        raise UnknownCurrency(currency)
    return 0 if currency in NO_MINOR else 2


def parsed(amount: str, currency: str) -> dict[str, Any]:
    """Return {"minor", "currency"} of a typed amount such as 1.234.567,89. Raises UnknownCurrency, UnreadableAmount."""
    digits = minor_digits(currency)
    found = _WRITTEN.fullmatch(amount.strip().replace("\xa0", " ")) if len(amount) <= 40 else None
    if found is None:
        raise UnreadableAmount(currency)
    whole, cents = re.sub(r"[. ]", "", found[1]), found[2] or ""
    if len(cents) > digits:
        raise UnreadableAmount(currency)
    minor = int(whole + cents.ljust(digits, "0"))
    if minor > LARGEST_MINOR:
        raise UnreadableAmount(currency)
    return {"minor": minor, "currency": currency}


def shown_money(money: Mapping[str, Any], lang: str) -> str:
    """Return 1.234.567,89 USD (vi) or 1,234,567.89 USD (en)."""
    digits = minor_digits(money["currency"])
    whole, cents = divmod(abs(int(money["minor"])), 10**digits)
    text = f"{whole:,}" + (f".{cents:0{digits}d}" if digits else "")
    sign = "-" if money["minor"] < 0 else ""
    return f"{sign}{vietnamese(text) if lang == 'vi' else text} {money['currency']}"


def vietnamese(number: str) -> str:
    """Return 1,234.5 written with Vietnamese signs: 1.234,5."""
    return number.translate(str.maketrans(",.", ".,"))
