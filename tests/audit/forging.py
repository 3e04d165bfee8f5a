"""How events are rewritten and forged, well chained, by somebody who knows how they are made."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from cases.canonical import canonical_bytes, leaf_hash
from cases.models import Case, Event


def body_of(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(event.body))
    return found


def named(case: Case, name: str) -> Event:
    return Event.objects.filter(case=case, name=name).order_by("seq")[0]


def store(event: Event, body: bytes, digest: str | None = None) -> None:
    Event.objects.filter(case=event.case_id, seq=event.seq).update(body=body, hash=digest or leaf_hash(body))


def rewrite(case: Case, changed: dict[int, dict[str, Any]]) -> None:
    """Rewrite events by seq and everything after them, hashes, columns and head included: a clever intruder."""
    prev = ""
    for event in Event.objects.filter(case=case).order_by("seq"):
        body = {**body_of(event), **changed.get(event.seq, {}), "prev": prev}
        written = canonical_bytes(body)
        prev = leaf_hash(written)
        Event.objects.filter(case=case, seq=event.seq).update(
            body=written,
            hash=prev,
            name=body["name"],
            kind=body["kind"],
            actor=body["actor"],
            at=dt.datetime.fromisoformat(body["at"]),
        )
    Case.objects.filter(pk=case.pk).update(head_seq=event.seq, head_hash=prev)


def forge(case: Case, changes: dict[str, Any], *, head: bool = True) -> None:
    """Append an event of one's own, well chained, modelled on the last one."""
    last = Event.objects.filter(case=case).order_by("-seq")[0]
    body = {
        **body_of(last),
        "seq": last.seq + 1,
        "prev": last.hash,
        "inputs": {},
        "confirms": [],
        "papers": [],
        **changes,
    }
    written = canonical_bytes(body)
    values = {f: body[f] or "" for f in ("kind", "name", "actor")}
    Event.objects.create(
        case=case,
        seq=body["seq"],
        body=written,
        hash=leaf_hash(written),
        procedure=case.procedure,
        at=last.at,
        part_key=body["part"] or "",
        acting_for=body["acting_for"] or "",
        **values,
    )
    if head:
        Case.objects.filter(pk=case.pk).update(head_seq=body["seq"], head_hash=leaf_hash(written))
