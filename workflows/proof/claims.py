"""Every expression of a procedure is typed: guards, conditions, values that steps set, computed fields, statistics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from workflows.definition import Field, Guard, Inquiry, Opening, Procedure, Step, View
from workflows.expression_check import check_expression
from workflows.fact_types import ANY, DAY, INT, TEXT, Type, Types, list_of, record_of, type_of_field, types_of
from workflows.proof.findings import Findings, steps
from workflows.shapes import near

Params = Mapping[str, Mapping[str, str]]  # built-in -> parameter -> "cel: person", "text: role" …


@dataclass(frozen=True, slots=True)
class Claim:
    """An expression, where it stands, what it may name and what it must give."""

    key: str
    text: object
    types: Types
    want: Type | str | None = "bool"


def prove_expressions(procedure: Procedure, params: Params, findings: Findings) -> None:
    """Add an error for every expression that is not sound."""
    for claim in claims(procedure, params):
        for fault in check_expression(claim.text, claim.types, want=claim.want):
            findings.say(claim.key, fault)
    types = types_of(procedure)
    for key, kind, step in steps(procedure):
        _prove_set(types, key, kind, step, findings)


def claims(procedure: Procedure, params: Params) -> Iterator[Claim]:
    """Yield every expression of a procedure."""
    types = types_of(procedure)
    for spec in procedure.fields:
        yield from _field(f"fields.{spec.name}", spec, types, params)
    for part in procedure.parts:
        for spec in part.fields:
            yield from _field(f"parts.{part.code}.fields.{spec.name}", spec, types.in_part(part.code), params)
        yield from (Claim(f"parts.{part.code}.terms.{t.code}", t.if_, types.in_part(part.code)) for t in part.terms)
        yield Claim(f"parts.{part.code}.with_case", part.with_case, types.in_part(part.code))
    yield from _case(procedure, types)
    for inquiry in procedure.inquiries:
        yield from _inquiry(inquiry, types, params)
    for registry in procedure.registries:
        if registry.view is not None:
            yield from _view(f"registries.{registry.code}", registry.view, registry.columns, types)
    for key, kind, step in steps(procedure):
        yield from _step(key, step, types.at_step(procedure, step, kind), params)
        yield from _sets(key, step, kind, types, procedure)


def _case(procedure: Procedure, types: Types) -> Iterator[Claim]:
    for attachment in procedure.attachments:
        yield Claim(f"attachments.{attachment.code}", attachment.required, types)
    for consultee in procedure.consultees:
        yield Claim(f"consultees.{consultee.code}", consultee.mandatory, types)
    for term in procedure.terms:
        yield Claim(f"terms.{term.code}", term.if_, types)
    for paper in procedure.papers:
        if paper.applies is not None:
            owner = next((p.code for p in procedure.parts if paper.code in p.papers), None)
            yield Claim(f"papers.{paper.code}", paper.applies, types.in_part(owner))
        tables = ((procedure.field(name), text) for name, text in paper.rows.items())
        yield from (Claim(f"papers.{paper.code}.rows", t, Types({}, {}).in_row(f)) for f, t in tables if f is not None)
    yield from _links(procedure, types)
    for statistic in procedure.statistics:
        key, period = f"statistics.{statistic.code}", types.in_statistics()
        yield from (Claim(key, t, period) for t in (statistic.where, statistic.over) if t is not None)
        yield from (Claim(key, t, period, None) for t in (statistic.of,) if t is not None)


def _inquiry(inquiry: Inquiry, types: Types, params: Params) -> Iterator[Claim]:
    key, inside = f"inquiries.{inquiry.code}", types.adding(ask=record_of(inquiry.fields))
    for spec in inquiry.fields:
        yield from _field(f"{key}.fields.{spec.name}", spec, inside, params)
    for name, text in inquiry.given.items():
        path = name if name.startswith("case.") else f"dossier.{name}"
        yield Claim(f"{key}.given", text, inside, _column(types, path) or ANY)
    yield from (Claim(f"{key}.{answer.code}", answer.if_, inside) for answer in inquiry.answers)


def _links(procedure: Procedure, types: Types) -> Iterator[Claim]:
    for link in procedure.links:
        inside = _at(link.on, procedure, types)
        if link.if_ is not None:
            yield Claim(f"links.{link.kind}", link.if_, inside)
        told = (*link.carries.values(), *((link.to,) if link.to is not None else ()))
        yield from (Claim(f"links.{link.kind}", text, inside, None) for text in told)


def _at(name: str, procedure: Procedure, types: Types) -> Types:
    """Return the types at the step that a link names, with what it asks; of the case when it names none."""
    part, _, bare = name.rpartition(".")
    kind = part if part in types.parts else None
    step = procedure.machine_of(kind).step(bare)
    return types.at_step(procedure, step, kind) if step is not None else types.in_part(kind)


def _view(key: str, view: View, columns: tuple[Field, ...], types: Types) -> Iterator[Claim]:
    """What a case contributes hangs on the case alone: day and actor would differ at every reading."""
    case = Types({n: t for n, t in types.roots.items() if n in ("case", "dossier", "parts")}, types.parts)
    kinds = {c.name: type_of_field(c) for c in columns}
    if view.for_each is not None:
        yield Claim(key, view.for_each, case, list_of(ANY))
        case = case.adding(item=ANY)
    yield Claim(key, view.key, case, TEXT)
    if view.if_ is not None:
        yield Claim(key, view.if_, case)
    yield from (Claim(key, text, case, DAY) for text in (view.from_, view.to) if text is not None)
    alone = kinds if not view.columns else {}
    yield from (Claim(f"{key}.entry.{name}", text, case, alone.get(name)) for name, text in view.entry.items())
    together = Types({"entries": list_of(ANY), "on_day": DAY}, {})
    for name, text in view.columns.items():
        yield Claim(f"{key}.columns.{name}", text, together, kinds.get(name))


def _field(key: str, spec: Field, types: Types, params: Params) -> Iterator[Claim]:
    yield Claim(key, spec.required, types)
    if spec.computed is not None:
        yield Claim(key, spec.computed, types, type_of_field(spec))
    yield from _guards(key, spec.validate_, types.for_value(spec), params)
    for column in spec.columns:
        yield from _field(f"{key}.{column.name}", column, types.in_row(spec), params)


def _guards(key: str, guards: Iterable[Guard], types: Types, params: Params) -> Iterator[Claim]:
    for guard in guards:
        if guard.cel is not None:
            yield Claim(f"{key}.{guard.code}", guard.cel, types)
        for name, value in guard.params.items():
            if params.get(guard.builtin or "", {}).get(name, "").startswith("cel"):
                texts = value.values() if isinstance(value, Mapping) else (value,)
                yield from (Claim(f"{key}.{guard.code}", text, types, None) for text in texts)


def _step(key: str, step: Step, types: Types, params: Params) -> Iterator[Claim]:
    yield from _guards(f"{key}.require", step.require, types, params)
    if step.allowed_when is not None:
        yield Claim(key, step.allowed_when, types)
    yield from (Claim(f"{key}.notify.{told.notice}", told.if_, types) for told in step.notify if told.if_ is not None)
    for asked in step.ask:
        yield from _field(f"{key}.ask.{asked.name}", asked, types, params)
    if step.timer and step.timer.of not in ("entry", "due", "term"):
        yield Claim(key, step.timer.of, types, DAY)
    if step.timer and step.timer.from_:
        yield Claim(key, step.timer.from_, types, DAY)


def _sets(key: str, step: Step, kind: str | None, types: Types, procedure: Procedure) -> Iterator[Claim]:
    inside = types.at_step(procedure, step, kind)
    attributes = _attributes(types, kind)
    for name, text in step.set.items():
        seen, wanted = inside, attributes.get(name) or _column(types, name) or ANY
        table = procedure.field(name.split(".")[1]) if name.startswith("dossier.") else None
        yield Claim(f"{key}.set.{name}", text, seen.in_row(table) if table is not None else seen, wanted)
    for opening in step.open:
        yield from _opening(f"{key}.open", opening, inside)
    yield from (Claim(f"{key}.changes", c.rows, types.in_part(kind), list_of(INT)) for c in step.changes if c.rows)


def _opening(key: str, opening: Opening, types: Types) -> Iterator[Claim]:
    if opening.for_each is not None:
        yield Claim(key, opening.for_each, types, list_of(ANY))
        types = types.adding(item=ANY)
    fields = types.parts[opening.part].fields if opening.part in types.parts else {}
    for name, text in opening.set.items():
        yield Claim(f"{key}.{name}", text, types, fields.get(name, ANY))


def _attributes(types: Types, kind: str | None) -> Mapping[str, Type]:
    """What a step may set: attributes of the case, or fields of its part."""
    if kind is not None:
        return types.parts[kind].fields
    return types.roots["case"].fields if "case" in types.roots else {}


def _column(types: Types, path: str) -> Type | None:
    """Return the type of what `dossier.table.column` sets in the rows of a table."""
    root, _, rest = path.partition(".")
    found = types.roots.get(root) if rest else None
    for name in rest.split("."):
        inside = found.item if found is not None and found.kind == "list" else found
        found = inside.fields.get(name) if inside is not None else None
    return found


def _prove_set(types: Types, key: str, kind: str | None, step: Step, findings: Findings) -> None:
    """A step sets only what the case or part has, and columns of the dossier; in a ledger also fields of the row."""
    known = {*_attributes(types, kind), *types.roots["dossier"].fields}
    for name in step.set:
        if name not in known and _column(types, name) is None:
            findings.error(key, f"không có thuộc tính {name} để đặt", f"no attribute {name} to set", near(name, known))
    for opening in step.open:
        fields = types.parts[opening.part].fields if opening.part in types.parts else opening.set
        for name in opening.set:
            if name not in fields:
                words = f"phần việc không có trường {name}", f"the part has no field {name}"
                findings.error(key, *words, near(name, fields))


def prove_guards(procedure: Procedure, params: Params, findings: Findings) -> None:
    """Add an error for each built-in, or parameter of one, that does not exist."""
    for key, _, step in steps(procedure):
        for guard in step.require:
            if (guard.cel is None) == (guard.builtin is None):
                words = f"điều kiện {guard.code} cần cel hoặc builtin", f"guard {guard.code} needs cel or builtin"
                findings.error(key, *words)
            elif guard.builtin is not None:
                findings.unknown(key, [guard.builtin], params, "điều kiện dựng sẵn / built-in")
                wanted = params.get(guard.builtin, guard.params)
                findings.unknown(key, guard.params, wanted, "tham số / parameter")
                findings.unknown(key, wanted, guard.params, "giá trị cho tham số / value for the parameter")
