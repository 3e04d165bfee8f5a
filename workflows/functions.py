"""The functions that CEL may call. Days are day numbers (1970-01-01 = 0).

A function never hands CEL a null: `null != 'a'` is true there, so a null that reached a comparison would pass a
guard. Those that may find nothing return None here, which refuses; they exist twice more for the two places
where nothing is an answer: `given_row(…)` stands for `row(…) != null`, `row_or_null(…)` for `row(…)` as the
whole result of an expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from workflows.errors import CannotBeJudged
from workflows.fact_types import ANY, BOOL, DAY, INT, TEXT, Type, list_of
from workflows.lookups import Lookups

EPOCH = date(1970, 1, 1)
GIVEN, OR_NULL = "given_", "_or_null"
ASKING = frozenset({"row", "in_force", "decide", "add_wd", "wd_between"})  # their answers are look-ups
NUMBERS = list_of(INT)
SIMPLE = frozenset({str, int, bool})  # types of values that hold no others: told quickly, there are many
_RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")

# ISO 4217: digits after the point where they are not two.
_DIGITS = {
    **dict.fromkeys(("VND", "JPY", "KRW", "CLP", "ISK", "XAF", "XOF", "XPF", "PYG", "UGX", "RWF"), 0),
    **dict.fromkeys(("KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"), 3),
}

Body = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of CEL: its body takes the look-ups before the arguments."""

    body: Body
    arguments: tuple[Type, ...]
    result: Type
    nullable: bool


FUNCTIONS: dict[str, Function] = {}


def function(*arguments: Type, result: Type, nullable: bool = False) -> Callable[[Body], Body]:
    """Register a body under its own name."""

    def register(body: Body) -> Body:
        FUNCTIONS[body.__name__.rstrip("_")] = Function(body, arguments, result, nullable)
        return body

    return register


def day_number(day: date) -> int:
    """Return the days since 1970-01-01."""
    return (day - EPOCH).days


def date_of(number: int) -> date:
    """Return the date of a day number. Raises OverflowError outside the years 1 to 9999."""
    return EPOCH + timedelta(days=number)


def own_name(name: str) -> str:
    """Return the name of a function without the mark of the place where nothing is an answer."""
    return name.removeprefix(GIVEN).removesuffix(OR_NULL)


def plain(value: Any) -> Any:
    """Return a value without its empty parts, so that CEL finds them absent and not null."""
    if type(value) in SIMPLE:
        return value
    if type(value) is dict or isinstance(value, Mapping):
        return {k: v if type(v) in SIMPLE else plain(v) for k, v in value.items() if v is not None}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value if v is not None]
    return value


# ------------------------------------------------------------------------------------------------- days
@function(TEXT, result=DAY)
def day(_: Lookups, text: str) -> int:
    """day("2026-11-24")"""
    return day_number(date.fromisoformat(text))


@function(DAY, DAY, result=INT)
def days_between(_: Lookups, first: int, last: int) -> int:
    """Calendar days from the first to the second."""
    return whole(last) - whole(first)


@function(DAY, INT, result=DAY)
def add_cd(_: Lookups, start: int, n: int) -> int:
    """Calendar days later."""
    return whole(start) + whole(n)


