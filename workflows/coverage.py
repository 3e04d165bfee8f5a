"""A procedure against its specification, and which scenarios walk each of its lines."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from workflows.definition import Procedure, Step
from workflows.lines import Line, lines_of
from workflows.resolve import Places
from workflows.scenarios import Action, Scenario, Scenarios


@dataclass(frozen=True, slots=True)
class Deviation:
    """Lines that differ from the specification on purpose, and why; `renamed`: its name -> ours, which it then has."""

    lines: tuple[str, ...]
    why: str
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A procedure against its specification: lines by name. `unexplained` is what the suite fails on.

    A changed or added line may have its reason; a missing one never has.
    """

    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    deviations: tuple[Deviation, ...] = field(default=())

    @property
    def unexplained(self) -> list[str]:
        told = {line for deviation in self.deviations for line in deviation.lines}
        return [*self.missing, *(name for name in (*self.changed, *self.added) if name not in told)]

    @property
    def needless(self) -> list[str]:
        """Lines that a deviation names and that do not deviate."""
        differing = {*self.missing, *self.changed, *self.added}
        return [line for d in self.deviations for line in d.lines if line not in differing]


def read_specification(text: str) -> dict[str, str]:
    """Return name -> meaning of every line of a specification; `#` begins a line that is not read."""
    rows = (row.partition(" | ") for row in text.splitlines() if row.strip() and not row.startswith("#"))
    return {name: what for name, _, what in rows}


def read_deviations(text: str, code: str) -> tuple[Deviation, ...]:
    """Return the deviations of one procedure."""
    entries = yaml.safe_load(text) or []
    return tuple(
        Deviation(tuple(e.get("lines", ())), " ".join(e["why"].split()), e.get("renamed", {}))
        for e in entries
        if code in e["in"]
    )


def compare(procedure: Procedure, specification: Mapping[str, str], deviations: Iterable[Deviation]) -> Comparison:
    """Compare every line of a procedure with its specification."""
    ours, told = {line.name: line.what for line in lines_of(procedure)}, tuple(deviations)
    renamed = {old: new for deviation in told for old, new in deviation.renamed.items()}
    specification = {renamed.get(name, name): what for name, what in specification.items()}
    return Comparison(
        missing=tuple(name for name in specification if name not in ours),
        changed=tuple(name for name, what in specification.items() if name in ours and ours[name] != what),
        added=tuple(name for name in ours if name not in specification),
        deviations=told,
    )


# ------------------------------------------------------------------------------------------ what scenarios walk
def walks(procedure: Procedure, scenarios: Scenarios) -> dict[str, list[str]]:
    """Return for every line the scenarios that walk it: a guard is walked where it refuses."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for scenario in scenarios.scenarios:
        for name in _of_opening(procedure, scenario):
            found[name][scenario.name] = None
        for action in scenario.steps:
            for name in _walked(procedure, action):
                found[name][scenario.name] = None
    return {name: list(names) for name, names in found.items()}


def _of_opening(procedure: Procedure, scenario: Scenario) -> Iterator[str]:
    """A row of a ledger is complete when it is opened: nobody files it."""
    for code in scenario.given.refused:
        yield from (f"validation {f.name}: {code}" for f in procedure.fields if code in {g.code for g in f.validate_})
    if procedure.kind == "ledger" and not scenario.given.refused:
        yield from _of_dossier(procedure, "submit", Action())


def _walked(procedure: Procedure, action: Action) -> Iterator[str]:
    own = f"{_kind(procedure, action.part)}{action.do}"
    for code in action.refused:
        yield from (f"guard {own}: {code}",) if action.do else ()
        yield from (f"validation {f.name}: {code}" for f in procedure.fields if code in {g.code for g in f.validate_})
    if action.refused:
        return
    yield from _taken(procedure, own, action)
    for name in action.then:
        key, dot, step = name.rpartition(".")
        yield from _taken(procedure, f"{_kind(procedure, key)}{step}" if dot else name, action)


def _kind(procedure: Procedure, part: str) -> str:
    code = part.rpartition("-")[0]
    return f"{code}." if code in {p.code for p in procedure.parts} else ""


def _taken(procedure: Procedure, name: str, action: Action) -> Iterator[str]:
    kind, _, step_name = name.rpartition(".")
    step = procedure.machine_of(kind or None).step(step_name) if step_name else None
    if step is None:
        return
    yield f"{step.kind} {name}"
    yield from _of_step(step, name, f"{kind}." if kind else "")
    yield from (f"link {link.kind}" for link in procedure.links if link.on == name)
    yield from _of_opened(procedure, step)
    yield from _of_dossier(procedure, name, action)


def _of_step(step: Step, name: str, prefix: str) -> Iterator[str]:
    if step.target:
        yield f"state {prefix}{step.target}"
    yield from (f"guard {name}: {g.code}" for g in step.require if step.when == "auto")  # it waits until they hold
    yield from (f"ask {name}: {f.name}" for f in step.ask)
    yield from (f"confirm {name}: {c.code}" for c in step.confirm)
    yield from (f"paper {code}" for code in (*step.papers.prepare, *step.papers.sign, *step.papers.issue))
    yield from (f"notice {n.notice}" for n in step.notify)


def _of_opened(procedure: Procedure, step: Step) -> Iterator[str]:
    for opening in step.open:
        part = procedure.part(opening.part)
        yield from (f"part {part.code}", f"state {part.code}.{part.machine.initial.code}")
        yield from (f"requirement field {part.code}.{f.name}" for f in part.fields)


def _of_dossier(procedure: Procedure, name: str, action: Action) -> Iterator[str]:
    """Filing needs what is required from the start, a later step what is required from it."""
    if name in ("submit", "file_at_counter"):
        yield from (f"state {s.code}" for s in procedure.machine.states if s.initial)
        yield from (f"requirement file {a.code}" for a in procedure.attachments)
    for spec in procedure.fields:
        first = spec.required_from == name or (spec.required_from is None and name in ("submit", "file_at_counter"))
        if first:
            yield f"requirement field {spec.name}"
            yield from (f"requirement field {spec.name}.{c.name}" for c in spec.columns)
            yield from (f"computed {spec.name}",) if spec.computed else ()
    if name == "receive":
        yield from (f"term {t.code}" for t in procedure.terms)
    yield from (f"ground {action.with_['ground']}",) if "ground" in action.with_ else ()
    yield from (f"consultee {code}" for code in action.with_.get("consultee_list", ()))


def place_of(line: Line, places: Places) -> tuple[str, int]:
    """Return file and line number where a line was written, or what it stands in."""
    key = line.place
    while key not in places and "." in key:
        key = key.rpartition(".")[0]
    return places.get(key, ("", 0))
