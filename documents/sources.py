"""Texts of papers into templates, at publication: composed, then checked in a child process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from documents.checking import check
from documents.layout import LayoutFault, compose
from documents.merge import FRAME, columns_of, fields_known
from documents.merge_rows import COLUMNS
from documents.templates import faults_in
from workflows.definition import Paper, Procedure
from workflows.errors import DefinitionError, Fault

LONGEST = 60_000


def composed(paper: Paper, procedure: Procedure, body_text: str) -> bytes:
    """Return the template of a paper from its plain text, judged. Raises DefinitionError with every fault.

    A text of this size and kind is harmless to parse; a .docx from outside goes to documents.checking instead.
    """
    file = f"papers/{paper.code}.txt"
    if len(body_text) > LONGEST:
        raise DefinitionError([Fault(file, 0, paper.code, f"dài quá {LONGEST} ký tự / too long")])
    try:
        template = compose(paper, body_text)
    except LayoutFault as fault:
        raise DefinitionError([Fault(file, fault.line, paper.code, fault.message)]) from fault
    faults = [*faults_in(template, known_to(paper, procedure)), *unlabelled(paper, procedure)]
    if faults:
        raise DefinitionError([Fault(file, 0, paper.code, message) for message in faults])
    return template


def checked(paper: Paper, procedure: Procedure, template: bytes) -> list[Fault]:
    """Return every fault of a .docx that a folder ships, judged in a child process."""
    faults = [*check(template, known_to(paper, procedure)), *unlabelled(paper, procedure)]
    return [Fault(f"papers/{paper.code}.docx", 0, paper.code, message) for message in faults]


def known_to(paper: Paper, procedure: Procedure) -> dict[str, set[str] | None]:
    """Return the fields that a template of this paper may read: name -> columns, None for a plain value."""
    fields = fields_known(procedure)
    known: dict[str, set[str] | None] = dict.fromkeys(FRAME)
    for name in paper.merge:
        found = fields.get(name)
        if name in COLUMNS:
            known[name] = COLUMNS[name]
        elif found is not None and found.base == "table":
            known[name] = set(columns_of(paper, found))
        else:
            known[name] = None
    return known


def unlabelled(paper: Paper, procedure: Procedure) -> list[str]:
    """Name the merged enum fields some value of which has no words: a code never prints."""
    fields: Mapping[str, Any] = fields_known(procedure)
    named = [fields[name] for name in paper.merge if name in fields]
    named += [c for f in named for c in f.columns if f.base == "table"]
    return [
        f"{f.name}: giá trị {value} chưa có chữ để in (no words)"
        for f in named
        for value in f.values
        if not f.labels.get(value, {}).get("vi") and not value.startswith("config.")
    ]
