"""CEL expressions of procedures: compiled once, given only the facts they read, refusing what cannot be judged.

Evaluated by `common-expression-language`. An absent field makes the expression raise CannotBeJudged with the path
of the field, unless `&&` or `||` decide without it; nothing absent ever passes a guard.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import cel

from workflows.cel_direct import Scope, direct
from workflows.cel_syntax import Node, SyntaxFault, parse
from workflows.cel_text import ROOTS, Path, Reading, Writer, path_of
from workflows.cel_values import LARGEST, Unsure
from workflows.errors import CannotBeJudged
from workflows.functions import ASKING, FUNCTIONS, SIMPLE, Call, own_name, plain
from workflows.lookups import Lookups
from workflows.roots import OF_PART

ROWS = "every_row"  # the root over which `compiled_each` runs
SINGLE = (str, int, bool, type(None))
UNSURE = (Unsure, CannotBeJudged, TypeError, ValueError, ArithmeticError)  # then the evaluator is asked, and says why

# The package warns of each function that raises. Here that is how "cannot be judged" is told, not a failure.
logging.getLogger("cel").setLevel(logging.ERROR)


class Expression:
    """One expression, ready to run: thread-safe, holds no facts. Raises SyntaxFault when it cannot be read."""

    __slots__ = (
        "_asks_roots", "_direct", "_functions", "_is_common", "_needs", "_of_row", "_paths", "_program", "_tree",
        "_way", "each", "roots", "text",
    )  # fmt: skip

    def __init__(self, text: str, each: str = "") -> None:
        """`each`: the root of which the expression speaks, and then it says its value for all rows of `ROWS`."""
        self.text = text
        self._tree = parse(text)
        reading = Reading(self._tree)
        self._needs, self._paths = reading.needs, tuple(dict.fromkeys(reading.paths))
        self._program = _program(self._over_rows(each) if each else Writer(text, self._tree).written())
        self._direct, self.each, self._of_row = direct(self._tree, each), each, Reading(self._tree, each)
        self._way = None if each else path_of(self._tree)
        self.roots = frozenset(self._needs)
        self._asks_roots = ROOTS in self._program.variables()
        self._functions = tuple(n for n in self._program.functions() if own_name(n) in FUNCTIONS)
        self._is_common = self.roots.isdisjoint(OF_PART) and not self._functions

    def _over_rows(self, each: str) -> str:
        self._needs[ROWS] = self._needs.pop(each, {})
        return f"{ROWS}.map({each}, {Writer(self.text, self._tree, frozenset({each})).written()})"

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def evaluate(self, facts: Mapping[str, Any], lookups: Lookups) -> Any:
        """Return the value in facts form (None: "no value", by `null` as the result). Raises CannotBeJudged.

        Only the roots that the expression names are taken from `facts`; what a look-up raises is raised again. Facts
        may have `said`, answers about the dossier as it is: what was asked of the same is not asked again.
        """
        known = getattr(facts, "common", None) if self._is_common else None
        if known is not None and self.text in known:
            return known[self.text]
        found = self._answered(facts, lookups)
        if known is not None and type(found) in SIMPLE:
            known[self.text] = found
        return found

    def of_each(
        self, rows: Sequence[Any], facts: Mapping[str, Any], lookups: Lookups, otherwise: Callable[[Any], Any]
    ) -> list[Any]:
        """Return what the expression says of each row, `otherwise` of a row where only the evaluator can tell.

        Rows that hold the same in the columns that it reads are asked about once: many papers have one country.
        """
        scope, columns, said, found = Scope(facts, lookups), self._columns_of(lookups), {}, []
        for row in rows:
            held = _held(row, columns)
            if held is None or held not in said:
                said[held] = self._of_one(scope, row, otherwise)
            found.append(said[held])
        return found

    def _of_one(self, scope: Scope, row: Any, otherwise: Callable[[Any], Any]) -> Any:
        scope.bound[self.each] = row
        try:
            return self.directly(scope)
        except UNSURE:
            return otherwise(row)

    def _columns_of(self, lookups: Lookups) -> frozenset[str] | None:
        """Return the columns of a row that make a difference; None when it is the whole row."""
        read = [self._of_row.needs.get(self.each, {})]
        read += [lookups.table_needs(table).get(name, {}) for table, name in self._of_row.handed]
        return None if True in read else frozenset().union(*read)

    def _answered(self, facts: Mapping[str, Any], lookups: Lookups) -> Any:
        try:
            return self._at_once(facts, lookups)
        except UNSURE:
            gone = _gone(self._way, facts) if self._way is not None else ""
            if gone:
                raise CannotBeJudged(gone) from None
            return self.by_evaluator(facts, lookups)

    def _at_once(self, facts: Mapping[str, Any], lookups: Lookups) -> Any:
        """Return the answer that needs no evaluator, as plain values. Raises one of UNSURE."""
        return self.directly(Scope(facts, lookups))

    def directly(self, scope: Scope) -> Any:
        if self._direct is None:
            raise Unsure
        found = self._direct(scope)
        return found if type(found) in SIMPLE else part_of(found, needs=True)

    def by_evaluator(self, facts: Mapping[str, Any], lookups: Lookups) -> Any:
        """Ask the evaluator."""
        said = None if self._functions else getattr(facts, "said", None)
        if said is None:
            return self._run(facts, lookups)
        key = self.text, repr(self._parts_of(facts, without="dossier"))
        if key not in said:
            said[key] = self._run(facts, lookups)
        return said[key]

    def _run(self, facts: Mapping[str, Any], lookups: Lookups) -> Any:
        trouble: list[Exception] = []
        roots = self._given(facts)
        functions: dict[str, Callable[..., Any]] = {name: Call(name, lookups, trouble) for name in self._functions}
        try:
            found = self._program.execute(cel.Context(roots, functions))
        except (KeyError, IndexError, RuntimeError, TypeError, ValueError, ArithmeticError) as fault:
            raise self._reason(fault, facts, trouble) from None
        for failed in trouble:
            if not isinstance(failed, CannotBeJudged):
                raise failed
        return found

    def judge(self, facts: Mapping[str, Any], lookups: Lookups) -> bool:
        """Return the yes or no of a rule. Raises CannotBeJudged, also when the result is neither."""
        found = self.evaluate(facts, lookups)
        if found is True or found is False:
            return found
        raise CannotBeJudged(self.path, "is neither yes nor no")

    def _given(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the evaluator is given of the facts."""
        try:
            given = self._parts_of(facts)
        except OverflowError as large:
            raise CannotBeJudged(self.path, str(large)) from None
        given = {root: value for root, value in given.items() if value is not None}
        return {**given, ROOTS: dict.fromkeys(given, True)} if self._asks_roots else given

    def _parts_of(self, facts: Mapping[str, Any], without: str = "") -> dict[str, Any]:
        needed = ((root, below) for root, below in self._needs.items() if root != without and root in facts)
        return {root: part_of(facts[root], below) for root, below in needed}

    @property
    def needs(self) -> Mapping[str, Any]:
        """What the expression reads of each root: names below it, or True for the whole."""
        return self._needs

    @property
    def paths(self) -> tuple[Path, ...]:
        """The field paths that the expression reads, each a tuple of names."""
        return self._paths

    @property
    def tree(self) -> Node:
        """The expression as it is read."""
        return self._tree

    @property
    def asks_world(self) -> bool:
        """Whether a function is called whose answer may change although the facts do not: rows, working days."""
        return any(own_name(name) in ASKING for name in self._functions)

    @property
    def is_direct(self) -> bool:
        """Whether it is answered without the evaluator, of facts that are all there."""
        return self._direct is not None

    def whole(self, root: str) -> bool:
        """Whether the value of a root itself is used, and not only some of its fields."""
        return self._needs.get(root) is True

    @property
    def path(self) -> str:
        """The first field path that the expression reads; its text when it reads none."""
        return ".".join(self._paths[0]) if self._paths else self.text

    def _reason(self, fault: Exception, facts: Mapping[str, Any], trouble: Sequence[Exception]) -> Exception:
        """Say what could not be judged: the function that failed, the root or field that is absent."""
        if trouble and isinstance(fault, RuntimeError):
            return _worst(trouble)
        if isinstance(fault, KeyError):
            return CannotBeJudged(self._absent(str(fault.args[0]), facts))
        missing = sorted(root for root in self.roots if facts.get(root) is None)
        return CannotBeJudged(missing[0]) if missing else CannotBeJudged(self.path, type(fault).__name__)

    def _absent(self, key: str, facts: Mapping[str, Any]) -> str:
        """Return the path whose last name is the absent key, as people read it."""
        for path in self._paths:
            if path[-1] == key and path[0] in facts and _lacks(facts[path[0]], path[1:]):
                return ".".join(path)
        selects = (n for n in self._tree.walk() if n.kind == "select" and n.text == key)
        return next((self.text[n.start : n.end] for n in selects), key)


