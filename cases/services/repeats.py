"""Idempotency: the first answer to a key is given again to the same payload; another payload is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cases.errors import KeyReused
from cases.models import Case, IdempotencyKey
from cases.services.outcome import Outcome
from cases.services.turn import Request


def operation_of(request: Request) -> str:
    """Return what a key is unique for, beside the person: this step of this record."""
    return f"{request.case_id}:{request.part_key or ''}:{request.name}"


def payload_hash(data: Mapping[str, Any], *more: str) -> str:
    """Return the hash of what was sent, whatever the order of its keys."""
    text = json.dumps([dict(data), *more], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(request: Request) -> str:
    """Return the payload hash of a request."""
    return payload_hash(request.data, str(request.acting_for.pk if request.acting_for else ""))


def first_answer(person: str, operation: str, key: str | None, sent: str) -> Outcome | None:
    """Return the first answer to this key, None when it is new. Raises KeyReused for another payload."""
    if key is None:
        return None
    kept = IdempotencyKey.objects.filter(person=person, operation=operation, key=key).first()
    if kept is None:
        return None
    if kept.payload_hash != sent:
        raise KeyReused(key)
    case = Case.objects.get(pk=kept.answer["case"])
    return Outcome(case, kept.answer, repeated=True)


def keep_answer(person: str, operation: str, key: str | None, sent: str, outcome: Outcome, now: dt.datetime) -> None:
    """Keep the answer to a key with the step that gave it."""
    if key is not None:
        IdempotencyKey.objects.create(
            person=person, operation=operation, key=key, payload_hash=sent, answer=outcome.as_dict(), created_at=now
        )
