"""Computed fields of a dossier: in which order they are computed, and whether more than the dossier decides them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from workflows.definition import Field, Procedure
from workflows.expressions import Expression, compiled, needs_together

OWN = frozenset({"dossier", "this"})


def computed_in_order(procedure: Procedure) -> list[Field]:
    """Return the fields that are computed, or have computed columns, each after those that it reads.

    Fields that read each other keep the order of the folder; who reads the dossier as a whole comes last.
    """
    fields = {f.name: f for f in procedure.fields if _texts(f)}
    found: dict[str, Field] = {}
    for name in fields:
        _add(name, fields, found, ())
    return sorted(found.values(), key=_reads_all)


def _add(name: str, fields: dict[str, Field], found: dict[str, Field], way: tuple[str, ...]) -> None:
    if name in found or name in way or name not in fields:
        return
    for text in _texts(fields[name]):
        for path in compiled(text).paths:
            if path[0] == "dossier" and len(path) > 1:
                _add(path[1], fields, found, (*way, name))
    found[name] = fields[name]


def _texts(field: Field) -> list[str]:
    columns = [c.computed for c in field.columns if c.computed is not None]
    return [field.computed] if field.computed is not None else columns


def _reads_all(field: Field) -> bool:
    """Whether an expression takes the dossier whole: then every other computed field comes before it."""
    return any(compiled(text).whole("dossier") for text in _texts(field))


def needs_of(field: Field) -> Mapping[str, Any]:
    """Return what the expressions of a computed field or table read of each root, its own row aside."""
    return _needs(tuple(_texts(field)))


@lru_cache(maxsize=1024)
def _needs(texts: tuple[str, ...]) -> Mapping[str, Any]:
    return {root: below for root, below in needs_together(compiled(text) for text in texts).items() if root != "this"}


def hangs_on_more(procedure: Procedure) -> bool:
    """Whether a computed field reads parts, the case, a day or rows, so that it can change without the dossier."""
    return any(_more(expression) for expression in _expressions(procedure))


def _expressions(procedure: Procedure) -> Iterator[Expression]:
    return (compiled(text) for field in procedure.fields for text in _texts(field))


def _more(expression: Expression) -> bool:
    return not expression.roots <= OWN or expression.asks_world
