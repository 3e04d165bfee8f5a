"""What the pages promise is there: links lead somewhere, commands exist, answers have schemas."""
from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from django.core.management import get_commands

from config.trial import CAST, address_of
from tests.product import ROOT

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "adr").glob("*.md")]
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"(?:`|\n|& )(?:hoso|manage\.py) ([a-z]+)")
SCREENSHOTS = "docs/screenshots/"  # pictures, taken when the pages are as they should be shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if not link.startswith(("http", SCREENSHOTS))]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_command_that_the_pages_name_exists() -> None:
    named = {name for page in PAGES for name in COMMAND.findall(page.read_text())}
    assert named - set(get_commands()) == set()
    assert {"backup", "doctor", "history", "office", "procedures", "restore", "upgrade"} <= named


@pytest.mark.parametrize("file", sorted((ROOT / "docs" / "cli").glob("*.json")), ids=lambda file: file.stem)
def test_every_schema_is_one_and_belongs_to_a_command(file: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(file.read_text()))
    assert file.name.removesuffix(".schema.json") in get_commands()


def test_the_tour_names_people_of_the_cast() -> None:
    readme = (ROOT / "README.md").read_text()
    tour = readme[readme.index("## Ten minutes") : readme.index("## What it promises")]
    assert address_of("").strip("@") in tour
    named = set(re.findall(r"`([a-z-]+)`", tour))
    assert {"lan", "minh", "cong-an", "quang", "thu", "an", "admin"} <= named & {name for name, _, _ in CAST}


def test_every_word_of_the_license_is_there() -> None:
    assert "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text()
