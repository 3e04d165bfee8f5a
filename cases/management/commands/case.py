"""case open|save|show|list|attach|do|claim|release|explain: everything a person does with a case, by command line."""

from __future__ import annotations

import json
import mimetypes
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Q

from accounts.clock import local_day, now
from accounts.models import Organisation, User
from cases.access import may_see_field, roles_to_look, seen_value, visible_cases
from cases.errors import CaseNotFound
from cases.management.answering import OK, Answer, Ending, Unusable, end, ended
from cases.models import Case, Task
from cases.procedures import definition_by
from cases.services import (
    Possible,
    advance_case,
    attach_file,
    claim_task,
    open_case,
    possibilities,
    release_task,
    save_dossier,
    save_part,
)
from cases.services.loading import parts_of
from cases.services.outcome import Outcome, answer
from cases.services.tasks import may_hold
from cases.values import shown
from workflows.errors import Reason, TransitionRefused

Verb = Callable[[dict[str, Any]], Ending]


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Hồ sơ: mở, lưu, xem, nộp tệp, chuyển bước, nhận việc, giải thích (everything one does with a case)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        made = {name: verbs.add_parser(name, help=text) for name, text in VERB_HELP.items()}
        made["open"].add_argument("procedure")
        for name in ("save", "show", "attach", "do", "claim", "release", "explain"):
            made[name].add_argument("code", help="mã hồ sơ hoặc mã nộp / case or submission code")
        _more(made)
        for verb in made.values():
            verb.add_argument("--as", dest="person", required=True, help="thư điện tử của người làm / whose act it is")
            verb.add_argument("--json", action="store_true", help="một đối tượng JSON ra stdout")

    def handle(self, *_: Any, **options: Any) -> None:
        """Run one verb and end the process with its exit code."""
        end(self, ended(lambda: VERBS[options["verb"]](options)), as_json=options["json"])


VERB_HELP = {
    "open": "mở hồ sơ / open a case",
    "save": "lưu nội dung / save values of the dossier",
    "show": "xem / show",
    "list": "liệt kê hồ sơ được xem / cases one may see",
    "attach": "thêm tệp / add a file",
    "do": "chuyển bước hoặc việc làm / take a transition or do an act",
    "claim": "nhận việc / take a task",
    "release": "trả việc / give a task back",
    "explain": "việc nào làm được, vì sao không / what is possible, and why not",
}


def _more(made: dict[str, ArgumentParser]) -> None:
    """Add what single verbs take."""
    for name in ("open", "save", "do"):
        made[name].add_argument("--data", default="", metavar="F", help="tệp JSON, - là stdin / JSON file, - for stdin")
    made["open"].add_argument("--organisation", default="", help="mã tổ chức / code of one's organisation")
    made["open"].add_argument("--counter", action="store_true", help="nộp tại quầy, không tài khoản / at the counter")
    made["attach"].add_argument("kind")
    made["attach"].add_argument("file", type=Path)
    made["do"].add_argument("name", help="tên bước / name of the transition or act")
    made["do"].add_argument("--acting-for", default="", help="làm thay ai / for whom, under a mandate")
    for name in ("save", "attach", "do", "claim", "release"):
        made[name].add_argument("--part", default="", help="phần việc, ví dụ opinion-1 / part")
    for name in ("open", "do"):
        made[name].add_argument("--key", default=None, help="khóa chống làm hai lần / idempotency key")
    for name in ("save", "do"):
        made[name].add_argument("--expect-version", type=int, default=None, help="phiên bản đang xem / version seen")
    made["list"].add_argument("--procedure", default="")
    made["list"].add_argument("--state", default="")
    made["list"].add_argument("--limit", type=int, default=50)


