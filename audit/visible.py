"""Which inputs of an event a person may see: field by field, by cases.access; what no field names is hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from audit.record import CaseRecord
from audit.verify import kind_of, parse
from cases.access import may_look_closely, may_see_field
from cases.models import Published
from cases.procedures import definition_by
from workflows.asks import asks_of
from workflows.definition import Field, Procedure

OPENED, SAVED, ATTACHED = "open", "save", "attach"
FILE_NAME = Field(name="file_name", vi="Tên tệp", en="File name", type="text")
REASON = Field(name="reason", vi="Lý do", en="Reason", type="long_text")


def visible_inputs(record: CaseRecord, roles: frozenset[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (seq, {name: {salt, value}}) of the inputs that the roles may see, in order."""
    for event in record.events:
        kept, body = record.values.get(event.seq), parse(bytes(event.body))
        definition = definition_at(body) if kept and body else None
        if kept and body and definition is not None:
            fields = {name: input_field(definition, body, name) for name in kept}
            closely = may_look_closely(definition, roles)
            seen = (name for name, f in fields.items() if f is not None and may_see_all(f, roles))
            shown = {name: kept[name] for name in seen if closely or not is_sensitive(fields[name])}
            if shown:
                yield event.seq, shown


def definition_at(body: Mapping[str, Any]) -> Procedure | None:
    """Return the definition that an event is pinned to, None when it is gone or cannot be read."""
    try:
        return definition_by(str(body.get("definition")))
    except (Published.DoesNotExist, ValueError):
        return None


def input_field(definition: Procedure, body: Mapping[str, Any], name: str) -> Field | None:
    """Return the field behind an input of an event: an ask of the step, a field of dossier or part, an engine's own."""
    where, _, rest = name.rpartition(".")
    if where in ("dossier", "changes") or body["name"] in (OPENED, SAVED):
        return definition.field(rest)
    kind = kind_of(body["part"]) if body["part"] else ""
    if where == "part":
        return _named(definition.part(kind).fields, rest) if kind in {p.code for p in definition.parts} else None
    if body["name"] == ATTACHED:
        return _file_name(definition, str(body["facts"].get("attachment_kind", "")))
    base, _, suffix = body["name"].partition(".")
    step = definition.machine_of(kind or None).step(base)
    if step is None or suffix not in ("", "proposed"):
        return REASON if suffix and name == REASON.name else None
    return _named((*asks_of(definition, step), *asks_of(definition, step, recorded=True)), name)


def _named(fields: Iterable[Field], name: str) -> Field | None:
    return next((f for f in fields if f.name == name), None)


def _file_name(definition: Procedure, kind: str) -> Field:
    """The name of a sensitive file may itself tell what is in it."""
    sensitive = any(a.code == kind and a.sensitive for a in definition.attachments)
    return FILE_NAME.model_copy(update={"sensitive": sensitive})


def may_see_all(field: Field, roles: Iterable[str]) -> bool:
    """Whether the roles may see a field and every column of it: half a table opens no commitment."""
    held = frozenset(roles)
    return may_see_field(field, held) and all(may_see_all(column, held) for column in field.columns)


def is_sensitive(field: Field | None) -> bool:
    """Whether a view of the field, or of one of its columns, is recorded."""
    return field is not None and (field.sensitive or any(is_sensitive(column) for column in field.columns))
