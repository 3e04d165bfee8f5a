"""Delegations of the trial province, on the way: two decisions with the leader, one with the chair, a trip decided."""
from __future__ import annotations

import datetime as dt
from typing import Any

from cases.models import Case
from config.trial_cases import BEGUN, walked
from workflows.errors import DefinitionError
from workflows.registry import SHIPPED
from workflows.scenarios import Scenario, read_scenarios

PROCEDURE = "outbound_delegation"
TWO = "the delegated decision does not wait for the Party, and each decision has members of its own"
CHAIR = "a leader paid from the budget goes by decision of the chair"
DELEGATED = "a self-paying deputy head goes under delegation, and the trip ends with report and passport"
# A study trip needs no item of the annual plan, which would have to be one of the year of the demo.
STUDY: dict[str, Any] = {"trip_kind": "hoc_tap", "plan_item": None, "purpose": "dao_tao_boi_duong"}
TO_LEADER = ("submit_division", "submit_dept")
ASSIGNED = ("submit", "receive", "assign", "decision-1.prepare_drafts")
SAMPLES: tuple[tuple[str, dict[str, str], tuple[str, ...]], ...] = (  # path, its only member, steps taken
    (TWO, {}, (*ASSIGNED, "decision-2.prepare_drafts", *TO_LEADER)),
    (
        CHAIR, {"full_name": "Phan Quốc Hưng", "id_no": "099180000021", "position": "Trưởng phòng Khoa học"},
        (*ASSIGNED, *TO_LEADER, "decision-1.sign_submission", "decision-1.send_submission",
         "decision-1.ppc_office_forward"),
    ),
    (
        DELEGATED, {"full_name": "Võ Thị Sương", "id_no": "099186000031", "position": "Phó Trưởng khoa Du lịch"},
        (*ASSIGNED, *TO_LEADER, "decision-1.sign_delegated", "decision-1.issue_delegated", "open_passport_case"),
    ),
)  # fmt: skip


def load_trips(*, now: dt.datetime) -> list[str]:
    """Put the sample delegations into a province that has none; return why one stands still, where one does."""
    if Case.objects.filter(procedure=PROCEDURE).exists():
        return []
    try:
        paths = {path.name: path for path in read_scenarios(SHIPPED / PROCEDURE / "v1").scenarios}
    except DefinitionError as wrong:
        return [str(wrong)]
    said = (_walked(paths[name], member, steps, now=now) for name, member, steps in SAMPLES if name in paths)
    return [f"{PROCEDURE}: {refused}" for refused in said if refused]


def _walked(path: Scenario, member: dict[str, str], steps: tuple[str, ...], *, now: dt.datetime) -> str:
    """Walk one delegation; its only member, where it has one, is somebody of its own with an ordinary passport."""
    members = [{k: v for k, v in row.items() if k != "passport"} for row in path.given.dossier["members"]]
    ordinary = {"passport_need": "ho_chieu_pho_thong"}
    changed = {**STUDY, "members": [{**row, **(member if len(members) == 1 else {}), **ordinary} for row in members]}
    return walked(PROCEDURE, path, "lan", changed, steps, now=now - BEGUN)
