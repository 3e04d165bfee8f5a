"""What people of the consular desk usually do at a step: the `usual` of the folder's scenarios, and its papers."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import yaml

from workflows.registry import SHIPPED

READ: dict[str, Any] = yaml.safe_load((SHIPPED / "consular_legalization/v1/scenarios.yaml").read_text())
STAMPS: dict[str, Any] = yaml.safe_load((SHIPPED / "stamp_stock/v1/scenarios.yaml").read_text())["usual"]
GIVEN, PAPERS, OFFICE = READ["given"], READ["more"], READ["more"]["office"]
AGREES = {  # who says yes to what another began; everybody else's yes is Vân's
    "settle_route": "kien", "refuse_intake": "kien", "ask_verification": "kien", "unbind_stamp": "giang",
    "refund_fee": "binh", "keep_evidence": "binh", "refuse_lapsed_intake": "thao", "request_supplement": "kien",
    "stop_unsupplemented": "kien",
}  # fmt: skip


@dataclass(frozen=True)
class Move:
    """Something that somebody may do next; `weight`: how often among what else may be done."""

    step: str
    part: str = ""
    who: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    weight: float = 1
    stamp: str = ""  # done on this row of the stock, not on the case

    @property
    def usual(self) -> dict[str, Any]:
        if self.stamp:
            return dict(STAMPS.get(self.step, {}))
        kind = self.part.rpartition("-")[0]
        found: dict[str, Any] = READ["usual"].get(f"{kind}.{self.step}" if kind else self.step, {})
        return found


def dossier(dice: random.Random) -> dict[str, Any]:
    """Return what an applicant fills in: one to four papers of any kind, for Laos or Japan."""
    papers = [_paper(dice, number) for number in range(1, dice.choice((1, 1, 2, 2, 3, 4)) + 1)]
    online = dice.random() < 0.35
    post = dice.random() < 0.15
    told = {
        "country": dice.choice(("LA", "JP")), "papers": papers, "channel": "truc_tuyen" if online else "truc_tiep",
        "return_method": "buu_chinh" if post else "truc_tiep",
    }  # fmt: skip
    if post:
        told["return_address"] = "Số 8 đường Học Tập, phường Bến Lam"
    if any(paper["origin"] == "foreign" for paper in papers):
        told |= {"translation_from": "lo", "translation_to": "vi", "translator_note": "Tôi chịu trách nhiệm."}
    return {**GIVEN["dossier"], **told}


def _paper(dice: random.Random, number: int) -> dict[str, Any]:
    kind = dice.choices(("hop_dong", "dien_tu", "khai_sinh", "bang_lao"), (6, 2, 2, 2))[0]
    paper = GIVEN["dossier"]["papers"][0] if kind == "hop_dong" else PAPERS[kind]
    # Here and in the folder the day of issue lies in November; the month of this office begins before it.
    more: dict[str, Any] = {"row_no": number, "extra_copies": dice.choice((0, 0, 0, 1, 2)), "issue_date": "2026-10-01"}
    if kind in ("hop_dong", "dien_tu") and dice.random() < 0.12:
        more["fee_exemption"] = "dieu_uoc_co_di_co_lai"
    if kind == "bang_lao":
        more |= dice.choice(({}, {}, {"prior_body": None, "prior_no": None, "prior_date": None},
                             {"has_valid_apostille": True}, {"exempt_ground": "dieu_uoc_co_di_co_lai"}))  # fmt: skip
    return {**paper, **more}
