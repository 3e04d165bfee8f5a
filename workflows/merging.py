"""How layers of a procedure become one: common layer, fragments, the folder that is extended, the folder itself.

Lists merge by code or name: a new entry is added, of an existing one only the spelled keys are replaced; a part
kind merges its own states, steps and fields the same way. Maps merge key by key. Nothing read is changed.
"""
from __future__ import annotations

from typing import Any

from workflows.errors import Fault
from workflows.shapes import LISTS, MAPS, fault_at, near
from workflows.yaml_source import Block, copied

KEYS = {name: kind.key for name, kind in LISTS.items()} | {"terms": "code", "registries": "code"}
DEEP = (*MAPS, "facts", "config", "roles", "checklists", "tables", "vocabularies", "guidance")
TOGETHER = ("also_from", "disable")  # what a folder says there comes on top of what it extends
ALONE = ("roles", "rules", "asks", "confirms", "notices", "offices", "bases", "labels", "merge_values")


def extended(base: Block, own: Block) -> Block:
    """Return a folder on top of the one that it extends."""
    full = base.copy()
    full.file, full.line = own.file, own.line
    for key, value in own.items():
        if key in KEYS and isinstance(value, list):
            full.take(key, merged(full.get(key) or [], value, KEYS[key]), own)
        elif key in DEEP:
            full.take(key, deep(full.get(key), value), own)
        elif key in TOGETHER:
            full.take(key, _together(full.get(key), value), own)
        else:
            full.take(key, copied(value), own)
    return full


def merged(base: list[Any], own: list[Any], key: str) -> list[Any]:
    """Return a list merged by `key`: new entries at the end, existing ones with the spelled keys replaced."""
    full = [copied(x) for x in base]
    index = {x.get(key): x for x in full if isinstance(x, Block)}
    for item in own:
        twin = copied(item)
        old = index.get(item.get(key)) if isinstance(item, Block) else None
        if old is None:
            full.append(twin)
            if isinstance(twin, Block):
                index[twin.get(key)] = twin
        else:
            _override(old, twin)
    return full


def deep(base: Any, own: Any) -> Any:
    """Return a map merged key by key, all the way down; the own value wins, null removes the key."""
    if not (isinstance(base, Block) and isinstance(own, Block)):
        return copied(own)
    full = base.copy()
    for key, value in own.items():
        full.take(key, deep(full.get(key), value), own)
    return full


def layered(procedure: Block, common: Block, fragments: dict[str, Block], faults: list[Fault]) -> Block:
    """Return the procedure on top of the common layer and the fragments that it includes."""
    alone = bool(procedure.get("standalone") or procedure.get("ledger"))
    full = procedure.copy()
    base = Block(common.file, 1)
    for key in common:
        if not alone or key in ALONE or key in ("consultees", "facts"):
            base.take(key, copied(common[key]), common)
    for name in procedure.get("include") or []:
        _add_fragment(base, name, procedure, fragments, faults)
    parts = _own_parts(procedure, common, fragments, faults)
    for key, by in KEYS.items():
        own = parts if key == "parts" else procedure.get(key) or []
        if base.get(key) or own:
            full.take(key, merged(base.get(key) or [], own, by), procedure if key in procedure else base)
    for key in (*DEEP, "merge_values"):
        if key in base or key in procedure:
            full.take(key, _joined(key, base, procedure), procedure if key in procedure else base)
    _add_states(full, base.get("also_from"), faults)
    _add_states(full, procedure.get("also_from"), faults)
    _disable(full, faults)
    return full


def _override(old: Block, own: Block) -> None:
    for key, value in own.items():
        inner = key in LISTS and "states" in old and isinstance(value, list) and isinstance(old.get(key), list)
        if inner and all(isinstance(x, Block) for x in [*old[key], *value]):
            old.take(key, merged(old[key], value, KEYS[key]), own)
        else:
            old.take(key, value, own)