@lru_cache(maxsize=16384)
def compiled(text: str) -> Expression:
    """Return the expression of a text, compiled once per process. Raises SyntaxFault."""
    return Expression(text)


@lru_cache(maxsize=4096)
def compiled_each(text: str, name: str) -> Expression:
    """Return the expression of a text about a root that answers for all rows of `ROWS`. Raises SyntaxFault."""
    return Expression(text, name)


def _held(row: Mapping[str, Any], columns: Iterable[str] | None) -> tuple[Any, ...] | None:
    """Return what a row holds in some columns; None where that is more than single values."""
    if columns is None:
        return None
    held = [row.get(name) for name in columns]
    kinds = [type(value) for value in held]  # True is no 1
    return (*held, *kinds) if all(kind in SINGLE for kind in kinds) else None


def _program(text: str) -> cel.Program:
    try:
        return cel.compile(text)
    except ValueError as fault:
        raise SyntaxFault(" ".join(str(fault).split())[:160]) from None


def _worst(trouble: Sequence[Exception]) -> Exception:
    """Return a failure of a look-up before an answer that could not be given."""
    return next((t for t in trouble if not isinstance(t, CannotBeJudged)), trouble[-1])


def _gone(way: Path, facts: Mapping[str, Any]) -> str:
    """Return the path up to the first name that has no value; empty when something else is the matter."""
    found: Any = facts
    for number, name in enumerate(way, 1):
        found = found.get(name) if isinstance(found, Mapping) else found
        if found is None:
            return ".".join(way[:number])
    return ""


