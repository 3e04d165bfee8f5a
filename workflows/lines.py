"""Every line of a procedure: what must be there, one line each, to be counted, compared and covered by scenarios."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workflows.definition import (
    AttachmentKind,
    Field,
    Guard,
    Machine,
    Paper,
    PartKind,
    Procedure,
    State,
    Statistic,
    Step,
)

KINDS = (
    "state", "transition", "act", "guard", "ask", "confirm", "requirement", "validation", "computed", "paper",
    "notice", "statistic", "part", "term", "consultee", "ground", "link", "config",
)  # fmt: skip
BOUNDS = ("pattern", "min", "max", "min_len", "max_len", "min_rows", "max_rows")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a procedure says; `key` is its name within its kind, `what` its meaning without prose."""

    kind: str
    key: str
    what: str
    place: str  # key of workflows.resolve.Places under which it, or what it stands in, was written
    step: str = ""  # the step that it belongs to: `submit`, `opinion.answer`

    @property
    def name(self) -> str:
        return f"{self.kind} {self.key}"

    def __str__(self) -> str:
        return f"{self.name} | {self.what}"


def lines_of(procedure: Procedure) -> list[Line]:
    """Return every line of a procedure, by kind, in the order in which it was written."""
    found = [
        *_machine(procedure, procedure.machine, ""),
        *(line for part in procedure.parts for line in _machine(procedure, part.machine, part.code)),
        *_fields(procedure.fields, "", ""),
        *(line for part in procedure.parts for line in _fields(part.fields, part.code, f"parts.{part.code}.")),
        *(_attachment(a) for a in procedure.attachments),
        *(_paper(p) for p in procedure.papers),
        *(Line("notice", code, "vi, en", f"notices.{code}") for code in sorted(procedure.notices)),
        *(_statistic(s) for s in procedure.statistics),
        *(_part(p) for p in procedure.parts),
        *_others(procedure),
        *(Line("config", k, _plain(v), f"config.{k}") for k, v in sorted(procedure.config.items())),
    ]
    return sorted(found, key=lambda line: KINDS.index(line.kind))


# ------------------------------------------------------------------------------------------------- states and steps
def _machine(procedure: Procedure, machine: Machine, part: str) -> Iterator[Line]:
    where, mark = (f"parts.{part}.", f"{part}.") if part else ("", "")
    for state in machine.states:
        yield Line("state", f"{mark}{state.code}", _state(state), f"{where}states.{state.code}")
    for step in (*machine.transitions, *machine.acts):
        place, name = f"{where}{step.kind}s.{step.name}", f"{mark}{step.name}"
        yield Line(step.kind, name, _step(step), place, name)
        yield from (_guard(g, name, place, procedure) for g in step.require)
        yield from (Line("ask", f"{name}: {f.name}", _field(f), f"{place}.ask", name) for f in step.ask)
        yield from (Line("confirm", f"{name}: {c.code}", "ticked", f"{place}.confirm", name) for c in step.confirm)


def _state(state: State) -> str:
    marks = [mark for mark in ("initial", "closed", "terminal") if getattr(state, mark)]
    clock = f"clock {state.clock}" + (f" of {state.clock_from}" if state.clock_from else "")
    return ", ".join([f"public {state.public}" if state.public else "not public", clock, *marks])


def _step(step: Step) -> str:
    told = [
        f"{', '.join(step.sources)} -> {step.target}" if step.kind == "transition" else f"when {step.allowed_when}",
        f"by {', '.join(step.by)}",
        step.when if step.when != "manual" else "",
        f"timer {_timer(step)}" if step.timer else "",
        f"recorded by {step.recorded_by}" if step.recorded_by else "",
        f"agreed by {step.cosign}" if step.cosign else "",
        f"within {_record(step.within)}" if step.within else "",
        *(f"{work} {', '.join(papers)}" for work, papers in _work(step)),
        *(f"tells {', '.join(n.to)}: {n.notice}" + (f" if {n.if_}" if n.if_ else "") for n in step.notify),
        *(f"opens {o.part}" + (f" for each {o.for_each}" if o.for_each else "") for o in step.open),
        f"records money {step.money.kind}: {step.money.amount}" if step.money else "",
        f"closes {', '.join(step.close)}" if step.close else "",
        *(f"sets {name} = {cel}" for name, cel in sorted(step.set.items())),
    ]
    return "; ".join(text for text in told if text)


def _work(step: Step) -> Iterator[tuple[str, tuple[str, ...]]]:
    for work in ("prepare", "sign", "issue"):
        if papers := getattr(step.papers, work):
            yield f"{work}s", papers


def _timer(step: Step) -> str:
    timer = step.timer
    if timer is None:
        return ""
    length = _record(timer.after) if timer.after else f"{timer.at_share:g}"
    return f"{length} of {timer.of}" + (f" from {timer.from_}" if timer.from_ else "")


def _record(length: object) -> str:
    share = getattr(length, "share", None)
    return f"{share:g} of the term" if share is not None else f"{getattr(length, 'n', 0):g} {getattr(length, 'u', '')}"


def _guard(guard: Guard, step: str, place: str, procedure: Procedure) -> Line:
    given = ", ".join(f"{k}={v}" for k, v in sorted(guard.params.items()))
    what = _plain(guard.cel) if guard.cel is not None else f"built-in({given})"
    twins = _same_code(guard, step, procedure)
    return Line("guard", f"{step}: {guard.code}" + (f"({given})" if twins else ""), what, f"{place}.require", step)


