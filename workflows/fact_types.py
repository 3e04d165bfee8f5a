"""Types of the facts that CEL sees, built from a procedure: what the check at load compares expressions with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.asks import asks_of
from workflows.definition import Field, Procedure, Step


@dataclass(frozen=True, slots=True)
class Type:
    """A type: its kind, and what a list or map holds, what a record's fields are, which values an enum has."""

    kind: str  # any, text, int, double, bool, day, null, enum, list, map, record
    item: Type | None = None
    fields: Mapping[str, Type] = field(default_factory=dict)
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kind == "enum":
            return f"enum({', '.join(self.values)})"
        return f"{self.kind}({self.item})" if self.item else self.kind


ANY, TEXT, INT, DOUBLE, BOOL, DAY, NULL = (Type(k) for k in ("any", "text", "int", "double", "bool", "day", "null"))
MONEY = Type("record", fields={"minor": INT, "currency": TEXT})
# What a step that asks for changes knows of them: the fields that change, and the numbers of rows rewritten.
CHANGED: Mapping[str, Type] = {"changes": Type("list", item=TEXT), "changed_rows": Type("list", item=INT)}
_TEXTS = ("text", "long_text", "email", "person", "org", "country", "admin_unit", "file", "place", "language", "ref")
_SCALARS = {
    **dict.fromkeys(_TEXTS, TEXT),
    **dict.fromkeys(("date", "datetime", "day"), DAY),
    **{"int": INT, "bool": BOOL, "any": ANY, "double": DOUBLE, "money": MONEY},
    **{"numbers": Type("map", item=INT), "duration": Type("record", fields={"n": ANY, "u": TEXT})},
}


def list_of(item: Type) -> Type:
    return Type("list", item=item)


def record(fields: Mapping[str, Type]) -> Type:
    return Type("record", fields=fields)


def named(name: Any) -> Type | None:
    """Return the type of a written name (`list(text)`, `enum(a, b)`, {field: name}) or None when there is none."""
    if isinstance(name, Mapping):
        fields = {k: named(v) for k, v in name.items()}
        return record({k: v or ANY for k, v in fields.items()})
    found = re.fullmatch(r"(\w+)(?:\((.*)\))?", str(name).strip(), re.DOTALL)
    if found is None:
        return None
    kind, inside = found[1], (found[2] or "").strip()
    if kind == "enum":
        return enum(inside) if inside else None
    if kind in ("row", "rows"):
        return INT if kind == "row" else list_of(INT)
    if kind in ("list", "map"):
        item = named(inside)
        return Type(kind, item=item) if item else None
    return _SCALARS.get(kind)


def enum(inside: str) -> Type:
    """Return an enum of the values written in its brackets; values that live in the configuration are any text."""
    if inside.startswith("config."):
        return TEXT
    return Type("enum", values=tuple(v.strip().strip("'\"") for v in inside.split(",")))


def type_of_field(spec: Field) -> Type:
    """Return the type of a field's value; of an unknown type (the loader refuses it) anything."""
    if spec.type == "table":
        return list_of(record_of(spec.columns))
    return named(spec.type) or ANY


def record_of(fields: Iterable[Field]) -> Type:
    """Return the record of some fields."""
    return record({f.name: type_of_field(f) for f in fields})


def type_of_value(value: Any) -> Type:
    """Return the type of a value of the configuration."""
    if isinstance(value, Mapping):
        return record({k: type_of_value(v) for k, v in value.items()})
    if isinstance(value, (list, tuple)):
        return list_of(type_of_value(value[0]) if value else ANY)
    kinds = {bool: BOOL, int: INT, float: DOUBLE, str: TEXT}
    return kinds.get(type(value), ANY)


@dataclass(frozen=True, slots=True)
class Types:
    """The roots that an expression may name, with their types; narrowed for a part, a step, a row, a value."""

    roots: Mapping[str, Type]
    parts: Mapping[str, Type]  # part kind -> its record

    def adding(self, **roots: Type) -> Types:
        """Return these types and more roots."""
        return Types({**self.roots, **roots}, self.parts)

    def in_part(self, part_kind: str | None) -> Types:
        """Return the types as a step or field of this part kind sees them; None: of the case."""
        return self.adding(part=self.parts[part_kind]) if part_kind else self

    def at_step(self, procedure: Procedure, step: Step, part_kind: str | None = None) -> Types:
        """Return the types with what the step asks as `ask`."""
        asked = {
            f.name: f
            for recorded in {False, step.recorded_by is not None}
            for f in asks_of(procedure, step, recorded=recorded)
        }
        found = record_of(asked.values()).fields
        return self.in_part(part_kind).adding(ask=record({**found, **(CHANGED if step.changes else {})}))

    def in_row(self, table: Field) -> Types:
        """Return the types with a row of this table as `this`."""
        return self.adding(this=record_of(table.columns))

    def for_value(self, spec: Field) -> Types:
        """Return the types with the value of this field as `value`."""
        return self.adding(value=type_of_field(spec))

    def in_statistics(self) -> Types:
        """Return the types with the period of a statistic."""
        return self.adding(period=record({"from_day": DAY, "to_day": DAY}))


_SHAPES = ("part", "paper", "link", "attachment", "period")  # kinds of things, not roots of their own


def types_of(procedure: Procedure) -> Types:
    """Return the types of every root of this procedure (language of procedures, facts)."""
    base = {name: named(kinds) or ANY for name, kinds in procedure.facts.items()}
    dossier = record_of(procedure.fields)
    parts = {p.code: _part(procedure, p.code, base.get("part"), dossier) for p in procedure.parts}
    things = {name: base.get(name, record({})) for name in _SHAPES}
    links = {k.procedure: list_of(things["link"]) for k in procedure.links}
    roots = {name: kind for name, kind in base.items() if name not in _SHAPES} | {
        "dossier": dossier,
        "parts": record({code: list_of(kind) for code, kind in parts.items()}),
        "config": type_of_value(procedure.config),
        "attachments": record({a.code: things["attachment"] for a in procedure.attachments}),
        "papers": record({p.code: things["paper"] for p in procedure.papers}),
        "links": record(links),
        "now_day": DAY,
    }
    return Types(roots, parts)


def _part(procedure: Procedure, code: str, base: Type | None, dossier: Type) -> Type:
    kind = procedure.part(code)
    fields = {**(base.fields if base else {}), **record_of(kind.fields).fields}
    table = dossier.fields.get(kind.row_field.inner) if kind.row_field is not None else None
    if table is not None and table.item is not None:
        fields["row"] = table.item
    return record(fields)