@function(DAY, INT, result=DAY)
def add_months(_: Lookups, start: int, n: int) -> int:
    """Same day of a later month, or its last day."""
    begun = date_of(whole(start))
    months = begun.year * 12 + begun.month - 1 + whole(n)
    first = date(months // 12, months % 12 + 1, 1)
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day_number(first.replace(day=min(begun.day, (following - first).days)))


@function(DAY, DAY, result=INT)
def age_on(_: Lookups, born: int, on: int) -> int:
    """Full years, on the second day, of somebody born on the first."""
    birth, then = date_of(whole(born)), date_of(whole(on))
    return then.year - birth.year - ((then.month, then.day) < (birth.month, birth.day))


@function(DAY, result=INT)
def year_of(_: Lookups, on: int) -> int:
    """The calendar year of a day."""
    return date_of(whole(on)).year


@function(DAY, result=INT)
def month_of(_: Lookups, on: int) -> int:
    """The month of a day, counted through the years: two days lie in one month when this is the same."""
    day = date_of(whole(on))
    return day.year * 12 + day.month - 1


@function(DAY, INT, result=DAY)
def add_wd(lookups: Lookups, start: int, n: int) -> int:
    """Working days later, in the calendar of the unit."""
    return lookups.add_wd(whole(start), whole(n))


@function(DAY, DAY, result=INT)
def wd_between(lookups: Lookups, first: int, last: int) -> int:
    """Working days after the first day up to and with the second."""
    return lookups.wd_between(whole(first), whole(last))


# ----------------------------------------------------------------------------------------------- tables
@function(TEXT, ANY, DAY, result=BOOL)
def in_force(lookups: Lookups, table: str, key: Any, on: int) -> bool:
    """Whether the row of the table or registry exists and is in force on that day."""
    return lookups.row(table, key, whole(on)) is not None


@function(TEXT, ANY, DAY, result=ANY, nullable=True)
def row(lookups: Lookups, table: str, key: Any, on: int) -> Mapping[str, Any] | None:
    """The row in force."""
    return lookups.row(table, key, whole(on))


@function(TEXT, ANY, result=ANY, nullable=True)
def decide(lookups: Lookups, table: str, facts: Mapping[str, Any]) -> Any:
    """The result of a decision table."""
    return lookups.decide(table, plain(facts))


# -------------------------------------------------------------------------------------- numbers and lists
@function(NUMBERS, result=INT)
def sum_(_: Lookups, numbers: Sequence[int]) -> int:
    """Sum of whole numbers; 0 of none."""
    return sum(whole(n) for n in numbers)


@function(list_of(ANY), result=ANY, nullable=True)
def min_of(_: Lookups, numbers: Sequence[int]) -> int | None:
    """Smallest of whole numbers or days; nothing of none."""
    return min((whole(n) for n in numbers), default=None)


@function(list_of(ANY), result=ANY, nullable=True)
def max_of(_: Lookups, numbers: Sequence[int]) -> int | None:
    """Largest of whole numbers or days; nothing of none."""
    return max((whole(n) for n in numbers), default=None)


@function(list_of(ANY), result=list_of(ANY))
def distinct(_: Lookups, values: Sequence[Any]) -> list[Any]:
    """Each value once, in order of first appearance."""
    found: list[Any] = []
    return [v for v in values if not (v in found or found.append(v))]  # type: ignore[func-returns-value]


@function(INT, TEXT, TEXT, result=INT)
def to_vnd(_: Lookups, minor: int, currency: str, rate: str) -> int:
    """Whole đồng, half up, of an amount in minor units, at a rate (đồng for one unit) written as decimal text."""
    if not _RATE.fullmatch(rate) or not Decimal(rate):
        raise CannotBeJudged("to_vnd", "the rate is no positive decimal number")
    with localcontext(prec=60):  # 19 digits of an amount and 24 of a rate fit: nothing is rounded before the end
        amount = Decimal(whole(minor)).scaleb(-_DIGITS.get(currency, 2)) * Decimal(rate)
        return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def whole(number: Any) -> int:
    """Return a whole number. Raises TypeError on anything else: a bool or a float is a fault of the facts."""
    if type(number) is not int:
        raise TypeError("not a whole number")
    return number


# ------------------------------------------------------------------------------------- bound to look-ups
class Call:
    """A function as the evaluator calls it. What went wrong is kept in `trouble`: the evaluator keeps no exception."""

    __slots__ = ("body", "lookups", "name", "trouble")

    def __init__(self, name: str, lookups: Lookups, trouble: list[Exception]) -> None:
        self.name, self.lookups, self.trouble = name, lookups, trouble
        self.body = FUNCTIONS[own_name(name)].body

    def __call__(self, *arguments: Any) -> Any:
        try:
            found = self.body(self.lookups, *arguments)
            if self.name.startswith(GIVEN):
                return found is not None
            if found is None and not self.name.endswith(OR_NULL):
                raise CannotBeJudged(self.shown(arguments), "nothing found")
        except (TypeError, ValueError, ArithmeticError) as fault:
            self.trouble.append(CannotBeJudged(self.shown(arguments), type(fault).__name__))
            raise
        except Exception as fault:
            self.trouble.append(fault)
            raise
        return plain(found)

    def shown(self, arguments: Sequence[Any]) -> str:
        """The call as a reason names it: the table, never a key, which may be personal."""
        tables = FUNCTIONS["row"].body, FUNCTIONS["decide"].body, FUNCTIONS["in_force"].body
        return f"{self.name}({arguments[0]})" if self.body in tables and arguments else self.name
