"""What is sure about values: of the plain kinds, equal ones, within bounds. Everything else is Unsure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from workflows.functions import SIMPLE

LARGEST = 2**63 - 1  # the evaluator turns a larger whole number into a float without a word


class Unsure(Exception):
    """The evaluator has to be asked."""


def items_of(value: Any) -> Iterable[Any]:
    """A list without its empty items."""
    if type(value) is not list and type(value) is not tuple:
        raise Unsure
    return [item for item in value if item is not None] if None in value else value


def inside(value: Any, name: str) -> Any:
    if type(value) is not dict and not isinstance(value, Mapping):
        raise Unsure
    return value.get(name)


def sure(value: Any) -> Any:
    if value is None or (type(value) is int and not -LARGEST <= value <= LARGEST):
        raise Unsure
    return value


def truth(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    raise Unsure


def whole(value: Any) -> int:
    if type(value) is not int:
        raise Unsure
    return value


def equal(one: Any, other: Any) -> bool:
    if type(one) is not type(other) or type(one) not in SIMPLE:
        raise Unsure
    return bool(one == other)


def among(one: Any, many: Any) -> bool:
    if isinstance(many, Mapping) and type(one) is str:
        return many.get(one) is not None
    kind = type(one)
    if kind is not str and kind is not int:
        raise Unsure
    for other in items_of(many):  # asked of every row about every other: a loop, and no call for each
        if type(other) is not kind:
            raise Unsure
        if other == one:
            return True
    return False


def joined(one: Any, other: Any) -> Any:
    if type(one) is str and type(other) is str:
        return one + other
    return sure(whole(one) + whole(other))


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": equal,
    "!=": lambda one, other: not equal(one, other),
    "in": among,
    "+": joined,
    "-": lambda one, other: sure(whole(one) - whole(other)),
    "*": lambda one, other: sure(whole(one) * whole(other)),
    "<": lambda one, other: whole(one) < whole(other),
    "<=": lambda one, other: whole(one) <= whole(other),
    ">": lambda one, other: whole(one) > whole(other),
    ">=": lambda one, other: whole(one) >= whole(other),
}