def _together(base: Any, own: Any) -> Any:
    if not (isinstance(base, Block) and isinstance(own, Block)):
        return copied(own)
    full = base.copy()
    for key, value in own.items():
        full.take(key, [*(full.get(key) or []), *(value or [])], own)
    return full


def _joined(key: str, base: Block, own: Block) -> Any:
    if key == "merge_values":
        return [*(base.get(key) or []), *(own.get(key) or [])]
    joined = deep(base.get(key), own.get(key)) if key in own else copied(base[key])
    if key == "config" and isinstance(joined, Block):  # what one layer has not confirmed stays so in the next
        names = [*(base.get(key) or {}).get("unconfirmed", []), *(own.get(key) or {}).get("unconfirmed", [])]
        joined["unconfirmed"] = list(dict.fromkeys(names))
    return joined


def _add_fragment(base: Block, name: str, procedure: Block, fragments: dict[str, Block], faults: list[Fault]) -> None:
    fragment = fragments.get(name)
    if fragment is None:
        faults.append(fault_at(procedure, "include", f"không có mảnh / no fragment {name}", near(name, fragments)))
        return
    needs = fragment.get("needs")
    if needs and needs not in procedure["include"]:
        faults.append(fault_at(procedure, "include", f"{name} cần / needs {needs}"))
    for key, by in KEYS.items():
        if fragment.get(key):
            base.take(key, merged(base.get(key) or [], fragment[key], by), fragment)
    for key in (*MAPS, "facts"):
        if fragment.get(key):
            base.take(key, deep(base.get(key), fragment[key]), fragment)
    if fragment.get("also_from"):
        base.take("also_from", _together(base.get("also_from"), fragment["also_from"]), fragment)


def _own_parts(procedure: Block, common: Block, fragments: dict[str, Block], faults: list[Fault]) -> list[Any]:
    """Return the folder's part kinds; `use: opinion` takes the kind of the common layer or of a fragment."""
    kinds = {p.get("code"): p for layer in (common, *fragments.values()) for p in layer.get("parts") or []}
    found: list[Any] = []
    for part in procedure.get("parts") or []:
        if not isinstance(part, Block) or "use" not in part:
            found.append(part)
            continue
        kind = kinds.get(part["use"])
        if kind is None:
            message = f"không có loại / no kind {part['use']}"
            faults.append(fault_at(part, "use", message, near(part["use"], map(str, kinds))))
            continue
        own = part.copy()
        del own["use"]
        twin = kind.copy()
        twin["code"] = own.setdefault("code", kind["code"])
        found += merged([twin], [own], "code")
    return found


def _add_states(full: Block, also: Any, faults: list[Fault]) -> None:
    if not isinstance(also, Block):
        return
    index = {t.get("name"): t for t in full.get("transitions") or [] if isinstance(t, Block)}
    for name, states in also.items():
        step = index.get(name)
        if step is None:
            message = f"không có bước / no transition {name}"
            faults.append(fault_at(also, name, message, near(name, map(str, index)), name="also_from"))
        else:
            step["from"] = [*(step.get("from") or []), *(s for s in states or [] if s not in (step.get("from") or []))]


def _disable(full: Block, faults: list[Fault]) -> None:
    off = full.get("disable")
    if not isinstance(off, Block):
        return
    for kind, names in off.items():
        there = [str(x.get(KEYS.get(kind, ""))) for x in full.get(kind) or [] if isinstance(x, Block)]
        for name in names or []:
            if name not in there:
                faults.append(fault_at(off, kind, f"không có / no {name}", near(name, there), name="disable"))
        if kind in full:
            full[kind] = [x for x in full[kind] if x.get(KEYS[kind]) not in names]
    _without_states(full, set(off.get("states") or []))


def _without_states(full: Block, gone: set[str]) -> None:
    """Take disabled states out of `from`; a step that leads there or starts nowhere else goes too."""
    kept = []
    for step in full.get("transitions") or []:
        starts = step.get("from") or []
        left = [s for s in starts if s not in gone]
        if step.get("to") in gone or (starts and not left):
            continue
        step["from"] = left
        kept.append(step)
    full["transitions"] = kept
