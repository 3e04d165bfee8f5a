"""make bench: every measurement in one run, each beside its physical limit; writes docs/figures/bench.md.

python -m benchmarks [--million]
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.services import Missing, postgres

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs" / "figures" / "bench.md"
LARGE = ("10000", "1000000")


def measured(module: str, *arguments: str, database_url: str = "") -> str:
    """Run one measurement in a process and an installation of its own; return what it printed."""
    with tempfile.TemporaryDirectory(prefix="hoso-bench-") as folder:
        ours = ("DATABASE_URL", "REDIS_URL", "HOSO_ENV", "HOSO_CLOCK")
        env = {name: value for name, value in os.environ.items() if name not in ours}
        env |= {"VAR_DIR": folder, "HOSO_TEST": "1", "DJANGO_SETTINGS_MODULE": "config.settings"}
        env |= {"DATABASE_URL": database_url} if database_url else {}
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    print(done.stdout, flush=True)
    return done.stdout if not done.returncode else f"{done.stdout}\nFAILED ({done.returncode})\n"


def main() -> None:
    sizes = LARGE if "--million" in sys.argv or os.environ.get("HOSO_TEST_ALL") == "1" else ("10000", "200000")
    found = {"A paper": measured("benchmarks.paper")}
    found["A step, SQLite"] = measured("benchmarks.step")
    found["A delegation of sixty, SQLite"] = measured("benchmarks.delegation")
    found["Papers at the consular desk, SQLite"] = measured("benchmarks.consular")
    found["The queue, SQLite"] = measured("benchmarks.queue", *sizes)
    with contextlib.ExitStack() as stack:
        try:
            server = postgres()
        except Missing as missing:
            print(missing)
        else:
            stack.callback(server.stop)
            found["A step, PostgreSQL"] = measured("benchmarks.step", database_url=server.url)
            found["A delegation of sixty, PostgreSQL"] = measured("benchmarks.delegation", database_url=server.url)
            found["Papers at the consular desk, PostgreSQL"] = measured("benchmarks.consular", database_url=server.url)
            found["The queue, PostgreSQL"] = measured("benchmarks.queue", *sizes, database_url=server.url)
    where = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores."
    head = f"# make bench\n\n{where}\n"
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(head + "".join(f"\n## {name}\n\n```\n{text.strip()}\n```\n" for name, text in found.items()))
    if any("\nFAILED (" in text for text in found.values()):
        sys.exit("a measurement failed")
    sys.exit(1 if any("FAILED" in text for text in found.values()) else 0)


if __name__ == "__main__":
    main()
