"""The coverage of a procedure as a page: every line that it must have, where it lives, which scenarios walk it."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from workflows.coverage import Comparison, compare, place_of, read_deviations, read_specification, walks
from workflows.lines import KINDS, Line, lines_of
from workflows.loader import Draft
from workflows.registry import Folder, draft
from workflows.resolve import Places, Resolved, resolve
from workflows.scenarios import FILE, Scenarios, read_scenarios

SHOWN = 2  # scenarios named in a row; of more only the number is told
HEAD = "<!-- Written by `manage.py procedures coverage {code} --write`; a test fails when it is out of date. -->"
INTRODUCTION = (
    "Every line that the specification asks for, where it lives and the scenarios that walk it: a step where somebody "
    "takes it, a guard where it refuses, a paper, notice and ask with their step. Scenarios stand in `{file}`."
)
Walks = Mapping[str, Sequence[str]]  # name of a line -> scenarios


def coverage_page(folder: Folder, notes: Path) -> tuple[str, Comparison]:
    """Return the page of a folder's coverage, and how the folder compares with its specification.

    `notes` holds specification/<code>.txt and deviations.yaml; a procedure without the first is compared with nothing.
    Raises DefinitionError.
    """
    written = draft(folder)
    found, file = resolve(written), notes / "specification" / f"{folder.code}.txt"
    specification = read_specification(file.read_text(encoding="utf-8")) if file.is_file() else {}
    told = Comparison()
    if specification:
        deviations = read_deviations((notes / "deviations.yaml").read_text(encoding="utf-8"), folder.code)
        told = compare(found.procedure, specification, deviations)
    with_file = folder_with_scenarios(written)
    introduction = INTRODUCTION.format(file=f"{with_file.parent.name}/{with_file.name}/{FILE}")
    return page(found, introduction, read_scenarios(with_file), specification, told), told


def folder_with_scenarios(written: Draft) -> Path:
    """Return the folder whose scenarios count: its own, else those of what it extends."""
    return next((path for path in written.own_path if (path / FILE).is_file()), written.path)


def page(
    found: Resolved, introduction: str, scenarios: Scenarios, specification: Mapping[str, str], told: Comparison
) -> str:
    """Return the page (Markdown) of a procedure's coverage."""
    procedure = found.procedure
    lines, walked = lines_of(procedure), walks(procedure, scenarios)
    parts = [
        HEAD.format(code=procedure.procedure),
        f"# Coverage of `{procedure.procedure}`, folder `{procedure.folder}`",
        f"{procedure.en}. {introduction}",
        _summary(lines, specification, told, walked),
        *_deviations(told),
        *(_section(kind, [ln for ln in lines if ln.kind == kind], found.places, walked, scenarios) for kind in KINDS),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(lines: Sequence[Line], specification: Mapping[str, str], told: Comparison, walked: Walks) -> str:
    rows = ["| Kind | In the specification | Here | Missing | Changed | Added | Walked |", "|---" + "|--:" * 6 + "|"]
    for kind in KINDS:
        mine = [line.name for line in lines if line.kind == kind]
        numbers = [_count(kind, specification), len(mine)]
        numbers += [_count(kind, names) for names in (told.missing, told.changed, told.added)]
        rows.append(f"| {kind} | {' | '.join(map(str, numbers))} | {sum(name in walked for name in mine)} |")
    return "\n".join(rows)


def _count(kind: str, names: Iterable[str]) -> int:
    return sum(name.startswith(f"{kind} ") for name in names)


def _deviations(told: Comparison) -> Iterator[str]:
    if told.deviations:
        yield "## Where it deviates from the specification"
        yield "\n".join(f"- {d.why} ({', '.join(f'`{line}`' for line in d.lines)})" for d in told.deviations)


def _section(kind: str, lines: Sequence[Line], places: Places, walked: Walks, scenarios: Scenarios) -> str:
    if not lines:
        return ""
    rows = [f"## {kind.capitalize()}", "| Line | Says | Lives in | Walked by |\n|---|---|---|---|"]
    rows[1] += "".join(
        f"\n| `{ln.key}` | {_cell(ln.what)} | {_place(ln, places)} | {_names(walked.get(ln.name, ()), scenarios)} |"
        for ln in lines
    )
    return "\n\n".join(rows)


def _place(line: Line, places: Places) -> str:
    file, number = place_of(line, places)
    return f"{file}:{number}" if file else "–"


def _names(names: Sequence[str], scenarios: Scenarios) -> str:
    shown = "; ".join(f"{name} (line {scenarios.lines.get(name, 0)})" for name in names[:SHOWN])
    return f"{shown}; {len(names) - SHOWN} more" if len(names) > SHOWN else shown or "–"


def _cell(text: str) -> str:
    return f"`{text}`".replace("|", "\\|") if text else ""
