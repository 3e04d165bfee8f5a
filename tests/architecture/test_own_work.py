"""What lies in the repository is ours: no library copied in, no trace of a machine, nothing left to do."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.house import modules, tracked
from tests.product import ROOT

VENDORED = re.compile(
    r"@license|@preserve|\(c\) \d{4}|Copyright \d{4}|Released under|sourceMappingURL|MIT License", re.IGNORECASE
)
MACHINE = re.compile(r"/(?:home|Users|root|work|farm)/\w|/tmp/(?!hoso-)\w{3,}")
LEFT_TO_DO = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
OWN = {".css", ".svg", ".html", ".txt", ".js", ".po", ".mo", ".yaml", ".png", ".ico"}
TEXT = {".py", ".md", ".html", ".txt", ".css", ".yaml", ".toml", ".sh", ".json", ".svg", ".js"}


def texts() -> list[tuple[str, str]]:
    """Return name and text of every file that git keeps, without compiled requirements."""
    files = [f for f in tracked() if f.suffix in TEXT and "requirements" not in f.parts]
    return [(str(f.relative_to(ROOT)), f.read_text(encoding="utf-8")) for f in files]


def assets() -> list[Path]:
    return [f for f in tracked("config/static", "*/static", "*/templates") if f.name != "LICENSE"]


def test_no_asset_of_somebody_else_is_copied_into_the_repository() -> None:
    strange = [f.name for f in assets() if f.suffix not in OWN or ".min." in f.name]
    marked = [f.name for f in assets() if f.suffix in TEXT and VENDORED.search(f.read_text(encoding="utf-8"))]

    assert (strange, marked) == ([], [])


def test_pages_load_nothing_from_elsewhere() -> None:
    loading = re.compile(r"""(?:src|href)=["'](?:https?:)?//[^"']+\.(?:js|css|woff2?|png|svg)""")

    assert [f.name for f in assets() if f.suffix == ".html" and loading.search(f.read_text(encoding="utf-8"))] == []


def test_nothing_names_a_place_on_somebodys_machine() -> None:
    found = {name: MACHINE.findall(text) for name, text in texts() if MACHINE.search(text)}

    assert found == {}


def test_nothing_is_left_to_do_in_the_sources() -> None:
    assert [m.name for m in modules() if LEFT_TO_DO.search(m.text)] == []


@pytest.mark.parametrize("library", ["django", "jinja2", "docx", "lxml", "transitions", "celery"])
def test_no_library_lies_among_the_rooms(library: str) -> None:
    assert not (ROOT / library).exists()
