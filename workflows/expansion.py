"""Names written in a folder, replaced by what they name: rules, asks, confirms, built-ins, durations, labels.

Every method takes what the author wrote and returns plain values for workflows.definition; what is wrong becomes
a fault, and the method goes on so that all faults are told at once.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from workflows.errors import Fault
from workflows.shapes import (
    ACT,
    CHECK,
    COLUMN,
    FIELD,
    GUARD,
    MONEY,
    STATE,
    TRANSITION,
    Shape,
    check_needed,
    fault_at,
    near,
)
from workflows.yaml_source import Block

Plain = dict[str, Any]
SIMPLE_TYPES = (
    "text", "long_text", "email", "int", "money", "date", "bool", "country", "language", "org", "person", "admin_unit",
    "file", "table",
)
TABLE_TYPES = ("duration", "numbers")  # of columns of declared tables alone: {n, u}, {name: whole number}
_TYPE = re.compile(r"(enum|list|ref|rows?|vocabulary)\((.+)\)", re.DOTALL)
_CONFIG = re.compile(r"config\.([a-z0-9_]+)")


class Expansion:
    """Expands the parts of one merged procedure; `faults` gathers what is wrong, `places` where things stand."""

    def __init__(self, full: Block, builtins: Block) -> None:
        self.full, self.builtins = full, builtins
        self.faults: list[Fault] = []
        self.places: dict[str, tuple[str, int]] = {}
        self.part = ""  # the part kind whose steps are expanded
        self.in_table = False  # columns of a declared table are expanded
        self.roles = self.map("roles")
        self.rules, self.asks, self.confirms = self.map("rules"), self.map("asks"), self.map("confirms")
        self.notices, self.labels, self.config = self.map("notices"), self.map("labels"), self.map("config")
        self.vocabularies = self.map("vocabularies")
        self.papers = self.names("papers")
        self.parts = self.names("parts")
        self.consultees = self.names("consultees")

    # ------------------------------------------------------------------------------------------ reading
    def map(self, key: str) -> Block:
        found = self.full.get(key)
        return found if isinstance(found, Block) else Block(self.full.file)

    def blocks(self, key: str, owner: Block | None = None) -> list[Block]:
        return [x for x in (owner if owner is not None else self.full).get(key) or [] if isinstance(x, Block)]

    def names(self, key: str, owner: Block | None = None, by: str = "code") -> list[str]:
        return [str(x[by]) for x in self.blocks(key, owner) if by in x]

    def fault(self, block: Block, key: str, message: str, nearest: str = "", name: str = "") -> None:
        self.faults.append(fault_at(block, key, message, nearest, name))

    def known(self, block: Block, key: str, values: Iterable[Any], names: Iterable[str], what: str) -> None:
        """Add a fault for every value that is none of the names."""
        there = list(names)
        vi, _, en = what.partition(" / ")
        for value in values:
            if value not in there:
                self.fault(block, key, f"không có {vi} / unknown {en or vi}: {value}", near(value, there))

    def needed(self, block: Block, kind: Shape, path: str, name: str = "") -> Plain:
        """Check that every needed key is there, note where the thing stands and return its keys."""
        check_needed(block, kind, self.faults, name)
        self.places.setdefault(path, block.place())
        for key in block:
            self.places.setdefault(f"{path}.{key}", block.place(key))
        return {k: v for k, v in block.items() if v is not None or k in ("public", "per", "type_code")}

    # ------------------------------------------------------------------------------------------- fields
    def field(self, block: Block, path: str, kind: Shape = FIELD) -> Plain:
        found = self.needed(block, kind, path)
        self.known(block, "visible_to", found.get("visible_to", []), self.roles, "vai trò / role")
        if "type" in found:
            found["type"] = self._type(block, str(found["type"]))
        labels = self._labels(block, str(found.get("type", "")))
        if labels:
            found["labels"] = labels
        for key in ("required", "computed"):
            if key in found and not isinstance(found[key], bool):
                found[key] = cel(found[key])
        if "validate" in found:
            found["validate"] = [g for w in found["validate"] if (g := self.guard(w, block, "validate"))]
        if "columns" in found:
            found["columns"] = [self.field(c, f"{path}.{c.get('name')}", COLUMN) for c in self.blocks("columns", block)]
            own = [column["name"] for column in found["columns"]]
            self.known(block, "follow", found.get("follow", []), own, "cột của bảng / column of the table")
        return found

    def ask(self, written: Any, step: Block, path: str) -> Plain | None:
        """Expand one ask: a name of `asks`, or a field written out."""
        if isinstance(written, Block):
            return self.field(written, f"{path}.{written.get('name')}")
        self.known(step, "ask", [written], self.asks, "mục hỏi / ask")
        named = self.asks.get(written)
        if not isinstance(named, Block):
            return None
        twin = named.copy()
        twin["name"] = written
        return self.field(twin, f"asks.{written}")

    def _type(self, block: Block, written: str) -> str:
        """Return the type as it is published, a vocabulary as the enum of its codes; what is wrong becomes a fault."""
        found = _TYPE.fullmatch(written)
        if found is None:
            self._simple_type(block, written)
            return written
        kind, inside = found[1], found[2].strip()
        if kind == "list":
            return f"list({self._type(block, inside)})"
        if kind == "vocabulary":
            self.known(block, "type", [inside], self.vocabularies, "danh mục giá trị / vocabulary")
            return f"enum({', '.join(self.words_of(inside))})"
        if kind in ("row", "rows"):
            self.known(block, "type", [inside], self.dossier_tables(), "bảng của hồ sơ / table of the dossier")
        values = [v.strip() for v in inside.split(",")]
        if any(not re.fullmatch(r"[a-z][a-z0-9_]*", v) for v in values) or len(set(values)) < len(values):
            self.fault(block, "type", f"giá trị sai hoặc lặp / wrong or repeated value: {inside}")
        return written

    def _simple_type(self, block: Block, written: str) -> None:
        if written not in (*SIMPLE_TYPES, *(TABLE_TYPES if self.in_table else ())):
            choice = (*SIMPLE_TYPES, "enum(…)", "list(…)", "ref(…)", "row(…)", "rows(…)", "vocabulary(…)")
            self.fault(block, "type", f"không có kiểu / unknown type: {written}", near(written, choice))
        elif written == "table" and not block.get("columns"):
            self.fault(block, "type", "bảng chưa có cột / a table without columns")

    def words_of(self, vocabulary: str) -> dict[str, Block]:
        """Return code -> word of a vocabulary, in its order."""
        words = self.vocabularies.get(vocabulary)
        blocks = [w for w in words if isinstance(w, Block)] if isinstance(words, list) else []
        return {str(w.get("code")): w for w in sorted(blocks, key=lambda w: w.get("order") or 0)}

    def dossier_tables(self) -> list[str]:
        return [str(f.get("name")) for f in self.blocks("fields") if f.get("type") == "table"]

    def _labels(self, block: Block, written: str) -> Plain:
        """Return {value: {vi, en}} of an enum: the field's own words, then those of the folder and the layer."""
        found = re.search(r"enum\(([^()]*)\)", written)
        named = re.search(r"vocabulary\(([^()]*)\)", str(block.get("type", "")))
        own = block.get("labels") or {}
        values = [v.strip() for v in found[1].split(",") if v.strip()] if found else []
        self.known(block, "labels", own, values, "giá trị / value")
        said = self.words_of(named[1].strip()) if named else {}
        words = {v: own.get(v) or said.get(v) or self.labels.get(v) for v in values}
        for value, label in words.items():
            if not isinstance(label, Block) or not {"vi", "en"} <= set(label):
                self.fault(block, "type", f"giá trị chưa có nhãn vi, en / value without label: {value}")
        labelled = {value: label for value, label in words.items() if isinstance(label, Block)}
        return {value: {"vi": label.get("vi", ""), "en": label.get("en", "")} for value, label in labelled.items()}

    # ------------------------------------------------------------------------------------------- guards
    def guard(self, written: Any, owner: Block, key: str) -> Plain | None:
        """Expand one guard: a name of `rules`, a built-in with its parameters, or a rule written out."""
        if isinstance(written, str):
            self.known(owner, key, [written], self.rules, "điều kiện / rule")
            rule = self.rules.get(written)
            return self._rule(rule, written) if isinstance(rule, Block) else None
        if "builtin" in written:
            return self._builtin(written)
        check_needed(written, GUARD, self.faults)
        for wanted in ("code", "cel", "vi", "en"):
            if wanted not in written and wanted not in written.places:
                self.fault(written, wanted, "thiếu khóa / missing key (guard)")
        return {**dict(written), "cel": cel(written.get("cel", ""))}

    def _rule(self, rule: Block, code: str) -> Plain:
        self.places.setdefault(f"rules.{code}", rule.place("cel"))
        for wanted in ("cel", "vi", "en"):
            if wanted not in rule and wanted not in rule.places:
                self.fault(rule, wanted, "thiếu khóa / missing key (rule)", name=code)
        return {"code": code, "cel": cel(rule.get("cel", "")), "vi": rule.get("vi", ""), "en": rule.get("en", "")}

    def _builtin(self, written: Block) -> Plain | None:
        name = str(written["builtin"])
        self.known(written, "builtin", [name], self.builtins, "điều kiện dựng sẵn / built-in")
        made = self.builtins.get(name)
        if not isinstance(made, Block):
            return None
        given, wanted = written.get("with") or {}, made.get("params") or {}
        self.known(written, "with", given, wanted, "tham số / parameter")
        for missing in sorted(set(wanted) - set(given)):
            self.fault(written, "with", f"thiếu tham số / missing parameter: {missing}", name=name)
        words = {"vi": made.get("vi", ""), "en": made.get("en", "")}
        return {"code": name, "builtin": name, "params": dict(given), "revision": made.get("revision", 0), **words}

    # -------------------------------------------------------------------------------------------- steps
    def state(self, block: Block, path: str) -> Plain:
        found = self.needed(block, STATE, f"{path}states.{block.get('code')}")
        public = found.get("public")
        if public is not None and not 1 <= public <= 10:
            self.fault(block, "public", "phải từ 1 đến 10 hoặc null / must be 1 to 10 or null")
        return found

    def step(self, block: Block, kind: str, states: list[str], path: str) -> Plain:
        """Expand a transition or an act of the case, or of the part kind that is being expanded."""
        group = "transitions" if kind == "transition" else "acts"
        where = f"{path}{group}.{block.get('name')}"
        found = self.needed(block, TRANSITION if kind == "transition" else ACT, where) | {"kind": kind}
        self._people(block, found)
        if kind == "transition":
            self.known(block, "from", found.get("from", []), states, "trạng thái / state")
            self.known(block, "to", [found["to"]] if "to" in found else [], [*states, "@return"], "trạng thái / state")
        else:
            found["allowed_when"] = cel(found.get("allowed_when", "true"))
        found["require"] = [g for w in found.get("require", []) if (g := self.guard(w, block, "require"))]
        found["ask"] = [a for w in found.get("ask", []) if (a := self.ask(w, block, f"{where}.ask"))]
        found["confirm"] = [c for w in found.get("confirm", []) if (c := self._confirm(w, block))]
        if "within" in found:
            found["within"] = self.duration(block, "within", found["within"])
        self._money(block, found)
        self._when(block, found)
        self._effects(block, found)
        return found

    def _money(self, block: Block, found: Plain) -> None:
        named = block.get("money")
        if not isinstance(named, Block):
            return
        found["money"] = self.needed(named, MONEY, f"money of {block.get('name')}")
        fields = self.names("fields", by="name")
        known = [*(a.get("name") for a in found["ask"]), *fields]
        for key in ("amount", "number", "day", "how", "count"):
            names = fields if key == "count" else known
            self.known(named, key, [named[key]] if key in named else [], names, "mục / field")

    def _people(self, block: Block, found: Plain) -> None:
        by = found.get("by", [])
        others = [found[k] for k in ("recorded_by", "cosign") if k in found]
        self.known(block, "by", by, self.roles, "vai trò / role")
        self.known(block, "recorded_by" if "recorded_by" in found else "cosign", others, self.roles, "vai trò / role")
        if "by" in found and not by:
            self.fault(block, "by", "không có vai trò nào / no role at all")
        if "auditor" in by:
            self.fault(block, "by", "người kiểm tra không thực hiện bước nào / an auditor never acts")

    def _confirm(self, written: Any, step: Block) -> Plain | None:
        if isinstance(written, Block):
            check_needed(written, CHECK, self.faults, str(step.get("name")))
            return dict(written)
        self.known(step, "confirm", [written], self.confirms, "xác nhận / confirm")
        named = self.confirms.get(written)
        return {"code": written, **named} if isinstance(named, Block) else None

    def _when(self, block: Block, found: Plain) -> None:
        when = found.get("when", "manual")
        if isinstance(when, dict):
            timer = dict(when["timer"])
            if "after" in timer:
                timer["after"] = self.duration(block, "when", timer["after"])
            if not {"after", "at_share"} & set(timer):
                self.fault(block, "when", "hẹn giờ cần after hoặc at_share / a timer needs after or at_share")
            found["when"], found["timer"] = "timer", timer
        if found.get("when", "manual") != "manual" and found.get("by") != ["system"]:
            self.fault(block, "by", "bước tự động chỉ do hệ thống làm / only the system runs an automatic step")
        if found.get("when") == "auto" and not found["require"] and found["kind"] == "transition":
            self.fault(block, "when", "bước tự động chưa có điều kiện / an automatic step without a condition")

    def _effects(self, block: Block, found: Plain) -> None:
        work = found.get("papers") or {}
        found["papers"] = {verb: list(codes) for verb, codes in work.items()}
        self.known(block, "papers", (c for codes in work.values() for c in codes), self.papers, "văn bản / paper")
        self.known(block, "close", found.get("close", []), self.parts, "phần việc / part")
        found["notify"] = [self._notice(n) for n in self.blocks("notify", block)]
        found["open"] = [self._opening(o) for o in self.blocks("open", block)]
        found["set"] = {name: cel(value) for name, value in (found.get("set") or {}).items()}
        found["changes"] = [self._changeable(c, found["open"]) for c in self.blocks("changes", block)]

    def _changeable(self, block: Block, opens: Sequence[Plain]) -> Plain:
        """Expand a field whose change is asked; a part that carries changes must be opened to hold it."""
        carrying = {p.get("code") for p in self.blocks("parts") if p.get("carries_changes")}
        if not carrying & {opening["part"] for opening in opens}:
            self.fault(block, "changes", "không mở phần việc mang thay đổi / opens no part that carries changes")
        tables = self.dossier_tables()
        there = tables if "rows" in block else ["*", *self.names("fields", None, "name")]
        self.known(block, "field", [str(block.get("field"))], there, "mục của hồ sơ / field of the dossier")
        return {**block, "rows": cel(block["rows"])} if "rows" in block else dict(block)

    def _notice(self, block: Block) -> Plain:
        to = block.get("to", [])
        people = [to] if isinstance(to, str) else list(to)
        self.known(block, "to", people, self.roles, "vai trò / role")
        self.known(block, "notice", [block["notice"]] if "notice" in block else [], self.notices, "thông báo / notice")
        found = {"to": people, "notice": block.get("notice", "")}
        return {**found, "if": cel(block["if"])} if "if" in block else found

    def _opening(self, block: Block) -> Plain:
        kind = block.get("part", "")
        self.known(block, "part", [kind], self.parts, "phần việc / part")
        part = next((p for p in self.blocks("parts") if p.get("code") == kind), None)
        if part is not None:
            self.known(block, "set", block.get("set") or {}, self.names("fields", part, "name"), "mục / field")
        found: Plain = {"part": kind, "set": {k: cel(v) for k, v in (block.get("set") or {}).items()}}
        return {**found, "for_each": cel(block["for_each"])} if "for_each" in block else found

    def duration(self, block: Block, key: str, written: Any) -> Plain:
        """Expand {n, u}, {share} or the name of a duration in the configuration."""
        if isinstance(written, str):
            found = _CONFIG.fullmatch(written)
            named = self.config.get(found[1]) if found else None
            if not isinstance(named, Block):
                nearest = near(written, [f"config.{k}" for k, v in self.config.items() if isinstance(v, Block)])
                self.fault(block, key, f"không phải thời hạn / no duration: {written}", nearest)
                return {"n": 0, "u": "WD"}
            written = named
        if "share" in written:
            if not 0 <= written["share"] <= 1:
                self.fault(block, key, "share phải từ 0 đến 1 / a share lies in 0 to 1")
            return {"share": written["share"]}
        self.length(block, key, written)
        return {"n": written.get("n", 0), "u": written.get("u", "WD")}

    def length(self, block: Block, key: str, written: Plain) -> None:
        """Check that a length of time has its unit and splits only working days, and those in halves."""
        n, unit = written.get("n"), written.get("u")
        if not isinstance(n, (int, float)) or unit not in ("WD", "CD", "MONTH", "HOUR"):
            self.fault(block, key, "thời hạn phải có n và u (WD, CD, MONTH, HOUR) / a duration needs n and u")
        elif n != int(n) and (unit != "WD" or n * 2 != int(n * 2)):
            self.fault(block, key, "chỉ được chia nửa ngày làm việc / only working days, and only halves")


def cel(value: Any) -> str:
    """Return the CEL text of what was written: true and 3 may stand without quotes."""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
