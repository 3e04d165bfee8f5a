"""Scenarios of a folder: named people walk a case, and what must come of it. Read here, run by the suite.

A file has `given` (start, dossier, attachments), `usual` (what a step ordinarily takes: as, with), `paths` (named lists
of steps) and `scenarios`. A step is a name (then `usual` says the rest), `{path: NAME}`, or a mapping; see
docs/procedure-guide.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Key

from workflows.definition import Procedure, Step
from workflows.errors import DefinitionError, Fault
from workflows.resolve import Resolved
from workflows.yaml_source import LOADER

FILE = "scenarios.yaml"
_PART = re.compile(r"(\w+)-\d+")


class Record(BaseModel):
    """Frozen, closed: an unknown key is a fault of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Expected(Record):
    """What must be so after a step; what is not named is not looked at."""

    state: str | None = None
    public: int | None = None
    due_on: str | None = None
    parts: dict[str, str] = {}  # key -> state
    papers: dict[str, str] = {}  # code -> draft | signed | issued | void
    numbers: dict[str, str] = {}  # code -> number and symbol
    signers: dict[str, str] = {}  # code -> name under the paper
    tasks: list[str] | None = None  # roles with open work, `role@part`
    tells: list[str] = []  # notices promised by the step
    not_told: list[str] = []  # notices that must not be promised by the step
    attributes: dict[str, Any] = {}  # of the case, stored form; null: absent
    links: list[str] = []  # procedures of linked cases


class Action(Record):
    """One thing that somebody does: a step, saving the form, attaching files, or letting time pass."""

    as_: str = Key(default="", alias="as")
    do: str = ""
    part: str = ""
    of_row: str = ""  # ledger/key: done on that row of a ledger, not on the case
    book: bool = False  # of a ledger: done on the ledger of the row's agency, not on the row
    acting_for: str = ""
    at: str = ""  # local day and time, or a time of the same day
    with_: dict[str, Any] = Key(default_factory=dict, alias="with")
    files: list[str] = []  # asks of type file that get a file; `part.file`: a field of the part
    rows: dict[str, dict[str, Any]] = {}  # table -> key -> columns: what stands in a table or ledger from now on
    calendar: dict[str, str] = {}  # day off -> announced, confirmed or withdrawn, as the office decides now
    save: dict[str, Any] = {}
    attach: list[str] = []
    refused: list[str] = []
    then: list[str] = []  # what follows by itself, in order: automatic steps, timers
    expect: Expected = Expected()


class Standing(Record):
    """Rows that stand in a ledger before the scenario begins: opened and taken through steps."""

    ledger: str
    at: str
    by: str
    dossier: dict[str, Any] = {}
    each: list[dict[str, Any]] = [{}]  # one row for each: what it says beside the dossier
    steps: list[Action] = []


class Given(Record):
    at: str = "2026-03-02 09:00"
    by: str = "lan"
    organisation: str | None = None
    dossier: dict[str, Any] = {}
    attachments: list[str] = []
    twin: bool | tuple[Action, ...] = False  # the same was filed before, or has taken these steps, and is open
    rows: dict[str, dict[str, Any]] = {}  # table -> key -> columns, beside those of the trial province
    standing: list[Standing] = []  # rows of other ledgers
    mandates: bool = True  # false: nobody has given one
    calendar: dict[str, str] = {}  # day off -> announced, confirmed or withdrawn
    applicant: bool = True  # false: opened at the counter for somebody without an account
    refused: list[str] = []  # of a row of a ledger: codes for which it is not even opened


class Usual(Record):
    as_: str = Key(alias="as")
    with_: dict[str, Any] = Key(default_factory=dict, alias="with")
    files: list[str] = []
    then: list[str] = []


class Scenario(Record):
    name: str
    given: Given = Given()
    steps: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Scenarios:
    """The scenarios of a folder, written out in full, and the lines on which they stand."""

    scenarios: tuple[Scenario, ...]
    lines: Mapping[str, int]  # scenario -> line


def read_scenarios(folder: Path) -> Scenarios:
    """Return the scenarios of a folder, none when it has no file. Raises DefinitionError naming every fault."""
    path = folder / FILE
    if not path.is_file():
        return Scenarios((), {})
    text = path.read_text(encoding="utf-8")
    try:
        return _written_out(yaml.load(text, Loader=LOADER) or {}, text)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValidationError, KeyError) as wrong:
        message = str(wrong) if not isinstance(wrong, KeyError) else f"không có tên / no such name: {wrong}"
        raise DefinitionError([Fault(f"{folder.parent.name}/{folder.name}/{FILE}", 0, "", message)]) from wrong


