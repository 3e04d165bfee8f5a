"""The roots of CEL beside those of the case: the row, the field or the item that an expression is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

OF_PART = frozenset({"part", "papers", "ask"})  # other roots are the same whichever part one looks from


class Beside(Mapping[str, Any]):
    """Facts with further roots (`this`, `value`, `item`). Facts build a root when it is read: nothing is copied."""

    __slots__ = ("_facts", "_more")

    def __init__(self, facts: Mapping[str, Any], **more: Any) -> None:
        self._facts, self._more = facts, more

    def __getitem__(self, root: str) -> Any:
        return self._more[root] if root in self._more else self._facts[root]

    def __iter__(self) -> Iterator[str]:
        return iter({*self._more, *self._facts})

    def __len__(self) -> int:
        return len({*self._more, *self._facts})
