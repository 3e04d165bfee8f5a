"""A checkout of its own, as somebody has who cloned it: what a shell and make do there."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.product import ROOT

NOT_CLONED = (".git", ".venv", "var", "__pycache__", "*.pyc", ".*_cache", ".hypothesis", "staticfiles")
OURS = (
    "DATABASE_URL", "REDIS_URL", "EMAIL_HOST", "PORT", "HOST", "PYTHON", "PYTHONPATH", "DJANGO_SETTINGS_MODULE",
    "DJANGO_ALLOW_ASYNC_UNSAFE",
)  # fmt: skip
ENVIRONMENT = str(Path(sys.executable).parent.parent)


class Checkout:
    """A fresh clone; the environment for Python is the tests' own unless a test says otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def env(self, **more: str) -> dict[str, str]:
        """Return the environment of somebody who set nothing but this."""
        inherited = {name: value for name, value in os.environ.items() if name not in OURS and "HOSO" not in name}
        return {**inherited, "VENV": ENVIRONMENT, "HOSO_TEST": "1", **more}

    def run(self, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the clone and return what it said."""
        return said(command, self.folder, self.env(**env))


def said(command: tuple[str, ...], folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=250, check=False)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    folder = tmp_path_factory.mktemp("clone") / "hoso"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_CLONED))
    return Checkout(folder)
