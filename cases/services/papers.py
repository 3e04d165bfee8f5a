"""Papers of a step, inside its transaction: jobs for the room that makes them, and what the case keeps of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases.effects import PaperJob, PaperMade, Stage, make_papers
from cases.models import Part
from cases.services.turn import Turn
from workflows.asks import SIGNED_COPY
from workflows.definition import Paper
from workflows.engine import Move, applies

STAGES: tuple[Stage, ...] = ("prepare", "sign", "issue")


def jobs_of(turn: Turn, move: Move, part: Part | None, ask: Mapping[str, Any]) -> list[PaperJob]:
    """Return the jobs of a step in the order prepare, sign, issue; papers that do not apply are left out."""
    attempt = turn.attempt(move.step, part)
    found = []
    for stage in STAGES:
        for code in getattr(move.step.papers, stage):
            if applies(attempt, code):
                found.append(_job(turn, move, part, ask, stage, turn.definition.paper(code)))
    return found


def _job(turn: Turn, move: Move, part: Part | None, ask: Mapping[str, Any], stage: Stage, paper: Paper) -> PaperJob:
    return PaperJob(
        stage=stage,
        paper=paper,
        definition=turn.definition,
        step=move.step,
        case=turn.case,
        part=part,
        parts=[p for p in turn.parts if p.attempt == turn.case.attempt],
        ask=ask,
        actor=turn.actor,
        acting_for=None if turn.automatic else turn.request.acting_for,
        role=move.role,
        recorded=move.recorded,
        seq=turn.seq,
        now=turn.now,
    )


def work_papers(turn: Turn, move: Move, part: Part | None, ask: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Make the papers of a step and keep what guards need; return them for the event. Raises PaperImpossible."""
    if not move.step.papers.any:
        return []
    made = make_papers(jobs_of(turn, move, part, ask))
    for paper in made:
        _keep(turn, move, part, paper, ask)
    return [_for_event(m) for m in made]


def _keep(turn: Turn, move: Move, part: Part | None, made: PaperMade, ask: Mapping[str, Any]) -> None:
    holder = part if part is not None and made.paper in turn.definition.part(part.kind).papers else turn.case
    kept = {**holder.papers.get(made.paper, {}), "document": str(made.document_id), "number": made.number}
    paper = turn.definition.paper(made.paper)
    if made.stage == "prepare":
        kept |= {"draft": True, "signed": False, "stale": False, "drafted_by": _drafter(turn, move, made.paper)}
    elif made.stage == "sign":
        kept |= {"signed": True, "signed_by": turn.person, "signer_role": paper.signer}
        _mark_signed(turn, paper)
    else:
        kept |= {"issued": True, "draft": False, "issued_on": made.issued_on, "public": paper.public}
        _mark_electronic(turn, paper, ask)
    holder.papers = {**holder.papers, made.paper: kept}
    _answer(turn, made)


def _drafter(turn: Turn, move: Move, code: str) -> str:
    """A step that prepares and signs the same paper has no drafter of its own."""
    return "" if code in move.step.papers.sign else turn.person


def _mark_signed(turn: Turn, paper: Paper) -> None:
    """The case counts as signed from the first signature of the attempt under a public nd30 paper."""
    if paper.family == "nd30" and paper.public and not turn.case.attributes.get("signed"):
        turn.case.attributes |= {"signed": True, "signed_on": turn.day.isoformat()}


def _mark_electronic(turn: Turn, paper: Paper, ask: Mapping[str, Any]) -> None:
    """The result is electronic when its digitally signed copy lies beside it (Nghị định 30/2020/NĐ-CP art. 5)."""
    if paper.public and ask.get(SIGNED_COPY + paper.code):
        turn.case.attributes["result_electronic"] = True


def _answer(turn: Turn, made: PaperMade) -> None:
    row = {
        "id": str(made.document_id),
        "paper": made.paper,
        "status": made.status,
        "number": made.number,
        "sha256": made.sha256,
    }
    turn.documents = [d for d in turn.documents if d["id"] != row["id"]] + [row]


def _for_event(made: PaperMade) -> dict[str, Any]:
    return {
        "paper": made.paper,
        "stage": made.stage,
        "document": str(made.document_id),
        "status": made.status,
        "number": made.number,
        "sha256": made.sha256,
        "content": made.content_hash,
        "template": made.template,
    }


def void_unnumbered(turn: Turn) -> None:
    """Drafts and signed papers without a number become void when the case enters a closed state.

    Those of a part that is still open go on: it ends by itself.
    """
    turn.case.papers, _ = _voided(turn.case.papers)
    turn.promise("void_papers", {"attempt": turn.case.attempt}, tag="void")


def void_of_part(turn: Turn, part: Part) -> None:
    """Drafts and signed papers without a number become void when their part closes or is ended."""
    part.papers, some = _voided(part.papers)
    if some:
        turn.promise("void_papers", {"attempt": turn.case.attempt, "part": part.key}, tag=f"void:{part.key}")


def _voided(papers: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    waiting = {c: k for c, k in papers.items() if not k.get("issued") and (k.get("draft") or k.get("signed"))}
    void = {code: {**k, "draft": False, "signed": False, "stale": False, "void": True} for code, k in waiting.items()}
    return {**papers, **void}, bool(waiting)
