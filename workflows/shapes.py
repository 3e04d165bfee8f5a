"""Which keys stand where in a folder, and of which kind: the first check of what an author wrote.

A shape is {key: kind}; a key that ends with ! must be there once all layers are merged. Kinds: name, text, line
(a label on screen), bool, int, number, cel, names (a list), some (one name or a list), one of a set, list of a
shape, dict of a shape, or a shape.
"""
from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.errors import Fault
from workflows.yaml_source import Block

NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class OneOf:
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    item: Any
    key: str = ""  # the key by which entries of two layers are merged


@dataclass(frozen=True, slots=True)
class DictOf:
    item: Any


@dataclass(frozen=True, slots=True)
class Shape:
    what: str
    keys: Mapping[str, Any]

    @property
    def needed(self) -> list[str]:
        return [k[:-1] for k in self.keys if k.endswith("!")]

    def kind(self, key: str) -> Any:
        """Return the kind of a key, None when the shape has no such key."""
        return self.keys.get(f"{key}!", self.keys.get(key))

    @property
    def names(self) -> list[str]:
        return [k.removesuffix("!") for k in self.keys]


def shape(what: str, **keys: Any) -> Shape:
    """Return a shape; `from_`, `if_`, `with_`, `in_` stand for keys that are words of Python, `x_needed` for `x!`."""
    words = {k.removesuffix("_needed").rstrip("_") + ("!" if k.endswith("_needed") else ""): v for k, v in keys.items()}
    return Shape(what, words)


