"""Canonical bytes of an event, its hash and the salted commitments that stand in it for people's values.

The allowed subset of RFC 8785: objects with ASCII keys, NFC strings, integers within ±(2^53-1), booleans,
null, arrays. In this subset the standard library's JSON equals JCS, so a verifier needs nothing else.
"""
from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

BODY_VERSION = 1
LARGEST_INT = 2**53 - 1
MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
LEAF = b"\x00"  # RFC 6962 §2.1: a leaf can never be taken for an inner node


class NotCanonical(ValueError):
    """The value has no canonical form; `path` says where, never what."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path


def canonical_bytes(value: Any) -> bytes:
    """Return the one spelling of a JSON value as UTF-8. Raises NotCanonical outside the allowed subset."""
    _check(value, "$")
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def moment(at: dt.datetime) -> str:
    """Return YYYY-MM-DDTHH:MM:SS.ffffffZ in UTC. Raises NotCanonical for a moment without a zone."""
    if at.tzinfo is None:
        raise NotCanonical("$", "a moment needs a time zone")
    return at.astimezone(dt.UTC).strftime(MOMENT)


def leaf_hash(body: bytes) -> str:
    """Return SHA-256(0x00 || body), hex: the leaf of the log and the `prev` of the case's next event."""
    return hashlib.sha256(LEAF + body).hexdigest()


def commitment(value: Any, salt: bytes) -> str:
    """Return SHA-256(salt || canonical value), hex. The salt (32 bytes) makes guessing a short value useless."""
    return hashlib.sha256(salt + canonical_bytes(value)).hexdigest()


def commit(value: Any) -> tuple[str, str]:
    """Return (commitment, salt), both hex, with a fresh salt of 32 bytes. Raises NotCanonical."""
    salt = secrets.token_bytes(32)
    return commitment(value, salt), salt.hex()


def event_body(
    *,
    origin: str,
    case: str,
    seq: int,
    prev: str,
    kind: str,
    definition: str,
    name: str,
    actor: str,
    at: dt.datetime,
    build: str,
    part: str | None = None,
    source: str | None = None,
    target: str | None = None,
    acting_for: str | None = None,
    recorded_for: str | None = None,
    role: str | None = None,
    inputs: Mapping[str, str] | None = None,
    confirms: Iterable[str] = (),
    papers: Sequence[Mapping[str, Any]] = (),
    reads: Mapping[str, int] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> bytes:
    """Return the canonical bytes of an event; what is absent or empty stands as null, [] or {}.

    inputs: name -> commitment (hex); confirms: codes; papers: [{paper, stage, sha256, …}]; reads: row -> revision,
    written as [[row, revision], …] because row keys may hold Vietnamese letters; facts: outcome without
    personal values (due_on, attempt). Raises NotCanonical.
    """
    return canonical_bytes(
        {
            "v": BODY_VERSION,
            "origin": origin,
            "case": case,
            "part": part or None,
            "seq": seq,
            "prev": prev,
            "kind": kind,
            "definition": definition,
            "name": name,
            "from": source or None,
            "to": target or None,
            "actor": actor,
            "acting_for": acting_for or None,
            "recorded_for": recorded_for or None,
            "role": role or None,
            "at": moment(at),
            "build": build,
            "inputs": dict(inputs or {}),
            "confirms": sorted(confirms),
            "papers": [dict(p) for p in papers],
            "reads": sorted([key, revision] for key, revision in (reads or {}).items()),
            "facts": dict(facts or {}),
        }
    )


def parse_body(body: bytes) -> dict[str, Any]:
    """Read an event back. Raises NotCanonical when the bytes are not the one spelling of what they say."""
    try:
        read = json.loads(body)
        same = isinstance(read, dict) and canonical_bytes(read) == bytes(body)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise NotCanonical("$", "not JSON in UTF-8") from error
    if not same:
        raise NotCanonical("$", "another spelling of the same value")
    return dict(read)


def _check(value: Any, path: str) -> None:
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotCanonical(path, "a key must be an ASCII string")
            _check(inner, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            _check(inner, f"{path}[{index}]")
    else:
        _check_scalar(value, path)


def _check_text(text: str, path: str) -> None:
    if not unicodedata.is_normalized("NFC", text):
        raise NotCanonical(path, "text must be NFC")
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise NotCanonical(path, "half of a surrogate pair")


def _check_scalar(value: Any, path: str) -> None:
    if value is None or isinstance(value, bool):
        return
    if not isinstance(value, int):
        raise NotCanonical(path, f"{type(value).__name__} has no canonical form")
    if abs(value) > LARGEST_INT:
        raise NotCanonical(path, "the number is outside ±(2^53-1)")
