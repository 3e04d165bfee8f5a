"""Whether there are people for a procedure: roles that nobody holds, steps for which four eyes are too many."""
from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from accounts.models import Mandate, RoleHeld
from cases.access import APPLICANTS
from workflows.definition import Procedure, Step
from workflows.errors import Fault
from workflows.proof.findings import Findings, Places, steps

NOBODY_NEEDED = APPLICANTS | {"system"}
CONSULTEE = "consultee"
DRAFTER = "specialist"  # who drafts a case when no step names another

People = Mapping[str, frozenset[int]]  # role -> who may act in it


def staffing_faults(procedure: Procedure, day: dt.date, places: Places | None = None) -> tuple[Fault, ...]:
    """Return a warning for each role that nobody holds on a day and each step that needs one person more."""
    people, findings = people_on(day), Findings(procedure, places or {})
    _warn_roles(procedure, people, findings)
    _warn_consultees(procedure, day, findings)
    for key, _, step in steps(procedure):
        _warn_eyes(procedure, key, step, people, findings)
    return tuple(findings.faults)


def people_on(day: dt.date) -> People:
    """Return who may act in each role on a day: who holds it, and who has a mandate of somebody who does."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for role, person in RoleHeld.objects.in_force(day).values_list("role", "user_id"):
        found[role].add(person)
    for role, person in Mandate.objects.in_force(day).values_list("role", "grantee_id"):
        found[role].add(person)
    return {role: frozenset(persons) for role, persons in found.items()}


def _warn_roles(procedure: Procedure, people: People, findings: Findings) -> None:
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    for _, _, step in steps(procedure):
        acting = {*step.by, *filter(None, (step.recorded_by,))}
        if not acting & NOBODY_NEEDED and not _together(acting, people):
            waiting[step.by[0]].append(step.name)
    for role, names in waiting.items():
        listed = ", ".join(dict.fromkeys(names))
        findings.warning(f"roles.{role}", f"không ai giữ vai trò {role}: {listed}", f"nobody holds {role}: {listed}")


def _warn_consultees(procedure: Procedure, day: dt.date, findings: Findings) -> None:
    held = RoleHeld.objects.with_role(CONSULTEE, day).values_list("unit__code", flat=True)
    there = set(held)
    for consultee in procedure.consultees:
        if consultee.mandatory is True and consultee.code not in there:  # a condition is judged in each case
            code = consultee.code
            words = f"không ai trả lời thay mặt {code}", f"nobody answers for {code}; its letters have to be recorded"
            findings.warning(f"consultees.{code}", *words)


def _warn_eyes(procedure: Procedure, key: str, step: Step, people: People, findings: Findings) -> None:
    acting = _together(step.by, people)
    if step.cosign and _one_and_the_same(acting, people.get(step.cosign, frozenset())):
        findings.warning(
            key,
            f"cùng một người giữ vai trò của bước và vai trò đồng ý ({step.cosign})",
            f"the only person for this step is the only one who may agree ({step.cosign})",
        )
    if any(g.builtin == "four_eyes" for g in step.require):
        drafting = _together(_drafting(procedure, step), people)
        if _one_and_the_same(acting, drafting):
            words = "người soạn duy nhất cũng là người ký duy nhất", "the only drafter is the only one who may sign"
            findings.warning(key, *words)


def _drafting(procedure: Procedure, step: Step) -> set[str]:
    """Return the roles that draft what a step signs."""
    signed = {*step.papers.sign} - {*step.papers.prepare}
    return {r for _, _, other in steps(procedure) if signed & {*other.papers.prepare} for r in other.by} or {DRAFTER}


def _together(roles: Iterable[str], people: People) -> frozenset[int]:
    return frozenset[int]().union(*(people.get(role, frozenset()) for role in roles))


def _one_and_the_same(some: frozenset[int], others: frozenset[int]) -> bool:
    return len(some) == 1 and some == others
