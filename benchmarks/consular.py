"""What papers cost at the consular desk: a case of fifty beside one of one, and a batch of two hundred.

    python -m benchmarks.consular [steps] [papers of the batch]

The steps: `record_original` at the counter, `match` of a paper (its stamp is drafted). Statements must not grow with
the papers, CPU time may double, that of pages as well. The two cases take turns, and the fastest tenth counts: others
use the machine too.
Of the batch, the bare driver runs lock and writes of every transaction again on a copy of the database.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.delegation import Cost, Take, in_turns
from benchmarks.scene import copied, installation
from benchmarks.step import Recorder, Statement, driver

PAPERS, BATCH, MOST_RATIO = 50, 200, 2.0
LARGEST = 300  # kB of a page
PAGES = (("case", ""), ("part", "parts/paper-1/"), ("step", "parts/paper-1/do/match/"))


def takes(step: str, part: str, who: str, now: Any, data: dict[str, Any]) -> Take:
    from cases.services import advance_case  # noqa: PLC0415
    from tests.procedures.runner import person  # noqa: PLC0415

    actor = person(who)
    return lambda case: advance_case(
        case_id=case.pk, part_id=part, transition=step, actor=actor, now=now, data=data
    )


def steps(count: int) -> None:
    """Print what the steps cost in a case of one paper and in one of fifty."""
    from tests.cases.consular.desk import MATCHES, assigned, of_many  # noqa: PLC0415
    from tests.procedures.province import copies  # noqa: PLC0415

    recorded = {"place": "mot_cua", "condition": "02 trang, còn nguyên vẹn"}
    print(f"papers: 1, {PAPERS}       statements            CPU (ms)      ratio       on the clock (ms)  ratio")
    for step, part, who, come, data in (
        ("record_original", "original-1", "minh", of_many, recorded), ("match", "paper-1", "nga", assigned, MATCHES),
    ):  # fmt: skip
        walks = [come(papers) for papers in (1, PAPERS)]
        one, many = in_turns([(takes(step, part, who, w.now, data), copies(w.case, count + 1)) for w in walks])
        print(told(step, one, many))
    print(f"(the ratio of CPU times: at most {MOST_RATIO:g}; statements: the same)")


def told(name: str, one: Cost, many: Cost) -> str:
    return (
        f"{name:18} {one.statements:9d} {many.statements:6d} {one.cpu:12.2f} {many.cpu:8.2f}"
        f" {many.cpu / one.cpu:10.2f} {one.wall:15.2f} {many.wall:8.2f} {many.wall / one.wall:11.2f}"
    )


def pages(count: int) -> None:
    """Print what the pages of such cases cost: those of the officer, and the one of who filed."""
    from tests.cases.consular.desk import assigned  # noqa: PLC0415

    codes = [assigned(papers).case.case_code for papers in (1, PAPERS)]
    asked = [("nga", name, [f"/cases/{code}/{end}" for code in codes]) for name, end in PAGES]
    asked += [("nga", "queue", ["/queue/", "/queue/"]), ("lan", "applicant", [f"/cases/{code}/" for code in codes])]
    for who, name, (first, second) in asked:
        get = signed_in(who).get
        one, many = in_turns([(get, [first] * (count + 1)), (get, [second] * (count + 1))])
        print(told(f"page of the {name}", one, many))
        small, large = (len(get(address).content) / 1000 for address in (first, second))
        print(f"  its HTML         {small:9.0f} {large:6.0f} kB")
    print(f"(the ratio of CPU times of the case: at most {MOST_RATIO:g}; HTML: at most {LARGEST} kB)")


def signed_in(who: str) -> Any:
    from django.test import Client  # noqa: PLC0415

    from tests.procedures.runner import person  # noqa: PLC0415

    client = Client()
    client.force_login(person(who))
    return client


def batch(papers: int) -> None:
    """Print what a batch of so many papers costs, beside the bare driver that writes the same rows."""
    from django.db import connection  # noqa: PLC0415

    from tests.cases.consular.desk import assigned, match_all  # noqa: PLC0415

    walk = assigned(papers)
    with tempfile.TemporaryDirectory() as folder:
        twin = copied(str(connection.settings_dict["NAME"]), Path(folder))
        recorder = Recorder()
        with connection.execute_wrapper(recorder):
            started, spent = time.perf_counter(), time.process_time()
            results = match_all(walk)
            wall, cpu = time.perf_counter() - started, time.process_time() - spent
        transactions = split(recorder.statements)
        floor = sum(driver(twin, transactions, connection.vendor == "sqlite"))
    taken = sum(result.outcome is not None for result in results)
    print(f"a batch of {papers} papers     {taken} taken, {len(results) - taken} refused, each told")
    each = sum(len(transaction) for transaction in transactions) / papers
    print(f"statements             {each:9.1f} a paper, in {len(transactions)} transactions")
    print(f"the batch              {wall:9.2f} s, {cpu / papers * 1000:.1f} ms of CPU a paper")
    print(f"bare driver, same rows {floor:9.2f} s")
    print(f"ratio                  {floor / wall:9.2f}")


def split(statements: Sequence[Statement]) -> list[list[Statement]]:
    """Return the statements by transactions: each begins by locking the case."""
    lock = next(sql for sql, _ in statements if sql.startswith("SELECT") and 'FROM "cases_case"' in sql)
    found: list[list[Statement]] = []
    for statement in statements:
        if statement[0] == lock:
            found.append([])
        if found:  # before the first stands what a connection asks when it is opened
            found[-1].append(statement)
    return found


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    papers = int(sys.argv[2]) if len(sys.argv) > 2 else BATCH
    with installation():
        from tests.procedures.province import open_consular_desk  # noqa: PLC0415

        open_consular_desk()
        steps(count)
        pages(max(count // 5, 3))
        batch(papers)


if __name__ == "__main__":
    main()