UNITS = OneOf(("WD", "CD", "MONTH", "HOUR"))
CLOCKS = OneOf(("off", "run", "pause", "out", "stop"))
BOTH = shape("vi, en", vi_needed="line", en_needed="line")
LABELS = DictOf(BOTH)
DURATION = shape("duration", n="number", u=UNITS, share="number")
RULE = shape("rule", code="name", cel_needed="cel", vi_needed="line", en_needed="line")
GUARD = shape("guard", code="name", cel="cel", vi="line", en="line", builtin="name", with_="any")
_FIELD: dict[str, Any] = {
    "vi!": "line", "en!": "line", "type!": "text", "required": "cel", "required_from": "name", "computed": "cel",
    "validate": ListOf("guard"), "personal": "bool", "conflict": "bool", "sensitive": "bool", "visible_to": "names",
    "help": BOTH, "labels": LABELS, "pattern": "text", "min": "number", "max": "number", "min_len": "int",
    "max_len": "int", "min_rows": "int", "max_rows": "int", "default": "any", "src": "text",
}
COLUMN = Shape("column", {"name!": "name", **_FIELD})
FIELD = Shape("field", {"name!": "name", **_FIELD, "columns": ListOf(COLUMN), "follow": "names"})
ASK = Shape("ask", {**_FIELD, "columns": ListOf(COLUMN)})
STATE = shape(
    "state", code_needed="name", vi_needed="line", en_needed="line", public_needed="int", clock_needed=CLOCKS,
    closed="bool", terminal="bool", initial="bool", clock_from="name", src="text",
)
TIMER = shape("timer", after="duration", at_share="number", of="text", from_="text")
CHANGEABLE = shape("change", field_needed="text", rows="cel")
OPENING = shape("open", part_needed="name", for_each="cel", set="cels")
NOTIFY = shape("notify", to_needed="some", notice_needed="name", if_="cel")
PAPERWORK = shape("papers", prepare="names", sign="names", issue="names")
MONEY = shape(
    "money", kind_needed=OneOf(("paid", "refunded")), amount_needed="name", number="name", day="name", how="name",
    count="name",
)
_STEP: dict[str, Any] = {
    "name!": "name", "vi!": "line", "en!": "line", "by!": "names", "when": "when", "recorded_by": "name",
    "require": ListOf("guard"), "ask": ListOf("ask"), "confirm": ListOf("confirm"), "cosign": "name",
    "within": "duration", "papers": PAPERWORK, "notify": ListOf(NOTIFY), "open": ListOf(OPENING), "close": "names",
    "set": "cels", "changes": ListOf(CHANGEABLE), "guidance": BOTH, "optional": "bool", "money": MONEY,
    "of": OneOf(("row", "ledger")), "src": "text",
}
TRANSITION = Shape("transition", {**_STEP, "from!": "names", "to!": "text"})
ACT = Shape("act", {**_STEP, "allowed_when!": "cel"})
TERM = shape(
    "term", code_needed="name", n_needed="number", u_needed=UNITS, if_="cel", confirmed="bool", vi="line", en="line",
    src="text",
)
PART = shape(
    "part", code_needed="name", use="name", vi_needed="line", en_needed="line", per="name", public_needed="bool",
    clock_needed=CLOCKS, papers="names", title="names", fields=ListOf(FIELD, "name"),
    states_needed=ListOf(STATE, "code"), transitions_needed=ListOf(TRANSITION, "name"), acts=ListOf(ACT, "name"),
    terms=ListOf(TERM, "code"), with_case="cel", stale_with_changes="bool", carries_changes="name", redoes="name",
    src="text",
)
PAPER = shape(
    "paper", code_needed="name", vi_needed="line", en_needed="line", family_needed=OneOf(("nd30", "form")),
    type_code="text", number="text", issuer_needed="name", signer_needed="name", addressee="names",
    origin_needed=OneOf(("ours", "prefilled", "recorded", "slip")),
    series=OneOf(("automatic", "typed_in", "stock", "none")), series_key="name", legal_basis=ListOf("basis"),
    gist_needed="text", merge="names", columns=DictOf("names"), copies_to="names", public="bool",
    rows="cels", numbered_as="name", qr=OneOf(("verify", "track", "pay", "none")), applies="cel", src="text",
)
ATTACHMENT = shape(
    "attachment", code_needed="name", vi_needed="line", en_needed="line", required_needed="cel", types="names",
    max_mb="int", copies="text", originals=OneOf(("shown", "kept", "none")), sensitive="bool", src="text",
)
LINK = shape(
    "link", kind_needed="name", procedure_needed="name", on_needed="text", carries="cels", fires="name", to="cel",
    if_="cel",
    src="text",
)
CONSULTEE = shape("consultee", code_needed="name", vi="line", en="line", mandatory="cel", src="text")
GROUND = shape("refusal ground", code_needed="name", vi_needed="line", en_needed="line", src="text")
STATISTIC = shape(
    "statistic", code_needed="name", vi_needed="line", en_needed="line",
    measure_needed=OneOf(("cases", "rows", "parts", "sum", "share", "median", "p90", "events")),
    where="cel", of="cel", over="cel", column="name", by="names", events="names", lasting="bool",
    unreceived="bool",
)
VIEW = shape(
    "view", for_each="cel", key_needed="cel", if_="cel", entry="cels", from_="cel", to="cel", columns="cels",
    others="bool",
)
REGISTRY = shape(
    "registry", code_needed="name", vi_needed="line", en_needed="line", key_needed="name", columns=ListOf(FIELD),
    view=VIEW,
)
WORD = Shape("value of a vocabulary", {"code!": "name", "vi!": "line", "en!": "line", "order": "int", "says": "any"})
PRESET = shape("preset", code_needed="name", vi_needed="line", en_needed="line", rows=ListOf("row"), src="text")
TABLE_TEST = shape("test of a table", given_needed="any", rows_needed="names")
TABLE = shape(
    "table", vi_needed="line", en_needed="line", kind_needed=OneOf(("table", "decision")),
    hit=OneOf(("first", "all")), key="name", inputs=DictOf("text"), columns=ListOf(COLUMN), rows=ListOf("row"),
    presets=ListOf(PRESET, "code"), tests=ListOf(TABLE_TEST), src="text",
)
NOTICE = shape("notice", vi_needed="line", en_needed="line", body_vi="text", body_en="text")
BASIS = shape("legal basis", text_needed="line", src_needed="text", confirmed="bool")
CHECK = shape("check", code_needed="name", vi_needed="line", en_needed="line")
GOLDEN = shape("golden path", code_needed="name", term="name", path_needed="texts")
SERIALS = shape("range of numbers", first_needed="name", last_needed="name", count="name")
ROW = shape(
    "row of a ledger", key="name", number_needed="text", agency_needed="name", opened_by_needed="names",
    read_by="names", holder="name", holder_role="name", subject="name", title="names", columns="names",
    order="names", group="names", range=SERIALS, expires="name", late="name", bound="name", settled="names",
    present="names", absent="names",
)
ANSWER = shape("answer", code_needed="name", if_="cel", vi_needed="text", en_needed="text", show="texts", term="bool")
INQUIRY = shape(
    "inquiry", code_needed="name", vi_needed="line", en_needed="line", ask_needed="texts",
    fields=ListOf(COLUMN, "name"), given="cels", answers_needed=ListOf(ANSWER, "code"), src="text",
)
EFFECTIVE = shape("effective", from_needed="text", to="text")
BUILTIN = shape("built-in", params="any", vi_needed="line", en_needed="line", revision_needed="int")

