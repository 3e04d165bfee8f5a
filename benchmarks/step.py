"""What a full step through advance_case costs, beside the bare driver writing the same rows under the same locks.

    python -m benchmarks.step [steps]

The step is `assign`: an ordinary one, without a paper. Its statements are recorded, and the bare driver then runs
the lock and every write again on a copy of the database, one execute per statement, one durable transaction a step.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.scene import bare, copied, installation

MOST_STATEMENTS, MOST_CPU_MS, LEAST_RATIO = 14, 5.0, 0.35
WRITERS = 8
WRITES = ("INSERT", "UPDATE", "DELETE")
Statement = tuple[str, Any]


class Recorder:
    """Notes every statement of a step, and when the transaction began: PostgreSQL's BEGIN travels with the first."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.begun = 0.0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begins = sql.startswith("BEGIN")
        if not self.begun and not begins:
            self.begun = time.perf_counter()
        found = execute(sql, params, many, context)
        if begins:
            self.begun = time.perf_counter()  # SQLite's has waited for the write lock
        else:
            self.statements += split(sql, list(params or ()))
        return found


def split(sql: str, params: list[Any]) -> list[Statement]:
    """Return the statements of one message: the product sends what it writes together on PostgreSQL."""
    found: list[Statement] = []
    for statement in sql.split("; "):
        count = statement.count("%s")
        found.append((statement, params[:count]))
        params = params[count:]
    return found


def assigned(case: Any, actor: Any, officer: str, now: dt.datetime) -> None:
    from cases.services import advance_case  # noqa: PLC0415  # after django.setup()

    advance_case(case_id=case.pk, transition="assign", actor=actor, now=now, data={"assignee": officer})


def product(cases: Sequence[Any], now: dt.datetime) -> dict[str, Any]:
    """Run the step on every case; return seconds and CPU milliseconds per step and the recorded statements."""
    from django.db import connection  # noqa: PLC0415

    from tests.procedures.runner import person  # noqa: PLC0415

    actor, officer = person("son"), str(person("ha").pk)
    wall, cpu, held, recorded, loop = [], [], [], [], []
    for case in cases:
        recorder = Recorder()
        with connection.execute_wrapper(recorder):
            started, spent = time.perf_counter(), time.process_time()
            assigned(case, actor, officer, now)
            ended = time.perf_counter()
        wall.append(ended - started)
        cpu.append((time.process_time() - spent) * 1000)
        held.append((ended - recorder.begun) * 1000)
        recorded.append(recorder.statements)
        loop.append(fixed_loop())
    return {"wall": wall, "cpu": cpu, "held": held, "recorded": recorded, "loop": loop}


def fixed_loop() -> float:
    """Return the CPU milliseconds of the same little work each time: how fast the core is just now.

    A virtual core shares a real one with strangers; the CPU time of the same work doubles and halves within minutes.
    """
    spent = time.process_time()
    sum(range(20_000))
    return (time.process_time() - spent) * 1000


def driver(name: str, recorded: Sequence[Sequence[Statement]], lite: bool) -> list[float]:
    """Run lock and writes of every recorded step with the bare driver; return seconds per step."""
    taken = []
    with contextlib.closing(bare(name)) as connected:
        for statements in recorded:
            rows = [s for s in statements if s[0].startswith(WRITES) or "FOR " in s[0]]
            started = time.perf_counter()
            cursor = connected.cursor()
            if lite:
                cursor.execute("BEGIN IMMEDIATE")
            for sql, params in rows:
                cursor.execute(sql.replace("%s", "?") if lite else sql, params)
            cursor.execute("COMMIT") if lite else connected.commit()
            taken.append(time.perf_counter() - started)
    return taken


def paper_lock(walk: Any) -> tuple[float, int]:
    """Return the milliseconds of the transaction that issues two numbered papers, and how many statements it takes."""
    from django.db import connection  # noqa: PLC0415

    from cases.services import advance_case  # noqa: PLC0415
    from tests.procedures.runner import person  # noqa: PLC0415

    sign = {"signing_form": "truc_tiep", "confirm": ["read_before_signing"]}
    advance_case(case_id=walk.case.pk, transition="sign_submission", actor=person("binh"), now=walk.now, data=sign)
    recorder = Recorder()
    with connection.execute_wrapper(recorder):
        advance_case(
            case_id=walk.case.pk,
            transition="send_submission",
            actor=person("van"),
            now=walk.now,
            data={"confirm": ["seal_applied"]},
        )
        ended = time.perf_counter()
    return (ended - recorder.begun) * 1000, len(recorder.statements)


