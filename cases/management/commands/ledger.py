"""ledger list|show|open|import|do|attach|explain|count: a ledger and its rows, by command line."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from accounts.clock import now
from accounts.models import User
from cases import ledger_queries
from cases.access import may_look_closely, may_see_field, roles_to_look, visible_rows
from cases.errors import CaseNotFound, InputFaults, ProcedureUnknown
from cases.ledger_access import agencies, row_spec
from cases.ledger_queries import Wanted
from cases.ledger_rows import kept_in, late_since, to_be_found, valid_until
from cases.ledger_sheets import MOST, judged, ledger_heads, read
from cases.management.answering import OK, Answer, Ending, Unusable, end, ended
from cases.management.commands.case import person_of, read_data, step_said, told_of_steps
from cases.models import Case, Task
from cases.presentation.counting import count_of
from cases.procedures import definition_of
from cases.serials import rows_of_range, told_once
from cases.services import (
    Outcome,
    advance_case,
    attach_file,
    book_of,
    open_row,
    open_rows,
    possibilities,
    rows_judged,
)
from cases.services.loading import parts_of
from cases.services.outcome import answer
from cases.services.rows import as_of
from cases.services.views_log import log_view
from cases.sheet_rows import Taken
from cases.sheets import sheet_of_file
from cases.values import shown
from workflows.definition import Field, Procedure

MOST_MONTHS = 120
Verb = Callable[[dict[str, Any]], Ending]
NOT_OF_ROWS = ("case", "submission_code", "case_code", "public_status", "due_at", "parts")
VERB_HELP = {
    "list": "các sổ, hoặc dòng của một sổ / the ledgers, or the rows of one",
    "show": "xem một dòng / show a row",
    "open": "thêm dòng / open a row",
    "range": "thêm cả dải số / open the rows of a range of numbers",
    "import": "thêm nhiều dòng từ tệp .xlsx / open rows out of an .xlsx",
    "do": "chuyển bước hoặc việc làm / take a transition or do an act",
    "attach": "thêm tệp / add a file",
    "explain": "việc nào làm được, vì sao không / what is possible, and why not",
    "count": "đối soát: xem, hoặc đề nghị với --data / the count: look, or propose it with --data",
}


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Sổ quản lý: xem, thêm dòng, chuyển bước, đối soát (a ledger and its rows)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        made = {name: verbs.add_parser(name, help=text) for name, text in VERB_HELP.items()}
        _more(made)
        for verb in made.values():
            verb.add_argument("--as", dest="person", required=True, help="thư điện tử của người làm / whose act it is")
            verb.add_argument("--json", action="store_true", help="một đối tượng JSON ra stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        """Run one verb and end the process with its exit code."""
        end(self, ended(lambda: VERBS[options["verb"]](options)), as_json=options["json"])


def _more(made: dict[str, ArgumentParser]) -> None:
    """Add what single verbs take."""
    made["list"].add_argument("ledger", nargs="?", default="", help="mã sổ / code of the ledger")
    for name in ("open", "range", "import", "count"):
        made[name].add_argument("ledger", help="mã sổ / code of the ledger")
    made["import"].add_argument("file", type=Path, help="tệp .xlsx có dòng tiêu đề / .xlsx with a row of headings")
    for name in ("range", "import"):
        made[name].add_argument("--dry-run", action="store_true", help="chỉ xem, không thêm / look only")
    made["import"].add_argument("--key", default=None, help="khóa chống làm hai lần / idempotency key")
    for name in ("show", "do", "attach", "explain"):
        made[name].add_argument("number", help="số dòng, ví dụ SHC-00012 / number of the row")
    made["do"].add_argument("name", help="tên bước / name of the transition or act")
    made["do"].add_argument("--acting-for", default="", help="làm thay ai / for whom, under a mandate")
    made["do"].add_argument("--expect-version", type=int, default=None, help="phiên bản đang xem / version seen")
    made["attach"].add_argument("kind")
    made["attach"].add_argument("file", type=Path)
    made["show"].add_argument("--purpose", default="", help="mục đích xem mục nhạy cảm / what for, to see them all")
    for name in ("open", "range", "do", "count"):
        made[name].add_argument("--data", default="", metavar="F", help="tệp JSON, - là stdin / JSON file, - for stdin")
        made[name].add_argument("--key", default=None, help="khóa chống làm hai lần / idempotency key")
    for name in ("list", "count"):
        made[name].add_argument("--agency", default="", help="mã cơ quan quản lý / keeping agency")
    _filters(made["list"])


def _filters(verb: ArgumentParser) -> None:
    verb.add_argument("--state", default="")
    verb.add_argument("--text", default="", help="người được cấp, số dòng / holder, number")
    verb.add_argument("--months", type=int, default=0, help="hết hạn trong số tháng / expiring within so many months")
    verb.add_argument("--late", action="store_true")
    verb.add_argument("--closed", action="store_true", help="cả dòng đã kết thúc / closed rows as well")
    verb.add_argument("--limit", type=int, default=50)


# ------------------------------------------------------------------------------------------------------------ verbs
def listed(options: dict[str, Any]) -> Ending:
    person = person_of(options["person"])
    if not options["ledger"]:
        return _ledgers(person)
    definition = ledger_of(options["ledger"], person)
    wanted = Wanted(**{name: options[name] for name in ("state", "agency", "text", "months", "late", "closed")})
    _check(wanted, definition)
    rows = ledger_queries.wanted_rows(definition, person, now(), wanted)
    found = [_row(row) for row in rows[: max(1, min(options["limit"], 2000))]]
    lines = [f"{r['no']}  {r['state']:<16}  {r['late_since'] or ''}" for r in found]
    return Ending(OK, {"ledger": definition.procedure, "total": len(rows), "rows": found}, "\n".join(lines))


def _check(wanted: Wanted, definition: Procedure) -> None:
    if wanted.state and wanted.state not in {state.code for state in definition.machine.states}:
        raise Unusable(f"Không có tình trạng {wanted.state} / there is no such state")
    if wanted.agency and wanted.agency not in agencies():
        raise Unusable(f"Không có cơ quan {wanted.agency} / there is no such agency")
    if not 0 <= wanted.months <= MOST_MONTHS:
        raise Unusable(f"--months phải từ 0 đến {MOST_MONTHS} / must be 0 to {MOST_MONTHS}")


def _ledgers(person: User) -> Ending:
    found = [_figures(d, person) for d in ledger_queries.ledgers_of(person, now())]
    return Ending(OK, {"ledgers": found}, "\n".join(f"{r['ledger']}  {r['open']}" for r in found))


def _figures(definition: Procedure, person: User) -> Answer:
    figures = ledger_queries.figures_of(definition, person, now())
    return {
        "ledger": definition.procedure, "open": figures.open, "states": figures.states, "late": figures.late,
        "expiring_12": figures.soon, "expiring_6": figures.sooner, "closed": figures.closed,
    }  # fmt: skip


def looked_at(options: dict[str, Any]) -> Ending:
    person = person_of(options["person"])
    row = as_of(row_of(options["number"], person), now())
    definition, roles = definition_of(row.definition_id), roles_to_look(row, person, now())
    fields = [f for f in definition.fields if f.name in row.dossier and may_see_field(f, roles)]
    closely = bool(options["purpose"].strip()) and may_look_closely(definition, roles)
    seen = [f for f in fields if closely or not f.sensitive]
    _note_views(row, person, [f for f in seen if f.sensitive], options["purpose"])
    tasks = list(Task.objects.filter(case=row, done_at=None))
    said = answer(row, parts_of(row), tasks, {"seq": row.head_seq, "hash": row.head_hash})
    body = {**_of_row(said, row), "values": {f.name: row.dossier[f.name] for f in seen}}
    lines = [f"{row.code}  {row.state}", *(f"  {f.vi}: {shown(f, row.dossier[f.name], 'vi')}" for f in seen)]
    return Ending(OK, body, "\n".join(lines))


def _note_views(row: Case, person: User, fields: list[Field], purpose: str) -> None:
    for field in fields:
        log_view(case=row, person=person, what=field.name, purpose=purpose, now=now())


def opened(options: dict[str, Any]) -> Ending:
    person = person_of(options["person"])
    ledger_of(options["ledger"], person)
    outcome = open_row(
        ledger=options["ledger"], actor=person, now=now(), values=read_data(options["data"]),
        idempotency_key=options["key"],
    )  # fmt: skip
    return _said(outcome)


def imported(options: dict[str, Any]) -> Ending:
    """Open every row of a workbook, or none; with --dry-run say only whether they could be opened."""
    person, path = person_of(options["person"]), options["file"]
    definition = ledger_of(options["ledger"], person)
    if not path.is_file():
        raise Unusable(f"Không đọc được tệp {path.name} / cannot read the file")
    with path.open("rb") as file:
        sheet = sheet_of_file(file, path.name, ledger_heads(definition), MOST)
    found = judged(definition, sheet, person, now()) if options["dry_run"] else read(definition, sheet, person, now())
    if not found.reasons and not options["dry_run"]:
        _open_all(definition, person, found, options["key"])
    if found.reasons:
        raise InputFaults(found.reasons)
    body = {"ledger": definition.procedure, "dry_run": options["dry_run"], "rows": [row.number for row in found.rows]}
    return Ending(OK, body, f"{len(found.rows)}")


def _open_all(definition: Procedure, person: User, found: Taken, key: str | None) -> None:
    try:
        open_rows(ledger=definition.procedure, actor=person, now=now(), rows=found.values, idempotency_key=key)
    except InputFaults as faults:
        found.tell(faults.reasons)


def opened_range(options: dict[str, Any]) -> Ending:
    """Open a row for every number of a range, or none; with --dry-run say only whether they could be opened."""
    person = person_of(options["person"])
    definition = ledger_of(options["ledger"], person)
    rows = rows_of_range(definition, read_data(options["data"]))
    by: dict[str, Any] = {"ledger": definition.procedure, "actor": person, "now": now(), "rows": rows}
    if options["dry_run"]:
        reasons = told_once(definition, rows, rows_judged(**by))
        if reasons:
            raise InputFaults(reasons)
    else:
        open_rows(**by, idempotency_key=options["key"])
    said = {"ledger": definition.procedure, "dry_run": options["dry_run"], "rows": len(rows)}
    return Ending(OK, said, f"{len(rows)}")


def done(options: dict[str, Any]) -> Ending:
    person = person_of(options["person"])
    grantor = person_of(options["acting_for"]) if options["acting_for"] else None
    row = row_of(options["number"], person)
    outcome = advance_case(
        case_id=row.pk, transition=options["name"], actor=person, now=now(), acting_for=grantor,
        expected_version=options["expect_version"], idempotency_key=options["key"], data=read_data(options["data"]),
    )  # fmt: skip
    return _said(outcome)


def attached(options: dict[str, Any]) -> Ending:
    person = person_of(options["person"])
    row, path = row_of(options["number"], person), options["file"]
    if not path.is_file():
        raise Unusable(f"Không đọc được tệp {path.name} / cannot read the file")
    made = attach_file(case_id=row.pk, kind=options["kind"], name=path.name, source=path, actor=person, now=now())
    found = {"id": str(made.pk), "kind": made.kind, "name": made.name, "sha256": made.blob_id, "size": made.blob.size}
    return Ending(OK, {"row": row.code, "attachment": found}, f"{made.name}: {made.pk}")


def explained(options: dict[str, Any]) -> Ending:
    person = person_of(options["person"])
    row = row_of(options["number"], person)
    steps = [step_said(found) for found in possibilities(row, person, now())]
    return told_of_steps({"row": row.code, "state": row.state}, steps)


def counted(options: dict[str, Any]) -> Ending:
    """Show what is to be counted; with --data propose the count to the second person."""
    person = person_of(options["person"])
    definition = ledger_of(options["ledger"], person)
    book = book_of(definition.procedure, _agency(definition, person, options["agency"]), now(), person)
    if not options["data"]:
        return _to_count(book)
    act = count_of(definition)
    if act is None:
        raise Unusable("Sổ này không có việc đối soát / this ledger has no count")
    outcome = advance_case(
        case_id=book.pk, transition=act.name, actor=person, now=now(), data=read_data(options["data"]),
        idempotency_key=options["key"],
    )  # fmt: skip
    return _said(outcome)


def _to_count(book: Case) -> Ending:
    kept = kept_in(book, book.procedure)
    rows = [{"row": row.code, "state": row.state, "expected": to_be_found(row)} for row in kept]
    body = {"book": book.code, "last_counted_on": book.attributes.get("last_counted_on"), "rows": rows}
    return Ending(OK, body, "\n".join(f"{r['row']}  {r['state']}" for r in rows))


VERBS: dict[str, Verb] = {
    "list": listed,
    "show": looked_at,
    "open": opened,
    "range": opened_range,
    "import": imported,
    "do": done,
    "attach": attached,
    "explain": explained,
    "count": counted,
}


# ----------------------------------------------------------------------------------------------------------- parts
def ledger_of(code: str, person: User) -> Procedure:
    """Return a ledger that is for the person. Raises ProcedureUnknown."""
    found = ledger_queries.ledger_of(code, person, now())
    if found is None:
        raise ProcedureUnknown(code)
    return found


def row_of(number: str, person: User) -> Case:
    """Return a row, or the ledger of an agency, that the person may see, by its number. Raises CaseNotFound."""
    rows = visible_rows(person, now()).select_related("definition", "unit").defer("definition__body")
    found = rows.filter(case_code=number.strip().upper()).first()
    if found is None:
        raise CaseNotFound(number)
    return found


def _agency(definition: Procedure, person: User, asked: str) -> str:
    """Return the agency whose ledger is meant. Raises Unusable (none is named), CaseNotFound (not the person's)."""
    found = ledger_queries.counted_agency(definition, person, now(), asked)
    if found is not None:
        return found
    if not asked:
        raise Unusable("Hãy nêu --agency / name the --agency")
    raise CaseNotFound(asked)


def _said(outcome: Outcome) -> Ending:
    row = outcome.case
    return Ending(OK, _of_row(outcome.as_dict(), row), f"{row.code}  {row.state}  v{row.version}")


def _of_row(said: Answer, row: Case) -> Answer:
    kept = {name: value for name, value in said.items() if name not in NOT_OF_ROWS}
    return {"row": {"id": str(row.pk), "no": row.code, "ledger": row.procedure, "kind": row.kind}, **kept}


def _row(row: Case) -> Answer:
    last, agency = valid_until(row), row.unit.code if row.unit is not None else None
    named = row_spec(definition_of(row.definition_id)).title
    return {
        "no": row.code,
        "id": str(row.pk),
        "state": row.state,
        "closed": row.closed,
        "agency": agency,
        "title": [str(row.dossier.get(name, "")) for name in named],
        "late_since": late_since(row),
        "expires_on": last.isoformat() if last is not None else None,
        "version": row.version,
    }
