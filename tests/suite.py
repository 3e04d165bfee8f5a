"""make test: the suite on SQLite and, beside it, the rooms with tables on PostgreSQL.

python -m tests.suite [--all] [pytest arguments]
"""
from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.services import IN_CI, Missing, Server, postgres, redis

ROOT = Path(__file__).resolve().parent.parent
SEED = os.environ.get("SEED", "20261124")
WITH_TABLES = (
    "accounts", "cases", "documents", "notifications", "audit", "procedures",
    "config/backups/test_copies.py", "config/backups/test_at_work.py", "config/doctor/test_database.py",
    "config/doctor/test_upgrade.py",
)  # fmt: skip
# The fixed sample for ten minutes on two cores: where the two databases differ (locks, races, delivery, protection,
# numbers, scenarios, copies). Pages and files ask the same querysets; test-all runs them on PostgreSQL as well.
SAMPLE = (
    "accounts", "documents/test_numbering.py", "procedures/test_scenarios.py",
    "cases/outbox", "cases/test_advance.py", "cases/test_queries.py", "cases/test_races.py",
    "cases/test_races_of_parts.py", "cases/test_travel_story.py", "cases/consular/test_desk_story.py",
    "notifications/test_mail.py", "notifications/test_service.py", "audit/test_verifier.py",
    "config/backups/test_copies.py", "config/doctor/test_database.py",
)  # fmt: skip
ON_BOTH = "tests/cases/test_protection.py"  # asks for a PostgreSQL of its own beside SQLite: runs once, on SQLite
# Rooms with a process of their own beside the rest on SQLite, so that the four chains are equally long. `processes`
# start the product's own and mostly wait for them; what only computes fills the waiting.
APART = {
    "processes": ("e2e", "faults", "documents", "workflows", "architecture"),
    "installation": ("setup", "config", "cases/commands"),
    "procedures": ("procedures", "audit"),
}
FIGURES = ROOT / "docs" / "figures" / "test-all.md"
OURS = ("DATABASE_URL", "REDIS_URL", "HOSO_ENV", "VAR_DIR")  # the developer's own installation stays out of it


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def started(get: Callable[[], Server], stack: contextlib.ExitStack) -> str:
    """Return the address of a service kept for both runs; "" when it is missing (its tests will say so)."""
    try:
        server = get()
    except Missing:
        return ""
    stack.callback(server.stop)
    return server.url


@dataclass(frozen=True)
class Part:
    """A part of the suite in a process of its own."""

    name: str
    arguments: list[str]
    env: dict[str, str]
    shown: bool = False  # while it runs; of the others what they printed is shown when they have ended


def parts_of(arguments: list[str], database: str, broker: str, *, everything: bool) -> list[list[Part]]:
    """Return the parts by chains: chains run at once (two cores), the parts of one chain after each other."""
    env = {"TEST_DATABASE_URL": database, "HOSO_TEST_ALL": str(int(everything))}
    rest = [f"--ignore=tests/{room}" for rooms in APART.values() for room in rooms]
    # The parts apart start a Redis of their own: faults flush theirs.
    apart = [Part(name, [*(f"tests/{room}" for room in rooms), *arguments], env) for name, rooms in APART.items()]
    tables = [f"tests/{room}" for room in (WITH_TABLES if everything else SAMPLE)]
    on_postgres = [*tables, f"--ignore={ON_BOTH}", *arguments]
    last = [Part("PostgreSQL", on_postgres, {**env, "DATABASE_URL": database})] if database else []
    first = Part("SQLite", [*rest, *arguments], {**env, "TEST_REDIS_URL": broker}, shown=True)
    return [[first], *([part] for part in apart[:-1]), [apart[-1], *last]]


def pytest_run(part: Part, folder: Path) -> int:
    """Run pytest with the fixed seed; it writes its counts into the folder. Return its exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "randomly", f"--randomly-seed={SEED}", *part.arguments]
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    environment = {**kept, **part.env, "HOSO_RESULTS": str(folder / part.name), "HOSO_TEST_SHELF": str(folder)}
    with (folder / f"{part.name}.log").open("wb") as output:
        where = None if part.shown else output
        return subprocess.run(
            command, cwd=ROOT, env=environment, stdout=where, stderr=subprocess.STDOUT, check=False
        ).returncode


def chain_run(parts: list[Part], folder: Path) -> bool:
    """Run the parts of a chain; say what each printed as soon as it has ended. Return whether all is well."""
    well = True
    for part in parts:
        well = not pytest_run(part, folder) and well
        said = (folder / f"{part.name}.log").read_text()
        say(f"\n===== {part.name} =====\n{said}" if said else "")
    return well


def run(arguments: list[str], *, everything: bool) -> tuple[dict[str, dict[str, Any]], bool]:
    """Run every part and return the counts and whether all is well."""
    results: dict[str, dict[str, Any]] = {}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hoso-suite-")))
        database, broker = started(postgres, stack), started(redis, stack)
        chains = parts_of(arguments, database, broker, everything=everything)
        with ThreadPoolExecutor(len(chains)) as pool:
            well = all(list(pool.map(lambda chain: chain_run(chain, folder), chains)))
        for part in itertools.chain(*chains):
            with contextlib.suppress(OSError):
                results[part.name] = json.loads((folder / part.name).read_text())
    if not database:
        say("PostgreSQL: not found, the suite ran on SQLite only (apt-get install postgresql, or set DATABASE_URL)")
    return results, well and bool(database or not IN_CI)


def figures(results: dict[str, dict[str, Any]], seconds: float) -> str:
    """Return docs/figures/test-all.md."""
    lines = [
        "# make test-all",
        "",
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores, seed {SEED},"
        f" {seconds / 60:.1f} minutes.",
        "",
        "| part | passed | failed | skipped | seconds |",
        "|---|---|---|---|---|",
    ]
    for name, r in results.items():
        lines.append(f"| {name} | {r['passed']} | {r['failed']} | {r['skipped']} | {r['seconds']:.0f} |")
    lines += ["", "| tests in | on | passed | seconds |", "|---|---|---|---|"]
    for name, counted in results.items():
        lines += [f"| {room} | {name} | {n} | {spent:.0f} |" for room, (n, spent) in sorted(counted["rooms"].items())]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    everything = "--all" in arguments
    begun = time.monotonic()
    say(f"seed {SEED} (SEED=… changes it)")
    results, well = run([a for a in arguments if a != "--all"], everything=everything)
    seconds = time.monotonic() - begun
    if everything and well:
        FIGURES.parent.mkdir(parents=True, exist_ok=True)
        FIGURES.write_text(figures(results, seconds))
    for name, r in results.items():
        say(f"{name}: {r['passed']} passed, {r['failed']} failed, {r['skipped']} skipped in {r['seconds']:.0f} s")
    say(f"{'all is well' if well else 'FAILED'} after {seconds / 60:.1f} minutes, seed {SEED}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