def _written_out(written: Mapping[str, Any], text: str) -> Scenarios:
    usual = {name: Usual.model_validate(says) for name, says in written.get("usual", {}).items()}
    paths = written.get("paths", {})
    common = written.get("given", {})
    found = []
    for says in written.get("scenarios", []):
        actions = [_action(step, usual) for step in _steps(says["steps"], paths)]
        given = _merged(common, says.get("given", {}))
        if isinstance(given.get("twin"), list):
            given["twin"] = tuple(_action(step, usual) for step in _steps(given["twin"], paths))
        found.append(Scenario(name=says["name"], given=Given.model_validate(given), steps=tuple(actions)))
    lines = {s.name: text[: text.find(f"name: {s.name}")].count("\n") + 1 for s in found}
    return Scenarios(tuple(found), lines)


def _steps(steps: list[Any], paths: Mapping[str, Any]) -> Iterator[Any]:
    for step in steps:
        if isinstance(step, Mapping) and "path" in step:
            yield from _steps(paths[step["path"]], paths)
        else:
            yield step


def _action(step: Any, usual: Mapping[str, Usual]) -> Action:
    says: dict[str, Any] = {"do": step} if isinstance(step, str) else dict(step)
    known = usual.get(f"{_kind(says.get('part', ''))}{says.get('do', '')}")
    if known is not None:
        says.setdefault("as", known.as_)
        says.setdefault("files", known.files)
        says["with"] = {**known.with_, **says.get("with", {})}
        if not says.get("refused"):
            says.setdefault("then", known.then)
    return Action.model_validate(says)


def _kind(part: str) -> str:
    found = _PART.fullmatch(part)
    return f"{found.group(1)}." if found else ""


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a scenario's `given` over the file's: the dossier key by key (null takes out), the rest as a whole."""
    dossier = {**below.get("dossier", {}), **above.get("dossier", {})}
    return {**below, **above, "dossier": {k: v for k, v in dossier.items() if v is not None}}


# ------------------------------------------------------------------------------------------------------ coverage


@dataclass(frozen=True, slots=True)
class Coverage:
    """What scenarios walk: steps taken ("submit", "opinion.answer") and reason codes met, each with the scenarios."""

    taken: Mapping[str, tuple[str, ...]]
    refused: Mapping[str, tuple[str, ...]]


def coverage_of(scenarios: Scenarios) -> Coverage:
    """Return what the scenarios of a folder take and in what they are refused."""
    taken: dict[str, list[str]] = {}
    refused: dict[str, list[str]] = {}
    for scenario in scenarios.scenarios:
        for code in scenario.given.refused:
            refused.setdefault(code, []).append(scenario.name)
        for action in scenario.steps:
            for code in action.refused if not action.of_row else ():
                refused.setdefault(code, []).append(scenario.name)
            for name in _taken(action) if not action.of_row else ():
                taken.setdefault(name, []).append(scenario.name)
    return Coverage(_unique(taken), _unique(refused))


def _taken(action: Action) -> Iterator[str]:
    if action.do and not action.refused:
        yield f"{_kind(action.part)}{action.do}"
    for name in action.then:
        key, dot, step = name.rpartition(".")
        yield f"{_kind(key)}{step}" if dot and _kind(key) else name


def _unique(found: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(dict.fromkeys(names)) for name, names in found.items()}


def uncovered(resolved: Resolved, coverage: Coverage) -> list[str]:
    """Return what the folder adds or overrides and no scenario walks: steps never taken, guards that never refuse.

    Papers, timers and notices belong to steps and are covered with them; the common layer is covered by its own
    scenarios against a fixture procedure (language of procedures, what publication stores).
    """
    procedure = resolved.procedure
    found = []
    for prefix, path, step in steps_of(procedure):
        name = f"{prefix}{step.name}"
        if own(resolved, path) and name not in coverage.taken:
            found.append(name)
        if own(resolved, f"{path}.require") and step.when != "auto":
            found += [f"{name}: {g.code}" for g in step.require if g.code not in coverage.refused]
    for field in procedure.fields:
        if own(resolved, f"fields.{field.name}"):
            found += [f"fields.{field.name}: {g.code}" for g in field.validate_ if g.code not in coverage.refused]
    return list(dict.fromkeys(found))


def own(resolved: Resolved, path: str) -> bool:
    """Whether something stands in the procedure's own folders, not in the common layer."""
    file, _ = resolved.places.get(path, ("", 0))
    return file.startswith(f"{resolved.procedure.procedure}/")


def steps_of(procedure: Procedure) -> Iterator[tuple[str, str, Step]]:
    """Yield (prefix of the name, place, step) of every step of the case and its parts."""
    machines = [("", "", procedure.machine), *((f"{p.code}.", f"parts.{p.code}.", p.machine) for p in procedure.parts)]
    for prefix, path, machine in machines:
        for step in machine.transitions:
            yield prefix, f"{path}transitions.{step.name}", step
        for step in machine.acts:
            yield prefix, f"{path}acts.{step.name}", step
