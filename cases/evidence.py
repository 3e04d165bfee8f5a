"""The door for proof: a room above says which files of a case it holds, so that history can be checked against them."""
from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cases.models import Blob
from cases.store import path_of


@dataclass(frozen=True, slots=True)
class Piece:
    """One file that a room holds for a case."""

    case: uuid.UUID
    id: str  # how the events of the case name it
    kind: str  # what it is to the room: the code of the paper
    sha256: str  # as the room has recorded it
    name: str  # file name, with its ending
    read: Callable[[], bytes | None]  # the bytes as they lie there now, unchecked; None when they are gone


Provider = Callable[[Sequence[uuid.UUID]], Iterable[Piece]]
_providers: dict[str, Provider] = {}


def contributes(code: str, provider: Provider) -> None:
    """Add a room's files to proof, from its AppConfig.ready; a second provider of the same code is an error.

    The provider is given some hundred cases at a time and answers with few statements.
    """
    if _providers.setdefault(code, provider) is not provider:
        raise ValueError(f"two providers of evidence {code}")


def pieces_of(cases: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Piece]]:
    """Return every file that the rooms hold, by case, in the order of their ids."""
    found: dict[uuid.UUID, list[Piece]] = {case: [] for case in cases}
    for code in sorted(_providers):
        for piece in _providers[code](cases):
            found[piece.case].append(piece)
    return {case: sorted(pieces, key=lambda p: p.id) for case, pieces in found.items()}


def lying_bytes(sha256: str | None) -> bytes | None:
    """Return the bytes of a blob as they lie in its row or in the store, unchecked: for whoever checks them."""
    blob = Blob.objects.filter(pk=sha256).first() if sha256 else None
    if blob is None:
        return None
    if blob.body is not None:
        return bytes(blob.body)
    path = path_of(blob.sha256)
    return path.read_bytes() if path.is_file() else None
