"""The syntax tree of a CEL expression: one small reader for the check at load and for the engine.

`common-expression-language` evaluates but shows no field paths, cel-python shows them but must not be loaded by a
running process. So this module reads the part of CEL that procedures use: no bytes, no raw or triple-quoted text,
no messages, no optional syntax. What it cannot read is refused at load; what it reads, both packages read alike
(tests/workflows/test_cel_syntax.py compares the trees).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

MAX_LENGTH = 4000  # characters
MAX_DEPTH = 32  # nesting; the evaluator recurses natively and must never be driven out of its stack
MAX_OPERATORS = 200
MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})

Kind = Literal[
    "name",
    "int",
    "double",
    "text",
    "bool",
    "null",
    "select",
    "call",
    "method",
    "index",
    "unary",
    "binary",
    "choice",
    "list",
    "map",
    "group",
]

_TOKEN = re.compile(
    r"""(?P<blank>\s+)
      | (?P<double>\d+\.\d+(?:[eE][+-]?\d+)?)
      | (?P<int>\d+(?![\w.]))
      | (?P<text>"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
      | (?P<name>[A-Za-z_]\w*(?!['"]))
      | (?P<op>&&|\|\||[=!<>]=|[-+*/%<>!?:.,()\[\]{}])""",
    re.VERBOSE | re.ASCII,
)
_RESERVED = re.compile(
    "as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while"
)
_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"||"}),
    frozenset({"&&"}),
    frozenset({"==", "!=", "<", "<=", ">", ">=", "in"}),
    frozenset({"+", "-"}),
    frozenset({"*", "/", "%"}),
)
_LITERALS: dict[str, Kind] = {"int": "int", "double": "double", "text": "text"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}


class SyntaxFault(ValueError):
    """The text is no expression that a procedure may contain; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node: `text` is its name, operator or literal value, `start:end` its place in the source."""

    kind: Kind
    start: int
    end: int
    text: str = ""
    kids: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, outermost first."""
        yield self
        for kid in self.kids:
            yield from kid.walk()

    @property
    def is_macro(self) -> bool:
        """Whether this is `list.all(x, …)` and the like: kids are the list, the variable, the bodies."""
        return self.kind == "method" and self.text in MACROS and len(self.kids) >= 3 and self.kids[1].kind == "name"


@lru_cache(maxsize=8192)  # the proof asks each rule of a folder again for every state
def parse(source: str) -> Node:
    """Return the tree of an expression. Raises SyntaxFault."""
    if len(source) > MAX_LENGTH:
        raise SyntaxFault(f"longer than {MAX_LENGTH} characters")
    reader = _Reader(list(_tokens(source)), len(source))
    tree = reader.expression()
    if reader.peek() != "":
        raise SyntaxFault(f"unexpected {reader.peek()!r} at {reader.here}")
    return tree


def unquoted(literal: str) -> str:
    """Return the value of a quoted text. Raises SyntaxFault on an escape that is not one of ours."""

    def escape(found: re.Match[str]) -> str:
        if found[1] not in _ESCAPES:
            raise SyntaxFault(f"escape \\{found[1]} is not supported")
        return _ESCAPES[found[1]]

    return re.sub(r"\\(.)", escape, literal[1:-1])


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def _tokens(source: str) -> Iterator[_Token]:
    at = 0
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            raise SyntaxFault(f"unreadable at {at}: {source[at : at + 12]!r}")
        kind = found.lastgroup or ""
        if _RESERVED.fullmatch(found[0]):
            raise SyntaxFault(f"{found[0]!r} is a reserved word")
        if kind != "blank":
            yield _Token(kind, found[0], at, found.end())
        at = found.end()


class _Reader:
    """Recursive descent over the tokens; one method per level of the grammar."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self.tokens, self.length, self.at, self.depth, self.operators = tokens, length, 0, 0, 0

    def peek(self) -> str:
        """Return the text of the next token; empty at the end."""
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    @property
    def here(self) -> int:
        return self.tokens[self.at].start if self.at < len(self.tokens) else self.length

    def take(self, text: str = "") -> _Token:
        """Consume the next token, which must be `text` when that is given."""
        if self.at >= len(self.tokens) or (text and self.peek() != text):
            raise SyntaxFault(f"expected {text or 'more'} at {self.here}")
        self.at += 1
        return self.tokens[self.at - 1]

    def node(self, kind: Kind, start: int, text: str, *kids: Node) -> Node:
        return Node(kind, start, self.tokens[self.at - 1].end, text, kids)

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise SyntaxFault(f"nested deeper than {MAX_DEPTH}")
        start = self.here
        found = self.binary(0)
        if self.peek() == "?":
            self.take()
            yes = self.binary(0)
            self.take(":")
            found = self.node("choice", start, "?", found, yes, self.expression())
        self.depth -= 1
        return found

    def binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self.unary()
        start = self.here
        found = self.binary(level + 1)
        while self.peek() in _LEVELS[level]:
            self.operators += 1
            if self.operators > MAX_OPERATORS:
                raise SyntaxFault(f"more than {MAX_OPERATORS} operators")
            sign = self.take().text
            right = self.binary(level + 1)
            found = self.node("binary", start, sign, found, right)
        return found

    def unary(self) -> Node:
        start, sign = self.here, self.peek()
        if sign not in ("!", "-"):
            return self.member()
        self.take()
        if self.peek() in ("!", "-"):
            raise SyntaxFault(f"doubled sign at {start}")
        operand = self.member()
        return self.node("unary", start, sign, operand)

    def member(self) -> Node:
        start = self.here
        found = self.primary()
        while self.peek() in (".", "["):
            if self.take().text == "[":
                key = self.expression()
                self.take("]")
                found = self.node("index", start, "", found, key)
            else:
                found = self.selection(start, found)
        return found

    def selection(self, start: int, base: Node) -> Node:
        if self.at >= len(self.tokens) or self.tokens[self.at].kind != "name":
            raise SyntaxFault(f"expected a name at {self.here}")
        name = self.take().text
        if self.peek() != "(":
            return self.node("select", start, name, base)
        kids = self.items("(", ")")
        return self.node("method", start, name, base, *kids)

    def primary(self) -> Node:
        start, opening = self.here, self.peek()
        if opening == "(":
            self.take()
            inner = self.expression()
            self.take(")")
            return self.node("group", start, "", inner)
        if opening == "[":
            kids = self.items("[", "]")
            return self.node("list", start, "", *kids)
        if opening == "{":
            kids = self.items("{", "}")
            return self.node("map", start, "", *kids)
        return self.word(self.take())

    def word(self, token: _Token) -> Node:
        """A literal, a name or a call."""
        if token.kind in ("int", "double", "text"):
            if token.kind == "text":
                unquoted(token.text)
            return Node(_LITERALS[token.kind], token.start, token.end, token.text)
        if token.kind != "name" or token.text == "in":
            raise SyntaxFault(f"unexpected {token.text!r} at {token.start}")
        if token.text in ("true", "false", "null"):
            return Node("null" if token.text == "null" else "bool", token.start, token.end, token.text)
        if self.peek() != "(":
            return Node("name", token.start, token.end, token.text)
        kids = self.items("(", ")")
        return self.node("call", token.start, token.text, *kids)

    def items(self, opening: str, closing: str) -> tuple[Node, ...]:
        """The expressions between two brackets, separated by commas; of a map, keys and values in turn."""
        self.take(opening)
        found: list[Node] = []
        while self.peek() != closing:
            if found:
                self.take(",")
            found.append(self.expression())
            if opening == "{":
                self.take(":")
                found.append(self.expression())
        self.take(closing)
        return tuple(found)
