"""The trial province in a database of a test's own, and cases brought to where a test begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from accounts.models import OrgUnit
from accounts.services import close_unit, open_unit
from cases.ids import submission_code, uuid7
from cases.models import Case, Event, Part, Task
from cases.publication import publish_each
from config.trial import load_province
from documents.models import Document
from tests.procedures.runner import Walk, walked
from workflows.registry import SHIPPED, all_folders
from workflows.scenarios import Scenario, read_scenarios

OPENED = dt.datetime(2025, 7, 1, 2, 0, tzinfo=dt.UTC)


# The consular desk is published for those tests alone that ask for it: each folder takes seconds to publish.
CONSULAR = frozenset({"consular_legalization", "stamp_stock", "stamp_query", "consular_signer", "consular_fee_month"})


def open_province() -> None:
    """Load people, offices and procedures into the connected database, and a division that was merged into another."""
    load_province(now=OPENED)
    publish_each([f for f in all_folders() if f.code not in CONSULAR], actor=None, now=OPENED)
    by: dict[str, Any] = {"actor": None, "now": OPENED}
    former = open_unit(code="le_tan", name="Phòng Lễ tân", kind="division", valid_from=OPENED.date(), **by)
    successor = OrgUnit.objects.get(code="lanh_su_bien_gioi")
    close_unit(unit=former, last_day=dt.date(2025, 12, 31), successor=successor, **by)


def open_consular_desk() -> None:
    """Publish the procedures and ledgers of the consular desk beside those of the province."""
    publish_each([f for f in all_folders() if f.code in CONSULAR], actor=None, now=OPENED)


def case_at(state: str, procedure: str = "ngo_aid", **dossier: Any) -> Walk:
    """Return a case that has walked the golden path until it stands in a state."""
    golden = read_scenarios(SHIPPED / procedure / "v1").scenarios[0]
    given = golden.given.model_copy(update={"dossier": {**golden.given.dossier, **dossier}})
    found = walked(procedure, Scenario(name=golden.name, given=given, steps=golden.steps[: steps_until(golden, state)]))
    assert found.case.state == state, found.case.state
    return found


def steps_until(scenario: Scenario, state: str) -> int:
    """Return how many steps lead into a state, by the definition's targets."""
    targets = {
        "submitted": "submit",
        "received": "receive",
        "assigned": "assign",
        "ppc_review": "ppc_office_forward",
        "dept_review": "submit_dept",
        "consulting": "send_opinion_request",
        "issued": "issue_result",
        "appraising": "",
        "signed": "ppc_approve",
        "validity_check": "start_validity_check",
    }
    if state == "appraising":
        return next(n for n, a in enumerate(scenario.steps, 1) if "opinions_done" in a.then)
    return next(n for n, a in enumerate(scenario.steps, 1) if a.do == targets[state] and not a.refused)


def copies(case: Case, count: int) -> list[Case]:
    """Return cases that stand where this one stands, with its work, parts, papers and events; for tests of many."""
    made = [_copied(case) for _ in range(count)]
    Case.objects.bulk_create(made)
    parts = list(Part.objects.filter(case=case))
    twins = {(part.pk, copy.pk): _row(part, copy) for copy in made for part in parts}
    Part.objects.bulk_create(twins.values())
    documents = list(Document.objects.filter(case=case))
    Document.objects.bulk_create(_row(document, copy) for copy in made for document in documents)
    work = list(Task.objects.filter(case=case))
    Task.objects.bulk_create(_task(task, copy, twins) for copy in made for task in work)
    for copy in made:
        Event.objects.bulk_create(
            Event(
                case=copy, **{f.attname: getattr(e, f.attname) for f in Event._meta.concrete_fields if f.name != "case"}
            )
            for e in Event.objects.filter(case=case)
        )
    return made


def _copied(case: Case) -> Case:
    values = {f.attname: getattr(case, f.attname) for f in Case._meta.concrete_fields}
    own = {"id": uuid7(), "submission_code": submission_code(), "case_code": None}
    return Case(**{**values, **own})


def _row(row: Any, case: Case) -> Any:
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    fresh: dict[str, Any] = (
        {"id": uuid7(), "case_id": case.pk, "part_id": None}
        if isinstance(row, Document)
        else {"id": uuid7(), "case_id": case.pk}
    )
    if isinstance(row, Document):
        fresh["number"] = None
        fresh["verify_code"] = row._meta.get_field("verify_code").get_default()
    return type(row)(**{**values, **fresh})


def _task(task: Task, case: Case, twins: Mapping[tuple[Any, Any], Part]) -> Task:
    values = {f.attname: getattr(task, f.attname) for f in Task._meta.concrete_fields}
    part = twins[task.part_id, case.pk].pk if task.part_id is not None else None
    return Task(**{**values, "id": None, "case_id": case.pk, "part_id": part})
