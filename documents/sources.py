"""Texts of papers into templates, at publication: composed, then checked in a child process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from cases.effects import Templates
from documents.checking import check
from documents.layout import LayoutFault, compose
from documents.ledger_values import COLUMNS as LEDGER_COLUMNS
from documents.ledger_values import columns_known
from documents.merge import FRAME, columns_of, fields_known
from documents.merge_rows import COLUMNS
from documents.payment import PAID
from documents.templates import faults_in
from workflows.definition import Paper, Procedure
from workflows.errors import DefinitionError, Fault
from workflows.loader import LAYER
from workflows.shapes import near

LONGEST = 60_000
KINDS = (".docx", ".txt")
PAPERS = 1024  # more than all versions of all procedures have: asked for in turn, fewer would never be met again


def templates_of(procedure: Procedure, search_path: Sequence[Path]) -> Templates:
    """Return the template of every paper that we make, from the first folder that words it, with all faults."""
    bodies: dict[str, bytes] = {}
    faults = list(_nameless(procedure, search_path[0]))
    for paper in (p for p in procedure.papers if p.rendered):
        try:
            bodies[paper.code] = _template(paper, procedure, search_path)
        except DefinitionError as wrong:
            faults += wrong.faults
    return Templates(bodies, tuple(faults))


def _template(paper: Paper, procedure: Procedure, search_path: Sequence[Path]) -> bytes:
    """Return the template of a paper. Raises DefinitionError with the file as people find it."""
    named = [folder / "papers" / f"{paper.code}{kind}" for folder in search_path for kind in KINDS]
    file = next((path for path in named if path.is_file()), None)
    if file is None:
        raise DefinitionError([_wordless(paper, search_path)])
    try:
        return _made(paper, procedure, file)
    except DefinitionError as wrong:
        shown = f"{_shown(file.parent.parent)}/papers/{file.name}"
        raise DefinitionError([replace(f, file=shown, key=f"papers.{paper.code}") for f in wrong.faults]) from wrong


def _wordless(paper: Paper, search_path: Sequence[Path]) -> Fault:
    place, message = f"{_shown(search_path[0])}/papers/{paper.code}.txt", "văn bản chưa có mẫu / paper without a text"
    return Fault(place, 0, f"papers.{paper.code}", message, near(paper.code, _worded(search_path)))


def _made(paper: Paper, procedure: Procedure, file: Path) -> bytes:
    if file.suffix == ".docx":
        body = file.read_bytes()
        faults = checked(paper, procedure, body)
        if faults:
            raise DefinitionError(faults)
        return body
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise DefinitionError([Fault(file.name, 0, paper.code, "không phải UTF-8 / no UTF-8")]) from fault
    return composed(paper, procedure, text)


def _nameless(procedure: Procedure, folder: Path) -> Iterator[Fault]:
    """A text of the folder's own that belongs to no paper is a misspelt name."""
    papers = [paper.code for paper in procedure.papers]
    for file in sorted((folder / "papers").glob("*")):
        if file.suffix in KINDS and file.stem not in papers:
            message = "không có văn bản này / no such paper"
            yield Fault(f"{_shown(folder)}/papers/{file.name}", 0, file.stem, message, near(file.stem, papers))


def _worded(search_path: Sequence[Path]) -> list[str]:
    return [file.stem for folder in search_path for file in (folder / "papers").glob("*")]


def _shown(folder: Path) -> str:
    """Return how faults name a folder: ngo_aid/v1, or _common."""
    return folder.name if folder.name == LAYER else f"{folder.parent.name}/{folder.name}"


def composed(paper: Paper, procedure: Procedure, body_text: str) -> bytes:
    """Return the template of a paper from its plain text, judged. Raises DefinitionError with every fault.

    A text of this size and kind is harmless to parse; a .docx from outside goes to documents.checking instead.
    """
    file = f"papers/{paper.code}.txt"
    if len(body_text) > LONGEST:
        raise DefinitionError([Fault(file, 0, paper.code, f"dài quá {LONGEST} ký tự / too long")])
    try:
        template = _composed(paper.model_dump_json(), body_text)
    except LayoutFault as fault:
        raise DefinitionError([Fault(file, fault.line, paper.code, fault.message)]) from fault
    known = ((name, frozenset(c) if c is not None else None) for name, c in known_to(paper, procedure).items())
    faults = [*_unknown_in(template, frozenset(known)), *unlabelled(paper, procedure)]
    if faults:
        raise DefinitionError([Fault(file, 0, paper.code, message) for message in faults])
    return template


@lru_cache(maxsize=PAPERS)
def _unknown_in(template: bytes, known: frozenset[tuple[str, frozenset[str] | None]]) -> tuple[str, ...]:
    return tuple(faults_in(template, {name: None if c is None else set(c) for name, c in known}))


@lru_cache(maxsize=PAPERS)
def _composed(paper_json: str, body_text: str) -> bytes:
    """Versions of a procedure share most papers, and composing one takes as long as all the rest of publication."""
    return compose(Paper.model_validate_json(paper_json), body_text)


def checked(paper: Paper, procedure: Procedure, template: bytes) -> list[Fault]:
    """Return every fault of a .docx that a folder ships, judged in a child process."""
    faults = [*check(template, known_to(paper, procedure)), *unlabelled(paper, procedure)]
    return [Fault(f"papers/{paper.code}.docx", 0, paper.code, message) for message in faults]


def known_to(paper: Paper, procedure: Procedure) -> dict[str, set[str] | None]:
    """Return the fields that a template of this paper may read: name -> columns, None for a plain value."""
    fields = fields_known(procedure)
    known: dict[str, set[str] | None] = dict.fromkeys(FRAME | (PAID if paper.qr == "pay" else frozenset()))
    for name in paper.merge:
        found = fields.get(name)
        if name == "ledger_rows":
            known[name] = columns_known(procedure)
        elif name in {**COLUMNS, **LEDGER_COLUMNS}:
            known[name] = {**COLUMNS, **LEDGER_COLUMNS}[name]
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
