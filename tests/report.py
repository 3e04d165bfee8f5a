"""What a run says at its end: missing services, what was skipped, and the counts for make test."""
from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.services import IN_CI

MISSING: dict[str, str] = {}  # service -> what to do about it


class Report:
    """Counts a run; with CI=true a skipped test fails it: nothing may be silently unproved."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}
        self.rooms: dict[str, tuple[int, float]] = {}
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        room = report.nodeid.split("::")[0].rpartition("/")[0] or "tests"
        passed, seconds = self.rooms.get(room, (0, 0.0))
        done = report.when == "call" and report.passed
        self.rooms[room] = (passed + done, seconds + report.duration)
        self.counts["passed"] += done
        self.counts["failed"] += report.failed
        if report.skipped and not hasattr(report, "wasxfail"):
            self.counts["skipped"] += 1
            self.skipped.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if IN_CI and self.skipped and session.exitstatus == 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        file = os.environ.get("HOSO_RESULTS")
        if file:
            found = {**self.counts, "seconds": time.monotonic() - self.begun, "rooms": self.rooms}
            Path(file).write_text(json.dumps(found))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Name what was missing and what was therefore not tested."""
        if MISSING:
            terminalreporter.section("missing services")
            for hint in MISSING.values():
                terminalreporter.line(hint)
        if self.skipped:
            what = "a failure, because CI=true" if IN_CI else "not tested here"
            terminalreporter.section(f"{len(self.skipped)} skipped: {what}")
            for nodeid in self.skipped:
                terminalreporter.line(nodeid)
