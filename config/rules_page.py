"""What the pages of declared tables show: rows in force, coming and past, the change that waits and those decided."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Q

from cases.models import TableChange, TableRow
from cases.services.table_changes import row_reasons
from cases.services.table_effects import effects_of
from cases.table_editing import Declared, declared_tables, failing_tests_of
from cases.tables import hits_on, own_columns
from config.forms_rules import written
from config.templatetags.hoso import label
from workflows.definition import Field, Table

HISTORY = 50


def rules_page(day: dt.date) -> dict[str, Any]:
    """Return every declared table with its rows of today, what nobody has confirmed, and what waits."""
    held = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
    counted = TableRow.objects.filter(held).values("table")
    rows = {r["table"]: r for r in counted.annotate(held=Count("pk"), open=Count("pk", filter=Q(confirmed=False)))}
    waiting = set(TableChange.objects.filter(outcome="waiting").values_list("table", flat=True))
    tables = sorted(declared_tables().items(), key=lambda found: found[0])
    return {"tables": [(d, rows.get(code), code in waiting) for code, d in tables]}


def rule_page(declared: Declared, day: dt.date) -> dict[str, Any]:
    """Return what the page of one declared table shows."""
    table = declared.table
    rows = sorted(TableRow.objects.filter(table=table.code), key=lambda r: (r.columns.get("order", 0), r.key))
    past = [r for r in rows if r.valid_to is not None and r.valid_to < day]
    coming = [r for r in rows if r.valid_from > day]
    changes = TableChange.objects.filter(table=table.code).select_related("proposed_by", "decided_by")
    return {
        "declared": declared,
        "groups": [
            ([(r, cells(table, r.columns)) for r in rows if r not in past and r not in coming], "held"),
            ([(r, cells(table, r.columns)) for r in coming], "coming"),
            ([(r, cells(table, r.columns)) for r in past], "past"),
        ],
        "waiting": changes.filter(outcome="waiting").first(),
        "decided": changes.exclude(outcome="waiting").order_by("-decided_at")[:HISTORY],
        "failing": failing_tests_of(table.code, hits_on(table.code, day)),
    }


def change_page(declared: Declared, change: TableChange, now: dt.datetime) -> dict[str, Any]:
    """Return what the page of one change shows: the row before and after, faults, and the effect on open cases."""
    same = TableRow.objects.filter(table=change.table, key=change.key, valid_from__lte=change.valid_from)
    before = same.order_by("-valid_from").first()
    waits = change.outcome == TableChange.Outcome.WAITING
    old, new = (before.columns if before else {}), ({} if change.ends else change.columns)
    effects = effects_of(change, now) if waits else None
    return {
        "declared": declared,
        "change": change,
        "before": before,
        "lines": _compared(declared.table, old, new),
        "reasons": list(row_reasons(change)) if waits else [],
        "effects": effects,
        "differences": [
            (d, told(d.field, d.before), told(d.field, d.after)) for d in (effects.differences if effects else ())
        ],
    }


def cells(table: Table, columns: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return name and value of the filled columns of a row, its condition first."""
    condition = [("CEL", columns["if"])] if "if" in columns else []
    own = own_columns(columns)
    return condition + [(label(c), shown(c, own[c.name])) for c in table.columns if c.name in own]


def told(field: Field, value: Any) -> Any:
    """Return a value of a case for whoever decides about tables: that it changes, never what is not for them."""
    kept_back = field.sensitive or field.personal or field.visible_to
    return "•••" if kept_back else shown(field, value)


def shown(field: Field, value: Any) -> Any:
    """Return a value as people read it: the words of an enum's code; of rows, what names each of them."""
    if field.base == "table" and isinstance(value, list):
        return ", ".join(str(row.get("code") or next(iter(row.values()), "")) for row in value) or "–"
    if isinstance(value, bool):
        return label({"vi": "có", "en": "yes"} if value else {"vi": "không", "en": "no"})
    if isinstance(value, str) and value in field.labels:
        return label(field.labels[value])
    return "–" if value is None else written(value)


def _compared(table: Table, old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, Any, Any, bool]]:
    condition = [("CEL", old.get("if"), new.get("if"))] if "if" in {*old, *new} else []
    known = [(label(c), shown(c, old.get(c.name)), shown(c, new.get(c.name))) for c in table.columns]
    return [(name, a, b, a != b) for name, a, b in [*condition, *known] if (a, b) != ("–", "–")]
