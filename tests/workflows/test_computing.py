"""Computed fields: each after what it reads, and whether more than the dossier decides them."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.computing import computed_in_order, hangs_on_more
from workflows.definition import Field, Procedure
from workflows.registry import load


def of(*fields: Mapping[str, object]) -> Procedure:
    made = [Field.model_validate({"vi": "x", "en": "x", "type": "int", **f}) for f in fields]
    return load("complaint").model_copy(update={"fields": tuple(made)})


def names(procedure: Procedure) -> list[str]:
    return [field.name for field in computed_in_order(procedure)]


def test_a_field_is_computed_after_what_it_reads_wherever_it_stands() -> None:
    total = {"name": "total", "computed": "sum(dossier.rows.map(r, r.vnd))"}
    rows = {"name": "rows", "type": "table", "columns": [
        {"name": "vnd", "vi": "x", "en": "x", "type": "int", "computed": "this.n * 2"}]}

    assert names(of(total, rows)) == ["rows", "total"]


def test_whoever_reads_the_whole_dossier_comes_last() -> None:
    whole = {"name": "whole", "computed": "decide('t', {'dossier': dossier})"}
    part = {"name": "part", "computed": "dossier.n + 1"}

    assert names(of(whole, part)) == ["part", "whole"]


def test_two_fields_that_read_each_other_keep_their_order() -> None:
    first, second = {"name": "a", "computed": "dossier.b + 1"}, {"name": "b", "computed": "dossier.a + 1"}

    assert names(of(first, second)) == ["b", "a"]


def test_only_what_reads_parts_days_or_rows_hangs_on_more_than_the_dossier() -> None:
    assert not hangs_on_more(load("ngo_aid"))
    assert hangs_on_more(load("outbound_delegation"))
    assert hangs_on_more(of({"name": "a", "computed": "now_day + 1"}))
    assert hangs_on_more(of({"name": "a", "computed": "add_wd(dossier.b, 2)"}))
    assert not hangs_on_more(of({"name": "a", "computed": "add_months(dossier.b, 2)"}))
