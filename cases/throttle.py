"""How often something may be tried from one place or about one thing; counted in the cache, nothing in clear."""
from __future__ import annotations

import hashlib

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


class TooMany(Exception):
    """Tried too often (429); `wait` seconds until it may be tried again."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


def count(what: str, whom: str, *, most: int, seconds: int) -> None:
    """Count one attempt; raises TooMany above `most` within a window of `seconds` that begins with the first."""
    key = f"throttle:{what}:{hashlib.sha256(whom.encode()).hexdigest()[:32]}"
    cache.add(key, 0, timeout=seconds)
    try:
        tried = cache.incr(key)
    except ValueError:  # the window ended between the two statements
        return
    if tried > most:
        raise TooMany(seconds)


def client_of(request: HttpRequest) -> str:
    """Return the address that asks; behind a proxy the one that the proxy saw."""
    return str(get_adapter().get_client_ip(request))