def _same_code(guard: Guard, step: str, procedure: Procedure) -> bool:
    """A built-in may stand twice in a step, with other parameters."""
    part, _, name = step.rpartition(".")
    own = procedure.machine_of(part or None).step(name)
    return own is not None and sum(g.code == guard.code for g in own.require) > 1


# ------------------------------------------------------------------------------------------------------ the dossier
def _fields(fields: Iterable[Field], part: str, where: str) -> Iterator[Line]:
    mark = f"{part}." if part else ""
    for field in fields:
        place = f"{where}fields.{field.name}"
        for spec, name in ((field, field.name), *((c, f"{field.name}.{c.name}") for c in field.columns)):
            key = f"{mark}{name}"
            yield Line("requirement", f"field {key}", _field(spec), place)
            if spec.computed:
                yield Line("computed", key, _plain(spec.computed), place)
            for guard in spec.validate_:
                what = _plain(guard.cel or guard.builtin or "")
                yield Line("validation", f"{key}: {guard.code}", what, f"{place}.validate")


def _field(field: Field) -> str:
    bounds = ((name, getattr(field, name)) for name in BOUNDS)
    needed = _needed(field.required)
    told = [
        _plain(field.type),
        needed if needed != "optional" else "",
        f"from {field.required_from}" if field.required_from else "",
        *(f"{name} {value}" for name, value in bounds if value is not None),
        "personal" if field.personal else "",
        "sensitive" if field.sensitive else "",
        f"seen by {', '.join(field.visible_to)}" if field.visible_to else "",
    ]
    return "; ".join(text for text in told if text)


def _needed(condition: bool | str) -> str:  # noqa: FBT001  # a literal or CEL
    if isinstance(condition, bool):
        return "required" if condition else "optional"
    return f"required if {_plain(condition)}"


def _attachment(kind: AttachmentKind) -> Line:
    told = [_needed(kind.required), f"copies {kind.copies}" if kind.copies else ""]
    told += ["" if kind.originals == "none" else f"original {kind.originals}", "sensitive" if kind.sensitive else ""]
    return Line("requirement", f"file {kind.code}", "; ".join(t for t in told if t), f"attachments.{kind.code}")


# --------------------------------------------------------------------------------------------------------- the rest
def _paper(paper: Paper) -> Line:
    told = [
        f"{paper.family} {paper.type_code or paper.number or ''}".strip(),
        f"{paper.origin} of {paper.issuer}, signed by {paper.signer}",
        f"to {', '.join(paper.addressee)}" if paper.addressee else "",
        f"copies to {', '.join(paper.copies_to)}" if paper.copies_to else "",
        f"number {paper.series} {paper.series_key or ''}".strip(),
        f"prints {', '.join(paper.merge)}" if paper.merge else "",
        f"if {_plain(paper.applies)}" if paper.applies else "",
        "public" if paper.public else "",
        f"code {paper.qr}" if paper.qr != "none" else "",
    ]
    return Line("paper", paper.code, "; ".join(t for t in told if t), f"papers.{paper.code}")


def _statistic(statistic: Statistic) -> Line:
    told = [statistic.measure]
    told += [f"{k} {_plain(v)}" for k in ("of", "where", "over") if (v := getattr(statistic, k))]
    told += [f"column {statistic.column}"] if statistic.column else []
    told += ["lasting"] if statistic.lasting else []
    told += ["unreceived"] if statistic.unreceived else []
    told += [f"by {', '.join(statistic.by)}"] if statistic.by else []
    told += [f"events {', '.join(statistic.events)}"] if statistic.events else []
    return Line("statistic", statistic.code, "; ".join(told), f"statistics.{statistic.code}")


def _part(part: PartKind) -> Line:
    told = ["public" if part.public else "not public", f"clock {part.clock}"]
    told += [f"one for each row of {part.per}"] if part.per else []
    told += [f"papers {', '.join(part.papers)}"] if part.papers else []
    told += [f"term {t.code} {t.n:g} {t.u}" for t in part.terms]
    return Line("part", part.code, "; ".join(told), f"parts.{part.code}")


def _others(procedure: Procedure) -> Iterator[Line]:
    for term in procedure.terms:
        what = f"{term.n:g} {term.u}" + ("" if term.if_ == "true" else f" if {_plain(term.if_)}")
        yield Line("term", term.code, what, f"terms.{term.code}")
    for consultee in procedure.consultees:
        asked = _needed(consultee.mandatory)
        yield Line("consultee", consultee.code, asked, f"consultees.{consultee.code}")
    for ground in procedure.refusal_grounds:
        yield Line("ground", ground.code, "vi, en", f"refusal_grounds.{ground.code}")
    for link in procedure.links:
        carried = ", ".join(f"{k} = {_plain(v)}" for k, v in sorted(link.carries.items()))
        when = f" if {_plain(link.if_)}" if link.if_ is not None else ""
        what = f"{link.procedure} on {link.on}{when}; carries {carried}"
        yield Line("link", link.kind, what, f"links.{link.kind}")


def _plain(text: object) -> str:
    return re.sub(r"\s+", " ", str(text)).strip()
