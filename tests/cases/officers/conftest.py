"""The trial province with its published procedures, loaded once for a file of tests and undone after it."""
from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from cases.publication import publish_all
from config.trial import load_trial
from tests.cases.officers.walk import NOW, Walk


@pytest.fixture(scope="module")
def _province(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        load_trial(now=NOW)
        publish_all(now=NOW)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.datetime], None]:
    """Set the clock of the pages; services are given their time."""

    def at(moment: dt.datetime) -> None:
        monkeypatch.setenv("HOSO_CLOCK", moment.isoformat())

    at(NOW)
    return at


@pytest.fixture
def walk(_province: None, db: None, clock: Callable[[dt.datetime], None]) -> Walk:
    """A grant of the trial province that can be led from step to step."""
    return Walk(clock)


@pytest.fixture
def signed_in(_province: None, db: None) -> Callable[[str], Client]:
    """`signed_in("ha")`: a browser in which Hà of the trial province is signed in."""
    from tests.cases.officers.walk import user

    def client(name: str) -> Client:
        found = Client()
        found.force_login(user(name))
        return found

    return client
