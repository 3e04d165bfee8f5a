"""Passports in the ledger of the trial province: kept, expiring, just entered, and out on a trip."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.clock import local_day
from cases.errors import InputFaults, PaperImpossible, ProcedureUnknown
from cases.models import Case
from cases.services import advance_case, open_row
from config.trial_cases import person
from workflows.errors import TransitionRefused

LEDGER, KEEPER = "passport_custody", "ngan"
STORE: dict[str, Any] = {"safe_place": "Két số 2", "confirm": ["signed_by_both"]}
HAND_OUT: dict[str, Any] = {"sending_decision": "125-QD-UBND", "confirm": ["signed_by_both"]}
# number, class, holder, account, identifier, unit, days that it is still valid, steps
SAMPLES: tuple[tuple[str, str, str, str, str, str, int, tuple[str, ...]], ...] = (
    ("S9000001", "cong_vu", "Lê Thu Hà", "ha", "001185000011", "hop_tac_quoc_te", 900, ("store", "hand_out")),
    ("S9000002", "cong_vu", "Mai Tiến Dũng", "dung", "001188000021", "hop_tac_quoc_te", 150, ("store",)),
    ("S9000003", "cong_vu", "Đinh Trung Kiên", "kien", "001180000031", "lanh_su_bien_gioi", 320, ("store",)),
    ("D9000004", "ngoai_giao", "Đỗ Thanh Bình", "binh", "001170000041", "foreign_affairs_agency", 1500, ("store",)),
    ("S9000005", "cong_vu", "Cao Thị Nga", "nga", "001190000051", "lanh_su_bien_gioi", 1700, ()),
)
DATA = {"store": STORE, "hand_out": HAND_OUT}


def load_rows(*, now: dt.datetime) -> list[str]:
    """Put sample passports into a ledger that has none; return why one stands still, where one does."""
    if Case.objects.filter(procedure=LEDGER).exists():
        return []
    return [said for sample in SAMPLES if (said := _kept(*sample, now=now))]


def _kept(
    number: str, kind: str, name: str, account: str, identifier: str, unit: str, days: int, steps: tuple[str, ...], *,
    now: dt.datetime,
) -> str:  # fmt: skip
    """Enter one passport and take its steps; "" when it stands where it should."""
    today, keeper = local_day(now), person(KEEPER)
    values = {
        "passport_number": number, "passport_class": kind, "holder_name": name, "holder_id_no": identifier,
        "holder_unit": unit, "holder_account": str(person(account).pk), "has_chip": True,
        "issued_on": (today - dt.timedelta(days=400)).isoformat(),
        "expires_on": (today + dt.timedelta(days=days)).isoformat(), "keeping_agency": "foreign_affairs_agency",
    }  # fmt: skip
    try:
        row = open_row(ledger=LEDGER, actor=keeper, now=now, values=values).case
        for step in steps:
            advance_case(case_id=row.pk, transition=step, actor=keeper, now=now, data=DATA[step])
    except (TransitionRefused, InputFaults, PaperImpossible, ProcedureUnknown) as refused:
        return f"{LEDGER}: {refused}"
    return ""
