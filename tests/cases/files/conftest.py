"""The same trial province as for the officers' pages, and a store of this test's own."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cases.officers.conftest import clock, signed_in, walk

__all__ = ["clock", "signed_in", "store", "walk"]


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> Path:
    """An empty folder of files."""
    settings.MEDIA_ROOT = tmp_path / "store"
    return tmp_path / "store"
