"""A list or slip that is no document of a case, printed in the layout of the office's slips."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from accounts.clock import local_day
from accounts.models import User
from cases.office import office_rows
from documents.half_size import halved
from documents.layout import compose
from documents.merge import FRAME
from documents.office import issuer_of
from documents.printed import long_day
from documents.render import produce
from documents.templates import Compiled, compile_template
from workflows.definition import Paper


def list_as_docx(
    paper: Paper, text: str, values: Mapping[str, Any], officer: User, now: dt.datetime, *, half: bool = False
) -> bytes:  # fmt: skip
    """Return the list as a Word file in the name of the paper's issuer, `half`: on A5. Raises PaperImpossible."""
    rows, day = office_rows(local_day(now)), local_day(now)
    issuer = issuer_of(paper, rows)
    frame: dict[str, Any] = dict.fromkeys(FRAME, "") | {"recipients": [], "copies": [], "legal_basis_lines": []}
    frame |= {
        "agency_name": issuer.name, "parent_agency_name": issuer.parent_name, "place_name": issuer.place,
        "officer_name": officer.full_name, "document_date": long_day(day), "signature_lines": [], "page": "A4",
        "site": "", "case_code": "", "submission_code": "",
    }  # fmt: skip
    return produce(_composed(paper.model_dump_json(), text, half=half), {**frame, **values}).body


@lru_cache(maxsize=16)
def _composed(paper: str, text: str, *, half: bool) -> Compiled:
    template = compose(Paper.model_validate_json(paper), text)
    return compile_template(halved(template) if half else template)
