"""People of the invented province, each in the situation that a test needs."""
from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import OrgUnit, RoleHeld, User

NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)  # 09:00, a Tuesday, in Viet Nam
TODAY = dt.date(2026, 11, 24)
YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
PASSWORD = "ruộng lúa xanh 24"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSO_CLOCK", NOW.isoformat())


def person(name: str, address: str, **more: Any) -> User:
    user = User.objects.create_user(f"{address}@lamgiang.example", PASSWORD, full_name=name, **more)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def officer(name: str, address: str, role: str, unit: OrgUnit, **period: Any) -> User:
    user = person(name, address, is_officer=True)
    RoleHeld.objects.create(user=user, role=role, unit=unit, **{"valid_from": YEAR[0], **period})
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def department(db: None) -> OrgUnit:
    day = dt.date(2025, 7, 1)
    return OrgUnit.objects.create(code="snv", name="Sở Ngoại vụ", kind="department", symbol="SNgV", valid_from=day)


@pytest.fixture
def lan(db: None) -> User:
    return person("Trần Thị Lan", "lan", phone="0912345678")


@pytest.fixture
def hong(db: None) -> User:
    return person("Vũ Thị Hồng", "hong")


@pytest.fixture
def ha(department: OrgUnit) -> User:
    return officer("Lê Thu Hà", "ha", "specialist", department)


@pytest.fixture
def binh(department: OrgUnit) -> User:
    return officer("Đỗ Thanh Bình", "binh", "dept_leader", department)


@pytest.fixture
def son(department: OrgUnit) -> User:
    return officer("Phạm Văn Sơn", "son", "division_head", department)


@pytest.fixture
def admin(department: OrgUnit) -> User:
    return officer("Nguyễn Quản Trị", "admin", "administrator", department)
