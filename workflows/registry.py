"""Where folders of procedures are. Whoever adds a folder touches nothing else."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workflows.definition import Procedure
from workflows.errors import DefinitionError, Fault
from workflows.loader import Common, Draft, read_common, read_folder
from workflows.resolve import Resolved, resolve
from workflows.shapes import near

SHIPPED = Path(__file__).resolve().parent / "procedures"
_FOLDER = re.compile(r"v[1-9][0-9]*")
_CODE = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, order=True)
class Folder:
    """One folder `<root>/<code>/v<N>`: one legal version of a procedure."""

    code: str
    name: str
    path: Path

    @property
    def number(self) -> int:
        return int(self.name[1:])


def all_folders(roots: Iterable[Path] = ()) -> list[Folder]:
    """Return every folder of the shipped procedures and of further roots, by code and version.

    A folder of a further root stands instead of the one with the same code and version before it.
    """
    found = {(f.code, f.number): f for root in (SHIPPED, *roots) for f in _folders(root)}
    return [found[key] for key in sorted(found)]


def find(code: str, folder: str = "", roots: Iterable[Path] = ()) -> Folder:
    """Return a folder, the last version when none is named. Raises DefinitionError when there is none."""
    folders = all_folders(roots)
    versions = [f for f in folders if f.code == code]
    found = [f for f in versions if folder in ("", f.name)]
    if not found:
        nearest = near(folder, [f.name for f in versions]) if versions else near(code, [f.code for f in folders])
        message = "không có thư mục thủ tục / no such procedure folder"
        raise DefinitionError([Fault(f"{code}/{folder}".strip("/"), 0, "", message, nearest)])
    return found[-1]


def draft(folder: Folder) -> Draft:
    """Return what stands in a folder, with its faults."""
    return read_folder(folder.path, _common(folder.path.parent.parent))


def resolved(folder: Folder) -> Resolved:
    """Return the resolved procedure of a folder and where its things stand. Raises DefinitionError."""
    return resolve(draft(folder))


def load(code: str, folder: str = "", roots: Iterable[Path] = ()) -> Procedure:
    """Return the resolved procedure of a folder, of its last version when none is named. Raises DefinitionError."""
    return resolved(find(code, folder, roots)).procedure


def _folders(root: Path) -> Iterator[Folder]:
    for path in root.glob("*/v*"):
        if path.is_dir() and _CODE.fullmatch(path.parent.name) and _FOLDER.fullmatch(path.name):
            yield Folder(path.parent.name, path.name, path)


def _common(root: Path) -> Common:
    """Return the common layer of a root; a root without one stands on the shipped layer."""
    home = root if (root / "_common").is_dir() else SHIPPED
    stamp = tuple(sorted((str(p), p.stat().st_mtime_ns) for p in (home / "_common").rglob("*.yaml")))
    return _read_common(home, stamp)


@lru_cache(maxsize=4)
def _read_common(root: Path, stamp: tuple[tuple[str, int], ...]) -> Common:
    del stamp  # a changed file makes another key
    return read_common(root)