def needs_together(expressions: Iterable[Expression]) -> Any:
    """Return what expressions read together, for `part_of`."""
    found: Any = {}
    for expression in expressions:
        found = _both(found, expression.needs)
    return found


def _both(one: Any, other: Any) -> Any:
    if one is True or other is True:
        return True
    return {**one, **{name: _both(one.get(name, {}), below) for name, below in other.items()}}


def part_of(value: Any, needs: Any) -> Any:
    """Return what `needs` (see Reading) names of a fact: what nobody reads is neither handed over nor converted."""
    kind = type(value)
    if kind is str or kind is bool:
        return value
    if kind is dict or isinstance(value, Mapping):
        if needs is True:
            return plain(value)
        return {k: part_of(found, below) for k, below in needs.items() if (found := value.get(k)) is not None}
    if kind is list or kind is tuple:
        return [part_of(v, needs) for v in value if v is not None]
    if kind is int and not -LARGEST <= value <= LARGEST:
        raise OverflowError("a number is too large")
    return value


def _lacks(value: Any, names: Path) -> bool:
    """Whether following the names from this value ends at the last one, which is absent."""
    if not names:
        return False
    if isinstance(value, (list, tuple)):
        return any(_lacks(v, names) for v in value)
    if not isinstance(value, Mapping):
        return False
    found = value.get(names[0])
    return len(names) == 1 if found is None else _lacks(found, names[1:])
