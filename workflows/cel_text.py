"""From the text of a procedure to what the evaluator runs: nulls rewritten, and what the expression reads.

`path == null` asks whether a value is there and becomes `!(has(path))`; a null that reached CEL itself would make
`null != 'a'` true and pass a guard. Null may else stand only where it is the result, or a value of a row of the result:
"no value".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.cel_syntax import Node, SyntaxFault, unquoted
from workflows.functions import FUNCTIONS, GIVEN, OR_NULL

Path = tuple[str, ...]
ROOTS = "given_roots"  # what the evaluator is given of roots: `given_roots.country` is there when `country` is
Needs = dict[str, Any]  # name -> True (the whole value) or the Needs below it


def ungrouped(node: Node) -> Node:
    """Return what stands inside brackets."""
    while node.kind == "group":
        node = node.kids[0]
    return node


def path_of(node: Node) -> Path | None:
    """Return the path of an expression that is nothing else (`dossier.members`)."""
    if node.kind == "name":
        return (node.text,)
    above = path_of(node.kids[0]) if node.kind == "select" else None
    return (*above, node.text) if above is not None else None


def asks_presence(node: Node) -> bool:
    """Whether the node is `path == null` or `path != null`."""
    return node.kind == "binary" and node.text in ("==", "!=") and node.kids[1].kind == "null"


class Writer:
    """Writes the tree of one source again, in the form that the evaluator runs. Raises SyntaxFault on a stray null."""

    def __init__(self, source: str, tree: Node, bound: frozenset[str] = frozenset()) -> None:
        """`bound`: names that a macro around the source binds."""
        self.source, self.tree = source, tree
        self.bound = bound | {node.kids[1].text for node in tree.walk() if node.is_macro}

    def written(self) -> str:
        """Return the whole expression."""
        return self.result(self.tree)

    def result(self, node: Node) -> str:
        """Write a node whose value is the result of the expression: here null, or nothing found, is an answer."""
        if node.kind == "null":
            return "null"
        if node.kind == "group":
            return f"({self.result(node.kids[0])})"
        if node.kind == "choice":
            condition, yes, no = node.kids
            return f"{self.inner(condition)} ? {self.result(yes)} : {self.result(no)}"
        if is_nullable(node):
            return self.call(node, node.text + OR_NULL)
        return self.rows(node)

    def rows(self, node: Node) -> str:
        """Write rows that are the result: a list, lists joined, rows made of others; a value of a row may be null."""
        if node.kind == "group":
            return f"({self.result(node.kids[0])})"
        if node.kind == "binary" and node.text == "+":
            return self.spliced(node, [self.rows(kid) for kid in node.kids])
        if node.kind == "list":
            return self.spliced(node, [self.row(kid) for kid in node.kids])
        if node.is_macro and node.text == "map":
            *before, body = node.kids
            return self.spliced(node, [*map(self.inner, before), self.row(body)])
        return self.inner(node)

    def row(self, node: Node) -> str:
        """Write one row of the result, or the choice of one."""
        if node.kind == "choice":
            condition, yes, no = node.kids
            return f"{self.inner(condition)} ? {self.row(yes)} : {self.row(no)}"
        if node.kind == "map":
            return self.spliced(node, [self.result(kid) for kid in node.kids])
        return self.inner(node)

    def inner(self, node: Node) -> str:
        """Write any other node: its own text, with the parts below it written anew."""
        if asks_presence(node):
            tests = list(self.presence(ungrouped(node.kids[0])))
            if not tests:
                raise SyntaxFault(f"null is compared with {self.text(node.kids[0])!r}, which is no field path")
            joined = " && ".join(tests)
            return f"!({joined})" if node.text == "==" else f"({joined})"
        if node.kind == "call" and node.text == "decide" and node.kids and node.kids[-1].kind == "map":
            return self.decision(node)
        if node.kind == "null":
            raise SyntaxFault("null is only allowed in `path == null`, `path != null`, as the result and in its rows")
        return self.spliced(node, [self.inner(kid) for kid in node.kids])

    def decision(self, node: Node) -> str:
        """Write `decide(table, {name: value})`: an input that a look-up does not find is absent, not an error."""
        table, inputs = node.kids[:-1], node.kids[-1]
        values = [self.call(k, k.text + OR_NULL) if is_nullable(k) else self.inner(k) for k in inputs.kids]
        return self.spliced(node, [*map(self.inner, table), self.spliced(inputs, values)])

    def spliced(self, node: Node, kids: list[str]) -> str:
        """Return the text of a node with its parts replaced."""
        pieces, at = [], node.start
        for kid, text in zip(node.kids, kids, strict=True):
            pieces += [self.source[at : kid.start], text]
            at = kid.end
        return "".join([*pieces, self.source[at : node.end]])

    def presence(self, node: Node) -> Iterator[str]:
        """Yield the tests, outermost first, which all hold when there is a value at the path."""
        if is_nullable(node):
            yield self.call(node, GIVEN + node.text)
        elif node.kind in ("select", "index", "method", "group") and node.kids[0].kind != "name":
            yield from self.presence(node.kids[0])
        elif node.kind == "name" and node.text not in self.bound:
            yield f"has({ROOTS}.{node.text})"
        if node.kind == "select":
            yield f"has({self.inner(node)})"

    def call(self, node: Node, name: str) -> str:
        return f"{name}({', '.join(self.inner(kid) for kid in node.kids)})"

    def text(self, node: Node) -> str:
        return self.source[node.start : node.end]


def is_nullable(node: Node) -> bool:
    """Whether the node calls a function that may find nothing."""
    return node.kind == "call" and node.text in FUNCTIONS and FUNCTIONS[node.text].nullable


def decision_of(node: Node) -> tuple[str, dict[str, Node]] | None:
    """Return table and inputs of a call `decide('table', {'name': …})`, None of anything else."""
    if node.kind != "call" or node.text != "decide" or [kid.kind for kid in node.kids] != ["text", "map"]:
        return None
    table, inputs = node.kids
    pairs = zip(inputs.kids[::2], inputs.kids[1::2], strict=True)
    return unquoted(table.text), {unquoted(key.text): value for key, value in pairs}


class Reading:
    """What an expression reads: `needs`, the least it must be given, and `paths`, every field path that it follows.

    Where a whole root named `row` is an input of a decision table, the table says what is read of it: such inputs
    stand in `handed` (table, input) and not among the needs.
    """

    def __init__(self, tree: Node, row: str = "") -> None:
        self.needs: Needs = {}
        self.paths: list[Path] = []
        self.handed: list[tuple[str, str]] = []
        self._row = row
        self._read(tree, {}, whole=True)

    def _read(self, node: Node, bound: Mapping[str, Path | None], *, whole: bool) -> Path | None:
        """Note what `node` reads; return its path when it is one. `whole`: its value itself is used."""
        path = self._path(node, bound, whole=whole)
        if path is not None:
            self._need(path, whole=whole)
        return path

    def _path(self, node: Node, bound: Mapping[str, Path | None], *, whole: bool) -> Path | None:
        if node.kind == "name":
            return bound.get(node.text, (node.text,))
        if node.kind == "group":
            return self._read(node.kids[0], bound, whole=whole)
        if node.kind == "select":
            return self._select(node, bound)
        if node.kind == "index" and node.kids[1].kind == "int":
            return self._read(node.kids[0], bound, whole=False)
        if node.is_macro:
            return self._macro(node, bound)
        shape_only = asks_presence(node) or (node.kind in ("call", "method") and node.text in ("size", "has"))
        for kid in node.kids if not self._row else self._without_handed(node):
            self._read(kid, bound, whole=not shape_only)
        return None

    def _without_handed(self, node: Node) -> Iterator[Node]:
        """Yield what is below a node, but for the inputs of a decision table that are the whole row."""
        asked = decision_of(node)
        if asked is None:
            yield from node.kids
            return
        for name, value in asked[1].items():
            if value.kind == "name" and value.text == self._row:
                self.handed.append((asked[0], name))
            else:
                yield value

    def _select(self, node: Node, bound: Mapping[str, Path | None]) -> Path | None:
        base = self._read(node.kids[0], bound, whole=False)
        if base is None:
            return None
        self.paths.append((*base, node.text))
        return self.paths[-1]

    def _macro(self, node: Node, bound: Mapping[str, Path | None]) -> Path | None:
        base = self._read(node.kids[0], bound, whole=False)
        inside = {**bound, node.kids[1].text: base}
        for body in node.kids[2:]:
            self._read(body, inside, whole=True)
        return base if node.text == "filter" else None

    def _need(self, path: Path, *, whole: bool) -> None:
        here = self.needs
        for name in path[:-1]:
            below = here.setdefault(name, {})
            if below is True:
                return
            here = below
        if whole:
            here[path[-1]] = True
        else:
            here.setdefault(path[-1], {})
