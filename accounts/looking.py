"""What a page asks for at every turn and nobody changes while it is looked at: read once for the page.

Steps never look this way: what a person may do is read again after the lock.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Found = TypeVar("Found")
_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("known", default=None)


@contextmanager
def looking() -> Iterator[None]:
    """Within this, `once` reads what it is asked for once; a look within a look is the same look."""
    if _known.get() is not None:
        yield
        return
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def once(name: Hashable, read: Callable[[], Found]) -> Found:
    """Return what `read` reads; while one looks, what it read before under this name."""
    known = _known.get()
    if known is None:
        return read()
    if name not in known:
        known[name] = read()
    found: Found = known[name]
    return found
