"""The count of a ledger as its page shows it: what is expected, what was ticked and typed, and earlier counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases.ledger_rows import kept_in, to_be_found
from cases.presentation.dossier import Shown, shown_rows
from cases.presentation.face import Look
from cases.presentation.ledger import Line, Reader
from cases.presentation.story import Story, events_of
from workflows.definition import Procedure, Step
from workflows.errors import Reason
from workflows.ledger_guards import COUNTED

SHOWN_COUNTS = 50
STRANGE = 3  # lines for things that are there and stand in no row
PATH = f"ask.{COUNTED}."
Typed = Mapping[str, Any]


def acts_of_whole(definition: Procedure) -> list[Step]:
    """Return the acts of the ledger as a whole."""
    return [act for act in definition.machine.acts if act.of == "ledger"]


def count_of(definition: Procedure) -> Step | None:
    """Return the act that counts the ledger: the one that asks what was found."""
    return next((act for act in acts_of_whole(definition) if any(f.name == COUNTED for f in act.ask)), None)


@dataclass(frozen=True, slots=True)
class Counted:
    """One row to be counted: what the ledger expects, what was ticked and typed, and what is said against it."""

    line: Line
    expected: bool | None
    found: bool
    explanation: str
    fault: str


def rows_to_count(look: Look, typed: Typed, reasons: Sequence[Reason], *, as_ledger: bool = False) -> list[Counted]:
    """Return the rows of the agency with what was typed; `as_ledger` ticks all that the ledger expects to be there."""
    faults = {r.path.removeprefix(PATH): r for r in reasons if r.path.startswith(PATH)}
    rows = kept_in(look.case, look.case.procedure)
    expected = {row.pk: to_be_found(row) for row in rows}
    return [
        Counted(
            line=line,
            expected=expected[line.row.pk],
            found=bool(expected[line.row.pk]) if as_ledger else bool(typed.get(f"found-{line.row.code}")),
            explanation=str(typed.get(f"why-{line.row.code}", "")),
            fault=faults[line.row.code].vi if line.row.code in faults else "",
        )
        for line in Reader(look.viewer, look.now).lines(rows)
    ]


def strange_lines(typed: Typed) -> list[dict[str, str]]:
    """Return the lines for things that stand in no row."""
    return [
        {"name": name, "typed": str(typed.get(name, "")), "why": str(typed.get(f"why-{name}", ""))}
        for name in (f"strange-{n}" for n in range(STRANGE))
    ]


def lines_counted(look: Look, typed: Typed) -> list[dict[str, Any]]:
    """Return the lines of a count for the service: one for each row of the agency, and what stands in no row."""
    numbers = [row.code for row in kept_in(look.case, look.case.procedure)]
    kept = [{"row": n, "found": bool(typed.get(f"found-{n}")), "explanation": _why(typed, n)} for n in numbers]
    strange = [(one["name"], one["typed"].strip()[:40]) for one in strange_lines(typed)]
    return kept + [{"row": text, "found": True, "explanation": _why(typed, name)} for name, text in strange if text]


def _why(typed: Typed, name: str) -> str:
    return str(typed.get(f"why-{name}", "")).strip()[:300]


@dataclass(frozen=True, slots=True)
class PastCount:
    """A count that two persons made: when, who, how many rows, what was explained, what else was asked."""

    at: dt.datetime
    who: str
    agreed: str
    rows: int
    explained: tuple[tuple[str, str], ...]
    said: tuple[Shown, ...]


def past_counts(look: Look, step: Step) -> list[PastCount]:
    """Return the latest counts of the ledger, the newest first."""
    return list(_past_counts(Story(look, events_of(look).filter(name=step.name)[:SHOWN_COUNTS]), step))


def _past_counts(story: Story, step: Step) -> Iterator[PastCount]:
    told = {one.seq: one for one in story.told()}
    others = [field for field in step.ask if field.name != COUNTED]
    for event in story.events:
        values = {name: kept["value"] for name, kept in story.values.get(event.seq, {}).items()}
        lines = values.get(COUNTED) or []
        explained = tuple((line["row"], line["explanation"]) for line in lines if line.get("explanation"))
        said = tuple(row for row in shown_rows(story.look, others, values) if row.value)
        one = told[event.seq]
        yield PastCount(one.at, one.who, one.agreed, len(lines), explained, said)
