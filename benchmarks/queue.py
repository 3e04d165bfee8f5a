"""Whether the queue stays flat: its first page at a few thousand cases and at a million, with the plan.

    python -m benchmarks.queue 10000 1000000

The number of open tasks is the same at every size; the rest is history.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from benchmarks.scene import installation

OPEN = 2000
MOST_RATIO = 1.3
ROUNDS = 200


def grow(template: Any, have: int, want: int) -> None:
    """Add closed cases, each with a done task, by SQL from one row."""
    from django.db import connection  # noqa: PLC0415  # after django.setup()

    lite = connection.vendor == "sqlite"
    numbers = (
        f"WITH RECURSIVE s(n) AS (SELECT {have + 1} UNION ALL SELECT n + 1 FROM s WHERE n < {want}) "
        if lite
        else f"WITH s AS (SELECT generate_series({have + 1}, {want}) AS n) "
    )
    ident = "lower(hex(randomblob(16)))" if lite else "gen_random_uuid()"
    name = "printf('#%09d', n)" if lite else "to_char(n, 'FM\"#\"000000000')"  # no real code begins so
    own = {"id": ident, "submission_code": name, "case_code": name, "closed": "1" if lite else "true"}
    columns = [f.column for f in template._meta.concrete_fields]
    chosen = ", ".join(own.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    key = template.pk.hex if lite else str(template.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO cases_case ({names}) {numbers} SELECT {chosen} FROM s, cases_case t WHERE t.id = '{key}'"
            if not lite
            else f"{numbers} INSERT INTO cases_case ({names}) SELECT {chosen} FROM s, cases_case t WHERE t.id = '{key}'"
        )
        cursor.execute(
            "INSERT INTO cases_task (case_id, state, role, unit_code, urgent, opened_at, due_at, done_at)"
            " SELECT id, 'received', 'division_head', '', urgent, created_at, created_at, created_at FROM cases_case"
            f" WHERE submission_code LIKE '#%' AND submission_code > '#{have:09d}'"
        )
        cursor.execute("ANALYZE")


def page_ms(desk: Any) -> float:
    """Return the milliseconds of the queue's first page, the fastest of many: what else the machine does is not it."""
    from cases.queries import to_take  # noqa: PLC0415

    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        to_take(desk).page()
        taken.append((time.perf_counter() - started) * 1000)
    return min(taken)


def plan(desk: Any) -> str:
    """Return the line of the plan that names the index of the first lane."""
    from cases.queries import to_take  # noqa: PLC0415

    lane = to_take(desk).lanes[0].filter(urgent__in=[False]).order_by("due_at", "pk")[:50]
    lines = [line.strip() for line in lane.explain().splitlines() if "task_open" in line]
    return lines[0] if lines else "NO PARTIAL INDEX"


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 1_000_000]
    with installation():
        from cases.queries import desk_of  # noqa: PLC0415
        from tests.procedures.province import case_at, copies  # noqa: PLC0415
        from tests.procedures.runner import person  # noqa: PLC0415

        walk = case_at("received")
        copies(walk.case, OPEN)  # each with its open task for the head of division
        desk, found, have = desk_of(person("son"), walk.now), {}, 0
        for size in sizes:
            grow(walk.case, have, size)
            have = size
            found[size] = page_ms(desk)
            print(f"{size:9d} cases  {found[size]:8.2f} ms  {plan(desk)}")
        ratio = found[sizes[-1]] / found[sizes[0]]
        print(f"ratio            {ratio:8.2f}     (at most {MOST_RATIO})")
        sys.exit(0 if ratio <= MOST_RATIO and "task_open" in plan(desk) else 1)


if __name__ == "__main__":
    main()
