"""The door upward: rooms above register what they do for a step. No Django signals.

In the transaction: papers (documents) – called once per step with every paper of it; whatever it raises
undoes the step. After the commit: effects by kind, delivered from outbox rows, at least once, so a
handler makes its effect repeatable by `effect.key`.
"""
from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from django.utils.safestring import SafeString

from accounts.models import User
from cases.models import Case, Part
from workflows.definition import Paper, Procedure, Step
from workflows.errors import Fault

Stage = Literal["prepare", "sign", "issue"]


@dataclass(frozen=True, slots=True)
class PaperJob:
    """One paper to prepare, sign or issue within a step. Values of `ask` are in stored form."""

    stage: Stage
    paper: Paper
    definition: Procedure
    step: Step
    case: Case  # locked, as after the step's `set`
    part: Part | None
    parts: Sequence[Part]  # parts of the present attempt
    ask: Mapping[str, Any]
    actor: User | None  # None: the system
    acting_for: User | None
    role: str
    recorded: bool  # typed in by another role for the paper's own signer
    seq: int  # the event that this belongs to
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class PaperMade:
    """What became of a job; goes into the event and into Case.papers."""

    document_id: uuid.UUID
    paper: str
    stage: Stage
    status: str
    number: str
    issued_on: str  # ISO day, empty before issue
    sha256: str  # of the bytes as they stand
    content_hash: str  # over the sorted members, independent of compression
    template: str


@dataclass(frozen=True, slots=True)
class Effect:
    """One outbox row as a handler sees it."""

    entry_id: int
    key: str
    kind: str
    case_id: uuid.UUID | None
    seq: int
    payload: Mapping[str, Any]
    attempt: int
    now: dt.datetime  # when this attempt began; handlers read no clock


@dataclass(frozen=True, slots=True)
class Templates:
    """What the files of a folder give at publication: the template of each paper, and every fault of them."""

    bodies: Mapping[str, bytes]  # paper -> .docx
    faults: tuple[Fault, ...] = ()


PaperMaker = Callable[[Sequence[PaperJob]], list[PaperMade]]
PaperPreview = Callable[[PaperJob], bytes]
# The resolved procedure, and the folders in which the texts of its papers are looked for, nearest first.
TemplateCompiler = Callable[[Procedure, Sequence[Path]], Templates]
PaperReader = Callable[[bytes], SafeString]
PaperAddress = Callable[[str], str]
Handler = Callable[[Effect], None]
Chore = Callable[[dt.datetime], None]


@dataclass(frozen=True, slots=True)
class Carriage:
    """How the effects of one kind are carried out, and what to do when one is given up."""

    handler: Handler
    together: bool
    buried: Handler | None
    ordered: bool


_carriages: dict[str, Carriage] = {}
_chores: dict[str, Chore] = {}
_papers: dict[str, PaperMaker | PaperPreview | PaperReader | PaperAddress | TemplateCompiler] = {}


def delivers(
    kind: str, *, together: bool = False, buried: Handler | None = None, ordered: bool = False
) -> Callable[[Handler], Handler]:
    """Register the handler of an outbox kind; a second one for the same kind is an error.

    together: handler and "done" commit in one transaction, so an effect in this database happens exactly once;
    such a handler is quick, touches nothing outside and opens no durable transaction. Otherwise it runs without
    a transaction around it and repeats harmlessly by `effect.key`.
    buried: called in the transaction that gives the effect up.
    ordered: ordered kinds of one case are carried out one after the other, as they were promised; one that was
    given up holds nobody up.
    """

    def register(handler: Handler) -> Handler:
        if kind in _carriages and _carriages[kind].handler is not handler:
            raise ValueError(f"two handlers for {kind}")
        _carriages[kind] = Carriage(handler, together, buried, ordered)
        return handler

    return register


def keeps_house(name: str, chore: Chore) -> None:
    """Register what a carrier does about once a minute: quick, and harmless to repeat on several machines at once."""
    _chores[name] = chore


def chores() -> Sequence[Chore]:
    """Return the chores of the rooms above."""
    return tuple(_chores.values())


def carriage_of(kind: str) -> Carriage:
    """Return how a kind is carried out; raises KeyError when no room registered it."""
    return _carriages[kind]


def ordered_kinds() -> list[str]:
    """Return the kinds whose effects keep their order within a case."""
    return sorted(kind for kind, carriage in _carriages.items() if carriage.ordered)


def handler_of(kind: str) -> Handler:
    """Return the handler of an outbox kind; raises KeyError when no room registered one."""
    return _carriages[kind].handler


def makes_papers(maker: PaperMaker, preview: PaperPreview) -> None:
    """Register the room that makes papers (documents, from its AppConfig.ready)."""
    _papers.update(make=maker, preview=preview)


def make_papers(jobs: Sequence[PaperJob]) -> list[PaperMade]:
    """Make every paper of a step inside its transaction. Raises PaperImpossible."""
    maker: Any = _papers["make"]
    made: list[PaperMade] = maker(jobs)
    return made


def preview_paper(job: PaperJob) -> bytes:
    """Return the .docx (DỰ THẢO) that the step would make; nothing is stored. Raises PaperImpossible."""
    preview: Any = _papers["preview"]
    body: bytes = preview(job)
    return body


def reads_papers(reader: PaperReader, address: PaperAddress) -> None:
    """Register the room that turns a .docx into HTML for reading on a page, and knows where a paper is downloaded
    (documents, from its AppConfig.ready)."""
    _papers.update(read=reader, address=address)


def paper_address(document_id: str) -> str:
    """Return where a paper is downloaded by who may see it."""
    found: Any = _papers["address"]
    return str(found(document_id))


def paper_as_html(body: bytes) -> SafeString:
    """Return the text of a paper as HTML: who signs reads the words on the page, without another program."""
    reader: Any = _papers["read"]
    found: SafeString = reader(body)
    return found


def compiles_templates(compiler: TemplateCompiler) -> None:
    """Register the room that turns the texts of papers into templates (documents, from its AppConfig.ready)."""
    _papers.update(compile=compiler)


def compile_templates(procedure: Procedure, search_path: Sequence[Path]) -> Templates:
    """Return the templates of a procedure's papers, judged; nothing is raised and nothing is stored."""
    compiler: Any = _papers["compile"]
    templates: Templates = compiler(procedure, search_path)
    return templates
