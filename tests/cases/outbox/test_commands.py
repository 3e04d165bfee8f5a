"""manage.py worker and relay as somebody at the keyboard meets them."""
from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from cases.models import OutboxEntry
from tests.product import ROOT, product_environment

Promised = Callable[..., OutboxEntry]
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "cli" / "worker.schema.json").read_text())


def run(var_dir: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    environment = product_environment(var_dir, **env)
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_once_says_how_many_rows_ended_how(
    promised: Promised, kinds: Callable[..., str], tmp_path: Path
) -> None:
    promised(kinds(lambda _effect: None))
    out = StringIO()
    with override_settings(MEDIA_ROOT=tmp_path / "store"):
        call_command("worker", "--once", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    jsonschema.validate(answer, SCHEMA)
    assert answer == {"delivered": {"done": 1}}


@pytest.mark.parametrize("command", [("worker", "--once", "--json"), ("relay",)])
def test_without_a_database_a_carrier_says_so_in_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    away = {"DATABASE_URL": "postgres://lan@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
    done = run(tmp_path, *command, **away)
    assert done.returncode == 1
    assert "Cơ sở dữ liệu không trả lời" in done.stderr
    assert "Traceback" not in done.stderr
    assert "lan@" not in done.stderr
    if "--json" in command:
        jsonschema.validate(json.loads(done.stdout), SCHEMA)
        assert json.loads(done.stdout) == {"error": "database"}


def test_a_database_without_tables_is_named_too(tmp_path: Path) -> None:
    done = run(tmp_path, "worker", "--once")
    assert (done.returncode, done.stdout) == (1, "")
    assert "chưa migrate" in done.stderr


def test_a_relay_needs_a_broker_to_talk_to() -> None:
    with override_settings(REDIS_URL=""), pytest.raises(CommandError) as refused:
        call_command("relay")
    assert refused.value.returncode == 2
    assert "REDIS_URL" in str(refused.value)
