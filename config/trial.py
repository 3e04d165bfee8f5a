"""The trial province: invented people and offices, so that every page can be tried without anybody's real data."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from cases.publication import Publication, publish_all
from config.office_file import Report, apply_office
from config.office_schema import Written, read_office
from workflows.errors import Fault

FOLDER = Path(__file__).resolve().parent / "demo"
FILES = ("people.yaml", "office.yaml")
PASSWORD = "lam-giang-2026"  # noqa: S105  # printed by the command; the trial cannot run in production
# Who plays which part in a first tour, as `demo` prints them.
CAST = (
    ("lan", "người nộp", "applicant"),
    ("minh", "Bộ phận Một cửa", "one-stop officer"),
    ("ha", "chuyên viên thụ lý", "case officer"),
    ("son", "trưởng phòng", "head of division"),
    ("binh", "lãnh đạo cơ quan ngoại vụ", "leader of the agency"),
    ("van", "văn thư", "clerk"),
    ("tam", "thu phí", "cashier"),
    ("nga", "chuyên viên lãnh sự", "consular officer"),
    ("kien", "trưởng phòng Lãnh sự – Biên giới", "head of the consular division"),
    ("tung", "Văn phòng UBND tỉnh", "PPC office"),
    ("quang", "Chủ tịch UBND tỉnh", "PPC chair"),
    ("thu", "văn thư UBND tỉnh", "PPC clerk"),
    ("cong-an", "Công an tỉnh (cơ quan được hỏi)", "consulted agency"),
    ("ngan", "quản lý hộ chiếu", "passport custodian"),
    ("giang", "giữ phôi tem", "keeper of blank stamps"),
    ("an", "người kiểm tra", "auditor"),
    ("admin", "quản trị", "administrator"),
)


class NoTrialHere(Exception):
    """This is a real office: invented people must not enter it (exit 2)."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of the trial province: entries of its files, and its procedures."""

    report: Report
    publications: tuple[Publication, ...]

    def faults(self) -> Iterator[Fault]:
        """Yield why folders of procedures were not published."""
        for publication in self.publications:
            yield from publication.prepared.errors

    def as_dict(self) -> dict[str, Any]:
        said = self.report.as_dict()
        procedures = {p.prepared.folder.code for p in self.publications if p.published}
        return {**said, "procedures": sorted(procedures), "faults": [str(fault) for fault in self.faults()]}


def load_trial(*, now: dt.datetime, site: str = "") -> Trial:
    """Bring the trial province into the database and publish every procedure; safe to repeat.

    `site`: where this installation is reached; papers and mails name it. Raises NoTrialHere, OfficeFileFaulty.
    """
    return Trial(load_province(now=now, site=site), tuple(publish_all(now=now)))


def load_province(*, now: dt.datetime, site: str = "") -> Report:
    """Bring people, offices and tables of the trial province in. Raises NoTrialHere, OfficeFileFaulty."""
    if settings.PRODUCTION:
        raise NoTrialHere
    report, password = Report(), make_password(PASSWORD)
    for name in FILES:
        written = reached_at(read_office(FOLDER / name), site)
        apply_office(written, now=now, actor=None, password_hash=password, report=report)
    return report


def reached_at(written: Written, site: str) -> Written:
    """Return an office file whose site is the given one."""
    tables = written.says.tables
    if not site or "site" not in tables.get("office", {}):
        return written
    office = {**tables["office"], "site": {**tables["office"]["site"], "url": site}}
    return replace(written, says=written.says.model_copy(update={"tables": {**tables, "office": office}}))


def address_of(name: str) -> str:
    """Return the e-mail address of a person of the cast."""
    return f"{name}@lamgiang.example"
