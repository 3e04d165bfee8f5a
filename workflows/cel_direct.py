"""Expressions answered where the facts stand, as far as the answer is sure.

The evaluator is handed converted facts at every call, and of sixty rows that costs far more than the rule itself. What
is compiled here converts nothing. It answers from values that are there and of plain, equal kinds, and nothing else: a
value that is absent, kinds that differ, a number out of bounds, a function that fails, a construct that is not listed
are Unsure. Then the evaluator is asked as ever, and it says why something cannot be judged. That both say the same is
compared over every expression of every scenario (tests/procedures/test_direct_answers.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workflows.cel_syntax import Node, unquoted
from workflows.cel_text import asks_presence, is_nullable, path_of, ungrouped
from workflows.cel_values import OPERATORS, inside, items_of, sure, truth, whole
from workflows.functions import FUNCTIONS
from workflows.lookups import Lookups

MANY = 16  # rows, from which on sorting them is worth it


class Unlisted(Exception):
    """The expression has a part that is not answered here."""


class Scope:
    """What an answer is made from: facts, look-ups, and the rows that macros are about just now."""

    __slots__ = ("bound", "facts", "lookups", "roots")

    def __init__(self, facts: Mapping[str, Any], lookups: Lookups) -> None:
        self.facts, self.lookups = facts, lookups
        self.bound: dict[str, Any] = {}
        self.roots: dict[str, Any] = {}  # those that have been read

    def root(self, name: str) -> Any:
        """Return the fact of a root. Raises Unsure without one."""
        if name not in self.roots:
            self.roots[name] = self.facts.get(name)
        return sure(self.roots[name])


Answer = Callable[[Scope], Any]


def direct(tree: Node, each: str = "") -> Answer | None:
    """Return what answers an expression, None when it has a part that is not answered here; `each`: the root that is
    bound to one row after the other. The answer raises Unsure, or whatever a look-up raises."""
    try:
        return _Compiler(frozenset({each} if each else ())).of(tree)
    except Unlisted:
        return None


class _Compiler:
    """Makes closures of the nodes of one tree; `bound` are the names of the macros around a node."""

    def __init__(self, bound: frozenset[str] = frozenset()) -> None:
        self.bound = bound

    def of(self, node: Node) -> Answer:
        make = getattr(self, f"_{node.kind}", None)
        if make is None:
            raise Unlisted(node.kind)
        made: Answer = make(node)
        return made

    def _group(self, node: Node) -> Answer:
        return self.of(node.kids[0])

    def _int(self, node: Node) -> Answer:
        number = sure(int(node.text))
        return lambda _: number

    def _text(self, node: Node) -> Answer:
        text = unquoted(node.text)
        return lambda _: text

    def _bool(self, node: Node) -> Answer:
        value = node.text == "true"
        return lambda _: value

    def _null(self, node: Node) -> Answer:
        del node  # it stands only where it is the result: "no value"
        return lambda _: None

    def _name(self, node: Node) -> Answer:
        name = node.text
        if name in self.bound:
            return lambda scope: scope.bound[name]
        return lambda scope: scope.root(name)

    def _select(self, node: Node) -> Answer:
        below, name = node.kids[0], node.text
        if below.kind == "name" and below.text in self.bound:
            return _column(below.text, name)
        base = self.of(below)
        return lambda scope: sure(inside(base(scope), name))

    def _index(self, node: Node) -> Answer:
        if node.kids[1].kind != "text":
            raise Unlisted("a place in a list")
        base, name = self.of(node.kids[0]), unquoted(node.kids[1].text)
        return lambda scope: sure(inside(base(scope), name))

    def _list(self, node: Node) -> Answer:
        items = [self.of(kid) for kid in node.kids]
        return lambda scope: [item(scope) for item in items]

    def _map(self, node: Node) -> Answer:
        if any(kid.kind in ("null", "choice") for kid in node.kids):
            raise Unlisted("a value of a row that may be null")
        return self._record(node, {})

    def _record(self, node: Node, lenient: Mapping[int, Answer]) -> Answer:
        """`lenient`: what stands for the value of this number when nothing found is no error."""
        keys = [unquoted(kid.text) if kid.kind == "text" else _unlisted("key") for kid in node.kids[::2]]
        values = [lenient[n] if n in lenient else self.of(kid) for n, kid in enumerate(node.kids[1::2])]
        pairs = list(zip(keys, values, strict=True))
        return lambda scope: {key: value(scope) for key, value in pairs}

    def _choice(self, node: Node) -> Answer:
        condition, yes, no = (self.of(kid) for kid in node.kids)
        return lambda scope: yes(scope) if truth(condition(scope)) else no(scope)

    def _unary(self, node: Node) -> Answer:
        operand = self.of(node.kids[0])
        if node.text == "!":
            return lambda scope: not truth(operand(scope))
        return lambda scope: -whole(operand(scope))

    def _binary(self, node: Node) -> Answer:
        if asks_presence(node):
            there, wanted = self.there(node.kids[0]), node.text == "!="
            return lambda scope: (there(scope) is not None) is wanted
        left, right = (self.of(kid) for kid in node.kids)
        if node.text == "&&":
            return lambda scope: truth(left(scope)) and truth(right(scope))
        if node.text == "||":
            return lambda scope: truth(left(scope)) or truth(right(scope))
        operator = OPERATORS.get(node.text) or _unlisted(node.text)
        return lambda scope: operator(left(scope), right(scope))

    def there(self, node: Node) -> Answer:
        """Return what gives a value, or None where there is none."""
        node = ungrouped(node)
        if node.kind == "select":
            base, name = self.there(node.kids[0]), node.text
            return lambda scope: None if (found := base(scope)) is None else inside(found, name)
        if node.kind == "name" and node.text not in self.bound:
            return lambda scope: scope.facts.get(node.text)
        if node.kind == "name":
            return self.of(node)
        return self.found(node) if is_nullable(node) else _unlisted("presence")

    def found(self, node: Node) -> Answer:
        """Return what calls a function that may find nothing."""
        arguments, body = self.arguments(node), FUNCTIONS[node.text].body
        return lambda scope: body(scope.lookups, *[argument(scope) for argument in arguments])

    def arguments(self, node: Node) -> list[Answer]:
        """Of a decision table an input that a look-up does not find is absent."""
        if node.text != "decide" or not node.kids or node.kids[-1].kind != "map":
            return [self.of(kid) for kid in node.kids]
        table, inputs = node.kids[:-1], node.kids[-1]
        lenient = {n: self.found(kid) for n, kid in enumerate(inputs.kids[1::2]) if is_nullable(kid)}
        return [*map(self.of, table), self._record(inputs, lenient)]

    def _call(self, node: Node) -> Answer:
        if node.text == "size" and len(node.kids) == 1:
            return self._size(node.kids[0])
        if node.text == "string" and len(node.kids) == 1:
            value = self.of(node.kids[0])
            return lambda scope: str(whole(value(scope)))
        if node.text not in FUNCTIONS:
            raise Unlisted(node.text)
        found = self.found(node)
        return lambda scope: sure(found(scope))

    def _size(self, node: Node) -> Answer:
        rows = self.of(node)
        return lambda scope: sum(1 for _ in items_of(rows(scope)))

    def _method(self, node: Node) -> Answer:
        if node.text == "size" and len(node.kids) == 1:
            return self._size(node.kids[0])
        if not node.is_macro or len(node.kids) != 3 or node.kids[1].text in self.bound:
            raise Unlisted(node.text)
        rows, name = self.of(node.kids[0]), node.kids[1].text
        body = _Compiler(self.bound | {name}).of(node.kids[2])
        macro = MACROS.get(node.text) or _unlisted(node.text)
        match = self.match(node) if node.text in ("exists", "filter") else None
        if match is None:
            return lambda scope: macro(_each(scope, name, rows(scope)), body, scope)
        return lambda scope: macro(_each(scope, name, _matching(scope, rows(scope), *match)), body, scope)

    def match(self, node: Node) -> tuple[str, Answer] | None:
        """Return column and value, where a macro over rows of a root asks for those with `row.column == value && …`."""
        rows, name, body = node.kids[0], node.kids[1].text, ungrouped(node.kids[2])
        while body.kind == "binary" and body.text == "&&":
            body = ungrouped(body.kids[0])
        if path_of(rows) is None or body.kind != "binary" or body.text != "==" or asks_presence(body):
            return None
        column, value = body.kids
        about = path_of(column) or ()
        told = {n.text for n in rows.walk() if n.kind == "name"} & self.bound
        if len(about) != 2 or about[0] != name or told or any(n.text == name for n in value.walk() if n.kind == "name"):
            return None
        return about[1], self.of(value)


def _column(row: str, name: str) -> Answer:
    """Return what reads a column of the row at hand: what is read most."""

    def read(scope: Scope) -> Any:
        at_hand = scope.bound[row]
        found = at_hand.get(name) if type(at_hand) is dict else inside(at_hand, name)
        return found if type(found) is str or type(found) is bool else sure(found)

    return read


def _each(scope: Scope, name: str, rows: Any) -> Iterator[Any]:
    """Yield the rows, each bound to a name of its macro while it is looked at."""
    for row in items_of(rows):
        scope.bound[name] = row
        yield row


def _matching(scope: Scope, rows: Any, column: str, value: Answer) -> Any:
    """Return the rows that have the value in the column: where there are many, they are sorted by it once.

    Two hundred parts that each look for their own among two hundred others would compare forty thousand times.
    """
    known = getattr(scope.facts, "common", None)
    if known is None or type(rows) is not list or len(rows) < MANY:
        return rows
    place = ("by", id(rows), column)
    if place not in known:
        known[place] = _sorted_by(rows, column)
    wanted = value(scope)
    by = known[place].get(type(wanted))
    return rows if by is None else by.get(wanted, [])


def _sorted_by(rows: list[Any], column: str) -> dict[type, dict[Any, list[Any]]]:
    """Return rows by the value of a column, under the kind that all values have; nothing where they differ."""
    values = [row.get(column) if type(row) is dict else None for row in rows]
    kinds = {type(value) for value in values}
    if len(kinds) != 1 or not kinds <= {str, int}:
        return {}
    by: dict[Any, list[Any]] = {}
    for row, value in zip(rows, values, strict=True):
        by.setdefault(value, []).append(row)
    return {kinds.pop(): by}


# Whichever row decides, decides: what cannot be judged of the others makes no difference to the evaluator either.
MACROS: dict[str, Callable[[Iterator[Any], Answer, Scope], Any]] = {
    "exists": lambda rows, body, scope: any(truth(body(scope)) for _ in rows),
    "all": lambda rows, body, scope: all(truth(body(scope)) for _ in rows),
    "filter": lambda rows, body, scope: [row for row in rows if truth(body(scope))],
    "map": lambda rows, body, scope: [sure(body(scope)) for _ in rows],
}


def _unlisted(what: str) -> Any:
    raise Unlisted(what)