# ------------------------------------------------------------------------------------------------------------ verbs
def opened(options: dict[str, Any]) -> Ending:
    person = person_of(options["person"])
    more: dict[str, Any] = {"applicant": None} if options["counter"] else {}
    if options["organisation"]:
        more["organisation"] = _organisation(options["organisation"])
    outcome = open_case(
        procedure=options["procedure"],
        actor=person,
        now=now(),
        values=read_data(options["data"]),
        idempotency_key=options["key"],
        **more,
    )
    return _said(outcome)


def saved(options: dict[str, Any]) -> Ending:
    person = person_of(options["person"])
    case = case_of(options["code"], person)
    what: dict[str, Any] = {"case_id": case.pk, "actor": person, "now": now(), "values": read_data(options["data"])}
    seen = options["expect_version"]
    if options["part"]:
        return _said(save_part(part_id=options["part"], expected_version=seen, **what))
    return _said(save_dossier(expected_version=seen, **what))


def done(options: dict[str, Any]) -> Ending:
    person = person_of(options["person"])
    grantor = person_of(options["acting_for"]) if options["acting_for"] else None
    case = case_of(options["code"], person)
    outcome = advance_case(
        case_id=case.pk,
        transition=options["name"],
        actor=person,
        now=now(),
        part_id=options["part"] or None,
        acting_for=grantor,
        expected_version=options["expect_version"],
        idempotency_key=options["key"],
        data=read_data(options["data"]),
    )
    return _said(outcome)


def attached(options: dict[str, Any]) -> Ending:
    person = person_of(options["person"])
    case = case_of(options["code"], person)
    path: Path = options["file"]
    if not path.is_file():
        raise Unusable(f"Không đọc được tệp {path.name} / cannot read the file")
    made = attach_file(
        case_id=case.pk,
        kind=options["kind"],
        name=path.name,
        source=path,
        actor=person,
        now=now(),
        part_id=options["part"] or None,
    )
    found = {"id": str(made.pk), "kind": made.kind, "name": made.name, "sha256": made.blob_id, "size": made.blob.size}
    media = made.blob.media_type or mimetypes.guess_type(made.name)[0] or ""
    return Ending(OK, {"case": case.code, "attachment": {**found, "media_type": media}}, f"{made.name}: {made.pk}")


def looked_at(options: dict[str, Any]) -> Ending:
    person = person_of(options["person"])
    case = case_of(options["code"], person)
    definition, roles = definition_by(case.definition.hash), roles_to_look(case, person, now())
    fields = [f for f in definition.fields if f.name in case.dossier and may_see_field(f, roles)]
    dossier = {f.name: seen_value(f, case.dossier[f.name], roles) for f in fields}
    tasks = list(Task.objects.filter(case=case, done_at=None))
    head = {"seq": case.head_seq, "hash": case.head_hash}
    found = answer(case, parts_of(case), tasks, head) | {
        "procedure": case.procedure,
        "title": case.title,
        "dossier": dossier,
        "attachments": [_file(a) for a in case.attachments.filter(replaced_at=None)],
    }
    lines = [
        f"{case.code}  {case.state}  {case.title}",
        *(f"  {f.vi}: {shown(f, dossier[f.name], 'vi')}" for f in fields),
    ]
    return Ending(OK, found, "\n".join(lines))


def listed(options: dict[str, Any]) -> Ending:
    person = person_of(options["person"])
    rows = visible_cases(person, now()).order_by("-saved_at")
    for name in ("procedure", "state"):
        if options[name]:
            rows = rows.filter(**{name: options[name]})
    found = [_row(case) for case in rows.distinct()[: max(1, min(options["limit"], 500))]]
    return Ending(OK, {"cases": found}, "\n".join(f"{r['code']}  {r['state']:<20}  {r['title']}" for r in found))


def explained(options: dict[str, Any]) -> Ending:
    person = person_of(options["person"])
    case = case_of(options["code"], person)
    possible = possibilities(case, person, now())
    steps = [{**step_said(one), "part": one.part.key if one.part is not None else None} for one in possible]
    return told_of_steps({"case": case.code, "state": case.state}, steps)


