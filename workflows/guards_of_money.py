"""The built-in guards of amounts in đồng: they say which amounts differ, so that nobody has to look them up."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.errors import Reason
from workflows.functions import date_of
from workflows.guards import Params, Question, builtin


@builtin
def paid_in_full(q: Question, params: Params) -> Iterator[Reason]:
    """What was paid is what the notice asked, whatever the table of fees says by now."""
    paid, asked, day = (int(q.cel(params[name])) for name in ("paid", "asked", "asked_on"))
    if paid != asked:
        yield Reason(
            "paid_in_full",
            f"Số tiền ghi là {_vi(paid)} đồng; thông báo nộp phí ngày {_day(day)} là {_vi(asked)} đồng",
            f"The amount entered is {paid:,} đồng; the fee notice of {_day(day)} says {asked:,} đồng",
            str(params["paid"]),
        )


@builtin
def amount_left(q: Question, params: Params) -> Iterator[Reason]:
    """The amount lies above zero and within what is left of a sum when earlier amounts have gone from it."""
    wanted, of, gone = (int(q.cel(params[name])) for name in ("wanted", "of", "gone"))
    if not 0 < wanted <= of - gone:
        left = of - gone
        yield Reason(
            "amount_left",
            f"Số tiền phải lớn hơn 0 và không quá {_vi(left)} đồng (đã nộp {_vi(of)}, đã hoàn {_vi(gone)})",
            f"The amount lies above zero and within {left:,} đồng ({of:,} paid, {gone:,} refunded)",
            str(params["wanted"]),
        )


def _vi(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def _day(number: int) -> str:
    return f"{date_of(number):%d/%m/%Y}"
