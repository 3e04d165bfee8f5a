"""Sizes of functions and files, and names that say nothing."""
from __future__ import annotations

import ast
import re
from statistics import median

import pytest

from tests.architecture.house import Function, Module, modules

FUNCTION_MEDIAN, FUNCTION_P90, FUNCTION_LONGEST = 9, 30, 60
FILE_P90, FILE_LONGEST = 300, 400
ONE_FILE_BY_DESIGN = {"audit/verify.py"}  # an auditor reads it whole and runs it without the product
USER_MANAGER = "accounts/models/people.py"  # Django asks for one
NAMELESS = re.compile(r"(^|_)(utils?|helpers?|misc|common_functions|manager|processor)$")
NAMELESS_CLASS = re.compile(r"(Manager|Processor|Helper|Util|Utils|Impl)$")


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def ninetieth(sizes: list[int]) -> int:
    return sorted(sizes)[int(len(sizes) * 0.9)]


@pytest.fixture(scope="module")
def functions() -> dict[str, int]:
    return {f"{m.name}:{f.lineno} {f.name}": length(f) for m in modules() for f in m.functions()}


def test_functions_are_short(functions: dict[str, int], record_property) -> None:
    sizes = list(functions.values())
    longest = sorted(functions.items(), key=lambda row: -row[1])[:10]
    told = f"median {median(sizes):g}, 90th percentile {ninetieth(sizes)}, longest {longest}"
    record_property("functions", told)

    assert median(sizes) <= FUNCTION_MEDIAN, told
    assert ninetieth(sizes) < FUNCTION_P90, told
    assert longest[0][1] <= FUNCTION_LONGEST, told


def test_files_are_split_before_they_are_long(record_property) -> None:
    sizes = {m.name: m.lines for m in modules() if m.name not in ONE_FILE_BY_DESIGN}
    longest = sorted(sizes.items(), key=lambda row: -row[1])[:10]
    told = f"90th percentile {ninetieth(list(sizes.values()))}, longest {longest}"
    record_property("files", told)

    assert ninetieth(list(sizes.values())) < FILE_P90, told
    assert longest[0][1] < FILE_LONGEST, told


def test_no_module_is_called_by_a_word_that_says_nothing() -> None:
    assert [m.name for m in modules() if NAMELESS.search(m.path.stem)] == []


def test_no_class_is_called_manager_or_processor() -> None:
    ours = [m for m in modules() if m.name != USER_MANAGER]

    assert [f"{m.name} {c.name}" for m in ours for c in m.classes() if NAMELESS_CLASS.search(c.name)] == []


def test_every_module_keeps_annotations_as_text() -> None:
    first = "from __future__ import annotations"

    assert [m.name for m in modules() if has_code(m) and first not in m.text] == []


def has_code(module: Module) -> bool:
    """Whether there is more than a docstring in it."""
    return len(module.tree.body) > (ast.get_docstring(module.tree) is not None)
