"""YAML files of a folder, read with the line of every key: what a fault needs to say where it is.

A narrow YAML: true and false are the only booleans, days and times stay text (`on`, `off`, `2026-11-24` mean what
they say), no aliases, no tags, no tabs, UTF-8 in NFC. A duplicate key is a fault.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from workflows.errors import Fault

LARGEST_FILE = 1_000_000  # bytes; the largest folder of ours has 40 KB in one file
DEEPEST = 24  # nesting
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where the package was built with it: ten times faster

_PLAIN: tuple[tuple[re.Pattern[str], Any], ...] = (
    (re.compile(r"true|True|TRUE"), lambda text: True),
    (re.compile(r"false|False|FALSE"), lambda text: False),
    (re.compile(r"null|Null|NULL|~|"), lambda text: None),
    (re.compile(r"[-+]?(0|[1-9][0-9]*)"), int),
    (re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+"), float),
)


class Block(dict[str, Any]):
    """A mapping that knows its file, its line and the place of each key."""

    __slots__ = ("file", "line", "places")

    def __init__(self, file: str = "", line: int = 0) -> None:
        super().__init__()
        self.file, self.line = file, line
        self.places: dict[str, tuple[str, int]] = {}

    def place(self, key: str = "") -> tuple[str, int]:
        """Return file and line of a key; of the mapping itself when the key is not there."""
        return self.places.get(key, (self.file, self.line))

    def take(self, key: str, value: Any, source: Block) -> None:
        """Set a key as it stands in another mapping, with its place."""
        self[key] = value
        self.places[key] = source.place(key)

    def copy(self) -> Block:
        """Return a deep copy; nothing is shared with the original."""
        twin = Block(self.file, self.line)
        for key, value in self.items():
            twin[key] = copied(value)
        twin.places = dict(self.places)
        return twin


def copied(value: Any) -> Any:
    """Return a deep copy of a value as read."""
    if isinstance(value, Block):
        return value.copy()
    return [copied(v) for v in value] if isinstance(value, list) else value


def read_yaml(path: Path, name: str) -> tuple[Block, list[Fault]]:
    """Return the mapping of a file and the faults met; `name` is what faults call the file."""
    text, fault = _text(path, name)
    if fault is not None:
        return Block(name), [fault]
    try:
        root = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError as broken:
        return Block(name), [_broken(broken, name)]
    if root is None:
        return Block(name, 1), []
    reader = _Reader(name)
    value = reader.value(root, "", 0)
    if not isinstance(value, Block):
        reader.faults.append(Fault(name, 1, "", "phải là các khóa / must be keys and values"))
        return Block(name), reader.faults
    return value, reader.faults


def _text(path: Path, name: str) -> tuple[str, Fault | None]:
    """Return the text of a file, or why it cannot be read."""
    try:
        body = path.read_bytes()
    except OSError as refused:
        return "", Fault(name, 0, "", f"không đọc được / cannot be read: {refused.strerror}")
    if len(body) > LARGEST_FILE:
        return "", Fault(name, 0, "", f"lớn hơn / larger than {LARGEST_FILE} bytes")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = body[: wrong.start].count(b"\n") + 1
        return "", Fault(name, line, "", "không phải UTF-8 / is not UTF-8")
    return text, next(_forbidden(text, name), None)


def _forbidden(text: str, name: str) -> Iterator[Fault]:
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            yield Fault(name, number, "", "có ký tự tab, dùng dấu cách / a tab, use blanks")
        if not unicodedata.is_normalized("NFC", line):
            yield Fault(name, number, "", "chữ chưa chuẩn NFC / text is not NFC")


def _broken(broken: yaml.YAMLError, name: str) -> Fault:
    mark = getattr(broken, "problem_mark", None)
    problem = getattr(broken, "problem", None) or str(broken)
    return Fault(name, mark.line + 1 if mark else 0, "", f"YAML sai / broken YAML: {' '.join(str(problem).split())}")


class _Reader:
    """Turns nodes into plain values; gathers faults and goes on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: list[Fault] = []
        self.seen: set[int] = set()

    def fault(self, node: yaml.Node, key: str, message: str) -> None:
        self.faults.append(Fault(self.name, node.start_mark.line + 1, key, message))

    def value(self, node: yaml.Node, key: str, depth: int) -> Any:
        if depth > DEEPEST:
            self.fault(node, key, f"lồng quá {DEEPEST} tầng / nested deeper than {DEEPEST}")
            return None
        if id(node) in self.seen:
            self.fault(node, key, "không dùng bí danh (&, *) / no aliases")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, key)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(n, key, depth + 1) for n in node.value]
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, key, depth)
        raise TypeError(node)

    def mapping(self, node: yaml.MappingNode, key: str, depth: int) -> Block:
        block = Block(self.name, node.start_mark.line + 1)
        for key_node, value_node in node.value:
            name = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(name, str) or not name:
                self.fault(key_node, key, "khóa phải là một tên / a key must be a name")
            elif name in block:
                self.fault(key_node, name, "khóa lặp lại / duplicate key")
            else:
                block[name] = self.value(value_node, name, depth + 1)
                block.places[name] = (self.name, key_node.start_mark.line + 1)
        return block

    def scalar(self, node: yaml.ScalarNode, key: str) -> Any:
        if node.tag.startswith("!") or (node.tag.startswith("tag:") and not node.tag.startswith("tag:yaml.org")):
            self.fault(node, key, f"không dùng thẻ / no tags: {node.tag}")
        if node.style in ("'", '"', "|", ">"):
            return str(node.value)
        for pattern, convert in _PLAIN:
            if pattern.fullmatch(node.value):
                return convert(node.value)
        return str(node.value)
