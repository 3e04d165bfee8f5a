"""What a step of a large case costs: a delegation of 60 members and 5 decisions, beside one of one member.

    python -m benchmarks.delegation [steps]

The steps: `assign` opens the decisions, `submit_division` judges every rule of the form and every limit, `submit_dept`
hands over. Statements must not grow with the members; the CPU time of a step may double at most. The two delegations
take turns: others use the machine too.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.scene import installation
from benchmarks.step import Recorder

PEOPLE, DECISIONS, MOST_RATIO = 60, 5, 2.0
KINDS: tuple[dict[str, Any], ...] = (  # one for each decider
    {},
    {"rank": "lanh_dao_so_xa"},
    {"managed_by": "bct_bbt"},
    {"managed_by": "btv_tu", "bloc": "dang"},
    {"bloc": "hdnd"},
)
ATTACHED = (
    "signed_request_letter", "programme_file", "invitation", "invitation_translation", "plan_decision",
    "explanation_letter",
)  # fmt: skip
NOTE = "Hồ sơ đủ thành phần, đúng thẩm quyền; không vượt giới hạn nào."
WHY = "Chuyến đi theo lời mời của đối tác đã ký thỏa thuận hợp tác."
STEPS = (("assign", "son", "receive"), ("submit_division", "ha", "assign"), ("submit_dept", "son", "submit_division"))

Take = Callable[[Any], Any]


@dataclass(frozen=True)
class Cost:
    """What a step costs: statements, CPU milliseconds of its fastest tenth, milliseconds on the clock."""

    statements: int
    cpu: float
    wall: float


def delegation(people: int, until: str) -> Any:
    """Return a delegation that has come so far; of many people both limits of size are explained."""
    from tests.cases.travel import crowd, travelled  # noqa: PLC0415  # after django.setup()
    from workflows.scenarios import Action  # noqa: PLC0415

    members = crowd(people, *KINDS[: min(people, DECISIONS)])
    given = {"attachments": list(ATTACHED), "rows": {}}
    walk = travelled("receive" if until == "receive" else "assign", given=given, members=members)
    for limit in ("delegation_size", "delegation_size_flat") if people > 1 and until != "receive" else ():
        walk.take(Action(do="explain_limit", **{"as": "lan", "with": {"limit": limit, "content": WHY}}))
    if until == "submit_division":
        walk.take(Action(do="submit_division", **{"as": "ha", "with": {"review_note": NOTE}}))
    return walk


def data_of(step: str) -> dict[str, Any]:
    from tests.procedures.runner import person  # noqa: PLC0415

    given: dict[str, dict[str, Any]] = {
        "assign": {"assignee": str(person("ha").pk)},
        "submit_division": {"review_note": NOTE},
        "submit_dept": {"confirm": ["checked_content"]},
    }
    return given[step]


def costs(step: str, who: str, until: str, count: int) -> list[Cost]:
    """Take a step on so many copies of a delegation of one and of sixty."""
    from tests.procedures.province import copies  # noqa: PLC0415

    walks = [delegation(people, until) for people in (1, PEOPLE)]
    return in_turns([(_take(step, who, walk), copies(walk.case, count + 1)) for walk in walks])


def _take(step: str, who: str, walk: Any) -> Take:
    from cases.services import advance_case  # noqa: PLC0415
    from tests.procedures.runner import person  # noqa: PLC0415

    actor, data = person(who), data_of(step)
    return lambda case: advance_case(case_id=case.pk, transition=step, actor=actor, now=walk.now, data=data)


def in_turns(takes: Sequence[tuple[Take, Sequence[Any]]]) -> list[Cost]:
    """Measure each of them on its cases, one step of each in turn; the first step of each warms it up."""
    from django.db import connection  # noqa: PLC0415  # after django.setup()

    found: list[tuple[list[int], list[float], list[float]]] = [([], [], []) for _ in takes]
    for cases in zip(*(given for _, given in takes), strict=True):
        for (take, _), case, (statements, cpu, wall) in zip(takes, cases, found, strict=True):
            recorder = Recorder()
            with connection.execute_wrapper(recorder):
                started, spent = time.perf_counter(), time.process_time()
                take(case)
                cpu.append((time.process_time() - spent) * 1000)
                wall.append((time.perf_counter() - started) * 1000)
            statements.append(len(recorder.statements))
    return [
        Cost(max(s[1:]), statistics.quantiles(cpu[1:], n=10)[0], statistics.median(wall[1:])) for s, cpu, wall in found
    ]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with installation():
        print(f"members: 1, {PEOPLE}      statements            CPU (ms)      ratio       on the clock (ms)  ratio")
        for step, who, until in STEPS:
            one, many = costs(step, who, until, count)
            print(
                f"{step:18} {one.statements:9d} {many.statements:6d} {one.cpu:12.2f} {many.cpu:8.2f}"
                f" {many.cpu / one.cpu:10.2f} {one.wall:15.2f} {many.wall:8.2f} {many.wall / one.wall:11.2f}"
            )
        print(f"(the ratio of CPU times: at most {MOST_RATIO:g}; {DECISIONS} decisions against 1)")


if __name__ == "__main__":
    main()