LISTS: dict[str, ListOf] = {
    "states": ListOf(STATE, "code"), "transitions": ListOf(TRANSITION, "name"), "acts": ListOf(ACT, "name"),
    "papers": ListOf(PAPER, "code"), "fields": ListOf(FIELD, "name"), "statistics": ListOf(STATISTIC, "code"),
    "refusal_grounds": ListOf(GROUND, "code"), "attachments": ListOf(ATTACHMENT, "code"),
    "consultees": ListOf(CONSULTEE, "code"), "parts": ListOf(PART, "code"), "links": ListOf(LINK, "kind"),
}
MAPS: dict[str, DictOf] = {
    "rules": DictOf(RULE), "asks": DictOf(ASK), "confirms": DictOf(BOTH), "notices": DictOf(NOTICE),
    "bases": DictOf(BASIS), "offices": DictOf(BOTH), "labels": DictOf(BOTH),
}
_LAYER: dict[str, Any] = {**LISTS, **MAPS, "facts": "any", "also_from": DictOf("names"), "merge_values": "names"}
FRAGMENT = Shape("fragment", {**_LAYER, "needs": "name"})
COMMON = Shape(
    "common layer",
    {
        **_LAYER, "roles": DictOf(BOTH), "config": "any", "checklists": DictOf(ListOf(CHECK)),
        "builtins": DictOf(BUILTIN), "functions": "any", "separation_of_duties": "any", "forbidden": "names",
    },
)
DISABLE = Shape("disable", dict.fromkeys(LISTS, "names"))
FOLDER = Shape(
    "procedure",
    {
        **_LAYER, "procedure!": "name", "version!": "text", "vi!": "line", "en!": "line", "extends": "name",
        "effective!": EFFECTIVE, "standalone": "bool", "ledger": "bool", "row": ROW, "portal_tracked": "bool",
        "guidance": BOTH, "include": "names", "terms": ListOf(TERM, "code"), "config": "any", "golden_path": "texts",
        "golden_paths": ListOf(GOLDEN, "code"), "disable": DISABLE, "roles": DictOf(BOTH),
        "registries": ListOf(REGISTRY, "code"), "inquiries": ListOf(INQUIRY, "code"), "tables": DictOf(TABLE),
        "vocabularies": DictOf(ListOf(WORD)), "checklists": DictOf(ListOf(CHECK)),
    },
)
# entries that may be a name or written out in place
_EITHER: dict[str, Shape] = {"guard": GUARD, "ask": FIELD, "confirm": CHECK, "basis": BASIS, "duration": DURATION}
_PLAIN: dict[str, tuple[tuple[type, ...], str]] = {
    "line": ((str,), "chữ / text"), "text": ((str,), "chữ / text"), "bool": ((bool,), "true, false"),
    "int": ((int,), "số nguyên / a whole number"), "number": ((int, float), "số / a number"),
    "cel": ((str, bool, int, float), "biểu thức / an expression"),
}
_NULLABLE = {"public", "per", "type_code", "to"}  # null says something: never filed, opened by steps, no type, open end


def check_shape(value: Any, kind: Any, key: str, owner: Block, faults: list[Fault]) -> bool:
    """Say whether a value is of its kind; add a fault for it and for everything wrong below, which is taken out.

    What is taken out keeps its place in its block, so that nobody calls it missing later.
    """
    if isinstance(kind, Shape):
        return _check_block(value, kind, key, owner, faults)
    if isinstance(kind, DictOf):
        return _check_map(value, kind, key, owner, faults)
    if isinstance(kind, ListOf):
        return _check_list(value, kind, key, owner, faults)
    if isinstance(kind, OneOf):
        wrong, nearest = f"một trong / one of: {', '.join(kind.values)}", near(value, kind.values)
        if value in kind.values:
            return True
    elif kind in _EITHER and isinstance(value, dict):
        return _check_block(value, _EITHER[kind], key, owner, faults)
    else:
        wrong, nearest = _wrong(value, kind), ""
        if not wrong or (value is None and key in _NULLABLE):
            return True
    faults.append(fault_at(owner, key, f"phải là / must be: {wrong}", nearest))
    return False


