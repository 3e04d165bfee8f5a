"""An office with two procedures in force, whose cases are written by hand: only counting is at stake."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.clock import LOCAL
from accounts.models import OrgUnit, User
from audit.attempts import Period
from audit.statistics import Result, statistics_of
from cases.canonical import event_body, leaf_hash
from cases.models import Case, Event, Published
from workflows.definition import Procedure
from workflows.registry import load

MARCH = Period(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
AUDITOR = frozenset({"auditor"})
FOLDER = {"ngo_aid": "v1", "complaint": "v1"}


def at(month: int, day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=LOCAL)


def on(month: int, day: int) -> dt.date:
    return dt.date(2026, month, day)


class Office:
    """Two procedures in force, one division with Hà and Dũng; cases are written by hand: only counting is at stake."""

    def __init__(self) -> None:
        self.division = OrgUnit.objects.create(
            code="htqt", name="Phòng Hợp tác quốc tế", kind="division", valid_from=on(1, 1)
        )
        self.other = OrgUnit.objects.create(code="lsbg", name="Phòng Lãnh sự", kind="division", valid_from=on(1, 1))
        self.lan = User.objects.create(email="lan@vidu.example", full_name="Phạm Thị Lan")
        self.ha = User.objects.create(email="ha@vidu.example", full_name="Vũ Thu Hà", is_officer=True)
        self.laws = {code: self._publish(load(code, folder)) for code, folder in FOLDER.items()}

    def _publish(self, procedure: Procedure) -> Published:
        return Published.objects.create(
            procedure=procedure.procedure, folder=procedure.folder, version=procedure.version, hash=procedure.hash(),
            body=procedure.canonical(), effective_from=dt.date(2025, 1, 1), published_at=at(1, 1),
        )  # fmt: skip

    def procedure(self, code: str) -> Procedure:
        return Procedure.model_validate_json(bytes(self.laws[code].body))

    def case(
        self, received: dt.datetime | None = None, due: dt.date | None = None, handled: dt.date | None = None,
        *, procedure: str = "ngo_aid", state: str = "", clock: str = "", **more: Any,
    ) -> Case:  # fmt: skip
        begun = received or at(1, 5)
        clock = clock or ("stop" if handled else "run" if received else "off")
        log = [[begun.isoformat(), "run"]] if received else []
        if handled:
            log.append([dt.datetime.combine(handled, dt.time(16), LOCAL).isoformat(), "stop"])
        elif clock not in ("run", "off"):
            log.append([(begun + dt.timedelta(hours=1)).isoformat(), clock])
        dossier = {"channel": "truc_tuyen", **more.pop("dossier", {})}
        attributes = more.pop("attributes", {})
        values = {
            "procedure": procedure, "definition": self.laws[procedure], "opened_by": self.lan, "applicant": self.lan,
            "state": state or ("issued" if handled else "assigned" if received else "submitted"), "clock": clock,
            "entered_at": begun, "created_at": begun, "saved_at": begun, "submitted_at": begun, "received_at": received,
            "due_on": due, "original_due_on": due, "handled_on": handled, "unit": self.division, "clock_log": log,
            "dossier": dossier, "attributes": attributes,
        }  # fmt: skip
        return Case.objects.create(**{**values, **more})

    def event(
        self,
        case: Case,
        name: str,
        moment: dt.datetime,
        source: str | None = None,
        target: str | None = None,
        **facts: Any,
    ) -> Event:
        seq = Event.objects.filter(case=case).count() + 1
        body = event_body(
            origin="thử", case=str(case.pk), seq=seq, prev="", kind="transition", definition=case.definition.hash,
            name=name, actor=str(self.ha.pk), at=moment, build="0", source=source, target=target,
            facts={"attempt": case.attempt, **facts},
        )  # fmt: skip
        return Event.objects.create(
            case=case, seq=seq, body=body, hash=leaf_hash(body), kind="transition", name=name, procedure=case.procedure,
            actor=str(self.ha.pk), unit_code=case.unit.code if case.unit else "", at=moment,
        )  # fmt: skip

    def result(self, code: str, procedure: str = "ngo_aid", period: Period = MARCH) -> Result:
        found = statistics_of(self.procedure(procedure), period, AUDITOR)
        return next(result for result in found if result.statistic.code == code)

    def total(self, code: str, procedure: str = "ngo_aid", period: Period = MARCH) -> float | None:
        return self.result(code, procedure, period).total.value


def grant(office: Office, kind: str, vnd: int, day: dt.date, result: str = "chap_thuan", **dossier: Any) -> Case:
    facts = {"issued_on": day.isoformat(), "result_kind": result, "signed_on": day.isoformat(), "signed": True}
    given = {
        "aid_kind": kind,
        "amount_vnd": vnd,
        "donor_name": "Green River",
        "donor_country": "US",
        "sector": "nuoc_sach",
    }
    return office.case(at(2, 20), on(4, 1), day, attributes=facts, dossier={**given, **dossier})
