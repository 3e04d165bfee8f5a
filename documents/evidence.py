"""What documents gives to proof: every document of a case with its recorded hash and the bytes as they lie there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from functools import partial

from cases.evidence import Piece, lying_bytes
from documents.models import Document


def pieces(cases: Sequence[uuid.UUID]) -> Iterator[Piece]:
    """Yield the documents of these cases; their bytes are read one by one, when somebody asks."""
    rows = Document.objects.filter(case__in=cases).order_by("case", "pk")
    for case, document, paper, sha256, blob in rows.values_list("case", "pk", "paper", "sha256", "blob"):
        yield Piece(case, str(document), paper, sha256, f"{document}.docx", partial(lying_bytes, blob))
