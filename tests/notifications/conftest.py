"""The trial province with its published procedures; what a test does in it is undone after it."""
from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.notifications.scene import NOW, Scene
from tests.sink import SmtpSink


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.datetime], None]:
    """Set the clock of the pages; services and handlers are given their time."""

    def at(moment: dt.datetime) -> None:
        monkeypatch.setenv("HOSO_CLOCK", moment.isoformat())

    at(NOW)
    return at


@pytest.fixture
def scene(in_province: str, clock: Callable[[dt.datetime], None]) -> Scene:
    """The people of the province and a grant in the hands of Hà, of the cooperation division."""
    return Scene()


@pytest.fixture
def post_office(smtp_sink: SmtpSink, settings: Any) -> SmtpSink:
    """A mail server to which this process sends."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_sink.controller.port
    settings.EMAIL_TIMEOUT = 2
    settings.DEFAULT_FROM_EMAIL = "hoso@lamgiang.example"
    return smtp_sink
