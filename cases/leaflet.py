"""What somebody may know of a procedure before filing: what it needs, how long it takes, what it costs, which law."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from cases.access import APPLICANTS, may_see_field
from cases.forms_words import in_words, label_of, needed_when
from cases.models import Published
from workflows.definition import AttachmentKind, Field, Paper, Procedure, Step, Term
from workflows.diagram import svg

UNITS = {
    "WD": ("ngày làm việc", "working day(s)"),
    "CD": ("ngày", "calendar day(s)"),
    "MONTH": ("tháng", "month(s)"),
    "HOUR": ("giờ làm việc", "working hour(s)"),
}


@dataclass(frozen=True, slots=True)
class Need:
    """One paper to attach or one thing to tell; `when` is empty for what is always needed."""

    label: str
    when: str = ""
    copies: str = ""
    types: str = ""
    max_mb: int = 0
    kept: bool = False  # the original stays with the office
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Time:
    """One term: how long, in which case, and whether the office has confirmed it."""

    length: str
    when: str
    confirmed: bool


def leaflet(procedure: Procedure, published: Published) -> dict[str, Any]:
    """Return what the page of a procedure shows, in the language of the page."""
    return {
        "procedure": procedure,
        "published": published,
        "guidance": procedure.guidance.get(_language(), procedure.guidance.get("vi", "")),
        "attachments": [_attachment(a, procedure) for a in procedure.attachments],
        "told": list(_told(procedure)),
        "times": [time_of(t, procedure) for t in procedure.terms],
        "fee": fee_of(procedure),
        "laws": laws_of(procedure),
        "results": results_of(procedure),
        "course": course_of(procedure),
        "diagram": svg(procedure.machine, title=str(getattr(procedure, _language())), language=_language()),
    }


def fee_of(procedure: Procedure) -> dict[str, Any] | None:
    """Return the fee as {minor, currency}; None when there is none."""
    fee = procedure.config.get("fee", 0)
    if not fee:
        return None
    return dict(fee) if isinstance(fee, dict) else {"minor": int(fee), "currency": "VND"}


def results_of(procedure: Procedure) -> list[Paper]:
    """Return the public papers of the decree that a case which goes well issues."""
    named = {name for golden in procedure.golden_paths for name in golden.get("path", ())}
    issued = {code for step in procedure.machine.transitions if step.name in named for code in step.papers.issue}
    return [p for p in procedure.papers if p.code in issued and p.public and p.family == "nd30"]


def course_of(procedure: Procedure) -> list[tuple[Step, list[Any]]]:
    """Return the steps of a case that goes well, each with the roles that take it."""
    path = procedure.golden_paths[0]["path"] if procedure.golden_paths else ()
    steps = [step for name in path if (step := procedure.machine.step(name)) is not None]
    return [(step, [procedure.roles.get(role, role) for role in step.by]) for step in steps]


def laws_of(procedure: Procedure) -> list[str]:
    """Return the legal bases of the procedure's papers that are confirmed, each once."""
    texts = [b.text for paper in procedure.papers for b in paper.legal_basis if b.confirmed]
    return list(dict.fromkeys(texts))


def _attachment(kind: AttachmentKind, procedure: Procedure) -> Need:
    return Need(
        label=str(getattr(kind, _language())),
        when=needed_when(kind.required, _siblings(procedure)),
        copies=kind.copies,
        types=", ".join(t.upper() for t in kind.types),
        max_mb=kind.max_mb,
        kept=kind.originals == "kept",
        optional=kind.required is False,
    )


def _told(procedure: Procedure) -> Iterable[Need]:
    """The fields that the applicant fills in before filing, without those that nobody has to give."""
    siblings = _siblings(procedure)
    for field in procedure.fields:
        if _is_asked(field):
            yield Need(label=label_of(field), when=needed_when(field.required, siblings))


def _is_asked(field: Field) -> bool:
    own = field.computed is None and field.required_from is None
    return own and field.required is not False and may_see_field(field, APPLICANTS)


def time_of(term: Term, procedure: Procedure) -> Time:
    """Return a term in words of the page's language."""
    vi, en = UNITS[term.u]
    length = f"{term.n:g} {en if _language() == 'en' else vi}"
    when = "" if term.if_ == "true" else in_words(term.if_, _siblings(procedure))
    return Time(length, when, term.confirmed)


def _siblings(procedure: Procedure) -> dict[str, Field]:
    return {field.name: field for field in procedure.fields}


def _language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"
