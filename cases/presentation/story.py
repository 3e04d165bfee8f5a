"""The history of a case for people, rendered from the keys of its events: who, for whom, what, why."""
from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from cases.canonical import NotCanonical, parse_body
from cases.models import Event, EventValues, RefusedAttempt
from cases.presentation.face import Look
from cases.presentation.words import label, said
from cases.procedures import definition_by
from workflows.asks import OUTSIDE as OUTSIDE_ASKS
from workflows.definition import Machine, Procedure, Step

RECENT = 30  # on the page of a case; the whole history has pages of its own
SHOWN_REFUSALS = 300
# What the engine keeps by itself, and the life of a co-signature.
OWN: Mapping[str, tuple[str, str]] = {
    "open": ("Mở hồ sơ", "Case opened"),
    "save": ("Lưu nội dung hồ sơ", "Dossier saved"),
    "claim": ("Nhận việc", "Task taken"),
    "release": ("Trả lại việc", "Task released"),
    "attach": ("Đính kèm tệp", "File attached"),
    "detach": ("Gỡ tệp", "File set aside"),
    "link": ("Liên kết hồ sơ", "Case linked"),
    "delivery_given_up": ("Một việc hệ thống đã hứa không thực hiện được", "Something promised could not be delivered"),
}
OPENED_AS: Mapping[str, tuple[str, str]] = {  # by the kind of case
    "row": ("Thêm vào sổ", "Added to the ledger"),
    "book": ("Mở sổ", "Ledger opened"),
}
COSIGN: Mapping[str, tuple[str, str]] = {
    "proposed": ("đề nghị đồng ký", "second person asked"),
    "agreed": ("đồng ý", "agreed to"),
    "declined": ("không đồng ý", "declined"),
    "taken_back": ("rút đề nghị", "proposal taken back"),
}
# What acts of the engine itself carry beside asked fields.
PLAIN: Mapping[str, tuple[str, str]] = {"reason": ("Lý do", "Reason"), "file_name": ("Tệp", "File")}
STAGES: Mapping[str, tuple[str, str]] = {
    "prepare": ("soạn", "drafted"),
    "sign": ("ký", "signed"),
    "issue": ("ban hành", "issued"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event in words."""

    seq: int
    at: dt.datetime
    title: str
    who: str
    role: str
    about: str  # the part, when it is one
    move: str  # from → to
    recorded: str  # whose document was typed in
    agreed: str  # the second person of a co-signed step
    said: tuple[tuple[str, str], ...]  # what was filled in: label, value
    papers: tuple[str, ...]
    hash: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An attempt that was refused: for auditors."""

    at: dt.datetime
    who: str
    title: str
    reasons: tuple[Mapping[str, str], ...]


def events_of(look: Look) -> QuerySet[Event]:
    """Return the events that the viewer may read of, newest first: an agency those of what it is asked."""
    newest = Event.objects.filter(case=look.case).order_by("-seq")
    return newest.filter(part_key__in=[part.key for part in look.seen_parts]) if look.outside else newest


class Story:
    """Tells events of one case to one viewer; people and values are fetched once."""

    def __init__(self, look: Look, events: Iterable[Event]) -> None:
        self.look = look
        self.parts = {part.key: part for part in look.parts}
        self.events = list(events)
        self.bodies = {event.seq: body_of(event) for event in self.events}
        self.people = names_of(self._named())
        seqs = [event.seq for event in self.events]
        kept = EventValues.objects.filter(case=look.case, seq__in=seqs).values_list("seq", "values")
        self.values: dict[int, Mapping[str, Any]] = dict(kept)

    def told(self) -> list[Told]:
        """Return the events, newest first."""
        return [self._told(event, self.bodies[event.seq]) for event in self.events]

    def _named(self) -> set[str]:
        bodies = self.bodies.values()
        found = {str(body.get(name) or "") for body in bodies for name in ("actor", "acting_for", "recorded_for")}
        return found | {str(body.get("facts", {}).get("agreed_by", "")) for body in bodies}

    def _told(self, event: Event, body: Mapping[str, Any]) -> Told:
        definition = definition_by(body["definition"]) if body else self.look.definition
        base, _, suffix = event.name.partition(".")
        machine = self._machine(definition, event.part_key)
        step = machine.step(base) if machine is not None else None
        values = {name: kept["value"] for name, kept in self.values.get(event.seq, {}).items()}
        part = self.parts.get(event.part_key)
        return Told(
            seq=event.seq,
            at=event.at,
            title=self._opened() if base == "open" else _title(step, base, suffix),
            who=self._who(body),
            role=self.look.role_label(body.get("role") or "") if body.get("role") not in (None, "system") else "",
            about=self.look.part_title(part) if part is not None else "",
            move=_move(machine, body),
            recorded=self._recorded(body, values),
            agreed=self.people.get(body.get("facts", {}).get("agreed_by", ""), ""),
            said=tuple(self._said(step, values)),
            papers=tuple(_paper(definition, made) for made in body.get("papers", [])),
            hash=event.hash,
        )

    def _machine(self, definition: Procedure, part_key: str) -> Machine | None:
        if not part_key:
            return definition.machine
        kind = part_key.rpartition("-")[0]
        return next((p.machine for p in definition.parts if p.code == kind), None)

    def _opened(self) -> str:
        return said(*OPENED_AS.get(self.look.case.kind, OWN["open"]))

    def _who(self, body: Mapping[str, Any]) -> str:
        actor = body.get("actor", "")
        who = said("Hệ thống", "The system") if actor == "system" else self.people.get(actor, actor)
        grantor = self.people.get(body.get("acting_for") or "", "")
        return f"{who}, {said('thay mặt', 'for')} {grantor}" if grantor else who

    def _recorded(self, body: Mapping[str, Any], values: Mapping[str, Any]) -> str:
        """Return whose document was typed in: never told as if that person had acted here."""
        if not body.get("facts", {}).get("recorded"):
            return ""
        return self.people.get(body.get("recorded_for") or "", "") or str(values.get("outside_signer", ""))

    def _said(self, step: Step | None, values: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """Yield what was filled in at a step and is no secret from the viewer."""
        asked = {f.name: f for f in (*(step.ask if step is not None else ()), *OUTSIDE_ASKS)}
        for field in asked.values():
            if field.name in values and field.base != "file" and not field.sensitive and self.look.sees(field):
                yield label(field), self.look.names.value(field, values[field.name])
        for name, (vi, en) in PLAIN.items():
            if name not in asked and values.get(name):
                yield said(vi, en), str(values[name])


def _title(step: Step | None, base: str, suffix: str) -> str:
    name = label(step) if step is not None else said(*OWN.get(base, (base, base)))
    return f"{name}: {said(*COSIGN[suffix])}" if suffix in COSIGN else name


def _move(machine: Machine | None, body: Mapping[str, Any]) -> str:
    source, target = body.get("from"), body.get("to")
    if machine is None or not source or not target or source == target:
        return ""
    labels = {state.code: label(state) for state in machine.states}
    return f"{labels.get(source, source)} → {labels.get(target, target)}"


def _paper(definition: Procedure, made: Mapping[str, Any]) -> str:
    name = next((label(p) for p in definition.papers if p.code == made["paper"]), str(made["paper"]))
    stage = said(*STAGES.get(made["stage"], ("", "")))
    number = f", {said('số', 'no.')} {made['number']}" if made.get("number") else ""
    return f"{name} ({stage}{number})"


def body_of(event: Event) -> Mapping[str, Any]:
    """Return what an event says; nothing when its bytes cannot be read – the auditor's pages say what is wrong."""
    try:
        return parse_body(bytes(event.body))
    except NotCanonical:
        return {}


def names_of(ids: Iterable[str]) -> dict[str, str]:
    """Return the names of persons by id; ids that are none are left out."""
    found = {parsed for parsed in map(_uuid, ids) if parsed is not None}
    return {str(user.pk): str(user) for user in User.objects.filter(pk__in=found)}


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def refusals_of(look: Look) -> list[Refusal]:
    """Return who tried what and was refused, newest first; to auditors only."""
    if not look.audits:
        return []
    rows = RefusedAttempt.objects.filter(case=look.case).select_related("person").order_by("-at", "-pk")
    return [
        Refusal(row.at, str(row.person or ""), _tried(look, row), tuple(row.reasons)) for row in rows[:SHOWN_REFUSALS]
    ]


def _tried(look: Look, row: RefusedAttempt) -> str:
    kind = row.part_key.rpartition("-")[0]
    machine = next((p.machine for p in look.definition.parts if p.code == kind), look.definition.machine)
    step = machine.step(row.name)
    return label(step) if step is not None else row.name
