"""Tables that a ledger's papers print: its rows, what moved in a period, what a count has found."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from accounts.clock import LOCAL, local_day
from accounts.models import User
from cases.ledger_access import row_spec
from cases.ledger_rows import kept_in, late_since, rows_in
from cases.models import Case, Event, EventValues
from cases.names import Names
from cases.procedures import definition_of
from documents.merge import Source
from documents.merge_rows import period
from documents.printed import short_day
from workflows.definition import Procedure

Rows = list[dict[str, Any]]
MOST = 5_000
ROW_COLUMNS = {"number", "state", "late"}
COLUMNS: dict[str, set[str]] = {
    "movement_rows": {"day", "number", "key", "title", "step", "state", "by", "note"},
    "state_rows": {"group", "state", "count"},
    "count_rows": {"number", "key", "title", "state", "found", "explanation"},
}
YES_NO = {True: "Có", False: "Không"}


def ledger_rows(source: Source) -> Rows:
    """The open rows of the agency; on a count the table of the count has them already."""
    case = source.job.case
    return [] if source.job.step.ask else rows_as_printed(kept_in(case, case.procedure), source.day)


def rows_as_printed(rows: Iterable[Case], day: dt.date) -> Rows:
    """Return rows with every field printed, number, state and since when they are late."""
    return [_printed(row, day) for row in rows]


def _printed(row: Case, day: dt.date) -> dict[str, Any]:
    definition = definition_of(row.definition_id)
    names = Names(definition, day)
    late = late_since(row)
    fields = {f.name: names.value(f, row.dossier.get(f.name)) for f in definition.fields}
    own = {"number": row.code, "state": definition.machine.state(row.state).vi}
    return {**fields, **own, "late": short_day(dt.date.fromisoformat(late)) if late else ""}


def columns_known(procedure: Procedure) -> set[str]:
    """Return what a template may read of `ledger_rows`."""
    return ROW_COLUMNS | {f.name for f in procedure.fields}


def count_rows(source: Source) -> Rows:
    """One line a row of the agency: what the ledger says, what was found, and why it differs."""
    lines = {str(line.get("row", "")): line for line in source.job.ask.get("counted") or []}
    rows = kept_in(source.job.case, source.job.case.procedure)
    return [_counted(row, lines.get(row.code, {}), source.day) for row in rows]


def _counted(row: Case, line: Mapping[str, Any], day: dt.date) -> dict[str, Any]:
    definition = definition_of(row.definition_id)
    return {
        **_named(row, definition, day),
        "state": definition.machine.state(row.state).vi,
        "found": YES_NO[line.get("found") is True],
        "explanation": str(line.get("explanation", "")),
    }


def state_rows(source: Source) -> Rows:
    """How many rows of the agency there are in each state, by the fields that the ledger groups by; closed ones too."""
    case = source.job.case
    spec, definition = row_spec(source.job.definition), source.job.definition
    found: Counter[tuple[str, str]] = Counter()
    for row in rows_in(case.procedure).filter(unit=case.unit):
        group = ", ".join(str(row.dossier.get(name, "")) for name in spec.group)
        found[group, row.state] += 1
    order = [state.code for state in definition.machine.states]
    told = sorted(found.items(), key=lambda one: (one[0][0], order.index(one[0][1])))
    return [{"group": g, "state": definition.machine.state(s).vi, "count": str(n)} for (g, s), n in told]


def _named(row: Case, definition: Procedure, day: dt.date) -> dict[str, str]:
    spec, names = row_spec(definition), Names(definition, day)
    fields = {f.name: f for f in definition.fields}
    title = [names.value(fields[name], row.dossier.get(name)) for name in spec.title]
    return {
        "number": row.code,
        "key": str(row.dossier.get(spec.key, "")) if spec.key is not None else "",
        "title": ", ".join(text for text in title if text),
    }


def movement_rows(source: Source) -> Rows:
    """Every step that changed the state of a row of the agency in the period, in time order."""
    first, last = period(source)
    begin = dt.datetime.combine(first, dt.time(), LOCAL)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), LOCAL)
    rows = {row.pk: row for row in rows_in(source.job.case.procedure).filter(unit=source.job.case.unit)}
    events = Event.objects.filter(case__in=rows, at__gte=begin, at__lt=end).order_by("at", "case_id", "seq")
    told = [(e, json.loads(bytes(e.body))) for e in events[:MOST]]
    moved = [(e, body) for e, body in told if body.get("from") != body.get("to") and body.get("from")]
    people = _people(body["actor"] for _, body in moved)
    return [_movement(rows[e.case_id], e, body, people) for e, body in moved]


def _people(ids: Iterable[str]) -> dict[str, str]:
    known = User.objects.filter(pk__in={i for i in ids if i != "system"})
    return {str(user.pk): user.full_name for user in known}


def _movement(row: Case, event: Event, body: Mapping[str, Any], people: Mapping[str, str]) -> dict[str, Any]:
    definition = definition_of(row.definition_id)
    step = definition.machine.step(event.name)
    return {
        **_named(row, definition, local_day(event.at)),
        "day": short_day(local_day(event.at)),
        "step": step.vi if step is not None else event.name,
        "state": definition.machine.state(body["to"]).vi,
        "by": people.get(body["actor"], "Hệ thống"),
        "note": _note(definition, event),
    }


def _note(definition: Procedure, event: Event) -> str:
    """What was filled in at the step, but for files, long and personal values."""
    step = definition.machine.step(event.name)
    kept = EventValues.objects.filter(case=event.case_id, seq=event.seq).values_list("values", flat=True).first() or {}
    names = Names(definition, local_day(event.at))
    asked = [f for f in (step.ask if step is not None else ()) if f.base not in ("file", "long_text", "table")]
    return "; ".join(names.value(f, kept[f.name]["value"]) for f in asked if f.name in kept and not f.personal)


VALUES = {f.__name__: f for f in (ledger_rows, count_rows, state_rows, movement_rows)}
