"""A grant in the trial province, and the people of the province in their browsers."""
from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from tests.cases.officers.walk import NOW, Walk, user


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.datetime], None]:
    """Set the clock of the pages; services are given their time."""

    def at(moment: dt.datetime) -> None:
        monkeypatch.setenv("HOSO_CLOCK", moment.isoformat())

    at(NOW)
    return at


@pytest.fixture
def walk(in_province: str, clock: Callable[[dt.datetime], None]) -> Walk:
    """A grant of the trial province that can be led from step to step."""
    return Walk(clock)


@pytest.fixture
def signed_in(in_province: str) -> Callable[[str], Client]:
    """`signed_in("ha")`: a browser in which Hà of the trial province is signed in."""

    def client(name: str) -> Client:
        found = Client()
        found.force_login(user(name))
        return found

    return client
