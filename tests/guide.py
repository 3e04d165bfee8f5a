"""The procedure that the guide writes out, as a stranger would copy it from the page."""
from __future__ import annotations

import re
from pathlib import Path

from tests.product import ROOT

GUIDE = ROOT / "docs" / "procedure-guide.md"
_FILE = re.compile(r"^```\w+ (\S+/\S+)\n(.*?)^```$", re.M | re.S)


def files_of_guide() -> dict[str, str]:
    """Return path -> text of every file that the guide writes out in full."""
    return dict(_FILE.findall(GUIDE.read_text(encoding="utf-8")))


def copy_procedure(root: Path) -> Path:
    """Write the guide's procedure under a root, as its author would, and return its folder."""
    for name, text in files_of_guide().items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root / "visit_notice" / "v1"
