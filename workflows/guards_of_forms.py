"""What stands in a form: whether it is all there, and what the rules of its values (`validate`) say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from workflows.definition import Field
from workflows.errors import Reason
from workflows.guards import Params, Question, builtin, judge
from workflows.roots import Beside

FILED = "submit"


@builtin
def form_complete(q: Question, params: Params) -> Iterator[Reason]:
    """Every field and attachment required at this stage is there, else each missing one; what is filed holds together.

    A value is judged when it is saved; what is saved later (a day that moves) may leave another outside.
    """
    for path, vi, en in q.lookups.missing(str(params["stage"])):
        yield Reason("form_complete", f"Còn thiếu: {vi}", f"Missing: {en}", path)
    if params["stage"] == FILED:
        for reason in (r for field in q.procedure.fields for r in against(q, field)):
            yield replace(reason, path=f"dossier.{reason.path}")


def against(q: Question, field: Field) -> Iterator[Reason]:
    """Yield what the rules say of the value that stands in the dossier, and of the cells of a table."""
    present = q.facts["dossier"].get(field.name)
    if present is None:
        return
    yield from judged(q, field, Beside(q.facts, value=present), field.name)
    columns = [column for column in field.columns if column.validate_]
    for number, row in enumerate(present if columns else ()):
        for column in (c for c in columns if c.name in row):
            more = Beside(q.facts, value=row[column.name], this=row)
            where = f"{field.vi}, dòng {number + 1}, ", f"{field.en}, row {number + 1}, "
            yield from judged(q, column, more, f"{field.name}[{number}].{column.name}", where)


def judged(
    q: Question, field: Field, facts: Mapping[str, Any], path: str, where: tuple[str, str] = ("", "")
) -> Iterator[Reason]:
    """Yield what the rules of one field say of `value`; what cannot be judged yet is told by what is missing.

    `where`: the words that stand before the name of the field.
    """
    for guard in field.validate_:
        for reason in judge(guard, replace(q, facts=facts)):
            if reason.code != "cannot_be_judged":
                vi, en = f"{where[0]}{field.vi}: {reason.vi}", f"{where[1]}{field.en}: {reason.en}"
                yield Reason(reason.code, vi, en, path)
