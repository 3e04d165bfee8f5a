"""Built-in guards that ask declared tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workflows.definition import Field, PartKind, Procedure, Table
from workflows.each_row import EachRow
from workflows.errors import CannotBeJudged, Reason
from workflows.guards import Params, Question, builtin

FIRST, LAST = "valid_from", "valid_until"  # columns of a registry: the days between which its row was in use
LIFTED = "accepted"  # state of a part that explains a row of a table of limits, once its authority has accepted it


@builtin
def table_decided(q: Question, params: Params) -> Iterable[Reason]:
    """Every row of the dossier's table has a result of the decision table; else the row and the missing input."""
    listed = q.procedure.field(str(params["per"]))
    rows = q.facts["dossier"].get(str(params["per"]), ())
    asking = [c for c in listed.columns if _asks(c, str(params["table"]))] if listed is not None else []
    for number, row in enumerate(rows, 1):
        for column in (c for c in asking if c.name not in row):  # what is decided stands in its column
            (said,) = EachRow([row], q.facts, q.lookups).ask(column.computed or "")
            yield from _undecided(column, said, number)


def _asks(column: Field, table: str) -> bool:
    return column.computed is not None and f"decide('{table}'" in column.computed.replace('"', "'")


def _undecided(column: Field, said: Any, number: int) -> Iterator[Reason]:
    if isinstance(said, CannotBeJudged):
        missing_vi, missing_en = f"thiếu {said.path}", f"{said.path} is missing"
    elif said is None:
        missing_vi, missing_en = "không dòng nào của bảng áp dụng được", "no row of the table applies"
    else:
        return
    vi = f"Dòng {number}, {column.vi}: {missing_vi}"
    yield Reason("table_decided", vi, f"Row {number}, {column.en}: {missing_en}", f"dossier.row.{number}")


@builtin
def limits_pass(q: Question, params: Params) -> Iterable[Reason]:
    """No limit of this severity fails, or its authority has lifted it: each that fails is named."""
    table = q.procedure.table(str(params["table"]))
    if table is None:
        return
    found = q.lookups.judged(table.code, {name: q.facts[kind] for name, kind in table.inputs.items()})
    lifted = _lifted(q, table.code)
    for hit in found.hits:
        row = hit.facts
        if row.get("severity") == params["severity"] and row["code"] not in lifted:
            vi, en = str(row.get("vi", row["code"])), str(row.get("en", row["code"]))
            yield Reason("limits_pass", f"Vượt giới hạn: {vi}", f"Limit exceeded: {en}", f"{table.code}.{row['code']}")
    for missing in found.unjudged:
        vi, en = f"Chưa đủ thông tin để xét giới hạn ({missing.path})", f"A limit cannot be judged ({missing.path})"
        yield Reason("cannot_be_judged", vi, en, f"{table.code}.{missing.row}")


def _lifted(q: Question, table: str) -> set[str]:
    """Rows for which a part that names them was accepted, and is not overtaken by a change of the dossier."""
    return {
        part[name]
        for kind, name in _explaining(q.procedure, table)
        for part in q.facts["parts"][kind.code]
        if part["state"] == LIFTED and not part.get("stale") and name in part
    }


def _explaining(procedure: Procedure, table: str) -> Iterator[tuple[PartKind, str]]:
    for kind in procedure.parts:
        yield from ((kind, f.name) for f in kind.fields if f.type == f"ref({table})")


@builtin
def eligible(q: Question, params: Params) -> Iterable[Reason]:
    """No row of the table holds for the subject: each that holds is named with the ground of refusal it offers.

    A row that cannot be judged refuses too. The table's other inputs: roots of CEL, and `filed_on`, the day of filing.
    """
    table = q.procedure.table(str(params["table"]))
    if table is None:
        return
    found = q.lookups.judged(table.code, _asked_of(q, table, q.cel(params["subject"])))
    for hit in found.hits:
        row, ground = hit.facts, _ground(q.procedure, str(hit.facts.get("ground", "")))
        vi, en = f"{row.get('vi', row['code'])}{ground[0]}", f"{row.get('en', row['code'])}{ground[1]}"
        yield Reason("eligible", f"Không đủ điều kiện: {vi}", f"Not eligible: {en}", f"{table.code}.{row['code']}")
    for missing in found.unjudged:
        vi, en = f"Chưa đủ thông tin để xét ({missing.path})", f"A condition cannot be judged ({missing.path})"
        yield Reason("cannot_be_judged", vi, en, f"{table.code}.{missing.row}")


def _asked_of(q: Question, table: Table, subject: Any) -> dict[str, Any]:
    filed = q.facts["case"].get("submitted_on", q.facts["now_day"])
    roots = {name: q.facts[kind] for name, kind in table.inputs.items() if kind in q.facts}
    return roots | {"subject": subject, "filed_on": filed}


def _ground(procedure: Procedure, code: str) -> tuple[str, str]:
    found = next((g for g in procedure.refusal_grounds if g.code == code), None)
    return (f" (căn cứ: {found.vi})", f" (ground: {found.en})") if found is not None else ("", "")


@builtin
def specimen_matches(q: Question, params: Params) -> Iterable[Reason]:
    """The specimen was valid on the day of the paper and says the same: each column that differs is named."""
    on_day = q.cel(params["on_day"])
    row = q.lookups.row(str(params["registry"]), q.cel(params["specimen"]), q.facts["now_day"])
    if row is None or not row.get(FIRST, on_day) <= on_day <= row.get(LAST, on_day):
        vi, en = "Không có mẫu có hiệu lực vào ngày của giấy tờ", "No specimen was valid on the day of the paper"
        yield Reason("specimen_matches", vi, en)
        return
    registry = next((r for r in q.procedure.registries if r.code == params["registry"]), None)
    for name, text in params["same"].items():
        if _spoken(row.get(name)) != _spoken(q.cel(text)):
            column = next((c for c in registry.columns if c.name == name), None) if registry is not None else None
            vi, en = (column.vi, column.en) if column is not None else (name, name)
            yield Reason("specimen_matches", f"Khác mẫu: {vi}", f"Differs from the specimen: {en}")


def _spoken(text: Any) -> str:
    """Return a text as it is compared: without regard to capitals and blanks."""
    return " ".join(str(text or "").casefold().split())


@builtin
def partition(q: Question, params: Params) -> Iterable[Reason]:
    """Every row belongs to exactly one part that is open or in force; parts that change another do not count."""
    table, kind = str(params["table"]), q.procedure.part(str(params["part"]))
    rows = next((f.name for f in kind.fields if f.type == f"rows({table})"), "")
    changing = [f.name for f in kind.fields if f.type == "ref(parts)"]
    parts = [p for p in q.facts["parts"][kind.code] if _counts(kind, p) and not any(n in p for n in changing)]
    for number, row in enumerate(q.facts["dossier"].get(table, ()), 1):
        held = sum(row.get("row_no") in p.get(rows, ()) for p in parts)
        if held != 1:
            vi = f"Dòng {number} thuộc {held} {kind.vi.lower()}; phải thuộc đúng một"
            en = f"Row {number} belongs to {held} of: {kind.en}; it must be exactly one"
            yield Reason("partition", vi, en, f"dossier.{table}.{number}")


def _counts(kind: PartKind, part: Mapping[str, Any]) -> bool:
    """Open, or closed in a state from which something may still follow: in force."""
    if part.get("ended"):
        return False
    return not part["closed"] or not kind.machine.state(part["state"]).terminal
