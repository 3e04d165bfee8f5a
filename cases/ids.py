"""Identifiers that we make ourselves."""
from __future__ import annotations

import secrets
import uuid

from accounts.clock import now

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0, 1: read over the telephone


def uuid7() -> uuid.UUID:
    """Return a UUIDv7 (RFC 9562 §5.7); Python 3.11 has none."""
    millis = int(now().timestamp() * 1000)
    value = (millis << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    return uuid.UUID(int=value)


def submission_code() -> str:
    """Return a random code such as N7KQ-3WDM-X9TP: 60 bits, no meaning, from the first save."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return f"{drawn[:4]}-{drawn[4:8]}-{drawn[8:]}"
