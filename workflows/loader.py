"""A folder of a procedure as its author wrote it: read, checked key by key, every fault with file and line."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workflows.errors import Fault
from workflows.merging import extended
from workflows.shapes import COMMON, FOLDER, FRAGMENT, Shape, check_shape, fault_at, near
from workflows.yaml_source import Block, read_yaml

LAYER = "_common"
NOT_DEFINITION = ("scenarios.yaml",)  # stands in the folder and is read by the runner of scenarios


@dataclass(frozen=True, slots=True)
class Common:
    """The one-stop layer and its fragments, shared by every procedure of a root."""

    layer: Block
    fragments: dict[str, Block]
    path: Path
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """One folder `<code>/v<N>` with what it extends, not yet on top of the common layer."""

    code: str
    folder: str
    path: Path
    own: Block  # the folder alone
    full: Block  # on top of the folder that it extends
    common: Common
    extends: tuple[str, ...]  # folders below this one, nearest first
    faults: tuple[Fault, ...]

    @property
    def own_path(self) -> tuple[Path, ...]:
        """The folder itself and what it extends, nearest first."""
        return (self.path, *(self.path.parent / name for name in self.extends))

    @property
    def search_path(self) -> tuple[Path, ...]:
        """Where the folder's files are looked for: itself, what it extends, the common layer."""
        return (*self.own_path, self.common.path)


def read_common(root: Path) -> Common:
    """Return the common layer under `root`, an empty one when there is none; faults are kept in it."""
    faults: list[Fault] = []
    layer = _read_files(sorted((root / LAYER).glob("*.yaml")), root, COMMON, faults)
    fragments = {
        path.stem: _read_files([path], root, FRAGMENT, faults)
        for path in sorted((root / LAYER / "fragments").glob("*.yaml"))
    }
    return Common(layer, fragments, root / LAYER, tuple(faults))


def read_folder(path: Path, common: Common) -> Draft:
    """Return the draft of a folder `<root>/<code>/v<N>`; faults are kept in it, nothing is raised."""
    faults: list[Fault] = []
    layers = [_read_own(path, faults)]
    names: list[str] = []
    while base := _base(layers[-1], path, names, faults):
        names.append(base)
        layers.append(_read_own(path.parent / base, faults))
    full = layers[-1]
    for layer in reversed(layers[:-1]):
        full = extended(full, layer)
    found = (*common.faults, *dict.fromkeys(faults))
    return Draft(path.parent.name, path.name, path, layers[0], full, common, tuple(names), found)


def _read_own(path: Path, faults: list[Fault]) -> Block:
    root = path.parent.parent
    own = _read_files(sorted(path.glob("*.yaml")), root, FOLDER, faults)
    if not (path / "procedure.yaml").is_file():
        faults.append(Fault(str(path.relative_to(root)), 0, "", "thiếu tệp / no file procedure.yaml"))
    return own


def _read_files(paths: list[Path], root: Path, kind: Shape, faults: list[Fault]) -> Block:
    """Return the keys of several files as one block; a key stands in one file only."""
    together = Block(str(paths[0].relative_to(root)) if paths else "", 1)
    for path in paths:
        if path.name in NOT_DEFINITION:
            continue
        block, found = read_yaml(path, str(path.relative_to(root)))
        faults += found
        check_shape(block, kind, "", block, faults)
        for key in block:
            if key in together:
                faults.append(fault_at(block, key, f"đã có ở / stands already in {together.place(key)[0]}"))
            else:
                together.take(key, block[key], block)
    return together


def _base(own: Block, path: Path, names: list[str], faults: list[Fault]) -> str:
    """Return the folder that this one extends; empty when it extends none, or none that can be."""
    base = str(own.get("extends") or "")
    if base and base in (path.name, *names):
        faults.append(fault_at(own, "extends", f"mở rộng vòng tròn / extends in a circle: {base}"))
        return ""
    if base and not (path.parent / base / "procedure.yaml").is_file():
        others = [p.name for p in path.parent.iterdir() if p.is_dir() and p.name != path.name]
        faults.append(fault_at(own, "extends", f"không có thư mục / no folder {base}", near(base, others)))
        return ""
    return base
