"""Cases of the consular desk, walked to where a test begins."""

from __future__ import annotations

from functools import cache

from cases.models import Case
from cases.services import Result, Target, advance_each
from tests.procedures.runner import Walk, person, walked
from workflows.registry import SHIPPED
from workflows.scenarios import Action, Scenario, read_scenarios

PROCEDURE = "consular_legalization"
FEE = 30_000  # of one paper, in đồng
GOLDEN = "one paper is certified on the next working day (V4)"


def scenario(name: str, procedure: str = PROCEDURE) -> Scenario:
    return next(s for s in scenarios_of(procedure) if s.name == name)


@cache
def scenarios_of(procedure: str) -> tuple[Scenario, ...]:
    """Read the scenarios of a folder once: it takes half a second."""
    return tuple(read_scenarios(SHIPPED / procedure / "v1").scenarios)


def until(step: str, name: str = GOLDEN, procedure: str = PROCEDURE) -> Walk:
    """Return the case of a scenario after its first step of this name that is not refused."""
    found = scenario(name, procedure)
    at = next(n for n, action in enumerate(found.steps, 1) if action.do == step and not action.refused)
    return walked(procedure, found.model_copy(update={"steps": found.steps[:at]}))


def of_many(papers: int) -> Walk:
    """Return the golden case with so many papers of one kind, submitted; no original is recorded yet."""
    found = scenario(GOLDEN)
    (row,) = found.given.dossier["papers"]
    rows = [{**row, "row_no": n, "title": f"{row['title']} số {n}"} for n in range(1, papers + 1)]
    standing = () if Case.objects.filter(procedure="stamp_stock").exists() else found.given.standing
    more = {"dossier": {**found.given.dossier, "papers": rows}, "standing": standing}
    given = found.given.model_copy(update=more)
    return walked(PROCEDURE, found.model_copy(update={"given": given, "steps": found.steps[:1]}))


def record_originals(walk: Walk) -> list[Result]:
    """Record every original of a submitted case at the counter, in one batch."""
    keys = walk.case.parts.filter(kind="original").order_by("opened_at").values_list("key", flat=True)
    return advance_each(
        targets=[Target(walk.case.pk, key) for key in keys],
        transition="record_original",
        actor=person("minh"),
        now=walk.now,
        data={"place": "mot_cua", "condition": "02 trang, còn nguyên vẹn"},
    )


def assigned(papers: int) -> Walk:
    """Return a case of so many papers, paid for and given to Nga, who compares them."""
    walk = of_many(papers)
    record_originals(walk)
    for name in ("ask_fee", "pay", "assign"):
        said = next(a for a in reversed(scenario(GOLDEN).steps) if a.do == name and not a.refused)
        paid = {"paid_minor": FEE * papers} if name == "pay" else {}
        started = [f"paper-{n}.start_compare" for n in range(1, papers + 1)] if name == "assign" else []
        more = {"with_": {**said.with_, **paid}, "then": started, "expect": Action().expect}
        walk.take(said.model_copy(update=more))
    return walk


MATCHES = {
    "specimen": "so-cong-thuong",
    "confirm": ["not_altered", "not_forged", "original_marks", "no_harm", "electronic_valid"],
}


def match_all(walk: Walk) -> list[Result]:
    """Compare every paper with its specimen, in one batch."""
    papers = walk.case.parts.filter(kind="paper").order_by("opened_at")
    keys = sorted(papers.values_list("key", flat=True), key=lambda key: int(key.rpartition("-")[2]))
    return advance_each(
        targets=[Target(walk.case.pk, key) for key in keys],
        transition="match",
        actor=person("nga"),
        now=walk.now,
        data=MATCHES,
    )
