"""What stands against the ranges that rows of a ledger say they came with: each is one, and none crosses another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models.fields.json import KT

from cases.ledger_access import row_spec
from cases.ledger_balance import LONGEST, span
from cases.ledger_rows import rows_in
from workflows.definition import LedgerRow, Procedure
from workflows.errors import Reason

Range = tuple[str, ...]  # first number, last number, then whatever else the ledger groups by


def range_faults(definition: Procedure, rows: Sequence[Mapping[str, Any]]) -> list[Reason]:
    """Return why rows cannot have come as they say, by path (rows[3].range_last); without both ends nothing is said.

    A parcel is said in the same way at each of its numbers, in the ledger and among `rows`: if ranges crossed, the
    balance would call numbers missing that stand in another range.
    """
    names = _names(row_spec(definition))
    if not names:
        return []
    known, judged, found = _known(definition, names), dict[Range, list[Reason]](), list[Reason]()
    for number, row in enumerate(rows):
        one = tuple(str(row.get(name) or "") for name in names)
        if one not in judged:
            judged[one] = _faults(one, names, known)
        found += [Reason(r.code, r.vi, r.en, f"rows[{number}].{r.path}") for r in judged[one]]
    return found


def _names(spec: LedgerRow) -> list[str]:
    if spec.range is None:
        return []
    return [*dict.fromkeys((spec.range.first, spec.range.last, *spec.group))]


def _known(definition: Procedure, names: Iterable[str]) -> set[Range]:
    said = {f"said_{name}": KT(f"dossier__{name}") for name in names}
    return set(rows_in(definition.procedure).order_by().annotate(**said).values_list(*said).distinct())


def _faults(one: Range, names: Sequence[str], known: set[Range]) -> list[Reason]:
    """Say what is wrong with a range; one that is right is known from now on."""
    if not (one[0] and one[1]):
        return []
    if not span(one[0], one[1]):
        return [_no_range(names[1])]
    crossed = next((other for other in sorted(known - {one}) if _cross(one, other)), None)
    if crossed is not None:
        return [_crosses(crossed, names[0])]
    known.add(one)
    return []


def _cross(one: Range, other: Range) -> bool:
    """Whether two ranges share a number: letters and lengths alike, so that texts stand in the order of numbers."""
    alike = bool(span(min(one[0], other[0]), max(one[1], other[1]))) if len(one[0]) == len(other[0]) else False
    return alike and one[0] <= other[1] and other[0] <= one[1]


def _no_range(path: str) -> Reason:
    vi = f"Số đầu và số cuối phải cùng chữ đầu, cùng số chữ số, không quá {LONGEST} số"
    en = f"First and last number have the same letters and as many digits, at most {LONGEST} numbers"
    return Reason("no_range", vi, en, path)


def _crosses(other: Range, path: str) -> Reason:
    named = ", ".join((*other[2:], f"{other[0]}–{other[1]}"))
    vi = f"Lô này chồng lên lô {named}: mọi số của một lô ghi cùng sê-ri, số đầu và số cuối"
    en = f"This range overlaps the range {named}: every number of a range says the same series, first and last number"
    return Reason("range_overlaps", vi, en, path)