def told_of_steps(record: Answer, steps: list[Answer]) -> Ending:
    """Return which steps are possible on a case or row, and in words why others are not."""
    lines = [f"{'✓' if s['allowed'] else '✗'} {s['name']}: {'; '.join(r['vi'] for r in s['reasons'])}" for s in steps]
    return Ending(OK, {**record, "steps": steps}, "\n".join(lines))


def held(options: dict[str, Any]) -> Ending:
    """Claim or release the person's task of a case, or of one of its parts."""
    person, taking = person_of(options["person"]), options["verb"] == "claim"
    case = case_of(options["code"], person)
    open_tasks = Task.objects.filter(case=case, done_at=None).select_related("case", "part", "assignee")
    if options["part"]:
        open_tasks = open_tasks.filter(part__key=options["part"])
    task = next((t for t in open_tasks.order_by("assignee_id", "pk") if may_hold(t, person, now())), None)
    if task is None:
        raise TransitionRefused(
            [Reason("role_missing", "Không có việc nào cho vai trò của bạn", "No task for your role")]
        )
    found = (claim_task if taking else release_task)(task_id=task.pk, actor=person, now=now())
    said = {
        "id": found.pk,
        "role": found.role,
        "part": options["part"] or None,
        "claimed": found.assignee_id is not None,
    }
    return Ending(OK, {"case": case.code, "task": said}, f"{case.code}: {found.role}")


VERBS: dict[str, Verb] = {
    "open": opened,
    "save": saved,
    "show": looked_at,
    "list": listed,
    "attach": attached,
    "do": done,
    "claim": held,
    "release": held,
    "explain": explained,
}


# ----------------------------------------------------------------------------------------------------------- parts
def person_of(email: str) -> User:
    """Return an active person by e-mail address. Raises Unusable."""
    found = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if found is None:
        raise Unusable(f"Không có người dùng {email} / there is no such user")
    return found


def case_of(code: str, person: User) -> Case:
    """Return a case that the person may see, by case or submission code. Raises CaseNotFound."""
    rows = visible_cases(person, now()).select_related("definition", "unit").defer("definition__body")
    found = rows.filter(Q(case_code=code) | Q(submission_code=code.upper())).first()
    if found is None:
        raise CaseNotFound(code)
    return found


def _organisation(code: str) -> Organisation:
    found: Organisation | None = Organisation.objects.in_force(local_day(now())).filter(code=code).first()
    if found is None:
        raise Unusable(f"Không có tổ chức {code} / there is no such organisation")
    return found


def read_data(name: str) -> Answer:
    """Return the JSON object of a file, {} for none. Raises Unusable."""
    if not name:
        return {}
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as fault:
        raise Unusable(
            f"Không đọc được dữ liệu JSON của --data ({type(fault).__name__}) / --data is no JSON"
        ) from fault
    if not isinstance(found, dict):
        raise Unusable("--data phải là một đối tượng JSON / must be a JSON object")
    return found


def _said(outcome: Outcome) -> Ending:
    body = outcome.as_dict()
    return Ending(OK, body, f"{body['case_code'] or body['submission_code']}  {body['state']}  v{body['version']}")


def _file(attachment: Any) -> Answer:
    return {"id": str(attachment.pk), "kind": attachment.kind, "name": attachment.name}


def _row(case: Case) -> Answer:
    due = case.due_on.isoformat() if case.due_on else None
    return {
        "code": case.code,
        "procedure": case.procedure,
        "state": case.state,
        "public_status": case.public_status,
        "title": case.title,
        "due_on": due,
        "version": case.version,
    }


def step_said(found: Possible) -> Answer:
    """Return a step as `explain` tells it, of a case or of a row."""
    return {
        "name": found.step.name,
        "kind": found.step.kind,
        "allowed": found.allowed,
        "reasons": [reason.as_dict() for reason in found.reasons],
        "asks": [f.name for f in (*found.asked, *found.due)],
        "confirms": [c.code for c in found.step.confirm],
    }
