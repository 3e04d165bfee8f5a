"""What documents gives to proof: every document of a case with its recorded hash and the bytes as they lie there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from functools import partial

from cases.evidence import Piece
from cases.models import Blob
from documents.models import Document
from documents.queries import BytesMissing, raw_bytes


def pieces(cases: Sequence[uuid.UUID]) -> Iterator[Piece]:
    """Yield the documents of these cases; their bytes are read one by one, when somebody asks."""
    rows = Document.objects.filter(case__in=cases).order_by("case", "pk")
    for row in rows.values_list("case", "pk", "paper", "sha256", "blob"):
        case, document, paper, sha256, blob = row
        yield Piece(case, str(document), paper, sha256, f"{document}.docx", partial(_read, blob))


def _read(blob: str | None) -> bytes | None:
    found = Blob.objects.filter(pk=blob).first()
    try:
        return raw_bytes(found) if found is not None else None
    except BytesMissing:
        return None
