"""What an officer at the counter does next with a case just filed, and the slip that the filer takes home."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from cases.forms_choices import name_of_row
from cases.models import Attachment
from cases.presentation.face import Look
from cases.presentation.steps import Choice, choices_of, for_several
from cases.presentation.words import label
from workflows.definition import Field


@dataclass(frozen=True, slots=True)
class Following:
    """A step of the usual path that may be taken now: of the case, of one part, or of several parts in one form."""

    name: str
    title: str
    href: str
    count: int = 1


def following_of(look: Look) -> list[Following]:
    """Return the steps of the usual path that the viewer may take now, those of parts first and the same once."""
    usual = [c for c in choices_of(look).all if c.allowed and c.usual and c.for_whom is None]
    kinds = {part.key: part.kind for part in look.seen_parts}
    alike: dict[tuple[str, str], list[Choice]] = {}
    for choice in usual:
        alike.setdefault((kinds.get(choice.part_key, ""), choice.step.name), []).append(choice)
    found = [_following(look, kind, choices) for (kind, _), choices in alike.items()]
    return sorted(found, key=lambda one: "/parts/" not in one.href and "/batch/" not in one.href)


def _following(look: Look, kind: str, choices: list[Choice]) -> Following:
    first, several = choices[0], len(choices) > 1 and for_several(choices[0].step)
    href = reverse("batch", args=[look.case.code, kind, first.step.name]) if several else first.href
    return Following(first.step.name, first.title, href, len(choices))


# ------------------------------------------------------------------------------------------------------------ the slip
@dataclass(frozen=True, slots=True)
class Brought:
    """One line of the slip: a paper and where its original is, or a kind of scan and how many there are."""

    name: str
    more: str
    original: str


@dataclass(frozen=True, slots=True)
class Slip:
    """What the filer takes home: what was brought, what is held, what it costs, when it is ready."""

    papers: tuple[Brought, ...]
    scans: tuple[Brought, ...]
    costs: tuple[tuple[Field, dict[str, object]], ...]
    paid: bool
    due_on: dt.date | None


def slip_of(look: Look) -> Slip:
    """Return the slip of a filed case."""
    costs = tuple(costs_in(filter(look.sees, look.definition.fields), look.case.dossier))
    paid = look.case.attributes.get("fee_paid") is True and look.case.received_at is not None
    return Slip(tuple(_papers(look)), tuple(_scans(look)), costs, paid, look.case.due_on)


def costs_in(fields: Iterable[Field], dossier: Mapping[str, Any]) -> list[tuple[Field, dict[str, object]]]:
    """Return what the rules compute in money: each amount once, and none of zero beside another."""
    found: dict[int, tuple[Field, dict[str, object]]] = {}
    for field in fields:
        amount = dossier.get(field.name)
        if field.base == "money" and field.computed is not None and amount is not None:
            found.setdefault(amount["minor"], (field, dict(amount)))
    return [cost for minor, cost in found.items() if minor or len(found) == 1]


def _papers(look: Look) -> Iterator[Brought]:
    """Yield the rows of the tables of which parts are things that the office holds: a part without a clock."""
    for kind in look.definition.parts:
        if kind.per is None or kind.clock != "off" or not kind.public:
            continue
        table, field = look.definition.field(kind.per), next(f for f in kind.fields if f.type == f"row({kind.per})")
        states = {p.fields.get(field.name): look.state_label(p.state, p) for p in look.parts if p.kind == kind.code}
        for row in look.case.dossier.get(kind.per) or []:
            number = row.get("row_no")
            yield Brought(name_of_row(table, row), _said(look, table, row), states.get(number, ""))


def _said(look: Look, table: Field | None, row: dict[str, object]) -> str:
    """Return what else the row says that anybody may read: its choices and numbers that were typed."""
    columns = table.columns if table is not None else ()
    told = [c for c in columns if c.computed is None and c.base in ("enum", "int") and c.name != "row_no"]
    plain = [c for c in told if not (c.personal or c.sensitive or c.visible_to) and row.get(c.name) not in (None, 0)]
    return "; ".join(f"{label(c)}: {look.names.value(c, row[c.name])}" for c in plain)


def _scans(look: Look) -> Iterator[Brought]:
    kinds = list(Attachment.objects.filter(case=look.case, replaced_at=None, part=None).values_list("kind", flat=True))
    for kind in look.definition.attachments:
        if kind.code in kinds:
            yield Brought(label(kind), f"{kinds.count(kind.code):02d}", "")
