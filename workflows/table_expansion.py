"""Tables, vocabularies and registries that are read from cases, as a folder declares them, made into plain values."""
from __future__ import annotations

from typing import Any

from workflows.expansion import Expansion, Plain, cel
from workflows.shapes import PRESET, REGISTRY, TABLE, VIEW, WORD, check_needed, near
from workflows.yaml_source import Block

ROW_WORDS = ("code", "if", "from", "to", "src", "confirmed")  # of a row; its other keys are columns
WORD_WORDS = ("code", "vi", "en", "order", "says")


class TableExpansion(Expansion):
    """Expands what has rows."""

    def tables(self) -> list[Plain]:
        """Return every declared table, in the order of the folder."""
        blocks = {code: b for code, b in self.map("tables").items() if isinstance(b, Block)}
        return [self._table(code, block) for code, block in blocks.items()]

    def _table(self, code: str, block: Block) -> Plain:
        found = self.needed(block, TABLE, f"tables.{code}", code) | {"code": code}
        self._kind_of_table(block, found, code)
        self.in_table = True
        columns = [self.field(c, f"tables.{code}.columns.{c.get('name')}") for c in self.blocks("columns", block)]
        self.in_table = False
        key = str(found.get("key", "code"))
        found["columns"] = columns
        found["rows"] = [self._line(r, key, f"tables.{code}") for r in self.blocks("rows", block)]
        found["presets"] = [self._preset(p, key, f"tables.{code}.presets") for p in self.blocks("presets", block)]
        found["tests"] = [dict(t) for t in self.blocks("tests", block)]
        return found

    def _kind_of_table(self, block: Block, found: Plain, code: str) -> None:
        if found.get("kind") == "decision" and not {"hit", "inputs"} <= set(found):
            self.fault(block, "kind", "bảng quyết định cần hit và inputs / needs hit and inputs", name=code)
        if found.get("kind") == "table" and {"hit", "inputs"} & set(found):
            self.fault(block, "kind", "hit, inputs chỉ của bảng quyết định / belong to a decision table", name=code)

    def _preset(self, block: Block, key: str, path: str) -> Plain:
        found = self.needed(block, PRESET, f"{path}.{block.get('code')}")
        return found | {"rows": [self._line(r, key, f"{path}.{block.get('code')}") for r in self.blocks("rows", block)]}

    def _line(self, row: Block, key: str, path: str) -> Plain:
        """Split a row into what every row has and its own columns; a null column is not there."""
        code = row.get(key if key in row else "code")
        if code is None:
            self.fault(row, key, f"dòng chưa có {key} / a row without {key}", name=path)
        self.places.setdefault(f"{path}.{code}", row.place())
        fixed = {k: row[k] for k in ROW_WORDS if row.get(k) is not None} | {"code": str(code)}
        if "if" in fixed:
            fixed["if"] = cel(fixed["if"])
        columns = {k: _plain(v) for k, v in row.items() if k not in ROW_WORDS and v is not None}
        return fixed | {"columns": columns}

    def vocabulary_words(self) -> Plain:
        """Return name -> words of every vocabulary."""
        return {
            name: [self._word(w, f"vocabularies.{name}") for w in self.words_of(name).values()]
            for name in self.vocabularies
        }

    def _word(self, block: Block, path: str) -> Plain:
        found = self.needed(block, WORD, f"{path}.{block.get('code')}")
        words = {k: v for k, v in found.items() if k in ("code", "vi", "en")}
        return words | {"says": dict(found.get("says") or {})}

    def registries_declared(self) -> list[Plain]:
        """Return every registry; of those read from cases, expressions as text."""
        found = []
        for block in self.blocks("registries"):
            one = self.needed(block, REGISTRY, f"registries.{block.get('code')}")
            path = f"registries.{block.get('code')}.columns"
            one["columns"] = [self.field(c, f"{path}.{c.get('name')}") for c in self.blocks("columns", block)]
            if isinstance(block.get("view"), Block):
                one["view"] = self._view(block["view"], str(block.get("code")), [c["name"] for c in one["columns"]])
            found.append(one)
        return found

    def _view(self, view: Block, code: str, columns: list[str]) -> Plain:
        check_needed(view, VIEW, self.faults, code)
        texts: dict[str, Any] = {k: cel(view[k]) for k in ("for_each", "key", "if", "from", "to") if k in view}
        maps = {k: {n: cel(v) for n, v in (view.get(k) or {}).items()} for k in ("entry", "columns")}
        made = maps["columns"] or maps["entry"]
        for name in columns:
            if name not in made:
                message = f"cột chưa có cách tính / no expression for column {name}"
                self.fault(view, "entry", message, near(name, made), name=code)
        return texts | maps | {"others": bool(view.get("others"))}


def _plain(value: Any) -> Any:
    """Return a value as read, as plain lists and maps."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list) else value
