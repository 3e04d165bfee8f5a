"""The check of expressions at load: every path, type, enum value, method and function, before a case ever runs.

Three readers must agree that the text is CEL: ours (cel_syntax), cel-python and the package that evaluates. This module
loads cel-python and is therefore imported by the loader and the proof, never by a running engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import celpy
from celpy.celparser import CELParseError

from workflows.cel_syntax import MACROS, Node, SyntaxFault, parse, unquoted
from workflows.cel_text import asks_presence, ungrouped
from workflows.expressions import compiled
from workflows.fact_types import ANY, BOOL, DAY, DOUBLE, INT, MONEY, NULL, TEXT, Type, Types, list_of, named
from workflows.functions import FUNCTIONS, Function
from workflows.shapes import near

_ORDERED = frozenset({"int", "double", "day", "text", "enum"})
_NUMBERS = frozenset({"int", "double"})
_TEXTS = frozenset({"text", "enum"})
_METHODS = {"size": INT, "startsWith": BOOL, "endsWith": BOOL, "contains": BOOL, "matches": BOOL}
_CONVERSIONS = {"size": INT, "int": INT, "string": TEXT, "double": DOUBLE}
_LITERALS = {"int": INT, "double": DOUBLE, "text": TEXT, "bool": BOOL, "null": NULL}


def check_expression(
    text: object, types: Types, *, extra: Mapping[str, Type] | None = None, want: str | Type | None = None
) -> list[str]:
    """Return what is wrong with an expression, in sentences for its author; nothing when it is sound.

    `extra`: more roots (`item`). `want`: the type of its value, null ("no value") included; of a rule, which always
    answers, the word "bool".
    """
    if isinstance(text, bool):
        return []
    if not isinstance(text, str):
        return [f"không phải biểu thức / not an expression: {text!r}"]
    try:
        tree = parse(text)
        compiled(text)
        _second_reader().compile(text)
    except (SyntaxFault, CELParseError) as fault:
        return [f"không đọc được / cannot be read: {' '.join(str(fault).split())[:160]} – {text!r}"]
    inference = _Inference(text, {**types.roots, **(extra or {})})
    found = inference.type_of(tree)
    wanted = named(want) if isinstance(want, str) else want
    if wanted is not None and not inference.faults:
        inference.must_fit(tree, found, wanted)
        if want == "bool" and _may_be_null(tree):
            inference.fault("điều kiện phải trả lời có hoặc không", "a rule answers yes or no, never null", "null")
    return [f"{fault} – {text!r}" for fault in inference.faults]


def _may_be_null(node: Node) -> bool:
    node = ungrouped(node)
    return node.kind == "null" or (node.kind == "choice" and any(_may_be_null(kid) for kid in node.kids[1:]))


@lru_cache(maxsize=1)
def _second_reader() -> celpy.Environment:
    return celpy.Environment()


def fits(found: Type, wanted: Type) -> bool:
    """Whether a value of one type may stand where the other is wanted; null ("no value") may always."""
    if "any" in (found.kind, wanted.kind) or found.kind == "null":
        return True
    if found.kind in _TEXTS and wanted.kind in _TEXTS:
        return found.kind != "enum" or wanted.kind != "enum" or bool(set(found.values) & set(wanted.values))
    if found.kind == wanted.kind == "list":
        return fits(found.item or ANY, wanted.item or ANY)
    if found.kind == wanted.kind == "record":
        return _record_fits(found, wanted)
    return found.kind == wanted.kind or {found.kind, wanted.kind} == {"map", "record"}


def _record_fits(found: Type, wanted: Type) -> bool:
    """Money has both its fields; of any other row some columns may be left out."""
    names, known = set(found.fields), set(wanted.fields)
    if wanted == MONEY and names != known:
        return False
    return (names <= known or names >= known) and all(fits(found.fields[n], wanted.fields[n]) for n in names & known)


class _Inference:
    """Walks a tree and gives each node its type, collecting what is wrong."""

    def __init__(self, source: str, scope: Mapping[str, Type]) -> None:
        self.source, self.scope = source, dict(scope)
        self.faults: list[str] = []

    def fault(self, vi: str, en: str, what: str, nearest: str = "") -> Type:
        self.faults.append(f"{vi} / {en}: {what}" + (f" (gần nhất / nearest: {nearest})" if nearest else ""))
        return ANY

    def text(self, node: Node) -> str:
        return self.source[node.start : node.end]

    def type_of(self, node: Node) -> Type:
        """Return the type of a node; `any` after a fault, so that one slip gives one sentence."""
        found: Type = getattr(self, f"_{node.kind}")(node)
        return found

    def must_fit(self, node: Node, found: Type, wanted: Type) -> None:
        """Note a fault unless the value of `node` may stand where `wanted` is."""
        node = ungrouped(node)
        if node.kind == "choice":
            for branch in node.kids[1:]:
                self.must_fit(branch, self.type_of(branch), wanted)
        elif node.kind == "text" and wanted.kind == "enum":
            self._value_of(node, wanted)
        elif not fits(found, wanted):
            self.fault("sai kiểu", "wrong type", f"{self.text(node)}: {found} ≠ {wanted}")

    def _value_of(self, node: Node, wanted: Type) -> None:
        value = unquoted(node.text)
        if value not in wanted.values:
            self.fault("không có giá trị này", "no such value", f"{value!r} ∉ {wanted}", near(value, wanted.values))

    # ------------------------------------------------------------------------------------ literals, names
    def _literal(self, node: Node) -> Type:
        return _LITERALS[node.kind]

    _int = _double = _text = _bool = _null = _literal

    def _group(self, node: Node) -> Type:
        return self.type_of(node.kids[0])

    def _list(self, node: Node) -> Type:
        items = [self.type_of(kid) for kid in node.kids]
        for kid, item in zip(node.kids[1:], items[1:], strict=True):
            if not fits(item, items[0]):
                self.fault("danh sách lẫn kiểu", "mixed list", f"{self.text(kid)}: {item} ≠ {items[0]}")
        return list_of(items[0] if items else ANY)

    def _map(self, node: Node) -> Type:
        keys, values = node.kids[::2], node.kids[1::2]
        if not all(k.kind == "text" for k in keys):
            return self.fault("khóa phải là tên trong ngoặc kép", "a key is a quoted name", self.text(node))
        return Type("record", fields={unquoted(k.text): self.type_of(v) for k, v in zip(keys, values, strict=True)})

    def _name(self, node: Node) -> Type:
        if node.text in self.scope:
            return self.scope[node.text]
        return self.fault("không có tên này", "unknown name", node.text, near(node.text, self.scope))

    def _select(self, node: Node) -> Type:
        base = self.type_of(node.kids[0])
        if base.kind == "map":
            return base.item or ANY
        if base.kind == "any":
            return ANY
        if base.kind != "record":
            return self.fault("không có trường", "has no fields", f"{self.text(node.kids[0])}: {base}")
        if node.text not in base.fields:
            nearest = near(node.text, base.fields)
            return self.fault("không có đường dẫn", "no such path", self.text(node), nearest)
        return base.fields[node.text]

    def _index(self, node: Node) -> Type:
        base, key = (self.type_of(kid) for kid in node.kids)
        wanted = {"list": INT, "map": TEXT}.get(base.kind)
        if base.kind != "any" and (wanted is None or not fits(key, wanted)):
            return self.fault("sai chỉ số", "wrong index", f"{self.text(node)}: {base}, {key}")
        return base.item or ANY

    # -------------------------------------------------------------------------------------------- operators
    def _unary(self, node: Node) -> Type:
        found = self.type_of(node.kids[0])
        wanted = BOOL if node.text == "!" else DOUBLE if found.kind == "double" else INT
        self.must_fit(node.kids[0], found, wanted)
        return wanted

    def _choice(self, node: Node) -> Type:
        condition, yes, no = node.kids
        self.must_fit(condition, self.type_of(condition), BOOL)
        first, second = self.type_of(yes), self.type_of(no)
        if not fits(first, second) and not fits(second, first):
            return self.fault("hai nhánh khác kiểu", "answers of two types", f"{self.text(node)}: {first} ≠ {second}")
        return second if first.kind in ("null", "enum") else first

    def _binary(self, node: Node) -> Type:
        left, right = node.kids
        first, second = self.type_of(left), self.type_of(right)
        if node.text in ("&&", "||"):
            self.must_fit(left, first, BOOL)
            self.must_fit(right, second, BOOL)
            return BOOL
        if node.text == "in":
            return self._membership(left, first, right, second)
        if node.text in ("==", "!="):
            if not asks_presence(node):
                self._comparable(left, first, right, second)
            return BOOL
        return self._ordered(node, first, second) if node.text[0] in "<>" else self._arithmetic(node, first, second)

    def _comparable(self, left: Node, first: Type, right: Node, second: Type) -> None:
        if ungrouped(right).kind == "text" and first.kind == "enum":
            self._value_of(ungrouped(right), first)
        elif ungrouped(left).kind == "text" and second.kind == "enum":
            self._value_of(ungrouped(left), second)
        elif not fits(first, second):
            self.fault(
                "không bao giờ bằng", "never equal", f"{self.text(left)} ({first}), {self.text(right)} ({second})"
            )

    def _membership(self, left: Node, first: Type, right: Node, second: Type) -> Type:
        if second.kind == "any":
            return BOOL
        if second.kind not in ("list", "map"):
            self.fault("không phải danh sách", "not a list", f"{self.text(right)}: {second}")
        elif ungrouped(right).kind == "list":
            for kid in ungrouped(right).kids:
                self._comparable(left, first, kid, self.type_of(kid))
        else:
            self._comparable(left, first, right, second.item or ANY if second.kind == "list" else TEXT)
        return BOOL

    def _ordered(self, node: Node, first: Type, second: Type) -> Type:
        known = {first.kind, second.kind} - {"any"}
        if not known <= _ORDERED or not fits(first, second):
            self.fault("không so sánh được", "cannot be compared", f"{self.text(node)}: {first}, {second}")
        return BOOL

    def _arithmetic(self, node: Node, first: Type, second: Type) -> Type:
        kinds = (first.kind, second.kind)
        if "any" in kinds:
            return ANY
        if kinds == ("day", "int") and node.text in "+-":
            return DAY
        if kinds == ("day", "day") and node.text == "-":
            return INT
        if node.text == "+" and (set(kinds) <= _TEXTS or kinds == ("list", "list")):
            return TEXT if kinds[0] != "list" else first
        if kinds[0] == kinds[1] and kinds[0] in _NUMBERS and not (node.text == "%" and kinds[0] == "double"):
            return first
        return self.fault("không tính được", "cannot be computed", f"{self.text(node)}: {first}, {second}")

    # ---------------------------------------------------------------------------------------------- calls
    def _call(self, node: Node) -> Type:
        if node.text == "has":
            return self._has(node)
        if node.text in _CONVERSIONS and len(node.kids) == 1:
            self.type_of(node.kids[0])
            return _CONVERSIONS[node.text]
        known = FUNCTIONS.get(node.text)
        if known is None:
            return self.fault("không có hàm", "unknown function", f"{node.text}()", near(node.text, FUNCTIONS))
        return self._known(node, known)

    def _known(self, node: Node, known: Function) -> Type:
        if len(node.kids) != len(known.arguments):
            counts = f"{node.text}(): {len(node.kids)} ≠ {len(known.arguments)}"
            return self.fault("sai số lượng giá trị", "wrong number of values", counts)
        found = [self.type_of(kid) for kid in node.kids]
        for kid, given, wanted in zip(node.kids, found, known.arguments, strict=True):
            self.must_fit(kid, given, wanted)
        same = node.text in ("min_of", "max_of", "distinct") and found[0].item
        return (found[0] if node.text == "distinct" else found[0].item or ANY) if same else known.result

    def _has(self, node: Node) -> Type:
        if len(node.kids) != 1 or node.kids[0].kind != "select":
            return self.fault("cần một đường dẫn", "takes one field path", self.text(node))
        self.type_of(node.kids[0])
        return BOOL

    def _method(self, node: Node) -> Type:
        base = self.type_of(node.kids[0])
        if node.is_macro:
            return self._macro(node, base)
        arguments = [self.type_of(kid) for kid in node.kids[1:]]
        if node.text not in _METHODS:
            return self.fault(
                "không có phép này", "unknown method", f".{node.text}()", near(node.text, (*_METHODS, *MACROS))
            )
        if node.text == "size":
            if arguments or base.kind not in ("list", "map", "any", *_TEXTS):
                self.fault("không đếm được", "has no size", f"{self.text(node.kids[0])}: {base}")
        elif len(arguments) != 1 or not fits(base, TEXT) or not fits(arguments[0], TEXT):
            self.fault("chỉ dùng với chữ", "is for texts", self.text(node))
        return _METHODS[node.text]

    def _macro(self, node: Node, base: Type) -> Type:
        variable, bodies = node.kids[1].text, node.kids[2:]
        if variable in self.scope:
            return self.fault("tên đã có nghĩa khác", "already means something else", variable)
        if base.kind not in ("list", "map", "any") or len(bodies) != 1:
            listed = f"{self.text(node.kids[0])}: {base}"
            return self.fault("cần danh sách, một tên, một biểu thức", "wants a list, a name, one expression", listed)
        self.scope[variable] = TEXT if base.kind == "map" else base.item or ANY
        found = self.type_of(bodies[0])
        if node.text != "map":
            self.must_fit(bodies[0], found, BOOL)
        del self.scope[variable]
        return base if node.text == "filter" else list_of(found) if node.text == "map" else BOOL
