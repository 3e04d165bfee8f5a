"""Every step that a folder adds is walked by a scenario, every rule of it refuses in one."""
from __future__ import annotations

from collections.abc import Iterator

from workflows.errors import DefinitionError, Fault
from workflows.loader import Draft
from workflows.resolve import Resolved
from workflows.scenarios import FILE, coverage_of, read_scenarios, uncovered


def prove_scenarios(written: Draft, found: Resolved, *, strict: bool = False) -> tuple[Fault, ...]:
    """Return a fault for each thing of the folder that no scenario walks: errors when strict, else warnings."""
    level = "error" if strict else "warning"
    folder = next((path for path in written.own_path if (path / FILE).is_file()), None)
    if folder is None:
        file = f"{written.code}/{written.folder}/{FILE}"
        return (Fault(file, 0, "scenarios", "chưa có kịch bản nào / there is no scenario", level=level),)
    try:
        missing = uncovered(found, coverage_of(read_scenarios(folder)))
    except DefinitionError as wrong:
        return wrong.faults
    repeated = set(_repeated(written))
    return tuple(_unwalked(name, found, level) for name in missing if name not in repeated)


def _repeated(written: Draft) -> Iterator[str]:
    """Yield the rules of steps of the common layer: who adds one to a step has to repeat the others there."""
    for layer in (written.common.layer, *written.common.fragments.values()):
        for step in (*(layer.get("transitions") or []), *(layer.get("acts") or [])):
            for rule in step.get("require") or []:
                code = rule if isinstance(rule, str) else rule.get("code") or rule.get("builtin")
                yield f"{step.get('name')}: {code}"


def _unwalked(name: str, found: Resolved, level: str) -> Fault:
    file, line = _place(name, found)
    return Fault(file, line, name, "chưa có kịch bản nào đi qua / no scenario walks it", level=level)


def _place(name: str, found: Resolved) -> tuple[str, int]:
    thing, _, rule = name.partition(": ")
    part, _, step = thing.rpartition(".")
    kind = f"parts.{part}." if part else ""
    keys = [thing, *(f"{kind}{group}.{step}" for group in ("transitions", "acts"))]
    if rule:
        keys = [f"{key}.{where}" for key in keys for where in ("require", "validate")]
    folder = f"{found.procedure.procedure}/{found.procedure.folder}"
    return next((found.places[key] for key in keys if key in found.places), (folder, 0))
