from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts.models import OrgUnit
from accounts.services import close_unit, open_unit
from cases.publication import publish_all
from config.trial import load_trial
from tests.databases import Template

OPENED = dt.datetime(2025, 7, 1, 2, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def province(_template: Template, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[str]:
    """A database of its own with the trial province and the published procedures, made once."""
    with django_db_blocker.unblock(), _template.copy(tmp_path_factory.mktemp("province")) as name:
        load_trial(now=OPENED)
        publish_all(now=OPENED)
        close_former_unit()
        yield name


def close_former_unit() -> None:
    """A division that was merged into another: what a recorded hand-over may name."""
    unit = open_unit(code="le_tan", name="Phòng Lễ tân", kind="division", valid_from=OPENED.date(), actor=None, now=OPENED)
    successor = OrgUnit.objects.get(code="lanh_su_bien_gioi")
    close_unit(unit=unit, last_day=dt.date(2025, 12, 31), successor=successor, actor=None, now=OPENED)


@pytest.fixture
def in_province(province: str) -> Iterator[str]:
    """The trial province, as it was when the test began; what the test does is undone."""
    undone = transaction.atomic()
    undone._from_testcase = True  # type: ignore[attr-defined]  # as django.test.TestCase marks its own: durable steps may run
    with undone:
        yield province
        transaction.set_rollback(True)
