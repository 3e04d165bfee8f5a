"""What the cases themselves give to proof: every attachment, set aside or not, with the bytes as they lie there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import PurePath

from cases.evidence import Piece, lying_bytes
from cases.models import Attachment


def pieces(cases: Sequence[uuid.UUID]) -> Iterator[Piece]:
    """Yield the attachments of these cases; the file name in proof is the id, for people's own names may tell much."""
    rows = Attachment.objects.filter(case__in=cases).order_by("case", "pk")
    for case, attachment, kind, name, blob in rows.values_list("case", "pk", "kind", "name", "blob"):
        ending = PurePath(name).suffix.lower()
        yield Piece(case, str(attachment), kind, blob, f"{attachment}{ending}", partial(lying_bytes, blob))
