"""Every paper can be made: prepared, signed by its signer, issued; no guard asks for what its own step makes."""

from __future__ import annotations

from workflows.cel_syntax import SyntaxFault, parse
from workflows.definition import Machine, Paper, Procedure, Step
from workflows.proof.findings import Findings, machines, steps
from workflows.proof.graph import edges, reached
from workflows.proof.outcomes import wished

MADE = (("prepare", "draft"), ("sign", "signed"), ("issue", "issued"))  # what each work on a paper makes true


def prove_papers(procedure: Procedure, findings: Findings) -> None:
    """Add the faults of papers and of the steps that make them."""
    papers = {p.code: p for p in procedure.papers}
    signed = {code for _, _, step in steps(procedure) for code in step.papers.sign}
    for key, _, step in steps(procedure):
        findings.unknown(key, _worked(step), papers, "văn bản / paper")
        _prove_not_asked_for(key, step, findings)
        for code in _worked(step):
            if code in papers:
                _prove_work(key, step, papers[code], findings, signed_apart=code in signed)
    for paper in procedure.papers:
        _prove_life(procedure, paper, findings)


def _worked(step: Step) -> list[str]:
    return list(dict.fromkeys((*step.papers.prepare, *step.papers.sign, *step.papers.issue)))


def _prove_not_asked_for(key: str, step: Step, findings: Findings) -> None:
    """No guard asks for what its own step makes: the first time it would never pass."""
    made = {f"papers.{code}.{fact}" for work, fact in MADE for code in getattr(step.papers, work)}
    for guard in step.require:
        for path in sorted(made & _wishes(guard.cel)):
            findings.error(
                key,
                f"điều kiện {guard.code} đòi {path}, là thứ chính bước này làm ra",
                f"guard {guard.code} asks for {path}, which this step makes itself",
            )


def _wishes(text: str | None) -> set[str]:
    try:
        return set(wished(parse(text))) if text else set()
    except SyntaxFault:
        return set()


def _prove_work(key: str, step: Step, paper: Paper, findings: Findings, *, signed_apart: bool) -> None:
    code, signer = paper.code, paper.signer
    own = signer in step.by or step.recorded_by is not None
    words = f"{code} do {signer} ký, bước không của {signer}", f"{code} is {signer}'s to sign, who does not act here"
    if code not in step.papers.sign:
        if not own and signer != "system" and paper.rendered and not _numbered(paper) and not signed_apart:
            findings.warning(key, *words)
        return
    if not own:
        findings.error(key, *words)
    if "system" in step.by:
        findings.error(key, f"hệ thống không bao giờ ký ({code})", f"the system never signs ({code})")
    if not paper.rendered:
        findings.error(key, f"{code} là văn bản của cơ quan khác", f"{code} is another body's and not signed here")
    if code in step.papers.issue and _numbered(paper):
        findings.error(key, f"ký và cấp số {code} trong cùng một bước", f"signs and numbers {code} in one step")


def _numbered(paper: Paper) -> bool:
    """Whether it is a paper of ours under Decree 30, which its leader signs before the clerk gives it a number."""
    return paper.family == "nd30" and paper.origin == "ours"


def _prove_life(procedure: Procedure, paper: Paper, findings: Findings) -> None:
    """A paper of ours under the decree is prepared before it is signed and signed before it is issued."""
    key, code = f"papers.{paper.code}", paper.code
    makers = {work: [k for k, _, s in steps(procedure) if code in getattr(s.papers, work)] for work, _ in MADE}
    if not makers["issue"]:
        findings.warning(key, f"không bước nào ban hành {code}", f"nobody issues {code}")
    if not _numbered(paper):
        return
    for work, vi in (("prepare", "soạn"), ("sign", "ký")):
        if makers["issue"] and not makers[work]:
            findings.error(key, f"không bước nào {vi} {code}", f"no step has it under papers.{work}: {code}")
    for where in machines(procedure):
        for before, after in (("prepare", "sign"), ("sign", "issue")):
            _prove_order(where, (code, before, after), findings)


def _prove_order(where: tuple[str, str | None, Machine], work: tuple[str, str, str], findings: Findings) -> None:
    """In one machine, whoever does the later work can have come past the earlier; over several it is left open."""
    prefix, kind, machine = where
    code, before, after = work
    arrows = edges(machine, "part" if kind else "case")
    done = {e.target for e in arrows if code in getattr(e.step.papers, before)}
    if not done or any(code in getattr(s.papers, before) for s in machine.acts):
        return
    past = reached(done, [(e.source, e.target) for e in arrows])
    for step in machine.transitions:
        late = code in getattr(step.papers, after) and code not in getattr(step.papers, before)
        if late and not past & set(step.sources):
            words = f"không đường nào tới đây có {before} {code}", f"no path to this step has {before} of {code}"
            findings.error(f"{prefix}transitions.{step.name}", *words)