def writers(cases: Sequence[Any], now: dt.datetime, count: int) -> float:
    """Return steps per second of so many processes at once."""
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    fork = multiprocessing.get_context("fork")
    gate = fork.Barrier(count + 1)

    def work(mine: Sequence[Any]) -> None:
        from tests.procedures.runner import person  # noqa: PLC0415

        connections.close_all()
        actor, officer = person("son"), str(person("ha").pk)
        gate.wait()
        for case in mine:
            assigned(case, actor, officer, now)
        connections.close_all()

    people = [fork.Process(target=work, args=(cases[n::count],)) for n in range(count)]
    for one in people:
        one.start()
    gate.wait()
    started = time.perf_counter()
    for one in people:
        one.join()
    return len(cases) / (time.perf_counter() - started)


def fsync_ms(folder: Path) -> float:
    """Return the median milliseconds in which the disk makes 4 KiB durable."""
    taken = []
    with (folder / "probe").open("wb") as file:
        for _ in range(50):
            file.write(b"x" * 4096)
            file.flush()
            started = time.perf_counter()
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def main() -> None:
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder, installation() as name:
        from django.db import connection  # noqa: PLC0415

        from tests.procedures.province import case_at, copies  # noqa: PLC0415

        lite = connection.vendor == "sqlite"
        walk = case_at("received")
        drafted = case_at("dept_review", title_vi="Thư viện xanh cho trường tiểu học")
        cases = copies(walk.case, steps * 3)
        product(copies(walk.case, 20), walk.now)  # warm: compiled expressions, prepared plans
        twin = copied(name, Path(folder))
        ours = product(cases[:steps], walk.now)
        limit = driver(twin, ours["recorded"], lite)
        one, eight = writers(cases[steps : steps * 2], walk.now, 1), writers(cases[steps * 2 :], walk.now, WRITERS)
        lock, paper_statements = paper_lock(drafted)
        report(ours, limit, (one, eight), (lock, paper_statements), fsync_ms(Path(folder)), lite=lite)


def report(
    ours: dict[str, Any],
    limit: list[float],
    speeds: tuple[float, float],
    paper: tuple[float, int],
    fsync: float,
    *,
    lite: bool,
) -> None:
    statements = max(len(s) for s in ours["recorded"])
    cpu, step, floor = statistics.median(ours["cpu"]), statistics.median(ours["wall"]), statistics.median(limit)
    undisturbed, low, high = statistics.quantiles(ours["cpu"], n=10)[0], min(ours["loop"]), max(ours["loop"])
    print(f"statements of a step      {statements:8d}     (at most {MOST_STATEMENTS})")
    print(f"statements, two numbers   {paper[1]:8d}     (at most {MOST_STATEMENTS} + 4 a numbered paper)")
    print(f"CPU of a step, undisturbed{undisturbed:8.2f} ms  (fastest tenth; at most {MOST_CPU_MS})")
    print(f"CPU of a step, median     {cpu:8.2f} ms  (one fixed loop: {low:.2f} to {high:.2f} ms)")
    print(f"a step                    {step * 1000:8.2f} ms")
    print(f"bare driver, same rows    {floor * 1000:8.2f} ms")
    print(
        f"ratio                     {floor / step:8.2f}     ("
        + ("beside fsync" if lite else f"aims at {LEAST_RATIO}")
        + ")"
    )
    print(f"the disk's fsync          {fsync:8.2f} ms")
    print(f"one writer                {speeds[0]:8.1f} steps/s")
    print(f"{WRITERS} writers                 {speeds[1]:8.1f} steps/s, {speeds[1] / speeds[0]:.2f} of one")
    print(f"transaction of a step     {statistics.median(ours['held']):8.2f} ms")
    print(f"transaction, two papers   {paper[0]:8.2f} ms, {paper[0] / 2:.2f} a paper")


if __name__ == "__main__":
    main()
