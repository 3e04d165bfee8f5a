"""A draft on top of the common layer, every name expanded: the definition that is published, hashed and run."""
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from workflows.definition import Procedure
from workflows.errors import DefinitionError, Fault
from workflows.expansion import Plain, cel
from workflows.ledger_rows import expanded_row
from workflows.loader import Draft
from workflows.merging import layered
from workflows.shapes import (
    ANSWER,
    ATTACHMENT,
    BASIS,
    BOTH,
    CHECK,
    COLUMN,
    EFFECTIVE,
    FOLDER,
    GOLDEN,
    GROUND,
    INQUIRY,
    LINK,
    NOTICE,
    PAPER,
    PART,
    STATISTIC,
    TERM,
    Shape,
    check_needed,
    near,
)
from workflows.table_expansion import TableExpansion
from workflows.yaml_source import Block

Places = Mapping[str, tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A procedure and where each of its things stands: "transitions.submit" -> (file, line)."""

    procedure: Procedure
    places: Places


def resolve(draft: Draft) -> Resolved:
    """Return the resolved procedure of a draft. Raises DefinitionError with every fault of every layer."""
    faults = [f for f in draft.faults if f.level == "error"]
    full = layered(draft.full, draft.common.layer, draft.common.fragments, faults)
    builtins = draft.common.layer.get("builtins")
    making = _Resolving(full, builtins if isinstance(builtins, Block) else Block())
    plain = making.procedure(draft)
    faults += making.faults
    if faults:
        raise DefinitionError(list(dict.fromkeys(faults)))
    try:
        return Resolved(Procedure.model_validate(plain), making.places)
    except ValidationError as wrong:
        raise DefinitionError([_shape_fault(draft, error) for error in wrong.errors()]) from None


def _shape_fault(draft: Draft, error: Mapping[str, Any]) -> Fault:
    """A fault that only the record itself finds; the checks before it should have named it with its line."""
    return Fault(f"{draft.code}/{draft.folder}", 0, ".".join(map(str, error["loc"])), str(error["msg"]))


class _Resolving(TableExpansion):
    """Builds the plain values of a Procedure."""

    def procedure(self, draft: Draft) -> Plain:
        full = self.full
        check_needed(full, FOLDER, self.faults)
        if full.get("procedure") not in (None, draft.code):
            self.fault(full, "procedure", f"khác tên thư mục / differs from the folder: {draft.code}", draft.code)
        for rule in self.rules:
            self.guard(rule, self.rules, rule)
        found = {
            "procedure": draft.code,
            "folder": draft.folder,
            "effective": self.effective(),
            "kind": "ledger" if full.get("ledger") else "standalone" if full.get("standalone") else "case",
            "row": expanded_row(self),
            "machine": self.machine(full, ""),
            "parts": [self.part_kind(p) for p in self.blocks("parts")],
            "fields": [self.field(f, f"fields.{f.get('name')}") for f in self.blocks("fields")],
            "config": {k: v for k, v in self.config.items() if v is not None and k != "unconfirmed"},
            "unconfirmed": list(self.config.get("unconfirmed") or []),
            "consultees": [self.consultee(c) for c in draft.full.get("consultees") or [] if isinstance(c, Block)],
            "checklists": self.checklists(),
            "golden_paths": self.golden_paths(),
            "labels": self.attribute_labels(),
            "tables": self.tables(),
            "vocabularies": self.vocabulary_words(),
            "registries": self.registries_declared(),
            "inquiries": [self.inquiry(i) for i in self.blocks("inquiries")],
        }
        found |= {k: full[k] for k in _AS_WRITTEN if k in full}
        found |= {k: self.labelled(k, shape) for k, shape in _LABELLED.items()}
        found |= {key: self.simple(key, shape) for key, shape in _SIMPLE.items()}
        found["papers"] = [self.paper(p) for p in self.blocks("papers")]
        self.places |= {f"config.{name}": self.config.place(name) for name in self.config}
        self._references(found)
        _mark_set_by_steps(found)
        return found

    # ----------------------------------------------------------------------------------------- machines
    def machine(self, owner: Block, path: str) -> Plain:
        states = self.names("states", owner)
        self._initial(owner, states)
        return {
            "states": [self.state(s, path) for s in self.blocks("states", owner)],
            "transitions": [self.step(t, "transition", states, path) for t in self.blocks("transitions", owner)],
            "acts": [self.step(a, "act", states, path) for a in self.blocks("acts", owner)],
        }

    def _initial(self, owner: Block, states: list[str]) -> None:
        first = [s.get("code") for s in self.blocks("states", owner) if s.get("initial")]
        if len(first) != 1:
            message = f"phải có đúng một trạng thái đầu / exactly one initial state: {first or states}"
            self.fault(owner, "states", message)

    def part_kind(self, block: Block) -> Plain:
        code = block.get("code")
        found = self.needed(block, PART, f"parts.{code}")
        self.known(block, "per", [found["per"]] if found.get("per") else [], self.dossier_tables(), "bảng / table")
        self.known(block, "papers", found.get("papers", []), self.papers, "văn bản / paper")
        path = f"parts.{code}."
        found["fields"] = [self.field(f, f"{path}fields.{f.get('name')}") for f in self.blocks("fields", block)]
        own = [f["name"] for f in found["fields"]]
        self.known(block, "title", found.get("title", []), own, "trường của phần việc / field of the part")
        found["terms"] = [self.term(t) for t in self.blocks("terms", block)]
        if "carries_changes" in found:
            key, states = "carries_changes", self.names("states", block)
            self.known(block, key, [found[key]], states, "trạng thái / state")
            self.known(block, key, ["diff"], own, "trường của phần việc / field of the part")
        if "redoes" in found:
            kinds = self._with_rows() if code in self._with_rows() else []
            self.known(block, "redoes", [found["redoes"]], kinds, "loại phần việc về một dòng / kind about a row")
        if "with_case" in found:
            found["with_case"] = cel(found["with_case"])
        found["machine"] = self.machine(block, path)
        return {k: v for k, v in found.items() if k not in ("states", "transitions", "acts")}

    def _with_rows(self) -> list[str]:
        """Return the part kinds that are about one row of a dossier table."""
        fields = {str(p.get("code")): self.blocks("fields", p) for p in self.blocks("parts")}
        return [code for code, own in fields.items() if any(str(f.get("type")).startswith("row(") for f in own)]

    # ------------------------------------------------------------------------------------------- things
    def simple(self, key: str, shape: Shape) -> list[Plain]:
        """Expand a list whose entries name nothing that must be looked up."""
        by = "kind" if key == "links" else "code"
        entries = [(b, self.needed(b, shape, f"{key}.{b.get(by)}")) for b in self.blocks(key)]
        return [{k: _expressions(k, v) for k, v in found.items()} for _, found in entries]

    def labelled(self, key: str, shape: Shape) -> Plain:
        blocks = {k: v for k, v in self.map(key).items() if isinstance(v, Block)}
        return {code: self.needed(block, shape, f"{key}.{code}", code) for code, block in blocks.items()}

    def term(self, block: Block) -> Plain:
        found = self.needed(block, TERM, f"terms.{block.get('code')}")
        self.length(block, "n", found)
        return {**found, "if": cel(found.get("if", True))}

    def consultee(self, block: Block) -> Plain:
        """A consultee as the procedure lists it, named by the registry unless it names itself."""
        self.places.setdefault(f"consultees.{block.get('code')}", block.place())
        registered = next((c for c in self.blocks("consultees") if c.get("code") == block.get("code")), block)
        found = {**dict(registered), **dict(block)}
        if not {"vi", "en"} <= set(found):
            self.fault(block, "code", "cơ quan chưa có trong danh mục, cần vi và en / unknown, give vi and en",
                       near(block.get("code"), self.consultees))
        if "mandatory" in found and not isinstance(found["mandatory"], bool):
            found["mandatory"] = cel(found["mandatory"])
        return found

    def paper(self, block: Block) -> Plain:
        found = self.needed(block, PAPER, f"papers.{block.get('code')}")
        people = [*self.roles, *self.consultees]
        offices = self.map("offices")
        self.known(block, "issuer", [found[k] for k in ("issuer",) if k in found], offices, "nơi ban hành / office")
        self.known(block, "signer", [found[k] for k in ("signer",) if k in found], people, "vai trò / role")
        for key in ("addressee", "copies_to"):
            self.known(block, key, found.get(key, []), people, "vai trò / role")
        if found.get("series", "none") != "none" and not found.get("series_key"):
            self.fault(block, "series", "thiếu series_key / series_key missing")
        found["legal_basis"] = [b for w in found.get("legal_basis", []) if (b := self.basis(w, block))]
        return found | ({"rows": {k: cel(v) for k, v in found["rows"].items()}} if "rows" in found else {})

    def basis(self, written: Any, paper: Block) -> Plain | None:
        if isinstance(written, Block):
            check_needed(written, BASIS, self.faults, str(paper.get("code")))
            return dict(written)
        bases = self.map("bases")
        self.known(paper, "legal_basis", [written], bases, "căn cứ / legal basis")
        named = bases.get(written)
        if not isinstance(named, Block):
            return None
        check_needed(named, BASIS, self.faults, written)
        return dict(named)

    def inquiry(self, block: Block) -> Plain:
        """An inquiry; its names are looked up by the proof, which knows what may be asked of anybody."""
        path = f"inquiries.{block.get('code')}"
        found = self.needed(block, INQUIRY, path)
        own = self.blocks("fields", block)
        found["fields"] = [self.field(f, f"{path}.fields.{f.get('name')}", COLUMN) for f in own]
        found["given"] = {name: cel(text) for name, text in found.get("given", {}).items()}
        found["answers"] = [self.answer(a, path) for a in self.blocks("answers", block)]
        return found

    def answer(self, block: Block, path: str) -> Plain:
        return {**self.needed(block, ANSWER, f"{path}.{block.get('code')}"), "if": cel(block.get("if", True))}

    def checklists(self) -> Plain:
        lists = self.map("checklists")
        return {
            name: [self.needed(i, CHECK, f"checklists.{name}.{i.get('code')}") for i in self.blocks(name, lists)]
            for name in lists
        }

    def golden_paths(self) -> list[Plain]:
        if "golden_path" in self.full:
            return [{"code": "golden", "path": list(self.full["golden_path"])}]
        return [self.needed(g, GOLDEN, f"golden_paths.{g.get('code')}") for g in self.blocks("golden_paths")]

    def attribute_labels(self) -> Plain:
        """Labels of the values that steps write into attributes: every enum among the asks, used or not."""
        found: Plain = {}
        for name, ask in self.asks.items():
            if isinstance(ask, Block) and "enum(" in str(ask.get("type", "")):
                expanded = self.ask(name, self.asks, "asks")
                found[name] = (expanded or {}).get("labels", {})
        return found

    def effective(self) -> Plain:
        block = self.full.get("effective")
        if not isinstance(block, Block):
            return {}
        check_needed(block, EFFECTIVE, self.faults, "effective")
        days = {k: v for k, v in block.items() if v is not None}
        wrong = [k for k, v in days.items() if not _is_day(v)]
        for key in wrong:
            self.fault(block, key, f"không phải ngày yyyy-mm-dd / no day: {days[key]}", name="effective")
        if not wrong and "to" in days and days["to"] < days.get("from", ""):
            self.fault(block, "to", "ngày cuối trước ngày đầu / ends before it begins", name="effective")
        return days

    # ------------------------------------------------------------------------------------- across things
    def _references(self, found: Plain) -> None:
        """Names that can only be looked up once everything is expanded."""
        steps = {t["name"] for m in (found["machine"], *(p["machine"] for p in found["parts"]))
                 for t in (*m["transitions"], *m["acts"]) if "name" in t}
        own = {t["name"] for t in (*found["machine"]["transitions"], *found["machine"]["acts"]) if "name" in t}
        inner = {f"{p.get('code')}.{t.get('name')}" for p in found["parts"]
                 for t in (*p["machine"]["transitions"], *p["machine"]["acts"])}
        for block in self.blocks("fields"):
            self.known(block, "required_from", [block[k] for k in ("required_from",) if k in block], own, "bước / step")
        for block in self.blocks("links"):
            self.known(block, "on", [block[k] for k in ("on",) if k in block], {*own, *inner, "manual"}, "bước / step")
        for block in self.blocks("statistics"):
            self.known(block, "events", block.get("events", []), steps, "bước / step")
        for block in self.blocks("golden_paths"):
            self.known(block, "path", block.get("path", []), own | inner, "bước / step")
        self.known(self.full, "golden_path", self.full.get("golden_path", []), own | inner, "bước / step")
        merge = self._merge_values(found)
        for block in self.blocks("papers"):
            self.known(block, "merge", block.get("merge", []), merge, "giá trị in / merge value")
            self.known(block, "columns", block.get("columns") or {}, merge, "bảng / table")
            self.known(block, "rows", block.get("rows") or {}, self.dossier_tables(), "bảng của hồ sơ / table")
            named = [block["numbered_as"]] if "numbered_as" in block else []
            self.known(block, "numbered_as", named, self.papers, "văn bản / paper")

    def _merge_values(self, found: Plain) -> set[str]:
        """Every value that a paper may print: fields, columns, what parts and steps hold, computed values."""
        machines = [found["machine"], *(p["machine"] for p in found["parts"])]
        fields = [*found["fields"], *(f for p in found["parts"] for f in p["fields"])]
        asked = [a for m in machines for t in (*m["transitions"], *m["acts"]) for a in t["ask"]]
        columns = [c for f in fields for c in f.get("columns", [])]
        names = {str(f.get("name")) for f in (*fields, *asked, *columns)} | {f"row_{c.get('name')}" for c in columns}
        return names | set(self.full.get("merge_values") or [])


def _mark_set_by_steps(found: Plain) -> None:
    """Columns that steps set are typed in by nobody: `set: {dossier.papers.settled_route: …}`."""
    machines = [found["machine"], *(p["machine"] for p in found["parts"])]
    named = {name for m in machines for t in (*m["transitions"], *m["acts"]) for name in t["set"]}
    columns = [(f"dossier.{f.get('name')}.{c.get('name')}", c) for f in found["fields"] for c in f.get("columns", [])]
    for name, column in columns:
        if name in named:
            column["by_steps"] = True


_SIMPLE = {
    "attachments": ATTACHMENT,
    "links": LINK,
    "refusal_grounds": GROUND,
    "statistics": STATISTIC,
    "terms": TERM,
}
_LABELLED = {"roles": BOTH, "offices": BOTH, "notices": NOTICE}
_AS_WRITTEN = ("vi", "en", "version", "guidance", "portal_tracked", "facts", "merge_values")
_EXPRESSIONS = ("required", "where", "over", "of", "if", "to")


def _expressions(key: str, value: Any) -> Any:
    """Return expressions as text; of a link, what it carries."""
    if key == "carries":
        return {name: cel(text) for name, text in value.items()}
    return cel(value) if key in _EXPRESSIONS and not (key == "required" and isinstance(value, bool)) else value


def _is_day(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text)) and dt.date.fromisoformat(text) is not None
    except ValueError:
        return False
