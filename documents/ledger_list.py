"""The layout of a ledger that has no paper of its own to be printed on: its rows, in the columns of its page."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from cases.ledger_balance import Balance
from documents.layout import compose
from documents.ledger_balance import balance_text
from documents.templates import Compiled, compile_template
from workflows.definition import Paper, Procedure

ROWS = "ledger_rows"
UNBROKEN = frozenset({"date", "day", "money"})
NARROWEST = {"row.number": 16, "row.state": 12}


def list_paper(definition: Procedure) -> Paper:
    """Return the slip that such a ledger is printed on."""
    row = definition.row
    signer = row.opened_by[0] if row is not None else ""
    return Paper(
        code=ROWS, vi=definition.vi, en=definition.en, family="form", issuer="agency", signer=signer, origin="slip",
        merge=(ROWS,),
    )  # fmt: skip


def list_layout(definition: Procedure, balance: Balance) -> Compiled:
    """Return its template, composed once for a version of the ledger and the states that its balance tells."""
    return _composed(list_paper(definition).model_dump_json(), _text(definition, balance))


@lru_cache(maxsize=16)
def _composed(paper: str, text: str) -> Compiled:
    return compile_template(compose(Paper.model_validate_json(paper), text))


def _text(definition: Procedure, balance: Balance) -> str:
    spec = definition.row
    names = [*dict.fromkeys((*spec.title, *spec.shown))] if spec is not None else []
    heads = {field.name: field.vi for field in definition.fields}
    columns = [("TT", "loop.index"), ("Số dòng", "row.number"), *((heads[n], f"row.{n}") for n in names)]
    columns.append(("Tình trạng", "row.state"))
    return "\n".join(
        [
            "page: landscape", f"title: {definition.vi.upper()}", "sign: none", "---", *balance_text(balance),
            _row(head for head, _ in columns), _row("-" * _width(head, value, definition) for head, value in columns),
            f"{{% for row in {ROWS} %}}", _row(f"{{{{ {value} }}}}" for _, value in columns), "{% endfor %}",
            "", f"Tổng số: {{{{ {ROWS}|length }}}} dòng.",
        ]
    )  # fmt: skip


def _width(head: str, value: str, definition: Procedure) -> int:
    """Return how wide a column is beside the others: a day and a number are not broken."""
    field = definition.field(value.removeprefix("row."))
    short = field is not None and (field.base in UNBROKEN or field.pattern is not None)
    return max(NARROWEST.get(value, 8), 14 if short else 0, min(len(head), 18))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
