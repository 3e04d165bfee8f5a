"""The drill with the product's own processes: copy an office at work, bring it up on another machine."""
from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from django.db import connection

from tests.product import ROOT, Product

FILED = """
from accounts.clock import now
from accounts.models import User
from cases.services import open_case
lan = User.objects.get(email="lan@lamgiang.example")
open_case(procedure="complaint", actor=lan, now=now(), values={})
"""


def answered(office: Product, *arguments: str, code: int = 0) -> dict[str, Any]:
    answer = office.json(*arguments, code=code)
    jsonschema.validate(answer, json.loads((ROOT / "docs" / "cli" / f"{arguments[0]}.schema.json").read_text()))
    return answer


def test_an_office_at_work_is_copied_and_comes_up_elsewhere(
    product: Callable[..., Product], request: pytest.FixtureRequest, tmp_path: Any
) -> None:
    server = str(request.getfixturevalue("postgres_url")) if connection.vendor == "postgresql" else ""
    office, there = product(server), product(server)
    office.start_worker()
    office.manage("shell", "-v", "0", "-c", FILED)
    made = answered(office, "backup", str(tmp_path / "copy.tar"))
    assert made["cases"] == 1
    back = answered(there, "restore", made["file"], "--force")
    assert (back["cases"], back["warnings"]) == (1, [])
    there.manage("history", "verify", "--all")
    with urllib.request.urlopen(there.start_web() + "/readyz", timeout=10) as said:
        assert json.load(said) == {"status": "ok", "faults": []}
