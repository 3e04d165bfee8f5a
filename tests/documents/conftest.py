from __future__ import annotations

from typing import Any

import pytest

from tests.documents.scene import Office, open_office


@pytest.fixture
def office(db: None, settings: Any) -> Office:
    """The office of the invented province with one received grant; a real office, no demo."""
    settings.DEMO = False
    return open_office()
