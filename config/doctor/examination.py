from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts.clock import local_day
from config.doctor import database, delivery, machine, office
from config.doctor.findings import Finding, grave, status_of


@dataclass(frozen=True, slots=True)
class Examination:
    """What doctor found, and the exit code that follows."""

    findings: tuple[Finding, ...]
    golive: bool

    @property
    def status(self) -> int:
        return status_of(self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Return the answer for programs (docs/cli/doctor.schema.json)."""
        checks = [finding.as_dict() for finding in self.findings]
        said = {"version": settings.PRODUCT_VERSION, "golive": self.golive, "ok": self.status == 0}
        return {**said, "checks": checks}

    def as_text(self) -> str:
        """Return the answer for people."""
        marks = {"ok": "  ✓", "warning": "  !", "fault": "  ✗"}
        lines = []
        for f in self.findings:
            lines.append(f"{marks[f.level]} {f.vi} / {f.en}")
            lines += [f"      {detail}" for detail in f.details]
        return "\n".join(lines)


def examine(*, now: dt.datetime, golive: bool = False, every_file: bool = False) -> Examination:
    """Look at the whole installation; with `golive` also at what has to be settled before an office opens."""
    found = tuple(grave(finding, golive=golive) for finding in _findings(now, golive=golive, every_file=every_file))
    return Examination(found, golive)


def _findings(now: dt.datetime, *, golive: bool, every_file: bool) -> Iterator[Finding]:
    yield machine.disk()
    first = database.reachable()
    yield first
    if first.level == "fault":
        return  # everything below reads tables
    tables = database.migrated()
    yield tables
    if tables.level == "fault":
        return
    yield database.protected()
    yield database.durable()
    yield database.clock(now)
    yield machine.store(now, every_file=every_file)
    yield delivery.delivery(now)
    yield delivery.dead_letters()
    yield machine.mail()
    yield machine.broker()
    yield machine.backup(now)
    yield from _office(local_day(now), golive=golive)


def _office(day: dt.date, *, golive: bool) -> Iterator[Finding]:
    procedures, unread = office.in_force(day)
    yield office.calendar(day)
    yield office.published(procedures, unread)
    yield office.confirmed(procedures, day)
    yield office.staffed(procedures, day)
    yield office.payable(procedures, day)
    yield office.administered(day)
    if golive:
        yield office.real(day)
