"""What a failed delivery may say about itself. An error's own text is not ours: it may quote an address or a name."""
from __future__ import annotations

import traceback
from pathlib import PurePath

from cases.errors import DeliveryImpossible, DeliveryPostponed

DEEPEST = 6


def what_failed(error: Exception) -> str:
    """Return the kind of error and where it arose; of our own two errors also the words, which are codes."""
    if isinstance(error, DeliveryPostponed | DeliveryImpossible):
        return f"{type(error).__name__}: {error}".removesuffix(": ")
    frames = traceback.extract_tb(error.__traceback__)
    where = f" {_place(frames[-1])}" if frames else ""
    return f"{type(error).__name__}{where}"


def trace_of(error: Exception) -> list[str]:
    """Return the innermost lines of code that the error passed, without any value."""
    return [_place(frame) for frame in traceback.extract_tb(error.__traceback__)[-DEEPEST:]]


def _place(frame: traceback.FrameSummary) -> str:
    parts = PurePath(frame.filename).parts[-2:]
    return f"{'/'.join(parts)}:{frame.lineno} {frame.name}"
