"""procedures list | check | publish | diagram | coverage: what is published, what waits, and why it may not be."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from accounts.clock import local_day, now
from accounts.errors import NotForYou
from accounts.models import User
from cases.management.answering import NOT_FOUND, OK, REFUSED, UNUSABLE, Answer, Ending, end, ended
from cases.models import Published
from cases.procedures import current, further_roots, published_on
from cases.publication import Prepared, Publication, folders, prepare, publish_each
from cases.staffing import staffing_faults
from workflows.coverage_page import coverage_page
from workflows.definition import Machine
from workflows.diagram import mermaid, svg
from workflows.errors import DefinitionError, Fault
from workflows.registry import Folder, find, resolved
from workflows.shapes import near


class Command(BaseCommand):
    help = "Thủ tục: liệt kê, kiểm tra, công bố, vẽ sơ đồ (list, check, publish, draw procedures)"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("list", help="thủ tục đã công bố và bản nháp / published and drafts")
        checking = verbs.add_parser("check", help="kiểm tra một thư mục / every fault of a folder")
        publishing = verbs.add_parser("publish", help="công bố / publish")
        drawing = verbs.add_parser("diagram", help="sơ đồ trạng thái / the states of a procedure")
        covering = verbs.add_parser("coverage", help="mọi dòng của đặc tả / every line and the scenarios that walk it")
        covering.add_argument("--write", action="store_true", help="ghi / write docs/coverage/<code>.md")
        covering.add_argument("code")
        for verb in (checking, publishing):
            verb.add_argument("code", nargs="?", default="", help="mã thủ tục / procedure")
            verb.add_argument("--all", action="store_true", help="mọi thư mục / every folder")
        drawing.add_argument("code")
        drawing.add_argument("--part", default="", help="loại phần việc / kind of part")
        drawing.add_argument("--format", choices=("svg", "mermaid"), default="svg")
        drawing.add_argument("--language", choices=("vi", "en"), default="vi")
        drawing.add_argument("--out", type=Path, help="tệp ghi ra; mặc định stdout")
        for verb in (checking, publishing, drawing, covering):
            verb.add_argument("--folder", default="", help="v1, v2 …; mặc định: phiên bản cuối / the last")
        for verb in (checking, publishing):
            verb.add_argument("--strict", action="store_true", help="thiếu kịch bản là lỗi / no scenario is an error")
        publishing.add_argument("--as", dest="person", default="", help="quản trị viên; trống: hệ thống / the system")
        for verb in (listing, checking, publishing, drawing, covering):
            verb.add_argument("--json", action="store_true", help="một đối tượng JSON ra stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        """Run one verb and end the process with its exit code."""
        end(self, ended(lambda: _ending(options)), as_json=options["json"])


class CannotBe(Exception):
    """What was asked for cannot be had; ends the command with this answer."""

    def __init__(self, status: int, answer: Answer, text: str) -> None:
        super().__init__(text)
        self.ending = Ending(status, answer, text)


def _ending(options: Answer) -> Ending:
    try:
        return Ending(*VERBS[options["verb"]](options))
    except CannotBe as fault:
        return fault.ending


# ------------------------------------------------------------------------------------------------------------- list
def listed(options: Answer) -> tuple[int, Answer, str]:
    """Return every publication that stands, and every folder that differs from it."""
    del options
    published = {(row.procedure, row.folder): row for row in current()}
    proved = {row.hash for row in published.values()}
    prepared = {(f.code, f.name): prepare(f, proved=proved) for f in folders()}
    today = set(published_on(local_day(now())).values_list("pk", flat=True))
    keys = sorted({*prepared, *published})
    rows = [_row(key, published.get(key), prepared.get(key), today) for key in keys]
    return OK, {"procedures": rows}, "\n".join(_line(row) for row in rows)


def _row(key: tuple[str, str], row: Published | None, draft: Prepared | None, today: set[int]) -> Answer:
    found: Answer = {"procedure": key[0], "folder": key[1], "published": None, "draft": _draft_status(row, draft)}
    if row is not None:
        found["published"] = {
            "version": row.version,
            "hash": row.hash,
            "effective_from": row.effective_from.isoformat(),
            "effective_to": row.effective_to.isoformat() if row.effective_to else None,
            "published_at": row.published_at.isoformat(),
            "in_force": row.pk in today,
        }
    return found


def _draft_status(row: Published | None, draft: Prepared | None) -> str:
    if draft is None:
        return "none"
    if draft.procedure is None or draft.errors:
        return "faulty"
    if row is None:
        return "new"
    return "published" if row.hash == draft.procedure.hash() else "changed"


def _line(row: Answer) -> str:
    published = row["published"] or {}
    days = f"{published.get('effective_from', '–')} – {published.get('effective_to') or '…'}"
    mark = "*" if published.get("in_force") else " "
    name = f"{row['procedure']:<28} {row['folder']:<4}"
    return f"{mark} {name} {days:<24} {row['draft']:<10} {published.get('hash', '')[:12]}"


# -------------------------------------------------------------------------------------------------- check, publish
def checked(options: Answer) -> tuple[int, Answer, str]:
    """Return every fault of the chosen folders; staffing is judged as of today."""
    chosen = _chosen(options)
    codes = {folder.code for folder in chosen}
    prepared = [prepare(folder, codes, strict=options["strict"]) for folder in chosen]
    rows = [{**_named(p), "hash": p.procedure.hash() if p.procedure else "", **_faults(p)} for p in prepared]
    answer: Answer = {"checked": rows}
    status = _status(prepared)
    if status != OK:
        answer = {"error": ERRORS[status], **answer}
    return status, answer, "\n".join(_told(p, "đúng / fine") for p in prepared)


def published(options: Answer) -> tuple[int, Answer, str]:
    """Publish the chosen folders that changed; return what stands and what was refused."""
    made = _publish(_chosen(options), options)
    stored = [{**_named(m.prepared), **_stored(m), **_faults(m.prepared)} for m in made if m.published is not None]
    refused = [m.prepared for m in made if m.published is None]
    answer: Answer = {"published": stored}
    status = _status(refused)
    if refused:
        answer = {"error": ERRORS[status], "refused": [{**_named(p), **_faults(p)} for p in refused], **answer}
    return status, answer, "\n".join(_told(m.prepared, _word(m)) for m in made)


def _publish(chosen: Sequence[Folder], options: Answer) -> list[Publication]:
    email = options["person"]
    actor = User.objects.filter(email=email.lower(), is_active=True).first() if email else None
    if email and actor is None:
        raise CannotBe(UNUSABLE, {"error": "no_user"}, "Không có người dùng này / there is no such user")
    try:
        return publish_each(chosen, actor=actor, now=now(), strict=options["strict"])
    except NotForYou as refusal:
        vi, en = "Chỉ quản trị viên được công bố thủ tục", "Only an administrator may publish"
        reason = {"code": "role_missing", "vi": vi, "en": en, "path": ""}
        raise CannotBe(REFUSED, {"error": "refused", "reasons": [reason]}, f"{vi} / {en}") from refusal


def _chosen(options: Answer) -> list[Folder]:
    """Return the folders that were asked for. Raises CannotBe."""
    if options["all"]:
        return folders()
    if not options["code"]:
        raise CannotBe(UNUSABLE, {"error": "input"}, "Cần mã thủ tục hoặc --all / name a procedure or give --all")
    return [_folder(options)]


def _folder(options: Answer) -> Folder:
    try:
        return find(options["code"], options["folder"], further_roots())
    except DefinitionError as unknown:
        raise _not_found(unknown.faults[0]) from unknown


def _not_found(fault: Fault) -> CannotBe:
    answer = {"error": "not_found", "faults": [fault_as_dict(fault)]}
    return CannotBe(NOT_FOUND, answer, f"{fault.file}: {fault.message} – {fault.nearest}".rstrip(" –"))


def _faulty(wrong: DefinitionError) -> CannotBe:
    return CannotBe(UNUSABLE, {"error": "input", "faults": [fault_as_dict(f) for f in wrong.faults]}, str(wrong))


def _status(prepared: Sequence[Prepared]) -> int:
    """A text that cannot be read as a procedure is bad input; one that the proof turns down is refused."""
    if any(p.procedure is None for p in prepared):
        return UNUSABLE
    return REFUSED if any(p.errors for p in prepared) else OK


ERRORS = {UNUSABLE: "input", REFUSED: "refused"}


def _named(prepared: Prepared) -> Answer:
    return {"procedure": prepared.folder.code, "folder": prepared.folder.name}


def _stored(made: Publication) -> Answer:
    row = made.published
    return {"version": row.version, "hash": row.hash, "new": made.new} if row is not None else {}


def _faults(prepared: Prepared) -> Answer:
    warnings = _warnings(prepared)
    return {"errors": [fault_as_dict(f) for f in prepared.errors], "warnings": [fault_as_dict(f) for f in warnings]}


def _warnings(prepared: Prepared) -> tuple[Fault, ...]:
    if prepared.procedure is None:
        return prepared.warnings
    return (*prepared.warnings, *staffing_faults(prepared.procedure, local_day(now()), prepared.places))


def fault_as_dict(fault: Fault) -> Answer:
    """Return a fault as JSON has it."""
    return {name: getattr(fault, name) for name in ("file", "line", "key", "message", "nearest", "level")}


def _told(prepared: Prepared, word: str) -> str:
    head = f"{prepared.folder.code} {prepared.folder.name}: {'từ chối / refused' if prepared.errors else word}"
    warnings = [f"  cảnh báo / warning: {fault}" for fault in _warnings(prepared)]
    return "\n".join([head, *(f"  lỗi / error: {fault}" for fault in prepared.errors), *warnings])


def _word(made: Publication) -> str:
    return "đã công bố / published" if made.new else "không đổi / unchanged"


# ---------------------------------------------------------------------------------------------------------- diagram
def drawn(options: Answer) -> tuple[int, Answer, str]:
    """Draw the case or a kind of part of a folder."""
    folder = _folder(options)
    try:
        procedure = resolved(folder).procedure
    except DefinitionError as wrong:
        raise _faulty(wrong) from wrong
    kinds = [part.code for part in procedure.parts]
    if options["part"] and options["part"] not in kinds:
        message = "không có loại phần việc này / no such kind of part"
        raise _not_found(Fault(options["part"], 0, "parts", message, near(options["part"], kinds)))
    title = procedure.vi if options["language"] == "vi" else procedure.en
    picture = _picture(procedure.machine_of(options["part"] or None), title, options)
    if options["out"]:
        options["out"].write_text(picture, encoding="utf-8")
    answer = {"procedure": folder.code, "folder": folder.name, "part": options["part"] or None}
    return OK, {**answer, "format": options["format"], "diagram": picture}, "" if options["out"] else picture


def _picture(machine: Machine, title: str, options: Answer) -> str:
    if options["format"] == "mermaid":
        return mermaid(machine, language=options["language"])
    return svg(machine, title=title, language=options["language"])


# --------------------------------------------------------------------------------------------------------- coverage
def covered(options: Answer) -> tuple[int, Answer, str]:
    """Compare a folder with its specification; with --write, write the page."""
    folder, notes = _folder(options), settings.BASE_DIR / "docs" / "coverage"
    try:
        page, told = coverage_page(folder, notes)
    except DefinitionError as wrong:
        raise _faulty(wrong) from wrong
    if options["write"]:
        (notes / f"{folder.code}.md").write_text(page, encoding="utf-8")
    answer: Answer = {"procedure": folder.code, "folder": folder.name, "unexplained": told.unexplained}
    answer |= {"missing": list(told.missing), "changed": list(told.changed), "added": list(told.added)}
    status = REFUSED if told.unexplained else OK
    if told.unexplained:
        answer = {"error": "refused", **answer}
    return status, answer, "\n".join(told.unexplained) or page


VERBS = {"list": listed, "check": checked, "publish": published, "diagram": drawn, "coverage": covered}
