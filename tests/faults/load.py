"""A writer under fire: python -m tests.faults.load NAME [CASES]

Files complaints through cases.services in a process of its own and says each acknowledged step on stdout, one line
`case seq hash`, after the service has returned. Whoever kills it may hold us to every line.
"""
from __future__ import annotations

import itertools
import sys
from typing import Any

import django

DOSSIER: dict[str, Any] = {
    "applicant_kind": "ca_nhan",
    "applicant_name": "Trần Thị Lan",
    "applicant_id_no": "079123456789",
    "applicant_address": "Số 5 đường Bờ Sông, phường Bến Lam",
    "contact_name": "Trần Thị Lan",
    "contact_phone": "0912345678",
    "contact_email": "lan@lamgiang.example",
    "filed_for": "tu_nop",
    "channel": "truc_tuyen",
    "return_method": "truc_tiep",
    "about_case": "N7KQ-3WDM-X9TP",
    "about_what": "cham",
    "grievance": "Hồ sơ nộp đã lâu mà chưa có ai trả lời.",
    "wanted": "Trả lời và hẹn ngày.",
}
ITEM = {"item": "Giấy tiếp nhận", "why": "Mờ, chưa đọc được mã", "basis": "Nghị định 118/2025/NĐ-CP", "how": "Chụp lại"}


def say(outcome: Any) -> None:
    """Acknowledge a step: from here on it must never be lost."""
    event = outcome.event
    sys.stdout.write(f"{outcome.case.pk} {event['seq']} {event['hash']}\n")
    sys.stdout.flush()


def file_one(lan: Any, minh: Any, key: str) -> None:
    """Lan files a complaint; Minh asks for one more paper: notices, a service to be noted, timers, a form."""
    from accounts.clock import now
    from cases.services import advance_case, open_case

    opened = open_case(procedure="complaint", actor=lan, now=now(), values=DOSSIER, idempotency_key=key)
    say(opened)
    case = opened.case.pk
    say(advance_case(case_id=case, transition="submit", actor=lan, now=now(), data={"confirm": ["data_notice"]}))
    asked = {"items": [ITEM]}
    say(advance_case(case_id=case, transition="request_supplement_intake", actor=minh, now=now(), data=asked))


def main(name: str, cases: int | None) -> None:
    django.setup()
    from accounts.models import User
    from config.trial import address_of

    lan, minh = (User.objects.get(email=address_of(person)) for person in ("lan", "minh"))
    for number in itertools.count() if cases is None else range(cases):
        file_one(lan, minh, f"{name}:{number}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)
