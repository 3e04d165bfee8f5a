"""The trial province: invented people and offices, so that every page can be tried without anybody's real data."""
from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password

from config.office_file import Report, apply_office
from config.office_schema import read_office

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
    ("tung", "Văn phòng UBND tỉnh", "PPC office"),
    ("quang", "Chủ tịch UBND tỉnh", "PPC chair"),
    ("thu", "văn thư UBND tỉnh", "PPC clerk"),
    ("cong-an", "Công an tỉnh (cơ quan được hỏi)", "consulted agency"),
    ("an", "người kiểm tra", "auditor"),
    ("admin", "quản trị", "administrator"),
)


class NoTrialHere(Exception):
    """This is a real office: invented people must not enter it (exit 2)."""


def load_trial(*, now: dt.datetime) -> Report:
    """Bring the trial province into the database; safe to repeat. Raises NoTrialHere, OfficeFileFaulty."""
    if settings.PRODUCTION:
        raise NoTrialHere
    report, password = Report(), make_password(PASSWORD)
    for name in FILES:
        apply_office(read_office(FOLDER / name), now=now, actor=None, password_hash=password, report=report)
    return report


def address_of(name: str) -> str:
    """Return the e-mail address of a person of the cast."""
    return f"{name}@lamgiang.example"
