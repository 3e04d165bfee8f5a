"""The sources of the product as the tests of the house read them."""
from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tests.product import ROOT

ROOMS = ("workflows", "accounts", "cases", "documents", "notifications", "audit", "config")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the product, parsed."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    def functions(self) -> Iterator[Function]:
        yield from (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def classes(self) -> Iterator[ast.ClassDef]:
        yield from (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))

    def imports(self) -> Iterator[str]:
        """Yield the dotted name of everything imported, inside functions too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def calls(self) -> Iterator[str]:
        """Yield what is called, as it is written: `dt.datetime.now`."""
        yield from (ast.unparse(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call))


@lru_cache(maxsize=1)
def modules() -> tuple[Module, ...]:
    """Return every module of the product; migrations are written by Django."""
    files = sorted(f for room in ROOMS for f in (ROOT / room).rglob("*.py") if "migrations" not in f.parts)
    texts = ((f, f.read_text(encoding="utf-8")) for f in files)
    return tuple(Module(file, text, ast.parse(text)) for file, text in texts)


def importing(package: str) -> set[str]:
    """Return the modules that import a package."""
    return {m.name for m in modules() if any(i == package or i.startswith(f"{package}.") for i in m.imports())}


def tracked(*patterns: str) -> list[Path]:
    """Return the files that git keeps, by pattern."""
    told = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in told.stdout.split("\0") if name and (ROOT / name).is_file()]