def fault_at(owner: Block, key: str, message: str, nearest: str = "", name: str = "", level: str = "error") -> Fault:
    """Return a fault at a key of a block; `name` is what the author knows the thing by."""
    file, line = owner.place(key)
    label = name or str(owner.get("name") or owner.get("code") or owner.get("kind") or "")
    return Fault(file, line, f"{label}.{key}".strip("."), message, nearest, level)


def near(value: Any, names: Iterable[str]) -> str:
    """Return the valid name nearest to what was written, or nothing."""
    return next(iter(difflib.get_close_matches(str(value), list(names), 1, 0.5)), "")


def check_needed(block: Block, kind: Shape, faults: list[Fault], name: str = "") -> None:
    """Add a fault for every key that must be there and was not written."""
    for key in kind.needed:
        if key not in block and key not in block.places:
            faults.append(fault_at(block, key, f"thiếu khóa / missing key ({kind.what})", name=name))


def _check_block(value: Any, kind: Shape, key: str, owner: Block, faults: list[Fault]) -> bool:
    if not isinstance(value, Block):
        faults.append(fault_at(owner, key, f"phải là các khóa của / must be keys of: {kind.what}"))
        return False
    for name in list(value):
        wanted = kind.kind(name)
        if wanted is None:
            faults.append(fault_at(value, name, f"khóa lạ / unknown key ({kind.what})", near(name, kind.names)))
        if wanted is None or not check_shape(value[name], wanted, name, value, faults):
            del value[name]
    return True


def _check_map(value: Any, kind: DictOf, key: str, owner: Block, faults: list[Fault]) -> bool:
    if not isinstance(value, Block):
        faults.append(fault_at(owner, key, "phải là các khóa / must be keys and values"))
        return False
    for name in list(value):
        if not NAME.fullmatch(name):
            faults.append(fault_at(value, name, "tên phải là chữ thường_gạch_dưới / must be lower_snake_case"))
        if not check_shape(value[name], kind.item, name, value, faults):
            del value[name]
    return True


def _check_list(value: Any, kind: ListOf, key: str, owner: Block, faults: list[Fault]) -> bool:
    if not isinstance(value, list):
        faults.append(fault_at(owner, key, "phải là danh sách / must be a list"))
        return False
    value[:] = [inner for inner in value if check_shape(inner, kind.item, key, owner, faults)]
    _check_twice(value, kind.key, faults)
    return True


def _check_twice(items: list[Any], key: str, faults: list[Fault]) -> None:
    """Add a fault for an entry whose name an earlier one of the same list has."""
    seen: set[Any] = set()
    for item in items:
        name = item.get(key) if key and isinstance(item, Block) else None
        if name is not None and name in seen:
            faults.append(fault_at(item, key, "tên lặp lại / the same name twice"))
        seen.add(name)


def _wrong(value: Any, kind: str) -> str:
    """Return what a value should have been, empty when it is right."""
    if kind in _PLAIN:
        types, words = _PLAIN[kind]
        fits = isinstance(value, types) and not (isinstance(value, bool) and bool not in types)
        return "" if fits and (kind != "line" or str(value).strip()) else words
    if kind == "row":
        return "" if isinstance(value, Block) else "các cột của một dòng / the columns of a row"
    if kind in ("names", "texts"):
        fits = isinstance(value, list) and all(isinstance(v, str) for v in value)
        return "" if fits else "danh sách tên / a list of names"
    if kind == "some":
        return "" if isinstance(value, str) else _wrong(value, "names")
    if kind == "cels":
        fits = isinstance(value, dict) and all(isinstance(v, (str, bool, int, float)) for v in value.values())
        return "" if fits else "khóa: biểu thức / key: expression"
    return _wrong_word(value, kind)


def _wrong_word(value: Any, kind: str) -> str:
    if kind == "name":
        fits = isinstance(value, str) and NAME.fullmatch(value) is not None
        return "" if fits else "tên chữ thường_gạch_dưới / a lower_snake_case name"
    if kind == "when":
        fits = value in ("manual", "auto") or (isinstance(value, dict) and isinstance(value.get("timer"), dict))
        return "" if fits else "manual, auto, {timer: …}"
    if kind in _EITHER:
        return "" if isinstance(value, str) else f"tên hoặc / a name or {_EITHER[kind].what}"
    return ""
