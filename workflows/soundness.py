"""The proof before publication: every case can be walked to its end, by people who exist, with papers that print.

Errors refuse the publication, warnings are shown to whoever publishes (language of procedures, proof at publication).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from workflows.definition import BuiltinSpec, Procedure
from workflows.errors import DefinitionError, Fault
from workflows.loader import Common, Draft
from workflows.proof.claims import prove_expressions, prove_guards
from workflows.proof.findings import Findings, Places
from workflows.proof.graph import prove_machines
from workflows.proof.inquiries import prove_inquiries
from workflows.proof.papers import prove_papers
from workflows.proof.people import prove_people
from workflows.proof.statistics import prove_statistics
from workflows.proof.tables import prove_tables
from workflows.proof.times import prove_times
from workflows.proof.values import prove_values
from workflows.resolve import resolve
from workflows.shapes import near


def prove(
    procedure: Procedure,
    *,
    builtins: Mapping[str, BuiltinSpec],
    published: Collection[str] = (),
    steps_there: Mapping[str, Collection[str]] | None = None,
    places: Places | None = None,
) -> tuple[Fault, ...]:
    """Return every fault of a procedure, errors before warnings; no error means that it may be published.

    `published`: codes of the procedures that are published, which links may lead to without a warning.
    `steps_there`: by procedure, the names of the steps that links may fire there.
    `places`: where things stand in the folder ("transitions.submit" -> file and line), as resolve() found them.
    """
    findings = Findings(procedure, places or {})
    params = {name: spec.params for name, spec in builtins.items()}
    prove_machines(procedure, findings)
    prove_people(procedure, findings)
    prove_guards(procedure, params, findings)
    prove_expressions(procedure, params, findings)
    prove_papers(procedure, findings)
    prove_values(procedure, findings)
    prove_times(procedure, findings)
    prove_tables(procedure, findings)
    prove_statistics(procedure, findings)
    prove_inquiries(procedure, findings)
    _prove_public(procedure, findings)
    _warn_links(procedure, {*published, procedure.procedure}, findings)
    own = {s.name for s in (*procedure.machine.transitions, *procedure.machine.acts)}
    _prove_fired(procedure, {**(steps_there or {}), procedure.procedure: own}, findings)
    _warn_unconfirmed(procedure, findings)
    return tuple(sorted(findings.faults, key=lambda f: f.level != "error"))


def prove_draft(draft: Draft, *, published: Collection[str] = ()) -> tuple[Fault, ...]:
    """Return every fault of a folder: of its text while it has any, else those of the proof."""
    try:
        found = resolve(draft)
    except DefinitionError as wrong:
        return wrong.faults
    builtins = builtins_of(draft.common)
    told = tuple(f for f in draft.faults if f.level != "error")
    return (*prove(found.procedure, builtins=builtins, published=published, places=found.places), *told)


def builtins_of(common: Common) -> dict[str, BuiltinSpec]:
    """Return the built-in guards that a common layer declares."""
    declared = common.layer.get("builtins") or {}
    return {name: BuiltinSpec.model_validate(dict(spec)) for name, spec in declared.items()}


def _prove_public(procedure: Procedure, findings: Findings) -> None:
    """A case that the national portal follows has a public status in every state but the first."""
    for state in procedure.machine.states:
        key = f"states.{state.code}"
        if state.public is not None and not 1 <= state.public <= 10:
            findings.error(key, "tình trạng công khai phải từ 1 đến 10", "the public status is 1 to 10")
        if state.public is None and procedure.kind == "case" and procedure.portal_tracked and not state.initial:
            findings.error(key, "thiếu tình trạng công khai", "the public status is missing")


def _warn_links(procedure: Procedure, published: Collection[str], findings: Findings) -> None:
    for link in procedure.links:
        if link.procedure not in published:
            findings.warning(
                f"links.{link.kind}",
                f"liên kết tới thủ tục chưa công bố: {link.procedure}",
                f"links to a procedure that is not published: {link.procedure}",
            )


def _prove_fired(procedure: Procedure, there: Mapping[str, Collection[str]], findings: Findings) -> None:
    """What a link fires is a step of the other procedure, as far as that one is known."""
    for link in procedure.links:
        if link.fires is not None and link.fires not in there.get(link.procedure, (link.fires,)):
            nearest = near(link.fires, sorted(there[link.procedure]))
            hint_vi, hint_en = (f" (gần nhất: {nearest})", f" (nearest: {nearest})") if nearest else ("", "")
            findings.error(
                f"links.{link.kind}",
                f"thủ tục {link.procedure} không có bước {link.fires}{hint_vi}",
                f"{link.procedure} has no step {link.fires}{hint_en}",
            )


def _warn_unconfirmed(procedure: Procedure, findings: Findings) -> None:
    for name in (n for n in procedure.unconfirmed if n != "terms"):  # each term is told by itself
        findings.warning(f"config.{name}", f"giá trị chưa được xác nhận: {name}", f"value not confirmed: {name}")
    for term in (*procedure.terms, *(t for p in procedure.parts for t in p.terms)):
        if not term.confirmed:
            words = f"thời hạn chưa được xác nhận: {term.code}", f"term not confirmed: {term.code}"
            findings.warning(f"terms.{term.code}", *words)
    _warn_bases(procedure, findings)


def _warn_bases(procedure: Procedure, findings: Findings) -> None:
    bases: dict[str, list[str]] = {}
    for paper in procedure.papers:
        for basis in paper.legal_basis:
            if not basis.confirmed:
                bases.setdefault(basis.text, []).append(paper.code)
    for text, papers in bases.items():
        vi, en = "căn cứ chưa được xác nhận, sẽ không in", "legal basis not confirmed, will not print"
        findings.warning(f"papers.{papers[0]}", f"{vi}: {text}", f"{en}: {', '.join(papers)}")
