"""One case's whole history for the auditor: every event with its hash, what was filled in as far as it may be seen and
else its commitment, papers with their hashes; refused attempts; who looked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.clock import local_day
from accounts.models import User
from audit.access import roles_for
from audit.verify import parse
from audit.visible import definition_at, input_field, is_sensitive, may_see_all
from audit.words import Line, lines_of, machine_of, name_of, part_label, people_in, title_of
from cases.access import may_look_closely
from cases.models import Case, Event, EventValues, RefusedAttempt, ViewLog
from cases.names import Names
from cases.presentation.words import label, language
from workflows.definition import Field, Procedure

SHOWN = 100  # events on a page
SHORT = 12


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that was filled in. Without a value: `masked` (shown after saying what for), `hidden`, or dropped."""

    name: str
    label: str
    commitment: str
    value: str = ""
    shown: bool = False
    masked: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as the event tells it."""

    title: str
    document: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One event with everything that it says."""

    line: Line
    inputs: tuple[Input, ...]
    confirms: tuple[str, ...]
    papers: tuple[Paper, ...]
    reads: tuple[tuple[str, int], ...]
    facts: tuple[tuple[str, str], ...]
    prev: str
    definition: str
    build: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An attempt that was refused, with every reason."""

    at: dt.datetime
    who: str
    title: str
    part: str
    reasons: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class View:
    """Who looked at something sensitive, what for."""

    at: dt.datetime
    who: str
    what: str
    purpose: str
    hash: str


class History:
    """What one auditor may read of one case; people, values and laws are fetched once a page."""

    def __init__(self, case: Case, viewer: User, now: dt.datetime, *, before: int | None = None) -> None:
        self.case = case
        self.roles = roles_for(case, viewer, now)
        rows = Event.objects.filter(case=case).order_by("-seq")
        found = list((rows.filter(seq__lt=before) if before else rows)[: SHOWN + 1])
        self.events, self.older = found[:SHOWN], found[SHOWN - 1].seq if len(found) > SHOWN else 0
        kept = EventValues.objects.filter(case=case, seq__in=[event.seq for event in self.events])
        self.values: dict[int, Mapping[str, Any]] = dict(kept.values_list("seq", "values"))
        self.day = local_day(now)
        self._names: dict[str, Names] = {}  # by the version of the procedure

    def entries(self) -> list[Entry]:
        """Return the events of the page, newest first."""
        lines = lines_of(self.events)
        return [self._entry(event, line) for event, line in zip(self.events, lines, strict=True)]

    def value(self, seq: int, name: str) -> Input | None:
        """Return one input in the clear, None when there is none or it may not be seen; the caller records the look."""
        event = Event.objects.filter(case=self.case, seq=seq).first()
        kept = EventValues.objects.filter(case=self.case, seq=seq).values_list("values", flat=True).first() or {}
        body = parse(bytes(event.body)) if event is not None else None
        definition = definition_at(body) if body else None
        field = input_field(definition, body, name) if definition is not None and body else None
        if (
            definition is None
            or body is None
            or field is None
            or name not in kept
            or not self._may_see(definition, field)
        ):
            return None
        return Input(
            name, label(field), body["inputs"].get(name, ""), self._words(definition, field, kept[name]), shown=True
        )

    def _entry(self, event: Event, line: Line) -> Entry:
        body = parse(bytes(event.body)) or {}
        definition = definition_at(body) if body else None
        papers = zip(line.papers, body.get("papers", ()), strict=True)
        return Entry(
            line=line,
            inputs=tuple(self._inputs(event, body, definition)),
            confirms=tuple(_confirms(definition, body)),
            papers=tuple(Paper(words, p["document"], p["sha256"]) for words, p in papers),
            reads=tuple((row, revision) for row, revision in body.get("reads", ())),
            facts=tuple((name, str(value)) for name, value in sorted(body.get("facts", {}).items())),
            prev=body.get("prev", ""), definition=body.get("definition", ""), build=body.get("build", ""),
        )  # fmt: skip

    def _inputs(self, event: Event, body: Mapping[str, Any], definition: Procedure | None) -> Iterator[Input]:
        kept = self.values.get(event.seq, {})
        for name, commitment in sorted(body.get("inputs", {}).items()):
            field = input_field(definition, body, name) if definition is not None else None
            words = label(field) if field is not None else name
            if definition is None or field is None or not self._may_see(definition, field):
                yield Input(name, words, commitment, hidden=True)
            elif name not in kept:
                yield Input(name, words, commitment)
            elif is_sensitive(field):
                yield Input(name, words, commitment, masked=True)
            else:
                yield Input(name, words, commitment, self._words(definition, field, kept[name]), shown=True)

    def _may_see(self, definition: Procedure, field: Field) -> bool:
        if not self.roles or not may_see_all(field, self.roles):
            return False
        return not is_sensitive(field) or may_look_closely(definition, self.roles)

    def _words(self, definition: Procedure, field: Field, kept: Mapping[str, Any]) -> str:
        names = self._names.setdefault(definition.version, Names(definition, self.day, language()))
        return names.value(field, kept["value"])

    def refusals(self) -> list[Refusal]:
        """Return what was tried and refused, newest first."""
        rows = RefusedAttempt.objects.filter(case=self.case).select_related("person").order_by("-at", "-pk")[:SHOWN]
        definition = definition_at({"definition": self.case.definition.hash})
        return [_refusal(row, definition) for row in rows]

    def views(self) -> list[View]:
        """Return who looked, newest first."""
        rows = list(ViewLog.objects.filter(case=self.case).order_by("-pk")[:SHOWN])
        people = people_in([{"actor": row.person} for row in rows])
        return [View(row.at, str(name_of(row.person, people)), row.what, row.purpose, row.hash) for row in rows]


def _confirms(definition: Procedure | None, body: Mapping[str, Any]) -> Iterator[str]:
    machine = machine_of(definition, body.get("part") or "") if definition is not None else None
    step = machine.step(str(body.get("name")).partition(".")[0]) if machine is not None else None
    words = {confirm.code: label(confirm) for confirm in step.confirm} if step is not None else {}
    return (words.get(code, code) for code in body.get("confirms", ()))


def _refusal(row: RefusedAttempt, definition: Procedure | None) -> Refusal:
    machine = machine_of(definition, row.part_key) if definition is not None else None
    reasons: Sequence[Mapping[str, str]] = row.reasons
    title, part = title_of(machine, row.name), part_label(definition, row.part_key)
    return Refusal(row.at, str(row.person or ""), title, part, tuple(reasons))
