"""An office in this process, on a database of its own: what can be tried without starting programs."""
from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command

from tests.databases import connected_to
from tests.product import ROOT, ProductShelf

Answer = Callable[..., dict[str, Any]]


@pytest.fixture
def office(own_database: str, settings: Any, tmp_path: Path) -> Path:
    """An installation of this test's own; returns its VAR_DIR."""
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "var" / "store"
    settings.VAR_DIR.mkdir()
    return tmp_path / "var"


@pytest.fixture
def answered(capsys: pytest.CaptureFixture[str]) -> Answer:
    """Run a command with --json; the answer fits the schema of the command, the exit code is the one expected."""

    def run(*arguments: str, code: int = 0) -> dict[str, Any]:
        capsys.readouterr()
        ended = 0
        try:
            call_command(*arguments, "--json")
        except SystemExit as end:
            ended = int(end.code or 0)
        said = capsys.readouterr()
        answer: dict[str, Any] = json.loads(said.out)
        assert ended == code, (answer, said.err)
        jsonschema.validate(answer, json.loads((ROOT / "docs" / "cli" / f"{arguments[0]}.schema.json").read_text()))
        return answer

    return run


@pytest.fixture
def trial(product_shelf: ProductShelf, django_db_blocker: Any, settings: Any, tmp_path: Path) -> Iterator[Path]:
    """The trial province with its procedures, in this process and on a copy of its own; yields its VAR_DIR."""
    shutil.copytree(product_shelf.prepare(""), tmp_path / "var")
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "var" / "store"
    with django_db_blocker.unblock(), connected_to(str(tmp_path / "var" / "hoso.sqlite3")):
        yield tmp_path / "var"
